import { sleep } from 'n8n-workflow';
import { type Http, NoAnswer } from '../../core/http';

/** A person who presses "stop" waits at most this long. */
const NAP_MS = 250;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;

/** Waits, but not beyond the cancelling of the execution. Says whether the whole time has passed. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  const until = performance.now() + ms;
  for (;;) {
    if (signal?.aborted) return false;
    const left = until - performance.now();
    if (left <= 0) return true;
    await sleep(Math.min(left, NAP_MS));
  }
}

/** Doubles from one second to thirty, spread so that lanes do not come back together. */
export function backoffMs(retry: number): number {
  const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** retry);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** The pace of one execution: so many deliveries per second, and none of any call while the account is stopped. */
export interface Pace {
  /** Nobody calls the account before then. */
  readonly stop: (ms: number) => void;
  readonly around: (http: Http) => Http;
}

/** `perSecond` 0 sets no rate. */
export function createPace(perSecond: number, signal: AbortSignal | undefined): Pace {
  const intervalMs = perSecond > 0 ? 1_000 / perSecond : 0;
  let nextDelivery = 0;
  let stoppedUntil = 0;

  const turn = (delivers: boolean): number => {
    const now = performance.now();
    if (!delivers || intervalMs === 0) return stoppedUntil - now;
    const at = Math.max(now, nextDelivery, stoppedUntil);
    nextDelivery = at + intervalMs;
    return at - now;
  };

  return {
    stop(ms) {
      stoppedUntil = Math.max(stoppedUntil, performance.now() + ms);
    },
    around: (http) => async (request) => {
      await pause(turn(request.delivers !== undefined), signal);
      // The account may have been stopped while this call waited for its turn.
      while (!signal?.aborted && stoppedUntil > performance.now()) {
        await pause(stoppedUntil - performance.now(), signal);
      }
      if (signal?.aborted) throw new NoAnswer('cancelled', false);
      return http(request);
    },
  };
}
