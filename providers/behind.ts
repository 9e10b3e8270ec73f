/** Further apart, and one of the clocks was never set. */
const MOST_MS = 24 * 60 * 60_000;

/**
 * How far a platform's clock is certainly behind ours, by the `Date` of an answer to what was asked at `until`: a late answer
 * only makes it seem ahead. What it notes in the meantime bears times that have passed here, and would be missed.
 */
export function behindBy(date: string | undefined, until: number): number {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? 0 : Math.min(Math.max(0, until - theirs), MOST_MS);
}
