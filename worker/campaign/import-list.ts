import { existsSync } from 'node:fs';
import type { Inbox } from '../../providers/provider';
import {
  type Campaign,
  importRecipients,
  type Ledger,
  type NewRecipient,
  needCampaign,
  seal,
} from '../ledger';
import { openAudience, readAudience, type Verdict } from './audience';
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
 * as of the moment when the campaign was made, so that the same list gives the same rows.
 *
 * @returns false when it was stopped before the end.
 * @throws InputError where the list cannot be read on; the campaign stays unsealed, and nothing can be sent.
 */
export async function importList(
  ledger: Ledger,
  campaign: Campaign,
  { clock, stopping = () => false, onRows }: ImportOptions,
): Promise<boolean> {
  const { source } = JSON.parse(campaign.spec) as FileSpec;
  const path = campaign.list_path ?? '';
  if (!existsSync(path)) {
    throw new InputError(
      `The copy of the list that campaign "${campaign.name}" began with is gone (${path}). Nothing was sent. ` +
        'Cancel it, and start again under another name.',
    );
  }
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
    await importRecipients(ledger, campaign, from, block, clock());
    from += block.length;
    block = [];
    onRows?.(from);
  }

  for await (const verdicts of readAudience(list, audience)) {
    for (const verdict of verdicts) {
      seen += 1;
      if (seen > imported) block.push(recipientOf(verdict));
    }
    if (block.length >= BLOCK) await commit();
    if (stopping()) {
      await commit();
      return false;
    }
  }
  await commit();
  await seal(ledger, campaign, clock());
  return true;
}

function recipientOf(verdict: Verdict): NewRecipient {
  const { row, raw, address, name, zone, content, skip } = verdict;
  return {
    row,
    raw,
    ...(address === null ? {} : { kind: address.kind, address: address.value }),
    ...(name === null ? {} : { profile: JSON.stringify({ name }) }),
    ...(zone === null ? {} : { zone }),
    ...(content === null ? {} : { content: JSON.stringify(content) }),
    ...(skip === null ? {} : { skip }),
  };
}
