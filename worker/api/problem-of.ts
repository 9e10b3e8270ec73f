import { HTTPException } from 'hono/http-exception';
import { isProviderError, type ProviderError } from '../../core/errors';
import { isInputError } from '../campaign/input-error';
import { isAway, isLocked } from '../ledger';
import { ApiProblem, type ProblemCode } from './problem';

/** The one place where whatever was thrown becomes a problem: sentences for whoever asked, and nothing personal in them. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (!(error instanceof Error)) return new ApiProblem('internal');
  if (isInputError(error)) {
    const code = 'keyUsed' in error ? 'idempotency_key_reused' : 'invalid_input';
    return new ApiProblem(code, error.message, {
      errors: error.problems.map((message) => ({ path: pathIn(message), message })),
    });
  }
  if (isProviderError(error)) return ofProvider(error);
  if (error instanceof HTTPException) return ofHono(error);
  if (isFull(error)) return new ApiProblem('disk_full', undefined, { cause: error });
  if (isAway(error) || isLocked(error) || isAway(error.cause)) {
    return new ApiProblem('ledger_away', undefined, { headers: retryAfter(5), cause: error });
  }
  const { code } = error as Error & { code?: unknown };
  switch (error.name) {
    case 'LedgerError':
      return new ApiProblem(ofLedger(code), sentence(error.message), {
        ...(code === 'shut' ? { headers: retryAfter(60) } : {}),
      });
    case 'AlreadyDriven':
      return new ApiProblem('busy', 'Another process is at work on it. Ask again soon.', {
        headers: retryAfter(2),
      });
    case 'FeedCursorError':
      return code === 'cursor_gone'
        ? new ApiProblem('cursor_gone')
        : new ApiProblem('invalid_input', 'after is no cursor of this feed.', {
            errors: [{ path: 'query.after', message: 'is no cursor of this feed' }],
          });
    default:
      return new ApiProblem('internal', undefined, { cause: error });
  }
}

function ofLedger(code: unknown): ProblemCode {
  if (code === 'not_found' || code === 'busy') return code;
  return code === 'shut' ? 'ledger_away' : 'conflict';
}

/** What a platform said of a person stays in the ledger: here is only what was asked of it, and what kind of answer came. */
function ofProvider(error: ProviderError): ApiProblem {
  const { code, retryAfterMs } = error;
  const message = sentence(error.message);
  switch (code) {
    case 'invalid_input':
    case 'rejected':
      return new ApiProblem('invalid_input', message);
    case 'not_found':
      return new ApiProblem('not_found', message);
    case 'auth_failed':
    case 'unexpected_response':
      return new ApiProblem('account_refused', message);
    case 'rate_limited':
    case 'unavailable':
    case 'outcome_unknown':
      return new ApiProblem('platform_away', message, {
        headers: retryAfter(Math.max(1, Math.ceil((retryAfterMs ?? 10_000) / 1_000))),
      });
  }
}

/** What Hono throws before a route is reached: with words of its own, which say less than ours. */
function ofHono({ status }: HTTPException): ApiProblem {
  if (status === 415) return new ApiProblem('unsupported_media_type');
  if (status === 413) return new ApiProblem('too_large');
  return status < 500
    ? new ApiProblem('malformed', 'The body is no JSON.')
    : new ApiProblem('internal');
}

/** SQLite and the system say so when the disk is full. */
function isFull(error: Error): boolean {
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  return (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    (typeof errcode === 'number' && (errcode & 0xff) === 13)
  );
}

/** "audience.country must be …" names its place itself. */
function pathIn(message: string): string {
  return /^([a-z][A-Za-z0-9]*(?:[.[][\w\]]+)*)\s/.exec(message)?.[1] ?? '';
}

const retryAfter = (seconds: number) => ({ 'retry-after': String(seconds) });

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
