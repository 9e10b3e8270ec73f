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
  /** Rows under way at once. */
  width(): number;
}

/**
 * Rows under way: one for each request in flight, and as many more as pass the gate in the time that a commit takes, so
 * that no request waits for the disk. With slow answers that is next to none: a row must not grow old behind the gate.
 * Under a throttle none at all: whoever waits for a token would have been looked at too early.
 */
export function createPace(
  inFlight: number,
  committer: { commitMs(): number; throttled(): boolean },
): Pace {
  let answerMs = 20;
  return {
    answered(ms) {
      answerMs = blend(answerMs, ms);
    },
    width() {
      if (committer.throttled()) return inFlight;
      const ahead = Math.ceil((3 * inFlight * committer.commitMs()) / Math.max(answerMs, 0.5));
      return inFlight + Math.min(MOST_AHEAD * inFlight, ahead);
    },
  };
}
