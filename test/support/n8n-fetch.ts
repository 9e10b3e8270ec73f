import { Readable } from 'node:stream';
import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';
import type { FakeOptions } from './n8n-context';

/** What a fake context of n8n needs to ask a real server, with the credential of the runner's API. */
export function overFetch(
  url: string,
  { key = '', signal }: { readonly key?: string; readonly signal?: AbortSignal } = {},
): Pick<FakeOptions, 'http' | 'credentials' | 'authenticate'> {
  const credentials: IDataObject = { baseUrl: url, apiKey: key };
  return {
    credentials,
    authenticate: async (request) => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${key}` },
    }),
    http: (request) => fetched(request, signal),
  };
}

async function fetched(request: IHttpRequestOptions, signal: AbortSignal | undefined) {
  const { method, url, headers, body, encoding, timeout = 60_000 } = request;
  const time = AbortSignal.timeout(timeout);
  const answer = await fetch(url, {
    ...{ method: method ?? 'GET', headers: headers as Record<string, string>, redirect: 'manual' },
    ...(body !== undefined && { body: bodyOf(body), duplex: 'half' }),
    signal: signal === undefined ? time : AbortSignal.any([time, signal]),
  } as RequestInit);
  return {
    statusCode: answer.status,
    headers: Object.fromEntries(answer.headers),
    body:
      encoding === 'stream' && answer.body !== null
        ? Readable.fromWeb(answer.body)
        : await answer.text(),
  };
}

function bodyOf(body: unknown): RequestInit['body'] {
  const web = body instanceof Readable ? Readable.toWeb(body) : body;
  return web as RequestInit['body'];
}
