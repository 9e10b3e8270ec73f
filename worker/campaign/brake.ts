import { type Http, type HttpResponse, NoAnswer } from '../../core/http';

/** Stops every call of an account: in this process at once, and in every other one through `tell`, which writes the ledger. */
export interface Brake {
  /** A stop is never shortened. */
  stop(untilMs: number): void;
  /** The moment from which calls may be made again; in the past when they may be made now. */
  until(): number;
}

export function createBrake(tell: (untilMs: number) => void): Brake {
  let until = 0;
  return {
    stop(untilMs) {
      if (untilMs <= until) return;
      until = Math.ceil(untilMs);
      tell(until);
    },
    until: () => until,
  };
}

/** The least stop after a 429 that does not say how long; the adapter knows better, and prolongs it. */
const LEAST_STOP_MS = 1_000;

/**
 * Makes no call while the brake is on, whatever allowed it before, and puts the brake on with the first 429. A refused
 * call was never written.
 */
export function brakedHttp(http: Http, brake: Brake, clock: () => number): Http {
  return async (request) => {
    if (brake.until() > clock()) throw new NoAnswer('the platform asked to wait', false);
    const response = await http(request);
    if (response.status === 429) brake.stop(clock() + askedToWaitMs(response));
    return response;
  };
}

function askedToWaitMs({ headers }: HttpResponse): number {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : LEAST_STOP_MS;
}
