import type {
  IDataObject,
  IExecuteFunctions,
  IHttpRequestOptions,
  ILoadOptionsFunctions,
  IN8nHttpFullResponse,
} from 'n8n-workflow';
import {
  type Http,
  type HttpRequest,
  type HttpResponse,
  NoAnswer,
  requestTarget,
} from '../../core/http';

export type NodeContext = IExecuteFunctions | ILoadOptionsFunctions;

/** Longer than a platform's own time-out: giving up first makes doubt. */
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * `Http` over n8n's own client, so that its proxy, its request rules, its vault and its cancel button hold. The bytes
 * are those of the runner's transport; the credential's `authenticate` adds what belongs to the account.
 */
export function createTransport(
  context: NodeContext,
  credentialName: string,
  baseUrl: string,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Http {
  return async (request) => {
    if (isPastDeadline(request)) throw new NoAnswer('deadline', false);
    const options = toOptions(request, baseUrl, timeoutMs);
    try {
      const response: unknown = request.anonymous
        ? await context.helpers.httpRequest(options)
        : await context.helpers.httpRequestWithAuthentication.call(
            context,
            credentialName,
            options,
          );
      return toResponse(response as IN8nHttpFullResponse);
    } catch (error) {
      throw noAnswerFrom(error);
    }
  };
}

function isPastDeadline({ delivers }: HttpRequest): boolean {
  if (delivers?.sendBy === undefined) return false;
  return Date.now() > delivers.sendBy.wallMs || performance.now() > delivers.sendBy.monotonicMs;
}

function toOptions(request: HttpRequest, baseUrl: string, timeoutMs: number): IHttpRequestOptions {
  const target = requestTarget(request);
  const options: IHttpRequestOptions = {
    method: request.method,
    url: request.anonymous ? target : `${baseUrl}${target}`,
    headers: {},
    encoding: 'text',
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    // A redirected POST would be repeated as something else.
    disableFollowRedirect: true,
    timeout: timeoutMs,
  };
  if (request.json !== undefined) {
    options.headers = { 'content-type': 'application/json' };
    // Already text, so that n8n cannot serialise it in another way.
    options.body = JSON.stringify(request.json);
  } else if (request.form !== undefined) {
    options.headers = { 'content-type': 'application/x-www-form-urlencoded' };
    options.body = new URLSearchParams(request.form).toString();
  } else if (request.multipart !== undefined) {
    options.body = toForm(request.multipart);
  }
  return options;
}

function toForm(parts: NonNullable<HttpRequest['multipart']>): FormData {
  const form = new FormData();
  for (const part of parts) {
    if ('value' in part) form.append(part.name, part.value);
    else {
      const file = new Blob([new Uint8Array(part.bytes)], { type: part.contentType });
      form.append(part.name, file, part.filename);
    }
  }
  return form;
}

function toResponse(response: IN8nHttpFullResponse): HttpResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(
    response.headers as Record<string, string | string[]>,
  )) {
    headers[name.toLowerCase()] = [value].flat().join(', ');
  }
  const body: unknown = response.body;
  return {
    status: response.statusCode,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body ?? ''),
  };
}

/** Codes that can only arise before the first byte of a request is written. */
const NOT_WRITTEN = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

/** What OpenSSL says before both sides know their version; EPROTO alone is also what breaks a connection in use. */
const NO_HANDSHAKE =
  /:(?:tls_validate_record_header:wrong version number|[\w/]*:(?:tlsv1 alert protocol version|unsupported protocol)):/;

/**
 * Every other failure counts as written: a request that may have arrived is never called unsent. Time-outs and
 * unreachable hosts tell by their system call, because both also happen to a connection that is in use.
 */
export function noAnswerFrom(error: unknown): NoAnswer {
  const chain = causes(error);
  const code = chain.map(({ code }) => code).find((code) => typeof code === 'string');
  const unwritten = chain.some(
    ({ code, syscall, message }) =>
      (typeof code === 'string' && NOT_WRITTEN.has(code)) ||
      (code === 'EPROTO' && typeof message === 'string' && NO_HANDSHAKE.test(message)) ||
      syscall === 'connect' ||
      syscall === 'getaddrinfo',
  );
  return new NoAnswer(code ?? 'no code', !unwritten, error);
}

/** n8n wraps what the socket threw, in a different property in different versions. */
function causes(error: unknown, seen: Set<unknown> = new Set()): IDataObject[] {
  if (typeof error !== 'object' || error === null || seen.has(error)) return [];
  seen.add(error);
  const { cause, errorResponse, error: inner, errors = [] } = error as Record<string, unknown>;
  const nested: unknown[] = [cause, errorResponse, inner].concat(errors);
  return [error as IDataObject, ...nested.flatMap((next) => causes(next, seen))];
}
