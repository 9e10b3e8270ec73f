/** What Temporal has been told of schedules, and whether it still knows. */
import { type Selectable, sql } from 'kysely';
import type { Ledger, Queries } from './ledger';
import type { Occurrence, Place } from './occurrences';
import type { SchedulesTable } from './schema';

/** Schedules of which Temporal has not heard the last. */
export async function untoldSchedules(
  db: Queries,
): Promise<Readonly<Selectable<SchedulesTable>>[]> {
  return db
    .selectFrom('schedules')
    .selectAll()
    .where('engine', '=', 'temporal')
    .whereRef('told', '<', 'revision')
    .orderBy('id')
    .execute();
}

/** Temporal knows it as it was at this revision. */
export async function toldSchedule(ledger: Ledger, id: number, revision: number): Promise<void> {
  await sql`update schedules set told = ${revision} where id = ${id} and told < ${revision}`.execute(
    ledger.db,
  );
}

/** Schedules of which Temporal has heard, as far as the ledger knows. */
export async function schedulesTold(db: Queries): Promise<{ id: number; ref: string }[]> {
  return db
    .selectFrom('schedules')
    .select(['id', 'ref'])
    .where('engine', '=', 'temporal')
    .where('state', '<>', 'deleted')
    .whereRef('told', '=', 'revision')
    .execute();
}

/** Temporal does not know it any more: it is to be told anew. */
export async function forgottenThere(ledger: Ledger, id: number): Promise<void> {
  await ledger.db.updateTable('schedules').set({ told: 0 }).where('id', '=', id).execute();
}

/** Temporal has begun it. */
export async function toldOccurrence(ledger: Ledger, { scheduleId, local }: Place): Promise<void> {
  await ledger.db
    .updateTable('occurrences')
    .set({ told: 1 })
    .where('schedule_id', '=', scheduleId)
    .where('local', '=', local)
    .execute();
}

/** Occurrences that a workflow is at work on, as far as the ledger knows: they have begun, and are not open yet. */
export async function occurrencesUnderWay(
  db: Queries,
): Promise<(Occurrence & { readonly ref: string })[]> {
  return db
    .selectFrom('occurrences as o')
    .innerJoin('schedules as s', 's.id', 'o.schedule_id')
    .selectAll('o')
    .select('s.ref')
    .where('s.engine', '=', 'temporal')
    .where('s.state', '<>', 'deleted')
    .where('o.state', 'in', ['asked', 'trying'])
    .where((eb) => eb.or([eb('o.told', '=', 1), eb('o.asked', '=', 0)]))
    .execute();
}

/** Somebody cancelled its workflow before anything was opened: it can be asked for again. */
export async function occurrenceCancelled(
  ledger: Ledger,
  { scheduleId, local }: Place,
): Promise<void> {
  await ledger.db
    .updateTable('occurrences')
    .set({ state: 'skipped', why: 'cancelled' })
    .where('schedule_id', '=', scheduleId)
    .where('local', '=', local)
    .where('state', 'in', ['asked', 'trying'])
    .execute();
}
