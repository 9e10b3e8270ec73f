/** Lengths of the windows that a limit is held against, in seconds. */
const WINDOWS = [0.1, 0.25, 0.5, 1, 2, 5, 10] as const;

/** The window in which most requests began beyond rate × T. */
export interface Worst {
  readonly excess: number;
  readonly seconds: number;
}

/** Looks at every window of every length, each from one arrival on. `moments` are milliseconds, in any order. */
export function worstWindow(moments: readonly number[], perSecond: number): Worst {
  const sorted = moments.toSorted((a, b) => a - b);
  let worst: Worst = { excess: Number.NEGATIVE_INFINITY, seconds: 0 };
  for (const seconds of WINDOWS) {
    let end = 0;
    for (const [begin, from] of sorted.entries()) {
      while ((sorted[end] ?? Number.POSITIVE_INFINITY) <= from + seconds * 1_000) end += 1;
      const excess = end - begin - perSecond * seconds;
      if (excess > worst.excess) worst = { excess, seconds };
    }
  }
  return worst;
}

/** The most that may begin beyond rate × T, as worker/ledger/limits.ts states it. */
export const burstOf = (perSecond: number): number => perSecond * 0.5 + 1;

/** How much of what a limit allows was used in the `seconds` after the first request. */
export function shareOf(moments: readonly number[], perSecond: number, seconds: number): number {
  const first = Math.min(...moments.slice(0, 1_000));
  const used = moments.filter((at) => at < first + seconds * 1_000).length;
  return used / (perSecond * seconds);
}
