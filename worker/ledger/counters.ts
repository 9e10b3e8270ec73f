import { sql } from 'kysely';
import type { RecipientState } from '../../core/words';
import type { Queries } from './ledger';
import { rowsOf } from './rows';

export interface Move {
  readonly from?: { state: RecipientState | 'delivery'; reason?: string | null };
  /** `delivery`: what is known of a row beyond its acceptance, in `reason`. */
  readonly to?: { state: RecipientState | 'double' | 'delivery'; reason?: string | null };
  readonly n: number;
}

/** Keeps the counts true, in the transaction that moves the rows: nobody ever scans for them. */
export async function count(
  trx: Queries,
  campaignId: number,
  moves: readonly Move[],
): Promise<void> {
  const sums = new Map<string, { state: string; reason: string; n: number }>();
  const add = (state: string, reason: string | null | undefined, n: number) => {
    const id = `${state}/${reason ?? ''}`;
    const sum = sums.get(id) ?? { state, reason: reason ?? '', n: 0 };
    sum.n += n;
    sums.set(id, sum);
  };
  for (const { from, to, n } of moves) {
    if (from) add(from.state, from.reason, -n);
    if (to) add(to.state, to.reason, n);
  }
  const rows = [...sums.entries()]
    .filter(([, sum]) => sum.n !== 0)
    // Always in the same order: transactions that count the same things wait for each other in turn.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, sum]) => sum);
  if (rows.length === 0) return;
  await sql`
    insert into counters (campaign_id, state, reason, n)
    select ${campaignId}, state, reason, n from ${rowsOf(trx, { state: 'text', reason: 'text', n: 'integer' }, rows)} as v where true
    on conflict (campaign_id, state, reason) do update set n = counters.n + excluded.n
  `.execute(trx);
}
