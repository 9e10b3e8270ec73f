import { sql } from 'kysely';
import type { RecipientState } from '../../core/words';
import { record } from './audit';
import { type Campaign, holdCampaign } from './campaigns';
import { count } from './counters';
import { LedgerError } from './errors';
import { needOpen } from './identity';
import type { Ledger, Queries } from './ledger';

/** Rows that are taken out in one commit. */
const PAGE = 10_000;

export interface GivenList {
  readonly campaign: Campaign;
  /** False when the campaign has this very list already. */
  readonly given: boolean;
}

/**
 * Gives a campaign the list that was uploaded for it. The same bytes again change nothing.
 *
 * @throws LedgerError when it has another list, or takes none (any more).
 */
export async function giveList(
  ledger: Ledger,
  name: string,
  list: { readonly path: string; readonly hash: string },
  now: number,
): Promise<GivenList> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const campaign = await holdCampaign(trx, name);
    if (!wantsList(campaign, list.hash)) return { campaign, given: false };
    if (campaign.imported > 0) {
      throw new LedgerError(`rows of an earlier list of "${name}" are still in`, undefined, {
        code: 'busy',
      });
    }
    const taken = { list_path: list.path, list_hash: list.hash, why: null };
    await trx.updateTable('campaigns').set(taken).where('id', '=', campaign.id).execute();
    await record(trx, { at: now, campaign: name, action: 'upload' });
    return { campaign: { ...campaign, ...taken }, given: true };
  });
}

/**
 * Whoever asked for a campaign last says whether it starts by itself when all are in. One that is complete and waits is not made to
 * start by it, but may be kept from it.
 */
export async function askStart(ledger: Ledger, name: string, starts: boolean): Promise<Campaign> {
  const autostart = starts ? 1 : 0;
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const campaign = await holdCampaign(trx, name);
    const open = campaign.state === 'importing' || (campaign.state === 'ready' && !starts);
    if (!open || campaign.autostart === autostart) return campaign;
    await trx.updateTable('campaigns').set({ autostart }).where('id', '=', campaign.id).execute();
    return { ...campaign, autostart };
  });
}

/** The list that a campaign has lies elsewhere now: whoever kept it before is gone. False when it is read already. */
export async function moveList(
  ledger: Ledger,
  name: string,
  list: { readonly path: string; readonly hash: string },
): Promise<boolean> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const { id, state, sealed, list_hash: hash } = await holdCampaign(trx, name);
    if (state !== 'importing' || sealed === 1 || hash !== list.hash) return false;
    await trx.updateTable('campaigns').set({ list_path: list.path }).where('id', '=', id).execute();
    return true;
  });
}

/**
 * Whether a campaign takes a list of this hash; false when it has it already.
 *
 * @throws LedgerError when it has another list, or takes none (any more).
 */
export function wantsList(
  { name, intake, state, list_hash: before }: Campaign,
  hash: string | null,
): boolean {
  const refuse = (words: string) =>
    new LedgerError(`campaign "${name}" ${words}`, undefined, { code: 'conflict' });
  if (intake === 'chunks') throw refuse('takes its recipients in chunks, and no list');
  if (intake === null) throw refuse('was made from a file, and takes no list');
  if (before !== null && (hash === null || before === hash)) return false;
  if (before !== null) {
    throw refuse('has another list already. A new list needs a campaign of another name');
  }
  if (state !== 'importing') throw refuse(`is ${state}, and takes no list any more`);
  return true;
}

/** A list that cannot be read to its end is forgotten, and so are the rows that came of it: another may be uploaded. */
export async function refuseList(
  ledger: Ledger,
  { name, list_hash: hash }: Campaign,
  why: string,
  now: number,
): Promise<void> {
  await ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const { id, state, sealed, list_hash: current } = await holdCampaign(trx, name);
    if (state !== 'importing' || sealed === 1 || current === null || current !== hash) return;
    const nothing = { list_path: null, list_hash: null, why };
    await trx.updateTable('campaigns').set(nothing).where('id', '=', id).execute();
    await record(trx, { at: now, campaign: name, action: 'refuse_list' });
  });
  await clearRows(ledger, name);
}

/** Takes out what is left of a list that was refused. May be repeated, by anybody. */
export async function clearRows(ledger: Ledger, name: string): Promise<void> {
  while (await ledger.db.transaction().execute((trx) => clearSome(trx, name)));
}

/** The last ones first, so that those that are in always begin at the first. Returns whether more are left. */
async function clearSome(trx: Queries, name: string): Promise<boolean> {
  const { id, state, sealed, imported, list_hash: hash, intake } = await holdCampaign(trx, name);
  const refused = intake === 'upload' && state === 'importing' && sealed === 0 && hash === null;
  if (!refused || imported === 0) return false;
  const from = Math.max(0, imported - PAGE);
  const theirs = sql`campaign_id = ${id} and seq >= ${from}`;
  const { rows } = await sql<{ state: RecipientState; reason: string | null; n: number }>`
    select state, reason, count(*) as n from recipients where ${theirs} group by state, reason
  `.execute(trx);
  await sql`delete from recipients where ${theirs}`.execute(trx);
  await count(
    trx,
    id,
    rows.map((row) => ({ from: { state: row.state, reason: row.reason }, n: Number(row.n) })),
  );
  await trx.updateTable('campaigns').set({ imported: from }).where('id', '=', id).execute();
  return from > 0;
}

/** Campaigns whose list was uploaded, and is to be read. */
export async function uploadsToRead(db: Queries): Promise<Campaign[]> {
  return db
    .selectFrom('campaigns')
    .selectAll()
    .where('kind', '=', 'list')
    .where('intake', '=', 'upload')
    .where('state', '=', 'importing')
    .where('sealed', '=', 0)
    .where('list_path', 'is not', null)
    .orderBy('id')
    .execute();
}
