import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Inbox } from '../../providers/provider';
import {
  type Campaign,
  dropReadLists,
  type Exclusion,
  excludedAmong,
  importRecipients,
  type Ledger,
  type NewRecipient,
  needCampaign,
  seal,
  tally,
  writeKeptList,
} from '../ledger';
import { unreadLists } from '../ledger/forget';
import { openAudience, readAudience, type Verdict } from './audience';
import { refuseTooMany } from './by-message';
import type { FileSpec } from './from-file';
import { InputError } from './input-error';
import { openList } from './list/open-list';

/** Rows in one commit. */
const BLOCK = 1_000;

export interface ImportOptions {
  readonly clock: () => number;
  /** True when the process is to end: what is imported stays, the rest comes with the next call. */
  readonly stopping?: () => boolean;
  /** Told after every commit how many rows of the list are in. */
  readonly onRows?: (imported: number) => void;
}

/**
 * Reads the campaign's spooled list into the ledger and seals it. Goes on where an earlier import ended: rows are judged
 * as of the moment when the campaign was made, so that the same list gives the same rows. Only who is excluded is asked of
 * the ledger as it is now, and once more when a row is claimed.
 *
 * @returns false when it was stopped before the end, or the campaign was cancelled.
 * @throws InputError where the list cannot be read on; the campaign stays unsealed, and nothing can be sent.
 */
export async function importList(
  ledger: Ledger,
  campaign: Campaign,
  options: ImportOptions,
): Promise<boolean> {
  // Whoever sealed it, and died before it could say so, has removed the list.
  const { sealed, state } = await needCampaign(ledger.db, campaign.name);
  if (sealed === 1) return true;
  if (state !== 'importing') return false;
  if (campaign.intake !== null && campaign.list_path === null) {
    throw new InputError(
      `The audience of "${campaign.name}" comes in over HTTP, and is not complete: it is read where it comes in.`,
    );
  }
  const path = campaign.list_path ?? '';
  if (existsSync(path)) return importFrom(ledger, campaign, path, options);
  // Another machine has its copy; a scheduled campaign's list is kept in the ledger as well.
  const folder = await mkdtemp(join(tmpdir(), 'campaign-list-'));
  try {
    const copy = join(folder, basename(path) || 'list');
    const hash = campaign.list_hash;
    if (hash === null || !(await writeKeptList(ledger, hash, copy))) {
      throw new InputError(
        `The copy of the list that campaign "${campaign.name}" began with is gone (${path}). Nothing was sent. ` +
          'Cancel it, and start again under another name.',
      );
    }
    return await importFrom(ledger, campaign, copy, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function importFrom(
  ledger: Ledger,
  campaign: Campaign,
  path: string,
  { clock, stopping = () => false, onRows }: ImportOptions,
): Promise<boolean> {
  const { source, exclude = null } = JSON.parse(campaign.spec) as FileSpec;
  const list = await openList(path, source.audience);
  const audience = openAudience({
    headers: list.headers,
    campaign: source,
    inbox: JSON.parse(campaign.inbox) as Inbox,
    nowMs: campaign.created_at,
  });
  const { imported } = await needCampaign(ledger.db, campaign.name);
  let seen = 0;
  let from = imported;
  let block: NewRecipient[] = [];

  async function commit(): Promise<void> {
    if (block.length === 0) return;
    const rows = await withoutExcluded(ledger, campaign, exclude, block, clock());
    await importRecipients(ledger, campaign, from, rows, clock());
    from += block.length;
    block = [];
    onRows?.(from);
  }

  for await (const verdicts of readAudience(list, audience)) {
    for (const verdict of verdicts) {
      seen += 1;
      refuseTooMany(source, seen);
      if (seen > imported) block.push(recipientOf(verdict));
    }
    if (block.length >= BLOCK) await commit();
    if (stopping()) {
      await commit();
      return false;
    }
  }
  await commit();
  if (campaign.intake !== null) await needSomebody(ledger, campaign);
  await seal(ledger, campaign, clock());
  // It holds addresses, and nobody reads it any more. One that stays is removed by `campaign forget`.
  const needed = await unreadLists(ledger.db);
  if (!needed.some((other) => other.path === path)) {
    await rm(path, { force: true }).catch(() => undefined);
  }
  if (campaign.list_hash !== null) await dropReadLists(ledger, clock(), campaign.list_hash);
  return true;
}

/** The rows with those excluded whom other campaigns have written to, as far as the ledger knows now. */
export async function withoutExcluded(
  ledger: Ledger,
  campaign: Campaign,
  exclusion: Exclusion | null,
  rows: readonly NewRecipient[],
  now: number,
): Promise<readonly NewRecipient[]> {
  if (exclusion === null) return rows;
  const addresses = rows.flatMap(({ address, skip }) =>
    address === undefined || skip !== undefined ? [] : [address],
  );
  const details = await excludedAmong(ledger.db, campaign, exclusion, addresses, now);
  return rows.map((row) => {
    const detail = row.skip === undefined ? details.get(row.address ?? '') : undefined;
    if (detail === undefined) return row;
    const { content: _content, profile: _profile, ...kept } = row;
    return { ...kept, skip: { reason: 'excluded', detail } };
  });
}

/** @throws InputError when all rows that came in over HTTP are skipped: such a campaign is not worth its start. */
export async function needSomebody(ledger: Ledger, { id }: Campaign): Promise<void> {
  const { counts, reasons } = await tally(ledger.db, id);
  if (counts.total > counts.skipped) return;
  const why = reasons.map(({ reason, n }) => `${n.toLocaleString('en')} ${reason}`).join(', ');
  throw new InputError(
    counts.total === 0
      ? 'There is nobody in it.'
      : `Nobody of the ${counts.total === 1 ? '1 row' : `${counts.total.toLocaleString('en')} rows`} can be written to: ${why}.`,
  );
}

/** A judged row as the ledger keeps it. */
export function recipientOf(verdict: Verdict): NewRecipient {
  const { row, raw, address, profile, zone, content, consent, skip } = verdict;
  return {
    row,
    raw,
    ...(address === null ? {} : { kind: address.kind, address: address.value }),
    ...(profile === null ? {} : { profile: JSON.stringify(profile) }),
    ...(zone === null ? {} : { zone }),
    ...(content === null ? {} : { content: JSON.stringify(content) }),
    // The cell's own words; method and detail are the campaign's, and not repeated on each row.
    ...(consent === null || consent.evidence === null ? {} : { consent: consent.evidence }),
    ...(skip === null ? {} : { skip }),
  };
}
