/** So many requests a second, and as many at once after a rest. */
export interface Bucket {
  /** Takes one; false when there is none. */
  take(nowMs: number): boolean;
  reset(): void;
}

export function createBucket(perSecond: number): Bucket {
  let left = perSecond;
  let at = 0;
  return {
    take(nowMs) {
      left = Math.min(perSecond, left + (Math.max(0, nowMs - at) * perSecond) / 1000);
      at = nowMs;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    reset() {
      left = perSecond;
    },
  };
}
