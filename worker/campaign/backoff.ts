const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/** How long to wait after the nth failure in a row (from 0): doubling, with jitter so that rows do not come back together. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return Math.round(full * (0.75 + random() * 0.5));
}
