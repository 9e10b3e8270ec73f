import { type ErrorCode, isProviderError, ProviderError } from '../core/errors';
import {
  type Http,
  type HttpRequest,
  type HttpResponse,
  isNoAnswer,
  type Json,
} from '../core/http';
import type { ProviderId, RejectReason } from '../core/words';
import { type Body, isWrongShape, readAny, readList } from './read';

/** What an error status means where the platform's adapter knows it: nothing was delivered in either case. */
export type Refusal =
  /** Refused for this recipient or this content. */
  | { readonly reason: RejectReason }
  /** Not now; the same request may be made again. */
  | { readonly harmless: true; readonly retryAfterMs?: number };

/** A platform's own rules. All pure. */
export interface Rules {
  readonly provider: ProviderId;
  /**
   * What a 4xx beyond the common ones means. For a delivering request it is a claim that the platform refused
   * *before* it could have delivered; undefined there leaves the outcome unknown.
   */
  refuses?(response: HttpResponse, body: Body): Refusal | undefined;
  /** What the platform said, where it says more than most do; else its `message` or `error` is taken. */
  words?(body: Body): string | undefined;
  /** A 429 to a message is no proof here that the platform did not take it. */
  readonly doubts429?: boolean;
  /** How long to stay away after a 429 without a usable `Retry-After`. */
  retryAfterMs?(response: HttpResponse): number | undefined;
}

export interface Question<T> {
  /** A short verb phrase for error messages ("creating a contact"): no address, no id. */
  readonly asked: string;
  readonly request: HttpRequest;
  /** Takes what is needed from the answer, with the functions of `read.ts`; what it throws is a wrong shape. */
  readonly read: (body: Body, status: number, headers: HttpResponse['headers']) => T;
  /** Answers outside 2xx, or without JSON, that `read` understands. */
  readonly expects?: (status: number, body: Body) => boolean;
}

export type Ask = <T>(question: Question<T>) => Promise<T>;

/**
 * The one place where an answer becomes an error.
 *
 * What nobody can know is kept apart from what failed: only a request flagged `delivers` can end as `outcome_unknown`,
 * and it does so unless the answer proves that nothing was delivered.
 */
export function asker(http: Http, rules: Rules): Ask {
  return async ({ asked, request, read, expects }) => {
    const fail = failures(rules, asked, request.delivers !== undefined);

    let response: HttpResponse;
    try {
      response = await http(request);
    } catch (error) {
      throw fail.noAnswer(error);
    }

    const body = parse(response.body);
    const expected = expects?.(response.status, body) === true;
    if (!expected && !isSuccess(response.status)) throw refused(rules, response, body, fail);
    if (!expected && body === undefined) throw fail.wrongShape(response, 'the answer is not JSON');
    try {
      return read(body, response.status, response.headers);
    } catch (error) {
      throw fail.unreadable(response, error);
    }
  };
}

/** A refusal of one recipient that needs no request. The detail goes to the ledger, the message to the log. */
export function refusal(provider: ProviderId, reason: RejectReason, detail: string): ProviderError {
  return new ProviderError('rejected', `${provider}: refused before sending: ${reason}`, {
    provider,
    reason,
    detail,
  });
}

type Failures = ReturnType<typeof failures>;

function failures(rules: Rules, asked: string, delivers: boolean) {
  const { provider } = rules;
  return {
    delivers,
    noAnswer(error: unknown): ProviderError {
      // A transport that fails in a way of its own proves nothing: as bad as a lost answer.
      const written = isNoAnswer(error) ? error.written : true;
      const code = delivers && written ? 'outcome_unknown' : 'unavailable';
      const why = isNoAnswer(error) ? ` (${error.why})` : '';
      return new ProviderError(code, `${provider}: ${asked}: no answer${why}`, {
        provider,
        cause: error,
      });
    },
    wrongShape({ status }: HttpResponse, detail: string | undefined): ProviderError {
      // No cause: a JSON error quotes the text that it could not parse.
      return new ProviderError(
        delivers ? 'outcome_unknown' : 'unexpected_response',
        `${provider}: ${asked}: answered ${status} in a shape that is not known`,
        { provider, status, ...(detail === undefined ? {} : { detail }) },
      );
    },
    /** What `read` threw: a judgement of the adapter's own, or something that is not there. */
    unreadable(response: HttpResponse, error: unknown): ProviderError {
      if (isProviderError(error)) return error;
      return this.wrongShape(response, isWrongShape(error) ? error.message : undefined);
    },
    answered(
      code: ErrorCode,
      response: HttpResponse,
      more: { reason?: RejectReason | undefined; retryAfterMs?: number | undefined } = {},
    ): ProviderError {
      const { status } = response;
      const detail = rules.words?.(parse(response.body)) ?? words(response);
      return new ProviderError(code, `${provider}: ${asked}: answered ${status}`, {
        provider,
        status,
        ...(detail === undefined ? {} : { detail }),
        ...(more.reason === undefined ? {} : { reason: more.reason }),
        ...(more.retryAfterMs === undefined ? {} : { retryAfterMs: more.retryAfterMs }),
      });
    },
  };
}

function refused(rules: Rules, response: HttpResponse, body: Body, fail: Failures): ProviderError {
  const { status } = response;
  if (status === 401 || status === 403) return fail.answered('auth_failed', response);
  if (status === 404) return fail.answered('not_found', response);
  if (status === 429) {
    const retryAfterMs = retryAfter(response) ?? rules.retryAfterMs?.(response);
    const isOpen = fail.delivers && rules.doubts429 === true;
    return fail.answered(isOpen ? 'outcome_unknown' : 'rate_limited', response, { retryAfterMs });
  }
  if (status === 408 || status >= 500) {
    const code = fail.delivers ? 'outcome_unknown' : 'unavailable';
    return fail.answered(code, response, { retryAfterMs: retryAfter(response) });
  }
  if (status < 400) {
    // A redirect, or an informational status that a transport let through: nothing that an adapter understands.
    return fail.answered(fail.delivers ? 'outcome_unknown' : 'unexpected_response', response);
  }
  const known = rules.refuses?.(response, body);
  if (known !== undefined && 'harmless' in known) {
    return fail.answered('unavailable', response, { retryAfterMs: known.retryAfterMs });
  }
  if (known === undefined && fail.delivers) return fail.answered('outcome_unknown', response);
  return fail.answered('rejected', response, { reason: known?.reason ?? 'other' });
}

/** `Retry-After` in milliseconds. A date is read against the answer's own `Date`: there is no clock here. */
function retryAfter({ headers }: HttpResponse): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const wait = Date.parse(value) - Date.parse(headers['date'] ?? '');
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** What the platform said, where it said it in words. */
function words(response: HttpResponse): string | undefined {
  const body = parse(response.body);
  for (const path of ['message', 'error', 'error.message', 'detail']) {
    const said = readAny(body, path);
    if (typeof said === 'string' && said !== '') return said;
  }
  const errors = readAny(body, 'errors');
  if (Array.isArray(errors)) {
    const said = readList(errors, '').filter((error) => typeof error === 'string');
    if (said.length > 0) return said.join(', ');
  }
  if (body !== undefined) return undefined;
  const text = response.body.trim();
  // A proxy's error page says nothing that a person could use.
  return text === '' || text.startsWith('<') ? undefined : text;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
