import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema';

/** How often the database is asked what time it is. */
const SYNC_MS = 10_000;
/** Of so many questions the one with the quickest answer counts. */
const QUESTIONS = 3;
/** An answer that took longer says too little: it may have waited for a connection. */
const SLOW_MS = 250;
/** The machine's own two clocks may drift apart by so much between two questions. */
const DRIFT_MS = 250;

export interface SharedClock {
  /** Milliseconds since the epoch, as the database has them. */
  now(): number;
  close(): void;
}

interface Measured {
  /** From the monotonic clock to the database's time. */
  readonly offset: number;
  /** From the monotonic clock to this machine's wall clock, at the same moment. */
  readonly wall: number;
}

/**
 * The time that all processes on one database agree on, whatever their machines' clocks say: leases, limits and deadlines
 * are written by one of them and judged by another. Between two questions it goes on by this machine's monotonic clock,
 * which may stand still while the machine sleeps. So when the wall clock has gone ahead of it, the shared one goes along until
 * the database is asked again: what is over must not seem fresh.
 */
export async function openSharedClock(db: Kysely<Schema>): Promise<SharedClock> {
  let measured = await measure(db, Number.POSITIVE_INFINITY);
  let asking = false;
  const ask = (): void => {
    if (asking) return;
    asking = true;
    measure(db, SLOW_MS)
      .then(
        (fresh) => {
          if (fresh !== null) measured = fresh;
        },
        // Away: the clock goes on by itself.
        () => undefined,
      )
      .finally(() => {
        asking = false;
      });
  };
  const timer = setInterval(ask, SYNC_MS);
  timer.unref();
  return {
    now() {
      const monotonic = performance.now();
      const { offset, wall } = measured ?? { offset: Date.now() - monotonic, wall: 0 };
      const slept = Date.now() - monotonic - wall;
      if (slept < DRIFT_MS) return Math.round(monotonic + offset);
      ask();
      return Math.round(monotonic + offset + slept);
    },
    close: () => clearInterval(timer),
  };
}

/** Null when every answer was slow. */
async function measure(db: Kysely<Schema>, slowMs: number): Promise<Measured | null> {
  let best: (Measured & { readonly took: number }) | null = null;
  await db.connection().execute(async (connection) => {
    for (let n = 0; n < QUESTIONS; n += 1) {
      const asked = performance.now();
      const wall = Date.now() - asked;
      const answer = await sql<{ at: number }>`
        select (extract(epoch from clock_timestamp()) * 1000)::double precision as at`.execute(
        connection,
      );
      const took = performance.now() - asked;
      if (took > slowMs || (best !== null && took >= best.took)) continue;
      best = { took, wall, offset: (answer.rows[0]?.at ?? 0) - asked - took / 2 };
    }
  });
  return best;
}
