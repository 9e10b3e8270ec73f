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
  /**
   * Below the account's base URL; begins with a slash; segments already encoded. `{name}` stands for a secret of the
   * account that belongs there: the transport puts it in.
   */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: Json;
  readonly multipart?: readonly (FilePart | FieldPart)[];
  /** Fields of an urlencoded form. */
  readonly form?: Readonly<Record<string, string>>;
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

/** A path with the account's secrets in their places, encoded as one segment each. A place without a value stays as it is. */
export function fillPath(path: string, secrets: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (place: string, name: string) =>
    Object.hasOwn(secrets, name) ? encodeURIComponent(secrets[name] ?? '') : place,
  );
}

/** Shorter ones are no secrets: the number of an account is among the headers of some platforms. */
const SECRET_LENGTH = 8;

/** What a platform might repeat of an account's credentials, as they are and as they stand in an address; longest first. */
export function secretsIn(account: {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly path?: Readonly<Record<string, string>>;
}): readonly string[] {
  const whole = [account.headers, account.query, account.path ?? {}].flatMap(Object.values);
  // A header may name its scheme before the secret.
  const parts = whole.flatMap((value: string) => [value, value.slice(value.lastIndexOf(' ') + 1)]);
  const all = new Set(parts.flatMap((value) => [value, encodeURIComponent(value)]));
  return [...all]
    .filter(({ length }) => length >= SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
}

/** An answer without secrets: an error may quote the very key that it refuses, and its words are kept. */
export function hideSecrets(answer: HttpResponse, secrets: readonly string[]): HttpResponse {
  const body = secrets.reduce((rest, secret) => rest.replaceAll(secret, '•••'), answer.body);
  return body === answer.body ? answer : { ...answer, body };
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
