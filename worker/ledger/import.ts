import { type Kysely, sql } from 'kysely';
import { appendRows, type NewRecipient } from './append-rows';
import { record } from './audit';
import { type Campaign, holdCampaign, needCampaign } from './campaigns';
import { isPostgres } from './dialect';
import { LedgerError } from './errors';
import { emitCampaign } from './events';
import { needOpen } from './identity';
import type { Ledger } from './ledger';
import type { Schema } from './schema';

/**
 * Appends rows to a campaign that is being imported; `from` is how many rows came before these. A row whose address is
 * in the campaign already is kept as `skipped: duplicate`. Repeating a call changes nothing: an import that died goes on
 * where its last commit was.
 *
 * @throws LedgerError when the campaign is sealed already; `busy` when these rows are not of the list that it has now.
 */
export async function importRecipients(
  db: Kysely<Schema>,
  campaign: Campaign,
  from: number,
  rows: readonly NewRecipient[],
  now: number,
): Promise<{ duplicates: number }> {
  return db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const held = await holdCampaign(trx, campaign.name);
    needImporting(held);
    needSameList(held, campaign);
    if (held.imported < from) throw replaced(held);
    const fresh = rows.slice(Math.max(0, held.imported - from));
    return appendRows(trx, campaign, from + rows.length - fresh.length, fresh, now);
  });
}

/** @throws LedgerError when no row can be added to the campaign any more. */
export function needImporting({ name, sealed, state }: Campaign): void {
  if (sealed === 1) throw new LedgerError(`campaign "${name}" is complete: no row can be added`);
  if (state !== 'importing') {
    throw new LedgerError(`campaign "${name}" is ${state}: no row can be added`);
  }
}

/** Whoever reads a list and sleeps may find that it was refused meanwhile, and that another one is being read. */
function needSameList(held: Campaign, campaign: Campaign): void {
  if (held.list_hash !== campaign.list_hash) throw replaced(held);
}

const replaced = ({ name }: Campaign): LedgerError =>
  new LedgerError(`another list of "${name}" is being read now`, undefined, { code: 'busy' });

/** The list is complete: from now on the campaign can be started, and can end. */
export async function seal(ledger: Ledger, campaign: Campaign, now: number): Promise<Campaign> {
  const sealed = await ledger.db.transaction().execute(async (trx) => {
    // Nobody adds rows meanwhile, and commits them after it.
    const held = await holdCampaign(trx, campaign.name);
    if (held.state === 'importing') {
      needSameList(held, campaign);
      await trx
        .updateTable('campaigns')
        .set({ sealed: 1, state: 'ready' })
        .where('id', '=', campaign.id)
        .execute();
      await emitCampaign(trx, campaign, 'ready', now);
    }
    await record(trx, { at: now, campaign: campaign.name, action: 'seal' });
    return needCampaign(trx, campaign.name);
  });
  // A table that has just grown a thousandfold is planned for as it was, until somebody counts it.
  if (isPostgres(ledger.db)) await sql`analyze recipients`.execute(ledger.db);
  return sealed;
}
