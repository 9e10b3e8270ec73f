import { randomBytes } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { record } from './audit';
import { oneAtATime } from './dialect';
import { LedgerError } from './errors';
import { needOpen } from './identity';
import { holdsList } from './kept-lists';
import type { Ledger, Queries } from './ledger';
import type { Engine, SchedulesTable } from './schema';

export type Schedule = Readonly<Omit<Selectable<SchedulesTable>, 'name'>> & {
  readonly name: string;
};

export interface NewSchedule {
  readonly name: string;
  readonly engine: Engine;
  /** JSON. */
  readonly file: string;
  /** JSON. */
  readonly spec: string;
  /** A list that the ledger keeps for it. */
  readonly uploadHash?: string;
  readonly nextAt: number | null;
}

/** Writes a schedule down, active. @throws LedgerError when the name is taken, or its upload is gone. */
export async function createSchedule(
  ledger: Ledger,
  { name, engine, file, spec, uploadHash, nextAt }: NewSchedule,
  now: number,
): Promise<Schedule> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    await oneAtATime(trx, `schedule ${name}`);
    if ((await findSchedule(trx, name)) !== undefined) {
      throw new LedgerError(`a schedule named "${name}" exists already`);
    }
    if (uploadHash !== undefined && !(await holdsList(trx, uploadHash))) {
      throw new LedgerError('the uploaded list is gone from the ledger: give the command again');
    }
    await trx
      .insertInto('schedules')
      .values({
        ref: randomBytes(8).toString('hex'),
        uid: randomBytes(16).toString('hex'),
        name,
        engine,
        file,
        spec,
        upload_hash: uploadHash ?? null,
        state: 'active',
        why: null,
        created_at: now,
        next_at: nextAt,
      })
      .execute();
    await record(trx, { at: now, action: 'schedule create', detail: name });
    return needSchedule(trx, name);
  });
}

export async function findSchedule(db: Queries, name: string): Promise<Schedule | undefined> {
  const found = await db
    .selectFrom('schedules')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  return found as Schedule | undefined;
}

/** @throws LedgerError when there is no schedule of that name. */
export async function needSchedule(db: Queries, name: string): Promise<Schedule> {
  const found = await findSchedule(db, name);
  if (found === undefined) {
    throw new LedgerError(`there is no schedule named "${name}"`, undefined, { code: 'not_found' });
  }
  return found;
}

/** The schedule that is called so outside the ledger; a deleted one has no name. */
export async function scheduleOfRef(
  db: Queries,
  ref: string,
): Promise<Readonly<Selectable<SchedulesTable>> | undefined> {
  return db.selectFrom('schedules').selectAll().where('ref', '=', ref).executeTakeFirst();
}

export async function listSchedules(db: Queries): Promise<Schedule[]> {
  const rows = await db
    .selectFrom('schedules')
    .selectAll()
    .where('state', '<>', 'deleted')
    .orderBy('id')
    .execute();
  return rows as Schedule[];
}

/** Schedules of the embedded engine whose next time has come. */
export async function dueSchedules(db: Queries, now: number): Promise<Schedule[]> {
  const rows = await db
    .selectFrom('schedules')
    .selectAll()
    .where('engine', '=', 'embedded')
    .where('state', '=', 'active')
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .execute();
  return rows as Schedule[];
}

/** Goes on to the next time, unless somebody else has. */
export async function advanceSchedule(
  ledger: Ledger,
  { id, next_at: from }: Pick<Schedule, 'id' | 'next_at'>,
  to: number | null,
): Promise<void> {
  await ledger.db
    .updateTable('schedules')
    .set({ next_at: to })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .where('next_at', '=', from)
    .execute();
}

/** Nothing is opened by the clock any more. Returns whether that changed anything. */
export async function pauseSchedule(
  ledger: Ledger,
  name: string,
  why: string | null,
  now: number,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const { id } = await needSchedule(trx, name);
    return pauseIn(trx, id, why, now);
  });
}

/** The same in a transaction with its reason. */
export async function pauseIn(
  trx: Queries,
  id: number,
  why: string | null,
  now: number,
): Promise<boolean> {
  const changed = await trx
    .updateTable('schedules')
    .set((eb) => ({ state: 'paused', why, next_at: null, revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'active')
    .returning('name')
    .execute();
  const [it] = changed;
  if (it === undefined) return false;
  // What was being tried by the clock, or kept until the one before is over, is not begun, nor after it is resumed.
  await trx
    .updateTable('occurrences')
    .set({ state: 'skipped', why: 'paused' })
    .where('schedule_id', '=', id)
    .where('state', 'in', ['asked', 'trying'])
    .where('asked', '=', 0)
    .execute();
  const detail = `${it.name ?? ''}${why === null ? '' : `: ${why}`}`;
  await record(trx, { at: now, action: 'schedule pause', detail });
  return true;
}

/** From now on, not from when it was paused: what fell into the pause is not made up for. */
export async function resumeSchedule(
  ledger: Ledger,
  name: string,
  nextAt: number | null,
  now: number,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const { id, state } = await needSchedule(trx, name);
    if (state === 'active') return false;
    await trx
      .updateTable('schedules')
      .set((eb) => ({
        state: 'active',
        why: null,
        next_at: nextAt,
        revision: eb('revision', '+', 1),
      }))
      .where('id', '=', id)
      .execute();
    await record(trx, { at: now, action: 'schedule resume', detail: name });
    return true;
  });
}

/** Nothing of it is opened any more, and its upload is not needed. What it has opened goes on. */
export async function deleteSchedule(ledger: Ledger, name: string, now: number): Promise<void> {
  await ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const { id } = await needSchedule(trx, name);
    await trx
      .updateTable('schedules')
      .set((eb) => ({
        state: 'deleted',
        name: null,
        file: '{}',
        upload_hash: null,
        next_at: null,
        revision: eb('revision', '+', 1),
      }))
      .where('id', '=', id)
      .execute();
    await trx
      .updateTable('occurrences')
      .set({ state: 'skipped', why: 'deleted' })
      .where('schedule_id', '=', id)
      .where('state', 'in', ['asked', 'trying'])
      .execute();
    await record(trx, { at: now, action: 'schedule delete', detail: name });
  });
}

/**
 * Pauses schedules of which a campaign has paused itself since the last look. `wanted` says whether a schedule is to be.
 * Returns how many were paused.
 */
export async function pauseAfterSelfPaused(
  ledger: Ledger,
  wanted: (spec: string) => boolean,
  now: number,
): Promise<number> {
  const found = await sql<{ id: number; local: string; spec: string; campaign: string }>`
    select s.id, o.local, s.spec, c.name as campaign
    from schedules s join occurrences o on o.schedule_id = s.id join campaigns c on c.id = o.campaign_id
    where s.state <> 'deleted' and o.noticed = 0 and c.state = 'paused' and c.paused_by = 'self'
  `.execute(ledger.db);
  let paused = 0;
  for (const { id, local, spec, campaign } of found.rows) {
    await ledger.db.transaction().execute(async (trx) => {
      await trx
        .updateTable('occurrences')
        .set({ noticed: 1 })
        .where('schedule_id', '=', id)
        .where('local', '=', local)
        .execute();
      if (!wanted(spec)) return;
      if (await pauseIn(trx, id, `campaign ${campaign} paused itself`, now)) paused += 1;
    });
  }
  return paused;
}
