import type { ErrorCode } from '../../core/errors';
import { NoAnswer } from '../../core/http';
import { answer, drop, plain, type Script } from './scripted-http';

/** An answer, and what it means: for the request that delivers, and for every other. */
export interface Fault {
  readonly when: string;
  readonly script: Script;
  readonly delivering: ErrorCode;
  readonly other: ErrorCode;
}

/** What must never be seen in a message: the transport's own words. */
export const TRANSPORT_WORDS = 'secret-address';

const lost = ['outcome_unknown', 'unavailable'] as const;
const changed = ['outcome_unknown', 'unexpected_response'] as const;

/** What every adapter must read alike. */
export const FAULTS: readonly Fault[] = [
  fault('the answer is lost', drop(new NoAnswer('timeout', true)), ...lost),
  fault('there is no connection', drop(new NoAnswer('ECONNREFUSED', false)), 'unavailable'),
  fault('the transport breaks in its own way', drop(new TypeError(TRANSPORT_WORDS)), ...lost),
  fault('a 200 is a web page', () => plain('<html>', 200), ...changed),
  fault('a 200 is empty', () => plain('', 200), ...changed),
  fault('a 200 is an empty object', () => answer({}), ...changed),
  fault('a 200 is null', () => answer(null), ...changed),
  fault('a 200 is a list', () => answer([{ id: 1 }]), ...changed),
  fault('the answer is a redirect', () => plain('', 302), ...changed),
  fault('the answer is 408', () => plain('', 408), ...lost),
  fault('the answer is 500', () => answer({ error: 'boom' }, 500), ...lost),
  fault('the answer is 503', () => plain('<html>', 503), ...lost),
  fault('the answer is 401', () => answer({ error: 'no' }, 401), 'auth_failed'),
  fault('the answer is 403', () => answer({ error: 'no' }, 403), 'auth_failed'),
  fault('the answer is 404', () => answer({ error: 'gone' }, 404), 'not_found'),
  fault('the answer is 429', () => plain('Retry later', 429), 'rate_limited'),
  fault('nobody knows the 4xx', () => plain('Teapot', 418), 'outcome_unknown', 'rejected'),
];

function fault(when: string, script: Script, delivering: ErrorCode, other = delivering): Fault {
  return { when, script, delivering, other };
}
