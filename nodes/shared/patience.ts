import { ERROR_CODES, isProviderError } from '../../core/errors';
import { backoffMs, type Pace, pause } from './pace';
import type { Settling } from './settle';

/** A recipient whom the platform asks to wait longer for is reported at once instead. */
const MAX_WAIT_MS = 5 * 60 * 1_000;

export interface Policy extends Settling {
  readonly maxRetries: number;
  readonly pace: Pace;
}

/** Repeats what is safe to repeat: a call that the platform refused for now, or that never reached it. */
export async function patiently<T>(policy: Policy, call: () => Promise<T>): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    const [outcome] = await Promise.allSettled([call()]);
    if (outcome.status === 'fulfilled') return outcome.value;
    if (!(await waitForRetry(outcome.reason, retry, policy))) throw outcome.reason;
  }
}

/** For what is not safe to repeat: again only where the platform turned the call away unprocessed. */
export async function onceTaken<T>(policy: Policy, call: () => Promise<T>): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    const [outcome] = await Promise.allSettled([call()]);
    if (outcome.status === 'fulfilled') return outcome.value;
    const error: unknown = outcome.reason;
    const turnedAway = isProviderError(error) && error.code === 'rate_limited';
    if (!turnedAway || !(await waitForRetry(error, retry, policy))) throw error;
  }
}

/** Whether the call may be made again; the wait is over then. */
async function waitForRetry(error: unknown, retry: number, policy: Policy): Promise<boolean> {
  if (!isProviderError(error) || ERROR_CODES[error.code].retry !== 'later') return false;
  if (retry >= policy.maxRetries || (error.retryAfterMs ?? 0) > MAX_WAIT_MS) return false;
  const waitMs = error.retryAfterMs ?? backoffMs(retry);
  if (error.code === 'rate_limited') policy.pace.stop(waitMs);
  return pause(waitMs, policy.signal);
}
