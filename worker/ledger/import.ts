import { hash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { AddressKind, SkipReason } from '../../core/words';
import { record } from './audit';
import { type Campaign, holdCampaign, needCampaign } from './campaigns';
import { count, type Move } from './counters';
import { isPostgres } from './dialect';
import { LedgerError } from './errors';
import { needOpen } from './identity';
import type { Ledger } from './ledger';
import { rowsOf } from './rows';
import type { Schema } from './schema';

export interface NewRecipient {
  /** The spreadsheet's row number. */
  readonly row: number;
  readonly raw: string;
  readonly kind?: AddressKind;
  readonly address?: string;
  /** The caller's own key; without one it follows from the campaign and the address. */
  readonly key?: string;
  /** JSON. */
  readonly profile?: string;
  /** JSON. */
  readonly content?: string;
  readonly zone?: string;
  /** What the list says of this person's opt-in, in its own words. */
  readonly consent?: string;
  readonly skip?: { readonly reason: SkipReason; readonly detail?: string };
}

/** The stable key of a send: opaque, the same however often it is asked. */
export function sendKey(campaign: { uid: string }, address: string): string {
  return hash('sha256', `${campaign.uid}\n${address}`, 'base64url').slice(0, 24);
}

const COLUMNS = {
  seq: 'integer',
  row: 'integer',
  raw: 'text',
  kind: 'text',
  address: 'text',
  key: 'text',
  profile: 'text',
  content: 'text',
  zone: 'text',
  consent: 'text',
  state: 'text',
  reason: 'text',
  detail: 'text',
} as const;

/**
 * Appends rows to a campaign that is being imported; `from` is how many rows came before these. A row whose address is
 * in the campaign already is kept as `skipped: duplicate`. Repeating a call changes nothing: an import that died goes on
 * where its last commit was.
 *
 * @throws LedgerError when the campaign is sealed already.
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
    const { imported, sealed, state } = await holdCampaign(trx, campaign.name);
    if (sealed === 1)
      throw new LedgerError(`campaign "${campaign.name}" is complete: no row can be added`);
    if (state !== 'importing') {
      throw new LedgerError(`campaign "${campaign.name}" is ${state}: no row can be added`);
    }
    const fresh = rows.slice(Math.max(0, imported - from));
    if (fresh.length === 0) return { duplicates: 0 };
    const first = from + rows.length - fresh.length;
    const values = fresh.map((row, at) => ({
      seq: first + at,
      row: row.row,
      raw: row.raw,
      kind: row.kind,
      address: row.address,
      key:
        row.skip !== undefined || row.address === undefined
          ? null
          : (row.key ?? sendKey(campaign, row.address)),
      profile: row.profile,
      content: row.content,
      zone: row.zone,
      consent: row.consent,
      state: row.skip === undefined ? 'pending' : 'skipped',
      reason: row.skip?.reason,
      detail: row.skip?.detail,
    }));
    const inserted = await insert(values, 'on conflict ("key") where "key" is not null do nothing');
    let duplicates: typeof values = [];
    if (inserted < values.length) {
      const missing = await sql<{ seq: number; of: number }>`
        select v.seq, o."row" as "of"
        from ${rowsOf(trx, { seq: 'integer', key: 'text' }, values)} as v
        join recipients as o on o."key" = v."key"
        where not exists (select 1 from recipients r where r.campaign_id = ${campaign.id} and r.seq = v.seq)
      `.execute(trx);
      const firstRow = new Map(missing.rows.map(({ seq, of }) => [seq, of]));
      duplicates = values
        .filter(({ seq }) => firstRow.has(seq))
        .map((value) => ({
          ...value,
          key: null,
          content: undefined,
          profile: undefined,
          state: 'skipped',
          reason: 'duplicate' as const,
          detail: `the same address as row ${firstRow.get(value.seq)}`,
        }));
      await insert(duplicates, '');
    }
    const doubled = new Set(duplicates.map(({ seq }) => seq));
    const moves: Move[] = [
      ...Map.groupBy(
        [...values.filter(({ seq }) => !doubled.has(seq)), ...duplicates],
        ({ reason }) => reason,
      ),
    ].map(([reason = null, { length: n }]) => ({
      to: { state: reason === null ? 'pending' : 'skipped', reason },
      n,
    }));
    await count(trx, campaign.id, moves);
    await trx
      .updateTable('campaigns')
      .set({ imported: from + rows.length })
      .where('id', '=', campaign.id)
      .execute();
    return { duplicates: duplicates.length };

    async function insert(some: typeof values, onConflict: string): Promise<number> {
      if (some.length === 0) return 0;
      // What no row of the block has costs nothing.
      const used = Object.entries(COLUMNS).filter(([name]) =>
        some.some((value) => value[name as keyof typeof value] != null),
      );
      const columns = sql.join(used.map(([name]) => sql.ref(name)));
      const result = await sql`
        insert into recipients (campaign_id, account, not_before, updated_at, ${columns})
        select ${campaign.id}, ${campaign.account}, 0, ${now}, ${columns}
        from ${rowsOf(trx, Object.fromEntries(used), some)} as v where true ${sql.raw(onConflict)}
      `.execute(trx);
      return Number(result.numAffectedRows ?? 0n);
    }
  });
}

/** The list is complete: from now on the campaign can be started, and can end. */
export async function seal(ledger: Ledger, campaign: Campaign, now: number): Promise<Campaign> {
  const sealed = await ledger.db.transaction().execute(async (trx) => {
    await trx
      .updateTable('campaigns')
      .set({ sealed: 1, state: 'ready' })
      .where('id', '=', campaign.id)
      .where('state', '=', 'importing')
      .execute();
    await record(trx, { at: now, campaign: campaign.name, action: 'seal' });
    return needCampaign(trx, campaign.name);
  });
  // A table that has just grown a thousandfold is planned for as it was, until somebody counts it.
  if (isPostgres(ledger.db)) await sql`analyze recipients`.execute(ledger.db);
  return sealed;
}
