import { sql } from 'kysely';
import { oneAtATime } from './dialect';
import { needOpen } from './identity';
import type { Ledger, Queries } from './ledger';
import { rowsOf } from './rows';
import { untilTaken } from './until-taken';

/** Held by whoever gives positions or takes events away. */
export const FEED_LOCK = 'feed';
/** Events that get their positions in one commit. */
const BATCH = 1_000;

/**
 * Gives the next positions to events that have none, oldest number first, in at most so many commits. Where there is none it
 * costs one look and no transaction.
 *
 * @returns whether all that was there has its position now.
 */
export async function numberFresh(
  ledger: Ledger,
  most = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  for (let batch = 0; batch < most; batch += 1) {
    if (!(await isAnyFresh(ledger.db))) return true;
    const n = await untilTaken(() => ledger.db.transaction().execute(numberBatch));
    if (n < BATCH) return true;
  }
  return !(await isAnyFresh(ledger.db));
}

async function isAnyFresh(db: Queries): Promise<boolean> {
  const { rows } = await sql`
    select 1 from events where position is null order by id limit 1
  `.execute(db);
  return rows.length > 0;
}

async function numberBatch(trx: Queries): Promise<number> {
  await needOpen(trx);
  await oneAtATime(trx, FEED_LOCK);
  const { last } = await trx.selectFrom('feed').select('last').executeTakeFirstOrThrow();
  const fresh = await sql<{ id: number }>`
    select id from events where position is null order by id limit ${BATCH}
  `.execute(trx);
  const n = fresh.rows.length;
  if (n === 0) return 0;
  const rows = fresh.rows.map(({ id }, at) => ({ id, position: last + at + 1 }));
  // By its key each of them is found at once, however many there are.
  await sql`
    update events set position = v.position
    from ${rowsOf(trx, { id: 'integer', position: 'integer' }, rows)} as v where events.id = v.id
  `.execute(trx);
  await trx
    .updateTable('feed')
    .set({ last: last + n })
    .execute();
  return n;
}
