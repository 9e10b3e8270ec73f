import { sql } from 'kysely';
import type { DeliveryState } from '../../core/delivery';
import type { RecipientState } from '../../core/words';
import type { Campaign } from './campaigns';
import { campaignLock, oneAtATime } from './dialect';
import type { Ledger, Queries } from './ledger';
import { IN_WORK } from './rows';

/**
 * Counts a campaign's rows anew, and puts right what the counters say. They move with the rows in every transaction; this is
 * for the case that one of them was wrong.
 */
export async function recount(ledger: Ledger, campaignId: number): Promise<void> {
  await ledger.db.transaction().execute(async (trx) => {
    await oneAtATime(trx, campaignLock(campaignId));
    await sql`delete from counters where campaign_id = ${campaignId} and state <> 'double'`.execute(
      trx,
    );
    await sql`
      insert into counters (campaign_id, state, reason, n)
      select campaign_id, state, case when state in ('pending', 'claimed', 'sending') then '' else coalesce(reason, '') end as why, count(*)
      from recipients where campaign_id = ${campaignId} group by 1, 2, 3
      union all
      select campaign_id, 'delivery', delivery, count(*)
      from recipients where campaign_id = ${campaignId} and delivery is not null group by 1, 3
    `.execute(trx);
  });
}

export type Counts = Record<RecipientState, number> & { total: number; double: number };

export interface Tally {
  readonly counts: Counts;
  /** Skipped, failed and unknown rows by reason, most first. */
  readonly reasons: readonly { state: RecipientState; reason: string; n: number }[];
  /** Rows by what is known of them beyond the platform's acceptance. */
  readonly delivery: Readonly<Record<DeliveryState, number>>;
}

export async function tally(db: Queries, campaignId: number): Promise<Tally> {
  const rows = await db
    .selectFrom('counters')
    .select(['state', 'reason', 'n'])
    .where('campaign_id', '=', campaignId)
    .where('n', '<>', 0)
    .orderBy('n', 'desc')
    .execute();
  const counts: Counts = {
    pending: 0,
    claimed: 0,
    sending: 0,
    sent: 0,
    failed: 0,
    unknown: 0,
    skipped: 0,
    total: 0,
    double: 0,
  };
  const reasons: { state: RecipientState; reason: string; n: number }[] = [];
  const delivery = { delivered: 0, read: 0, delivery_failed: 0, replied: 0 };
  for (const { state, reason, n } of rows) {
    if (state === 'delivery') {
      delivery[reason as DeliveryState] += n;
      continue;
    }
    counts[state] += n;
    if (state === 'double') continue;
    counts.total += n;
    if (reason !== '') reasons.push({ state, reason, n });
  }
  return { counts, reasons, delivery };
}

/** A campaign of the same account that has people in work whom this one waits for, or null. */
export async function holderOfPeople(
  db: Queries,
  { id, account }: Pick<Campaign, 'id' | 'account'>,
): Promise<string | null> {
  const found = await sql<{ name: string }>`
    select c.name from recipients o join campaigns c on c.id = o.campaign_id
    where o.account = ${account} and o.${IN_WORK} and o.campaign_id <> ${id} order by c.id limit 1
  `.execute(db);
  return found.rows[0]?.name ?? null;
}

/** When the next waiting row is due, or null. */
export async function nextDue(db: Queries, campaignId: number): Promise<number | null> {
  const row = await sql<{ at: number | null }>`
    select min(not_before) as at from recipients where campaign_id = ${campaignId} and state = 'pending'
  `.execute(db);
  return row.rows[0]?.at ?? null;
}
