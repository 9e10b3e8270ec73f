/**
 * worker/http: the runner's transport. One pool of connections per account; every status is an answer; what got no
 * answer says whether a byte of it may have been seen.
 */
import { randomUUID } from 'node:crypto';
import { type Dispatcher, Pool } from 'undici';
import {
  type Deadline,
  fillPath,
  type Http,
  type HttpRequest,
  type HttpResponse,
  hideSecrets,
  NoAnswer,
  requestTarget,
  secretsIn,
} from '../../core/http';
import { encodeMultipart } from './multipart';

/** What a provider's `authorize` returns. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly path?: Readonly<Record<string, string>>;
}

export interface TransportOptions {
  /** Connections to the platform, and so requests in flight. */
  readonly connections?: number;
  /** How long to wait for an answer. Longer than a platform's own time-out: giving up first makes doubt. */
  readonly timeoutMs?: number;
  /** True while no request may begin: asked when a request has its socket, as it may have waited for that. */
  readonly stopped?: () => boolean;
  /** Monotonic and wall clock, for tests. */
  readonly clock?: Clock;
}

export interface Clock {
  wallMs(): number;
  monotonicMs(): number;
}

export interface Transport {
  readonly http: Http;
  /** Waits for what is in flight, then closes the connections. */
  close(): Promise<void>;
  /** Drops what is in flight: its outcome is settled later. */
  destroy(): Promise<void>;
}

const SYSTEM_CLOCK: Clock = { wallMs: Date.now, monotonicMs: () => performance.now() };
const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Opens the pool of an account. Makes no request by itself, follows no redirect, repeats nothing. */
export function createTransport(endpoint: Endpoint, options: TransportOptions = {}): Transport {
  const { connections = 50, timeoutMs = DEFAULT_TIMEOUT_MS, clock = SYSTEM_CLOCK } = options;
  const stopped = options.stopped ?? (() => false);
  const base = new URL(endpoint.baseUrl);
  const prefix = base.pathname === '/' ? '' : base.pathname;
  const secrets = secretsIn(endpoint);
  const poolOptions: Pool.Options = { connections, pipelining: 1, connectTimeout: 10_000 };
  const pool = new Pool(base.origin, poolOptions);

  const http: Http = async (request) => {
    if (request.anonymous) return anonymously(request, poolOptions, timeoutMs, clock);
    const answer = await dispatch(pool, {
      path:
        prefix +
        requestTarget({ ...request, path: fillPath(request.path, endpoint.path) }, endpoint.query),
      headers: endpoint.headers,
      request,
      timeoutMs,
      clock,
      stopped,
    });
    return hideSecrets(answer, secrets);
  };
  return { http, close: () => pool.close(), destroy: () => pool.destroy() };
}

async function anonymously(
  request: HttpRequest,
  options: Pool.Options,
  timeoutMs: number,
  clock: Clock,
): Promise<HttpResponse> {
  const url = new URL(request.path);
  const pool = new Pool(url.origin, { ...options, connections: 1 });
  try {
    const path = requestTarget({ ...request, path: url.pathname + url.search });
    return await dispatch(pool, {
      path,
      headers: {},
      request,
      timeoutMs,
      clock,
      stopped: () => false,
    });
  } finally {
    await pool.close();
  }
}

interface Call {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: HttpRequest;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly stopped: () => boolean;
}

function dispatch(
  pool: Pool,
  { path, headers, request, timeoutMs, clock, stopped }: Call,
): Promise<HttpResponse> {
  const { body, contentType } = encode(request);
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  let written = false;
  let status = 0;
  let answerHeaders: Record<string, string> = {};
  let size = 0;
  const chunks: Buffer[] = [];

  const handler: Dispatcher.DispatchHandler = {
    // Called when the request has its socket, right before the first byte: the last moment to refuse.
    onRequestStart() {
      const { delivers, startBy } = request;
      if (isPast(delivers?.sendBy, clock) || isPast(startBy, clock)) throw new Refused('TOO_LATE');
      if (stopped()) throw new Refused('STOPPED');
      written = true;
    },
    onResponseStart(_controller, code, receivedHeaders) {
      status = code;
      answerHeaders = flatten(receivedHeaders);
    },
    onResponseData(controller, chunk) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) controller.abort(new Error('the answer is too large'));
      else chunks.push(chunk);
    },
    onResponseEnd() {
      resolve({ status, headers: answerHeaders, body: Buffer.concat(chunks).toString('utf8') });
    },
    onResponseError(_controller, error) {
      reject(new NoAnswer(codeOf(error), written, error));
    },
  };
  try {
    pool.dispatch(
      {
        path,
        method: request.method,
        headers: contentType === null ? headers : { ...headers, 'content-type': contentType },
        body,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      },
      handler,
    );
  } catch (error) {
    reject(new NoAnswer(codeOf(error as Error), written, error));
  }
  return promise;
}

/** Refused before the first byte: the deadline of a delivering request passed, or the account was stopped. */
class Refused extends Error {
  constructor(readonly code: 'TOO_LATE' | 'STOPPED') {
    super('refused before the first byte');
  }
}

function isPast(deadline: Deadline | undefined, clock: Clock): boolean {
  return (
    deadline !== undefined &&
    (clock.wallMs() > deadline.wallMs || clock.monotonicMs() > deadline.monotonicMs)
  );
}

function encode(request: HttpRequest): {
  body: string | Uint8Array | null;
  contentType: string | null;
} {
  if (request.multipart !== undefined) {
    const boundary = `campaign-runner-${randomUUID()}`;
    return {
      body: encodeMultipart(request.multipart, boundary),
      contentType: `multipart/form-data; boundary=${boundary}`,
    };
  }
  if (request.form !== undefined) {
    const contentType = 'application/x-www-form-urlencoded';
    return { body: new URLSearchParams(request.form).toString(), contentType };
  }
  if (request.json === undefined) return { body: null, contentType: null };
  return { body: JSON.stringify(request.json), contentType: 'application/json' };
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** A short code and never the message: undici's can name the host and the path. */
function codeOf(error: Error): string {
  const code =
    (error as { code?: unknown }).code ?? (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'connection lost';
}
