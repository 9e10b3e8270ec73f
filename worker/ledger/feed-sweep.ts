import { sql } from 'kysely';
import { oneAtATime } from './dialect';
import { FEED_LOCK, numberFresh } from './feed-order';
import { needOpen } from './identity';
import type { Ledger, Queries } from './ledger';
import { untilTaken } from './until-taken';

/** For so long whoever follows the feed may stay away without missing anything. */
export const KEPT_MS = 7 * 24 * 60 * 60_000;
/** Events that go in one commit. */
const BATCH = 5_000;

/** Drops what is older than is kept, from the beginning of the feed on, and remembers where it begins. Returns how many. */
export async function sweepEvents(ledger: Ledger, now: number): Promise<number> {
  // What nobody has read is as old.
  await numberFresh(ledger);
  let dropped = 0;
  for (;;) {
    if ((await oldestBefore(ledger.db, now - KEPT_MS)) === null) return dropped;
    const n = await untilTaken(() =>
      ledger.db.transaction().execute((trx) => sweepBatch(trx, now - KEPT_MS)),
    );
    dropped += n;
    if (n < BATCH) return dropped;
  }
}

/** The last of the oldest events that are all from before; positions and times are nearly in the same order. */
async function oldestBefore(db: Queries, before: number): Promise<number | null> {
  const { rows } = await sql<{ position: number; at: number }>`
    select position, at from events where position is not null order by position limit ${BATCH}
  `.execute(db);
  const young = rows.findIndex(({ at }) => at >= before);
  return (young === -1 ? rows.at(-1) : rows[young - 1])?.position ?? null;
}

async function sweepBatch(trx: Queries, before: number): Promise<number> {
  await needOpen(trx);
  await oneAtATime(trx, FEED_LOCK);
  const last = await oldestBefore(trx, before);
  if (last === null) return 0;
  const { numAffectedRows = 0n } = await sql`
    delete from events where position <= ${last}
  `.execute(trx);
  await sql`update feed set dropped = ${last}`.execute(trx);
  return Number(numAffectedRows);
}
