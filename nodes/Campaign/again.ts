import { backoffMs } from '../shared/pace';
import type { Trouble } from './problems';

/** Refused for now, whatever the words are: those of a proxy before the runner as well. */
const LATER = new Set([408, 429, 502, 503, 504]);

/** How long to wait before it is asked again; null: it is not. */
export function waitFor(trouble: Trouble, retry: number): number | null {
  if (trouble.kind === 'cancelled') return null;
  if (trouble.kind === 'no answer') return backoffMs(retry);
  const { status, problem, retryAfterMs } = trouble;
  // What the platform refuses stands behind a 502 of the runner's own.
  const again =
    problem?.code === 'busy' || (LATER.has(status) && problem?.code !== 'account_refused');
  return again ? (retryAfterMs ?? backoffMs(retry)) : null;
}

/** Whatever the words are, what took too long may have been done behind them. */
export function surelyNotDone(trouble: Trouble): boolean {
  if (trouble.kind === 'cancelled') return false;
  if (trouble.kind === 'no answer') return !trouble.written;
  const { status, problem } = trouble;
  return problem === null ? status >= 300 && status < 500 : status < 500;
}
