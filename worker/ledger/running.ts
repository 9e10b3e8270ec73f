import { sql } from 'kysely';
import { FINAL_STATES } from '../../core/words';
import type { Queries } from './ledger';

/** How many rows have their end in each campaign with a list that runs: of the newest so many. */
export async function doneOfRunning(
  db: Queries,
  limit: number,
): Promise<readonly { readonly campaignId: number; readonly done: number }[]> {
  const { rows } = await sql<{ campaignId: number; done: number | null }>`
    select c.id as "campaignId", sum(n.n) as done from campaigns c
    left join counters n on n.campaign_id = c.id and n.state in (${sql.join([...FINAL_STATES])})
    where c.kind = 'list' and c.state = 'running' group by c.id order by c.id desc limit ${limit}
  `.execute(db);
  return rows.map(({ campaignId, done }) => ({ campaignId, done: Number(done ?? 0) }));
}
