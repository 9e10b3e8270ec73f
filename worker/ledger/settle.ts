import { sql } from 'kysely';
import type { Campaign } from './campaigns';
import { skipLocked } from './dialect';
import { leaseOver } from './leases';
import type { Ledger, Queries } from './ledger';
import { IN_WORK } from './rows';

/** An attempt whose outcome is open: its answer was lost, or whoever made it is gone. */
export interface OpenAttempt {
  readonly seq: number;
  readonly attemptId: number;
  readonly number: number;
  readonly key: string;
  readonly kind: 'phone' | 'email';
  readonly address: string;
  readonly contactId: string;
  readonly conversationId: string | null;
  readonly watermark: string | null;
  readonly startedAt: number;
  readonly sendBy: number;
  readonly looks: number;
  /** What the platform answered, where it answered something that settles nothing. */
  readonly status: number | null;
  readonly detail: string | null;
}

/** A look-up that is due later than this was put on its schedule by a clock that has been set back since. */
const FAR_LOOK_MS = 60 * 60_000;
/** How long a look-up is left to whoever took it, before another may. */
const LOOK_TAKEN_MS = 60_000;

/**
 * Takes up to `limit` open attempts of a campaign whose look-up is due: those with a lost answer by their schedule, and
 * those whose lease ended without any result. Each is handed to one caller at a time. With a `seq`, of that row alone.
 */
export async function takeOpenAttempts(
  ledger: Ledger,
  campaign: Campaign,
  limit: number,
  now: number,
  seq: number | null = null,
): Promise<OpenAttempt[]> {
  return ledger.db.transaction().execute(async (trx) => {
    const due = await sql<OpenAttempt>`
      select r.seq, a.id as "attemptId", a.number, r."key", r.kind, r.address, a.contact_id as "contactId",
        a.conversation_id as "conversationId", a.watermark, a.started_at as "startedAt", a.send_by as "sendBy", a.looks, a.status, a.detail
      from recipients r join attempts a on a.id = r.attempt_id join leases l on l.id = a.lease_id
      where r.account = ${campaign.account} and r.${IN_WORK} and r.state = 'sending'
        and r.campaign_id = ${campaign.id} ${ofRow(seq)}
        and (a.look_at <= ${now} or a.look_at > ${now + FAR_LOOK_MS} or (a.look_at is null and ${leaseOver(now)}))
      order by a.id limit ${limit} ${skipLocked(trx, 'a')}
    `.execute(trx);
    if (due.rows.length > 0) {
      await trx
        .updateTable('attempts')
        .set((eb) => ({ look_at: now + LOOK_TAKEN_MS, looks: eb('looks', '+', 1) }))
        .where(
          'id',
          'in',
          due.rows.map(({ attemptId }) => attemptId),
        )
        .execute();
    }
    return due.rows;
  });
}

const ofRow = (seq: number | null) => (seq === null ? sql`` : sql`and r.seq = ${seq}`);

/** When the next look-up is due (a row without a schedule: when its lease ends), or null when nothing is open. */
export async function nextLook(
  db: Queries,
  { id, account }: Pick<Campaign, 'id' | 'account'>,
  now: number,
  seq: number | null = null,
): Promise<number | null> {
  const row = await sql<{ at: number | null }>`
    select min(case when a.look_at > ${now + FAR_LOOK_MS} then 0
      else coalesce(a.look_at, case when ${leaseOver(now)} then 0 else l.until end) end) as at
    from recipients r join attempts a on a.id = r.attempt_id join leases l on l.id = a.lease_id
    where r.account = ${account} and r.${IN_WORK} and r.state = 'sending' and r.campaign_id = ${id} ${ofRow(seq)}
  `.execute(db);
  return row.rows[0]?.at ?? null;
}

/** Puts the next look-up of an attempt on its schedule: at the first whole millisecond that is not before `at`. */
export async function lookAgain(ledger: Ledger, attemptId: number, at: number): Promise<void> {
  await ledger.db
    .updateTable('attempts')
    .set({ look_at: Math.ceil(at) })
    .where('id', '=', attemptId)
    .execute();
}
