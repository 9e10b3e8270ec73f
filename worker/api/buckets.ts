/** Tokens by name, in memory. A name that has not asked for a while has a full bucket, and is forgotten. */
export interface Buckets {
  /** Takes one. Zero: it was there; else the milliseconds until there is one, and none was taken. */
  take(name: string): number;
  /** The milliseconds until there is one; takes none. */
  look(name: string): number;
}

/** More names than this are not remembered at once: then the full ones are forgotten. */
const MOST_NAMES = 10_000;

export function createBuckets(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  clock: () => number = () => performance.now(),
): Buckets {
  const everyMs = 1_000 / perSecond;
  const depthMs = everyMs * burst;
  /** When each would be full again. */
  const fullAt = new Map<string, number>();

  function after(name: string, now: number): number {
    return Math.max(fullAt.get(name) ?? now, now) + everyMs;
  }

  return {
    take(name) {
      const now = clock();
      const next = after(name, now);
      if (next - now > depthMs) return next - now - depthMs;
      if (fullAt.size >= MOST_NAMES && !fullAt.has(name)) forget(fullAt, now);
      fullAt.set(name, next);
      return 0;
    },
    look(name) {
      const now = clock();
      return Math.max(0, after(name, now) - now - depthMs);
    },
  };
}

/** The full ones; if there are none, the one that has not asked for longest. */
function forget(fullAt: Map<string, number>, now: number): void {
  for (const [name, at] of fullAt) if (at <= now) fullAt.delete(name);
  if (fullAt.size < MOST_NAMES) return;
  const [oldest] = fullAt.keys();
  if (oldest !== undefined) fullAt.delete(oldest);
}
