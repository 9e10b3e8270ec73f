/** worker/api: what the runner answers over HTTP. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import { InputError } from '../campaign/input-error';
import { broken, hangUp, malformed, refuseExpectation, refuseHostless } from './unreadable';

export interface Listening {
  readonly port: number;
  /** Stops listening, lets what is under way finish for so long, then cuts every connection. */
  close(graceMs?: number): Promise<void>;
}

/** What a client may cost before it has said anything worth an answer. */
const BOUNDS = {
  headersTimeout: 15_000,
  // Of whole requests there is none: a list may take hours. What takes a body sees to its time itself.
  requestTimeout: 0,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
  // Node would refuse it without a word; here it is told what is wrong.
  requireHostHeader: false,
};
/** Neither reading nor being read from: streams of events say something every fifteen seconds. */
const SILENT_MS = 120_000;
const MOST_CONNECTIONS = 1_000;
const MOST_HEADERS = 100;

/**
 * Serves an app; port 0 takes a free one.
 *
 * @throws InputError when it cannot listen there.
 */
export async function listen(
  app: { readonly fetch: Parameters<typeof getRequestListener>[0] },
  host: string,
  port: number,
  bounds: Partial<typeof BOUNDS> = {},
): Promise<Listening> {
  // Hono's adapter would otherwise replace the global Request and Response of the whole process.
  const answer = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: unreadable,
    // Of a request of HTTP/1.0 that names none. No name of this machine: it proves nothing.
    hostname: 'runner.invalid',
  });
  const server = createServer(
    { ...BOUNDS, ...bounds },
    (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const { httpVersion, headers } = incoming;
      if (httpVersion !== '1.0' && headers.host === undefined) refuseHostless(outgoing);
      else void answer(incoming, outgoing);
    },
  );
  server.on('clientError', hangUp);
  server.on('checkExpectation', refuseExpectation);
  server.maxConnections = MOST_CONNECTIONS;
  server.maxHeadersCount = MOST_HEADERS;
  server.setTimeout(SILENT_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      reject(
        new InputError(
          `Nothing can listen at ${host}:${port} (${code ?? 'unknown error'}). Choose another port or host.`,
          error,
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs = 0) => close(server, graceMs),
  };
}

async function close(server: Server, graceMs: number): Promise<void> {
  let open = true;
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      open = false;
      resolve();
    });
  });
  // A connection is idle only once its answer is through.
  for (const until = performance.now() + graceMs; open && performance.now() < until; ) {
    server.closeIdleConnections();
    await Promise.race([closed, wait(50)]);
  }
  server.closeAllConnections();
  await closed;
}

/** What the adapter cannot read, or what is wrong inside it. */
function unreadable(error: unknown): Response {
  return error instanceof RequestError ? malformed() : broken();
}
