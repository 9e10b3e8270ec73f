import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { AddressKind, SkipReason } from '../../core/words';
import type { Campaign } from './campaigns';
import { count, type Move } from './counters';
import type { Queries } from './ledger';
import { rowsOf } from './rows';

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

/** Writes the next rows of a campaign that is held and being imported; `first` is the `seq` of the first of them. */
export async function appendRows(
  trx: Queries,
  campaign: Campaign,
  first: number,
  rows: readonly NewRecipient[],
  now: number,
): Promise<{ duplicates: number }> {
  if (rows.length === 0) return { duplicates: 0 };
  const values = rows.map((row, at) => valuesOf(campaign, row, first + at));
  const inserted = await insert(
    trx,
    campaign,
    values,
    now,
    'on conflict ("key") where "key" is not null do nothing',
  );
  const duplicates = inserted < values.length ? await duplicatesAmong(trx, campaign, values) : [];
  await insert(trx, campaign, duplicates, now);
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
    .set({ imported: first + rows.length })
    .where('id', '=', campaign.id)
    .execute();
  return { duplicates: duplicates.length };
}

function valuesOf(campaign: Campaign, row: NewRecipient, seq: number) {
  return {
    seq,
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
  };
}

type Values = ReturnType<typeof valuesOf>;

/** Of rows that were just written, those that were not, because another row has their key: as they are kept instead. */
async function duplicatesAmong(
  trx: Queries,
  campaign: Campaign,
  values: readonly Values[],
): Promise<Values[]> {
  const missing = await sql<{ seq: number; of: number }>`
    select v.seq, o."row" as "of"
    from ${rowsOf(trx, { seq: 'integer', key: 'text' }, values)} as v
    join recipients as o on o."key" = v."key"
    where not exists (select 1 from recipients r where r.campaign_id = ${campaign.id} and r.seq = v.seq)
  `.execute(trx);
  const firstRow = new Map(missing.rows.map(({ seq, of }) => [seq, of]));
  return values
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
}

async function insert(
  trx: Queries,
  campaign: Campaign,
  some: readonly Values[],
  now: number,
  onConflict = '',
): Promise<number> {
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
