import { setTimeout as wait } from 'node:timers/promises';
import { type Opened, type Opening, openOccurrence, type Which } from '../campaign/occurrence';
import { jitterOf, nextRun, specOfSchedule } from '../campaign/schedule-spec';
import {
  advanceSchedule,
  askedOccurrences,
  dropReadLists,
  dueSchedules,
  isAway,
  isLocked,
  type Ledger,
  pauseAfterSelfPaused,
  type Schedule,
} from '../ledger';

/** How often it is looked what time it is. */
const TICK_MS = 1_000;
/** After an occurrence could not be opened here. */
const AGAIN_MS = 30_000;
/** How often lists that nobody needs any more are looked for. */
const SWEEP_MS = 10 * 60_000;
/** Of times that passed while nobody was there, at most so many are written down one by one. */
const MOST_MISSED = 100;
/** So many schedules' lists are taken at once: one that is slow must not make the others miss their time. */
const LANES = 8;

/** What the clockwork tells: names and codes. */
export type ClockEvent =
  | {
      readonly kind: 'opened' | 'passed-over' | 'given-up';
      readonly occurrence: string;
      readonly why: string;
    }
  | { readonly kind: 'not-opened'; readonly occurrence: string };

export interface ClockworkOptions {
  readonly ledger: Ledger;
  readonly opening: Opening;
  readonly stopping: () => boolean;
  readonly onEvent: (event: ClockEvent) => void;
  /** The ledger's own where nothing else is said. */
  readonly clock?: () => number;
}

/**
 * Opens the occurrences of the embedded engine's schedules when their time has come, until `stopping` says so. Any number of
 * processes may do so: each occurrence is opened once.
 */
export async function keepTime(options: ClockworkOptions): Promise<void> {
  const look = createClockwork(options);
  while (!options.stopping()) {
    try {
      await look();
    } catch (error) {
      // The next look comes anyway; what was begun is asked for again.
      if (!isAway(error) && !isLocked(error)) throw error;
    }
    const until = performance.now() + TICK_MS;
    while (!options.stopping() && performance.now() < until) await wait(100);
  }
}

/** One look at the clock; it remembers what cannot be opened here just now. */
export function createClockwork({
  ledger,
  opening,
  onEvent,
  clock = ledger.now,
}: ClockworkOptions): () => Promise<void> {
  const notBefore = new Map<string, number>();
  let sweptAt = Number.NEGATIVE_INFINITY;
  const told = { ...ledger, now: clock };

  /** Null: not now. */
  async function tryIt(key: string, name: string, which: Which): Promise<Opened | null> {
    if ((notBefore.get(key) ?? 0) > clock()) return null;
    try {
      const opened = await openOccurrence(told, opening, which);
      notBefore.delete(key);
      tell(name, opened);
      return opened;
    } catch (error) {
      if (isAway(error) || isLocked(error)) throw error;
      if (!notBefore.has(key)) onEvent({ kind: 'not-opened', occurrence: name });
      notBefore.set(key, clock() + AGAIN_MS);
      return null;
    }
  }

  function tell(occurrence: string, opened: Opened): void {
    if ('campaign' in opened) onEvent({ kind: 'opened', occurrence, why: 'due' });
    if ('skipped' in opened) onEvent({ kind: 'passed-over', occurrence, why: opened.skipped });
    if ('failed' in opened) onEvent({ kind: 'given-up', occurrence, why: opened.failed });
  }

  async function byClock(schedule: Schedule): Promise<void> {
    const spec = specOfSchedule(schedule);
    let nominalMs = schedule.next_at;
    for (let count = 1; nominalMs !== null; count += 1) {
      const startedMs = nominalMs + jitterOf(schedule.ref, nominalMs, spec);
      if (startedMs > clock()) return;
      const which = { schedule: schedule.ref, nominalMs, startedMs };
      const opened = await tryIt(`${schedule.ref} ${nominalMs}`, schedule.name, which);
      if (opened === null) return;
      const after: number =
        count < MOST_MISSED ? nominalMs : Math.max(nominalMs, clock() - spec.catchUpMs);
      const next = nextRun(spec, after);
      await advanceSchedule(ledger, { id: schedule.id, next_at: nominalMs }, next);
      nominalMs = next;
    }
  }

  return async () => {
    await pauseAfterSelfPaused(ledger, (spec) => specOfSchedule({ spec }).pauseOnFailure, clock());
    await inLanes(await dueSchedules(ledger.db, clock()), byClock);
    for (const { ref, local, nominal_at: nominalMs } of await askedOccurrences(
      ledger.db,
      'embedded',
    )) {
      await tryIt(`${ref} ${local}`, local, { schedule: ref, local, nominalMs });
    }
    if (performance.now() - sweptAt > SWEEP_MS) {
      sweptAt = performance.now();
      await dropReadLists(ledger, clock());
    }
  };
}

/** Does it with each, some at once. @throws the first error, when none of them is under way any more. */
async function inLanes<T>(all: readonly T[], use: (each: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const lanes = Array.from({ length: Math.min(LANES, all.length) }, async () => {
    for (let each = left.shift(); each !== undefined; each = left.shift()) await use(each);
  });
  const ended = await Promise.allSettled(lanes);
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
