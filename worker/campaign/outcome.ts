import { isProviderError, type ProviderError } from '../../core/errors';
import type { Landing, Mutant } from '../ledger';
import { backoffMs } from './backoff';

/** Times that a row is put back without anything sent, before it counts as failed. */
const MAX_TRIES = 30;
/** Times that a missing contact or conversation is resolved anew. */
const MAX_RESOLVES = 2;
/** The first look-up after a lost answer. */
const FIRST_LOOK_MS = 2_000;

export interface Outcome {
  readonly landing: Omit<Landing, 'seq' | 'attemptId'>;
  /** The whole account stays away until then. */
  readonly stopUntil?: number;
  /** It may be about the account: ask `ping` before believing that it is about this row. */
  readonly suspect?: ProviderError;
}

interface Circumstances {
  readonly now: number;
  /** How often this row was put back already. */
  readonly tries: number;
  /** True from the gate on: then only some errors prove that nothing was sent. */
  readonly delivering: boolean;
  /** Whether a lost answer can be looked up. */
  readonly lookup: boolean;
  readonly mutant?: Mutant | undefined;
}

/** What an error means for its row. Pure. */
export function outcomeOf(error: unknown, at: Circumstances): Outcome {
  if (!isProviderError(error)) return unexpected(error, at);
  const words = {
    code: error.code,
    status: error.status ?? null,
    detail: error.detail ?? error.message,
  };
  const notSent = at.delivering ? ({ result: 'not_sent' } as const) : {};
  switch (error.code) {
    case 'outcome_unknown':
      return ambiguous(words, at);
    case 'rejected': {
      const reason = error.reason ?? 'other';
      const skipped = !at.delivering && (reason === 'blocked' || reason === 'opted_out');
      const result = at.delivering ? ({ result: 'refused' } as const) : {};
      return { landing: { ...words, ...result, to: skipped ? 'skipped' : 'failed', reason } };
    }
    case 'invalid_input':
      return { landing: { ...words, ...notSent, to: 'failed', reason: 'invalid_input' } };
    case 'not_found':
      if (at.tries >= MAX_RESOLVES) {
        return {
          landing: { ...words, ...notSent, to: 'failed', reason: 'not_found', forget: true },
        };
      }
      return {
        landing: {
          ...words,
          ...notSent,
          to: 'pending',
          notBefore: at.now,
          tried: true,
          forget: true,
        },
      };
    case 'rate_limited': {
      const until = Math.ceil(at.now + (error.retryAfterMs ?? backoffMs(at.tries)));
      return {
        landing: { ...words, ...notSent, to: 'pending', notBefore: until, tried: true },
        stopUntil: until,
      };
    }
    case 'unavailable': {
      if (at.tries >= MAX_TRIES) {
        return { landing: { ...words, ...notSent, to: 'failed', reason: 'unavailable' } };
      }
      const until = Math.ceil(at.now + Math.max(error.retryAfterMs ?? 0, backoffMs(at.tries)));
      return { landing: { ...words, ...notSent, to: 'pending', notBefore: until, tried: true } };
    }
    case 'auth_failed':
    case 'unexpected_response':
      return {
        landing: { ...words, ...notSent, to: 'failed', reason: error.code },
        suspect: error,
      };
  }
}

function ambiguous(
  words: { code: string; status: number | null; detail: string },
  at: Circumstances,
): Outcome {
  if (at.mutant === 'naive-retry') {
    return { landing: { ...words, result: 'ambiguous', to: 'pending', notBefore: at.now } };
  }
  if (!at.lookup) {
    return { landing: { ...words, result: 'ambiguous', to: 'unknown', reason: 'lost_answer' } };
  }
  return { landing: { ...words, result: 'ambiguous', lookAt: at.now + FIRST_LOOK_MS } };
}

/** A defect of ours. Before the gate nothing was sent; after it, nobody can know. */
function unexpected(error: unknown, at: Circumstances): Outcome {
  const detail = `internal: ${error instanceof Error ? error.name : 'unknown error'}`;
  const words = { code: 'internal', status: null, detail };
  if (at.delivering) return ambiguous(words, at);
  return { landing: { ...words, to: 'failed', reason: 'internal' } };
}
