/** Counts per name in minutes of the wall clock. */
export interface MinuteLimit {
  /** Counts one request; true when it is beyond the limit of this minute. */
  exceeded(name: string, nowMs: number): boolean;
  reset(): void;
}

/**
 * A throttle as rack-attack does it: fixed windows of 60 seconds, aligned to the epoch, and every request counts, also
 * those that are refused. Chatwoot v4.15.1 config/initializers/rack_attack.rb.
 */
export function createMinuteLimit(perMinute: number): MinuteLimit {
  let minute = -1;
  const counts = new Map<string, number>();
  return {
    exceeded(name, nowMs) {
      const current = Math.floor(nowMs / 60_000);
      if (current !== minute) {
        minute = current;
        counts.clear();
      }
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return count > perMinute;
    },
    reset() {
      counts.clear();
    },
  };
}
