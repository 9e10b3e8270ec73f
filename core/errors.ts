import type { ProviderId, RejectReason } from './words';

/**
 * The one table of what can go wrong with a platform. `retry` says when trying again can help, `about` whose matter it
 * is: one recipient's, the whole account's, or the caller's own.
 */
export const ERROR_CODES = {
  /** The caller's mistake, found before any request. */
  invalid_input: { retry: 'never', about: 'caller' },
  /** The platform does not accept the credentials, or they may not do this. */
  auth_failed: { retry: 'never', about: 'account' },
  /** An inbox, template, contact or conversation that is not there. */
  not_found: { retry: 'never', about: 'caller' },
  /** Refused before it was processed; `retryAfterMs` says how long to stay away. */
  rate_limited: { retry: 'later', about: 'account' },
  /** Nothing was sent: no connection, or a lost answer to a request that delivers nothing. */
  unavailable: { retry: 'later', about: 'account' },
  /** The delivering request lost its answer. Never retried blindly: settled by a look-up, or left to a person. */
  outcome_unknown: { retry: 'after_lookup', about: 'recipient' },
  /** The platform refused this recipient or this content. */
  rejected: { retry: 'never', about: 'recipient' },
  /** The platform's answer has not the shape that this version knows. */
  unexpected_response: { retry: 'never', about: 'account' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ProviderErrorDetails {
  readonly provider: ProviderId;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  /** For `rejected`: the closed reason. */
  readonly reason?: RejectReason;
  /** The platform's own words, cut to 300 characters. May name a person: it belongs in the ledger, never in a log. */
  readonly detail?: string;
  /** For `rate_limited`: milliseconds to stay away from the whole account, where the platform said so. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * What a provider throws, and nothing else. The message names the platform, what was asked and the status, never an
 * address, a text, a key or a token; what the platform said is in `detail`.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly provider: ProviderId;
  readonly status: number | undefined;
  readonly reason: RejectReason | undefined;
  readonly detail: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ProviderErrorDetails,
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.provider = details.provider;
    this.status = details.status;
    this.reason = details.reason;
    this.detail = details.detail?.slice(0, 300);
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** By shape, not by class: a bundle (n8n) and the runner may each hold their own copy of this file. */
export function isProviderError(error: unknown): error is ProviderError {
  return error instanceof Error && error.name === 'ProviderError' && 'code' in error;
}
