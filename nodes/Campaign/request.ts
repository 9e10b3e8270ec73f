import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

/** A file, whole or as it comes. */
export type Bytes = Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0];

type Content = Bytes | string;

export interface RunnerRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the credential's base URL; begins with a slash; segments already encoded. */
  readonly path: string;
  readonly query?: Readonly<
    Record<string, string | number | boolean | readonly string[] | undefined>
  >;
  readonly json?: unknown;
  /**
   * Instead of `json`. What is read by a function is read anew for each attempt; a stream as it is can be sent once only, so that such a
   * request is never repeated.
   */
  readonly body?: { readonly bytes: Content | (() => Promise<Content>); readonly type: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** A second time would do more: it is not asked for again once it may have been done. */
  readonly once?: boolean;
}

/** Where a campaign is. */
export function pathOf(name: string): string {
  return `/campaigns/${encodeURIComponent(name)}`;
}

/** The request as n8n's HTTP client takes it. */
export async function toOptions(
  request: RunnerRequest,
  baseUrl: string,
  encoding: 'text' | 'stream',
): Promise<IHttpRequestOptions> {
  const { method, path, json, body, headers, timeoutMs } = request;
  const bytes = typeof body?.bytes === 'function' ? await body.bytes() : body?.bytes;
  const type = json === undefined ? body?.type : 'application/json';
  return {
    ...{ method, encoding, url: `${baseUrl}${path}${queryOf(request.query)}` },
    headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
    // Already text, so that n8n cannot serialise it in another way.
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(bytes !== undefined && { body: bytes }),
    ...{ returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true },
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
  };
}

/** A list is its name again and again: a value may hold a comma. */
function queryOf(query: RunnerRequest['query'] = {}): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value ?? []].flat()) text.append(name, String(each));
  }
  return text.size === 0 ? '' : `?${text.toString()}`;
}

export function isStream(body: unknown): boolean {
  return typeof (body as { pipe?: unknown } | undefined)?.pipe === 'function';
}
