import { sql } from 'kysely';
import type { Queries } from './ledger';

/** Whom a campaign has written to may answer for so long after its end, as far as anybody waits for it. */
const ANSWERED_MS = 7 * 24 * 60 * 60_000;

/** The accounts whose people may answer: those with a campaign that is not over, or that ended lately. */
export async function inboundAccounts(db: Queries, now: number): Promise<string[]> {
  // From one account to the next, and of each only its first and last entry of the index: of single messages there may be very many.
  const { rows } = await sql<{ account: string }>`
    with recursive known (account) as (
      select min(account) from campaigns
      union all
      select (select min(account) from campaigns where account > known.account) from known where account is not null
    )
    select account from known
    where exists (select 1 from campaigns c where c.account = known.account and c.ended_at is null)
      or (select max(ended_at) from campaigns c where c.account = known.account) >= ${now - ANSWERED_MS}
    order by account
  `.execute(db);
  return rows.map(({ account }) => account);
}
