import type { CallKind } from './words';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

export interface FilePart {
  readonly name: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface FieldPart {
  readonly name: string;
  readonly value: string;
}

/** The last moment at which a request may begin, on both clocks: a wall clock can be set back. */
export interface Deadline {
  /** Milliseconds since the epoch. */
  readonly wallMs: number;
  /** Milliseconds of `performance.now()`. */
  readonly monotonicMs: number;
}

/**
 * What an adapter asks of a platform. It never carries a secret: base URL, headers and query of the account are added
 * by the transport from the provider's `authorize`.
 */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the account's base URL; begins with a slash; segments already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: Json;
  readonly multipart?: readonly (FilePart | FieldPart)[];
  /** Which of the account's limits this call is charged to. */
  readonly call: CallKind;
  /** Present on exactly one request of a send: the one that makes the platform deliver a message. */
  readonly delivers?: { readonly sendBy?: Deadline };
  /** The last moment at which any other request may begin: its place in the account's limit is over then. */
  readonly startBy?: Deadline;
  /** Sent without the account's credentials, to an absolute `path` (a presigned upload). */
  readonly anonymous?: true;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; a repeated header joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Resolves for every status. Rejects only with `NoAnswer`. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * No answer came. `written` false is proof that the platform saw nothing: no connection, DNS, TLS, or the deadline of a
 * delivering request had passed before its first byte. True means that the request may have been processed.
 */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    /** A short code such as `ECONNREFUSED` or `timeout`; never a URL. */
    readonly why: string,
    readonly written: boolean,
    cause?: unknown,
  ) {
    super(`no answer: ${why}`, cause === undefined ? undefined : { cause });
  }
}

export function isNoAnswer(error: unknown): error is NoAnswer {
  return error instanceof Error && error.name === 'NoAnswer' && 'written' in error;
}

/** Path and query in one string, encoded one way for every transport. */
export function requestTarget(
  request: HttpRequest,
  accountQuery: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.append(name, String(value));
  }
  for (const [name, value] of Object.entries(accountQuery)) query.append(name, value);
  const text = query.toString();
  return text === '' ? request.path : `${request.path}?${text}`;
}
