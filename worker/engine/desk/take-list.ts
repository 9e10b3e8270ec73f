import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Inbox } from '../../../providers/provider';
import { openAudience } from '../../campaign/audience';
import type { FileSpec } from '../../campaign/from-file';
import { InputError, isInputError } from '../../campaign/input-error';
import { openList } from '../../campaign/list/open-list';
import type { Spooled } from '../../campaign/spool';
import { hashStream, type IncomingList, spoolStream } from '../../campaign/spool-stream';
import {
  type Campaign,
  clearRows,
  giveList,
  holdsList,
  keepList,
  type Ledger,
  MOST_LIST_BYTES,
  moveList,
  needCampaign,
  wantsList,
} from '../../ledger';
import { isPostgres } from '../../ledger/dialect';
import type { DeskPlace } from './place';

export interface TakenList {
  readonly campaign: Campaign;
  /** False when the campaign had this list already. */
  readonly fresh: boolean;
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

/**
 * Takes the list of a campaign to the disk, looks at its header, and writes down that it is to be read. The same list once more is
 * nothing new.
 *
 * @throws InputError when it is no list, or its columns do not fit; LedgerError when the campaign has another one, or takes none.
 */
export async function takeList(
  place: DeskPlace,
  name: string,
  list: IncomingList,
): Promise<TakenList> {
  const { ledger, spoolFolder } = place;
  const campaign = await needCampaign(ledger.db, name);
  if (!wantsList(campaign, null)) {
    const lost = campaign.state === 'importing' && !(await isHere(ledger, campaign));
    return lost ? takeAgain(place, campaign, list) : compare(campaign, list);
  }
  const spooled = await spoolStream(list, spoolFolder);
  const { path, hash, bytes } = spooled;
  let kept = false;
  try {
    await lookAt(campaign, path);
    await clearRows(ledger, name);
    await keepForOthers(place, spooled);
    const given = await giveList(ledger, name, spooled, ledger.now());
    kept = given.given;
    return { campaign: given.campaign, fresh: given.given, bytes, sha256: hash };
  } finally {
    if (!kept) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** @throws LedgerError when it is another list than the campaign has. */
async function compare(campaign: Campaign, list: IncomingList): Promise<TakenList> {
  const { hash, bytes } = await hashStream(list);
  wantsList(campaign, hash);
  return { campaign, fresh: false, bytes, sha256: hash };
}

/** The machine that had it is gone, and it is not read to its end: here it can be. @throws LedgerError as above. */
async function takeAgain(
  { ledger, spoolFolder }: DeskPlace,
  campaign: Campaign,
  list: IncomingList,
): Promise<TakenList> {
  const { path, hash, bytes } = await spoolStream(list, spoolFolder);
  let kept = false;
  try {
    wantsList(campaign, hash);
    kept = await moveList(ledger, campaign.name, { path, hash });
    return { campaign, fresh: kept, bytes, sha256: hash };
  } finally {
    if (!kept) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Whether this process can read its list: from its disk, or from the ledger. */
export async function isHere(ledger: Ledger, campaign: Campaign): Promise<boolean> {
  const { list_path: path, list_hash: hash } = campaign;
  if (path === null || hash === null) return false;
  if (existsSync(path)) return true;
  return ledger.db.transaction().execute((trx) => holdsList(trx, hash));
}

/** The first mistakes of a list are told at once: that it is none, and that its columns do not fit. */
async function lookAt(campaign: Campaign, path: string): Promise<void> {
  const { source } = JSON.parse(campaign.spec) as FileSpec;
  try {
    const { headers } = await openList(path, source.audience);
    const inbox = JSON.parse(campaign.inbox) as Inbox;
    openAudience({ headers, campaign: source, inbox, nowMs: campaign.created_at });
  } catch (error) {
    throw aboutList(error, path);
  }
}

/** Its sentences without where the copy lies, here or elsewhere: whoever sent it knows it by another name. */
export function aboutList(error: unknown, path: string): unknown {
  if (!isInputError(error)) return error;
  const anywhere = new RegExp(`\\S*${basename(path).replaceAll('.', '\\.')}`, 'g');
  const renamed = error.problems.map((problem) => {
    const text = problem.replaceAll(path, 'the list').replace(anywhere, 'the list');
    return text.charAt(0).toUpperCase() + text.slice(1);
  });
  return new InputError(renamed, error.cause);
}

/** On a database several machines may serve: what is not too large is kept where each of them can read it on. */
async function keepForOthers({ ledger }: DeskPlace, list: Spooled): Promise<void> {
  if (!isPostgres(ledger.db) || list.bytes > MOST_LIST_BYTES) return;
  await keepList(ledger, list, ledger.now());
}
