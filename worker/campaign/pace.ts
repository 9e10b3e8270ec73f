import { setTimeout as wait } from 'node:timers/promises';

/** Rows behind the gate for each request in flight, at the most: with instant answers they make a commit worth its flush. */
const MOST_AHEAD = 8;
/** How much of a new measurement counts. */
const WEIGHT = 0.05;

/** A running mean that follows what is measured. */
export function blend(mean: number, seen: number): number {
  return mean + (seen - mean) * WEIGHT;
}

export interface Pace {
  answered(ms: number): void;
  /** Waits for the moment of a row's token; meanwhile it does not count among those under way. */
  rest(ms: number): Promise<void>;
  /** Rows under way at once. */
  width(): number;
}

/**
 * Rows under way: one for each request in flight, and as many more as pass the gate in the time that a commit takes, so
 * that no request waits for the disk. With slow answers that is next to none: a row must not grow old behind the gate.
 * Those that have a token and wait for its moment come on top. Where tokens are short, nobody else does: whoever waits for
 * a token would have been looked at too early.
 */
export function createPace(
  inFlight: number,
  committer: { commitMs(): number; throttled(): boolean },
): Pace {
  let answerMs = 20;
  let resting = 0;
  return {
    async rest(ms) {
      if (ms <= 0) return;
      resting += 1;
      try {
        await wait(ms);
      } finally {
        resting -= 1;
      }
    },
    answered(ms) {
      answerMs = blend(answerMs, ms);
    },
    width() {
      if (committer.throttled()) return inFlight + resting;
      const ahead = Math.ceil((3 * inFlight * committer.commitMs()) / Math.max(answerMs, 0.5));
      return inFlight + resting + Math.min(MOST_AHEAD * inFlight, ahead);
    },
  };
}
