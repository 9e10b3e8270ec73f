import { type RawBuilder, sql } from 'kysely';
import { count } from './counters';
import { oneAtATime, skipLocked } from './dialect';
import { LedgerError } from './errors';
import { needOpen } from './identity';
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

/** A lease that runs longer than this was written by a clock that has been set back since: it is over as well. */
const FAR_MS = 120_000;

/** In SQL: the lease `l` has ended, or nobody renews it. */
export function leaseOver(now: number): RawBuilder<boolean> {
  return sql`(l.ended = 1 or l.until < ${now} or l.until > ${now + FAR_MS})`;
}

/** Whether a lease is held by somebody who lives. */
export function isAlive({ until }: Pick<DriverLease, 'until'>, now: number): boolean {
  return until >= now && until <= now + FAR_MS;
}

/**
 * Opens a slice's lease: rows are claimed under it, and no gate passes after its end. Null when `most` slices of the
 * campaign are open already, in whatever processes.
 */
export async function openSlice(
  ledger: Ledger,
  campaignId: number,
  {
    holder,
    now,
    leaseMs = LEASE_MS,
    most = Number.POSITIVE_INFINITY,
  }: {
    readonly holder: string;
    readonly now: number;
    readonly leaseMs?: number;
    readonly most?: number;
  },
): Promise<Lease | null> {
  await ledger.stillHere();
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    await oneAtATime(trx, `slices/${campaignId}`);
    const open = await sql<{ n: number }>`
      select count(*) as n from leases l
      where l.campaign_id = ${campaignId} and l.ended = 0 and l.kind = 'slice' and not ${leaseOver(now)}
    `.execute(trx);
    if ((open.rows[0]?.n ?? 0) >= most) return null;
    const row = await trx
      .insertInto('leases')
      .values({ campaign_id: campaignId, kind: 'slice', holder, until: now + leaseMs })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { id: row.id, campaignId, until: now + leaseMs };
  });
}

/** Opens the lease of one message: its row is claimed under it. Slices are not counted with it. */
export async function openSend(
  ledger: Ledger,
  campaignId: number,
  {
    holder,
    now,
    leaseMs,
  }: { readonly holder: string; readonly now: number; readonly leaseMs: number },
): Promise<Lease> {
  await ledger.stillHere();
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const { id } = await trx
      .insertInto('leases')
      .values({ campaign_id: campaignId, kind: 'send', holder, until: now + leaseMs })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { id, campaignId, until: now + leaseMs };
  });
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
    await needOpen(trx);
    await oneAtATime(trx, `drive/${campaignId}`);
    const { engine, workflow_id: workflowId } = await trx
      .selectFrom('campaigns')
      .select(['engine', 'workflow_id'])
      .where('id', '=', campaignId)
      .executeTakeFirstOrThrow();
    // As long as no workflow has it, whoever made the campaign may read its list.
    if (engine === 'temporal' && workflowId !== null) {
      const holder = `Temporal (workflow ${workflowId})`;
      return { held: { id: 0, holder, until: Number.POSITIVE_INFINITY } };
    }
    const current = await driverOf(trx, campaignId);
    if (current !== undefined && isAlive(current, now)) return { held: current };
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
 * the same people may be on another campaign's list, and wait for them. Those that somebody else is moving right now are
 * left to the next time, as two that wait for each other's rows would end in an error. Returns how many.
 */
export async function reclaim(ledger: Ledger, account: string, now: number): Promise<number> {
  return ledger.db.transaction().execute(async (trx) => {
    const freed = await sql<{ campaignId: number }>`
      update recipients set state = 'pending', lease_id = null, updated_at = ${now}
      where (campaign_id, seq) in (
        select r.campaign_id, r.seq from recipients r
        where r.account = ${account} and r.${IN_WORK} and r.state = 'claimed' and exists (
          select 1 from leases l where l.id = r.lease_id and ${leaseOver(now)})
        ${skipLocked(trx, 'r')})
      returning campaign_id as "campaignId"
    `.execute(trx);
    const byCampaign = Map.groupBy(freed.rows, ({ campaignId }) => campaignId);
    for (const [campaignId, rows] of [...byCampaign].sort(([a], [b]) => a - b)) {
      await count(trx, campaignId, [
        { from: { state: 'claimed' }, to: { state: 'pending' }, n: rows.length },
      ]);
    }
    return freed.rows.length;
  });
}
