import type { Answer } from '../platform';
import { failure } from './errors';

const GET_PER_SECOND = 50;
const OTHERS_PER_SECOND = 500;

/** Both limits of a workspace, in seconds of the wall clock (bird docs, channels-api/rate-limit). */
export interface Limits {
  exceeded(method: string, nowMs: number): Answer | undefined;
  reset(): void;
}

export function createLimits(): Limits {
  let second = -1;
  let reads = 0;
  let others = 0;
  return {
    exceeded(method, nowMs) {
      const current = Math.floor(nowMs / 1000);
      if (current !== second) {
        second = current;
        reads = 0;
        others = 0;
      }
      const over =
        method === 'GET' ? (reads += 1) > GET_PER_SECOND : (others += 1) > OTHERS_PER_SECOND;
      // Whether it names a time is not documented: it does not.
      return over ? failure(429, 'TooManyRequests', 'too many requests') : undefined;
    },
    reset() {
      second = -1;
    },
  };
}
