import { request } from 'node:http';
import { createApi } from '../../../worker/api/app';
import { type Listening, listen } from '../../../worker/api/listen';
import type { ApiPorts, LogLine } from '../../../worker/api/ports';
import { type ApiScope, createApiKey, type Ledger } from '../../../worker/ledger';

export interface Served {
  readonly url: string;
  readonly log: readonly LogLine[];
  /** Long answers end from then on. */
  stop(): void;
  close(): Promise<void>;
}

/** Serves the API of a ledger on loopback. What a test does not need of it may be missing. */
export async function serveApi(ledger: Ledger, given: Partial<ApiPorts> = {}): Promise<Served> {
  const log: LogLine[] = [];
  let stopping = false;
  const ports = {
    ledger,
    desk: {} as ApiPorts['desk'],
    status: {} as ApiPorts['status'],
    version: '0.0.0',
    publicUrl: null,
    loopback: true,
    metrics: () => Promise.resolve({ type: 'text/plain; version=0.0.4', text: 'up 1\n' }),
    troubles: () => Promise.resolve([]),
    log: (line: LogLine) => void log.push(line),
    stopping: () => stopping,
    ...given,
  };
  const listening: Listening = await listen(createApi(ports), '127.0.0.1', 0);
  return {
    url: `http://127.0.0.1:${listening.port}`,
    log,
    stop() {
      stopping = true;
    },
    async close() {
      stopping = true;
      await listening.close(500);
    },
  };
}

/** A new key of this scope. */
export async function keyFor(
  ledger: Ledger,
  scope: ApiScope,
  name: string = scope,
): Promise<string> {
  return (await createApiKey(ledger, { name, scope }, ledger.now())).token;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** One request, its JSON read. */
export async function ask(
  url: string,
  path: string,
  options: {
    method?: string;
    key?: string | undefined;
    json?: unknown;
    headers?: Record<string, string>;
  } = {},
): Promise<Answer & { body: Record<string, unknown> }> {
  const { method = options.json === undefined ? 'GET' : 'POST', key, json, headers = {} } = options;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return {
    status: answer.status,
    headers: answer.headers,
    body: (isJson && text !== '' ? JSON.parse(text) : { text }) as Record<string, unknown>,
  };
}

/** The same with headers that `fetch` does not let through, such as Host. */
export function askRaw(
  url: string,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      );
    });
    outgoing.on('error', reject).end();
  });
}
