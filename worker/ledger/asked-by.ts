import { hash } from 'node:crypto';
import { ANSWERED_MS, type Once } from './idempotency';
import type { Queries } from './ledger';
import type { Schedule } from './schedules';

/**
 * The request that asked for an occurrence, as the occurrence keeps it: told again, and not read back, as a key may name a person. It is
 * written in the commit that asks, so that a request whose answer was lost does not open a second campaign.
 */
export function askedBy({ uid }: Pick<Schedule, 'uid'>, { scope, key }: Once): string {
  return hash('sha256', JSON.stringify([uid, scope, key]));
}

/** The occurrence that this request has asked for, as long as its key stands for it. */
export async function localAskedBy(
  db: Queries,
  scheduleId: number,
  by: string,
  now: number,
): Promise<string | undefined> {
  const found = await db
    .selectFrom('occurrences')
    .select('local')
    .where('schedule_id', '=', scheduleId)
    .where('asked_by', '=', by)
    .where('nominal_at', '>=', now - ANSWERED_MS)
    .orderBy('nominal_at', 'desc')
    .executeTakeFirst();
  return found?.local;
}
