import type { Http, HttpRequest, HttpResponse, Json } from '../../core/http';

/** Answers a request, or throws what the transport would reject with. `index` counts from 0. */
export type Script = (request: HttpRequest, index: number) => HttpResponse;

export interface Scripted {
  readonly http: Http;
  readonly requests: readonly HttpRequest[];
}

/** A transport without a network: answers come from a function, and requests are kept. */
export function scripted(script: Script): Scripted {
  const requests: HttpRequest[] = [];
  return {
    requests,
    http: async (request) => {
      requests.push(request);
      return script(request, requests.length - 1);
    },
  };
}

/** A JSON answer; 200 unless told otherwise. */
export function answer(
  json: Json,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json),
  };
}

/** An answer that is not JSON. */
export function plain(
  body: string,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body };
}

/** The same script, with one request answered otherwise. */
export function except(script: Script, at: number, instead: Script): Script {
  return (request, index) => (index === at ? instead(request, index) : script(request, index));
}

/** What the transport rejects with. */
export function drop(error: Error): Script {
  return () => {
    throw error;
  };
}
