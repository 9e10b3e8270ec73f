import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Ledger } from '../../worker/ledger';

/** Fails unless the counters, state by state and reason by reason, are what the rows themselves say. */
export async function expectTrueCounters(ledger: Ledger, campaignId: number): Promise<void> {
  const rows = await sql<{ state: string; reason: string; n: number }>`
    select state, case when state = 'pending' then '' else coalesce(reason, '') end as reason, count(*) as n
    from recipients where campaign_id = ${campaignId} group by 1, 2
    union all
    select 'delivery', delivery, count(*)
    from recipients where campaign_id = ${campaignId} and delivery is not null group by 2
    order by 1, 2
  `.execute(ledger.db);
  const kept = await sql<{ state: string; reason: string; n: number }>`
    select state, reason, n from counters
    where campaign_id = ${campaignId} and n <> 0 and state <> 'double' order by 1, 2
  `.execute(ledger.db);
  expect(kept.rows).toEqual(rows.rows);
}
