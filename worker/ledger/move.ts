import { randomBytes } from 'node:crypto';
import { record } from './audit';
import { analyze, clearAll, copyAll, isEmpty } from './copy';
import { oneAtATime } from './dialect';
import { LedgerError } from './errors';
import {
  highestAttempt,
  type Identity,
  identityOf,
  type LedgerState,
  refuseUnlessOpen,
} from './identity';
import { fingerprintOf, type Ledger } from './ledger';
import { atOneMoment } from './snapshot';

/** What the two sides of a move may be opened as: also those that a move left behind when it died. */
export const MOVABLE: readonly LedgerState[] = ['open', 'moving', 'moved'];
export const FILLABLE: readonly LedgerState[] = ['open', 'filling'];

/**
 * Moves everything into an empty ledger. From its first commit on nothing can be begun in the old one, and the new one can
 * be used only when all of it has arrived: at no moment are there two. A move that fails leaves the old one as it was; one
 * that died is done by the next call, from its beginning.
 *
 * @returns how many rows there are in all.
 * @throws LedgerError when somebody works in the old ledger, or something is in the new one.
 */
export async function moveLedger(
  source: Ledger,
  { ledger: target, where }: { readonly ledger: Ledger; readonly where: string },
  now: number,
  onRows?: (done: number) => void | Promise<void>,
): Promise<number> {
  const { id, moved } = await sealSource(source, target.place, now);
  if (moved) {
    // All of it has arrived; only the last word is missing.
    const filled = await identityOf(target.db);
    if (filled?.state !== 'filling' || filled.move_id !== id) await refuseMoved(source);
    await openTarget(source, target, where, now);
    return 0;
  }
  let rows: number;
  try {
    await beginFilling(target, id);
    rows = await atOneMoment(source, (trx) => copyAll(trx, target, onRows));
    await endSource(source, id, now);
  } catch (error) {
    await unseal(source, id).catch(() => undefined);
    throw error;
  }
  await openTarget(source, target, where, now);
  return rows;
}

/** Shuts the old ledger, unless somebody works in it. */
async function sealSource(
  source: Ledger,
  to: string,
  now: number,
): Promise<{ id: string; moved: boolean }> {
  return source.db.transaction().execute(async (trx) => {
    await oneAtATime(trx, 'identity');
    const identity = await identityOf(trx, true);
    if (identity === undefined) throw new LedgerError('this ledger has no identity');
    if (identity.state === 'moved') return { id: identity.move_id ?? '', moved: true };
    refuseUnlessOpen(identity, MOVABLE);
    const alive = await trx
      .selectFrom('leases')
      .innerJoin('campaigns', 'campaigns.id', 'leases.campaign_id')
      .select(['holder', 'name'])
      .where('ended', '=', 0)
      .where('until', '>=', now)
      .executeTakeFirst();
    if (alive !== undefined) {
      throw new LedgerError(
        `${alive.name} is being run by ${alive.holder}: nothing was moved. End it there (Ctrl-C), and give the same command again`,
      );
    }
    const id = randomBytes(16).toString('hex');
    await trx
      .updateTable('identity')
      .set({ state: 'moving', detail: to, move_id: id })
      .where('id', '=', 1)
      .execute();
    await record(trx, { at: now, action: 'move', detail: `to ${to}` });
    return { id, moved: false };
  });
}

async function refuseMoved(source: Ledger): Promise<never> {
  const identity = (await identityOf(source.db)) as Identity;
  refuseUnlessOpen(identity, ['open']);
  throw new LedgerError('this ledger was moved already');
}

/** @throws LedgerError when the target holds anything that is not of a move that died. */
async function beginFilling(target: Ledger, id: string): Promise<void> {
  await target.db.transaction().execute(async (trx) => {
    await oneAtATime(trx, 'identity');
    const identity = await identityOf(trx, true);
    if (identity !== undefined) refuseUnlessOpen(identity, FILLABLE);
    if (identity?.state === 'open' && !(await isEmpty(trx))) {
      throw new LedgerError(
        `${target.place} is not empty: a ledger can be moved only to where none is. Nothing was moved`,
      );
    }
    await clearAll(trx);
    await trx
      .updateTable('identity')
      .set({ state: 'filling', detail: null, move_id: id })
      .where('id', '=', 1)
      .execute();
  });
}

/** From here on the old ledger is history, and only the new one counts. */
async function endSource(source: Ledger, id: string, now: number): Promise<void> {
  await source.db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('identity')
      .set({ state: 'moved' })
      .where('state', '=', 'moving')
      .where('move_id', '=', id)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) {
      throw new LedgerError('another campaign move has taken over, or took this one back');
    }
    await record(trx, { at: now, action: 'moved' });
  });
}

async function openTarget(
  source: Ledger,
  target: Ledger,
  where: string,
  now: number,
): Promise<void> {
  const before = await identityOf(source.db);
  const fingerprint = await fingerprintOf(target, where);
  target.mark?.renew((await highestAttempt(target.db)) ?? 0);
  await target.db.transaction().execute(async (trx) => {
    await trx
      .updateTable('identity')
      .set({
        state: 'open',
        detail: null,
        move_id: null,
        fingerprint: JSON.stringify(fingerprint),
        restored_at: before?.restored_at ?? null,
      })
      .where('id', '=', 1)
      .execute();
    await record(trx, { at: now, action: 'moved', detail: `from ${source.place}` });
  });
  // Empty tables that have just been filled are planned for as they were, until somebody counts them.
  await analyze(target.db);
}

/** Takes a move back that failed or died: the old ledger can be used again. False: there was none. */
export async function unseal(source: Ledger, id?: string): Promise<boolean> {
  const { numUpdatedRows } = await source.db
    .updateTable('identity')
    .set({ state: 'open', detail: null, move_id: null })
    .where('state', '=', 'moving')
    .$if(id !== undefined, (query) => query.where('move_id', '=', id ?? ''))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
