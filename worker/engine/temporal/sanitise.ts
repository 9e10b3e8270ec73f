import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { isProviderError } from '../../../core/errors';
import { isInputError } from '../../campaign/input-error';
import { isAway, isLocked, LedgerError } from '../../ledger';

/** Told of every error with its words, here where they may be read. */
export type OnError = (activity: string, code: string, error: unknown) => void;

/**
 * An error of an activity stands in the history, with its message and its stack, and it may quote a person's row. So only a
 * code leaves this process.
 */
export function sanitising(onError: OnError): ActivityInterceptorsFactory {
  return (context) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          const failure = failureOf(error);
          onError(context.info.activityType, failure.type ?? 'FAILED', originalOf(error));
          throw failure;
        }
      },
    },
  });
}

/** An error as a history may keep it: its code alone. */
export function failureOf(error: unknown): ApplicationFailure {
  const { code, final } = codeOf(error);
  return withoutWords(code, final);
}

/** What an activity's error was, with its words. */
export const originalOf = (error: unknown): unknown =>
  (typeof error === 'object' && error !== null ? originals.get(error) : undefined) ?? error;

/** What an error was before it was made a code of: for this process's log. */
const originals = new WeakMap<object, unknown>();

/**
 * The same activities, which let only codes out, on whatever worker they run: one of somebody's own may lack the interceptor.
 */
export function sanitised<T extends object>(activities: T): T {
  const wrapped = Object.entries(activities).map(([name, run]) => {
    const activity = run as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...args: unknown[]) => {
        try {
          return await activity(...args);
        } catch (error) {
          const failure = failureOf(error);
          originals.set(failure, error);
          throw failure;
        }
      },
    ];
  });
  return Object.fromEntries(wrapped) as T;
}

function codeOf(error: unknown): { readonly code: string; readonly final: boolean } {
  // Ours already: made by an activity that knew what it did.
  if (error instanceof ApplicationFailure && /^[A-Z_]{3,40}$/.test(error.type ?? '')) {
    return { code: error.type ?? 'FAILED', final: error.nonRetryable === true };
  }
  if (isAway(error) || isLocked(error)) return { code: 'LEDGER_AWAY', final: false };
  if (isProviderError(error)) return { code: error.code.toUpperCase(), final: false };
  if (isInputError(error)) return { code: 'CANNOT_HERE', final: false };
  if (error instanceof LedgerError) return { code: 'LEDGER_REFUSED', final: false };
  return { code: 'INTERNAL', final: false };
}

function withoutWords(code: string, nonRetryable: boolean): ApplicationFailure {
  const failure = ApplicationFailure.create({
    message: code,
    type: code,
    nonRetryable,
    // Another process may be able to: it is asked again soon, and not later and later.
    ...(code === 'CANNOT_HERE' ? { nextRetryDelay: '2s' } : {}),
  });
  // Paths of this machine say something of it, and nothing of use.
  failure.stack = '';
  return failure;
}
