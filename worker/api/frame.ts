import type { Context } from 'hono';
import { type Caller, createAuth, type FindsSessions, tooMany } from './auth';
import { createBuckets } from './buckets';
import { type ApiLimits, type ApiPorts, DEFAULT_LIMITS } from './ports';
import type { ApiEnv } from './route';

/** What the app lends to every route. */
export interface Frame {
  readonly ports: ApiPorts;
  readonly limits: ApiLimits;
  callerOf(context: Context<ApiEnv>): Promise<Caller | null>;
  /** @throws ApiProblem when this caller asks too often. */
  charge(caller: Caller): void;
}

export function createFrame(ports: ApiPorts, sessions: FindsSessions | null): Frame {
  const limits = { ...DEFAULT_LIMITS, ...ports.limits };
  const buckets = createBuckets(limits);
  return {
    ports,
    limits,
    callerOf: createAuth(ports, sessions),
    charge({ keyId }) {
      const waitMs = buckets.take(keyId ?? '');
      if (waitMs > 0) throw tooMany(waitMs, 'This key asks too often.');
    },
  };
}
