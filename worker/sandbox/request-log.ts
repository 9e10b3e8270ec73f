import type { IncomingHttpHeaders } from 'node:http';

/** A request to a platform, in order of arrival. `status` stays null when no answer was written. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly delivers: boolean;
  fault: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  status: number | null;
  /** Milliseconds until the answer was written or the connection ended. */
  ms: number | null;
}

export interface RequestLog {
  /** False when nothing is kept: then there is no need to make an entry. */
  readonly on: boolean;
  add(entry: LoggedRequest): void;
  all(): readonly LoggedRequest[];
  reset(): void;
}

/** Keeps the newest `cap` requests; 0 keeps none. */
export function createRequestLog(cap: number): RequestLog {
  let kept: LoggedRequest[] = [];
  return {
    on: cap > 0,
    add(entry) {
      if (cap <= 0) return;
      kept.push(entry);
      // Cut in large steps: one shift per request would be slow for a large cap.
      if (kept.length >= cap * 2) kept = kept.slice(-cap);
    },
    all: () => (kept.length > cap ? kept.slice(-cap) : kept),
    reset() {
      kept = [];
    },
  };
}
