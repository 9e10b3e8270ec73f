import { sql } from 'kysely';
import { count } from './counters';
import { LedgerError } from './errors';
import type { Ledger, Queries } from './ledger';
import { IN_WORK } from './rows';

/** A holder renews every few seconds; one that is silent for this long has lost what it held. */
export const LEASE_MS = 10_000;

export interface Lease {
  readonly id: number;
  readonly campaignId: number;
  readonly until: number;
}

export interface DriverLease {
  readonly id: number;
  readonly holder: string;
  readonly until: number;
}

/** Opens a slice's lease: rows are claimed under it, and no gate passes after its end. */
export async function openSlice(
  ledger: Ledger,
  campaignId: number,
  holder: string,
  now: number,
  leaseMs = LEASE_MS,
): Promise<Lease> {
  const row = await ledger.db
    .insertInto('leases')
    .values({ campaign_id: campaignId, kind: 'slice', holder, until: now + leaseMs })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id: row.id, campaignId, until: now + leaseMs };
}

/** Prolongs a lease that still holds. False: it ended, and stays ended; what was claimed under it may be another's. */
export async function renew(
  ledger: Ledger,
  leaseId: number,
  now: number,
  leaseMs = LEASE_MS,
): Promise<boolean> {
  const result = await ledger.db
    .updateTable('leases')
    .set({ until: now + leaseMs })
    .where('id', '=', leaseId)
    .where('ended', '=', 0)
    .where('until', '>=', now)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function end(ledger: Ledger, leaseId: number): Promise<void> {
  await ledger.db.updateTable('leases').set({ ended: 1 }).where('id', '=', leaseId).execute();
}

/** Who drives the campaign now, if anybody does. */
export async function driverOf(db: Queries, campaignId: number): Promise<DriverLease | undefined> {
  return db
    .selectFrom('leases')
    .select(['id', 'holder', 'until'])
    .where('campaign_id', '=', campaignId)
    .where('kind', '=', 'driver')
    .where('ended', '=', 0)
    .executeTakeFirst();
}

/**
 * Takes the driver's seat of a campaign, if it is free or its holder's lease ended.
 *
 * @returns the lease, or who holds it.
 */
export async function takeDriver(
  ledger: Ledger,
  campaignId: number,
  holder: string,
  now: number,
  leaseMs = LEASE_MS,
): Promise<{ taken: DriverLease } | { held: DriverLease }> {
  return ledger.db.transaction().execute(async (trx) => {
    const current = await driverOf(trx, campaignId);
    if (current !== undefined && current.until >= now) return { held: current };
    if (current !== undefined) {
      await trx.updateTable('leases').set({ ended: 1 }).where('id', '=', current.id).execute();
    }
    const row = await trx
      .insertInto('leases')
      .values({ campaign_id: campaignId, kind: 'driver', holder, until: now + leaseMs })
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) throw new LedgerError('the driver lease could not be written');
    return { taken: { id: row.id, holder, until: now + leaseMs } };
  });
}

/**
 * Rows that were claimed under a lease which has ended go back: nothing of theirs had been sent. Of the whole account, as
 * the same people may be on another campaign's list, and wait for them. Returns how many.
 */
export async function reclaim(ledger: Ledger, account: string, now: number): Promise<number> {
  return ledger.db.transaction().execute(async (trx) => {
    const freed = await sql<{ campaignId: number }>`
      update recipients set state = 'pending', lease_id = null, updated_at = ${now}
      where account = ${account} and ${IN_WORK} and state = 'claimed' and exists (
        select 1 from leases l where l.id = recipients.lease_id and (l.ended = 1 or l.until < ${now}))
      returning campaign_id as "campaignId"
    `.execute(trx);
    for (const { campaignId } of freed.rows) {
      await count(trx, campaignId, [
        { from: { state: 'claimed' }, to: { state: 'pending' }, n: 1 },
      ]);
    }
    return freed.rows.length;
  });
}
