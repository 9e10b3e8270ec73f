/** worker/api: what the runner answers over HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { InputError } from '../campaign/input-error';

export interface Listening {
  readonly port: number;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves an app; port 0 takes a free one.
 *
 * @throws InputError when it cannot listen there.
 */
export async function listen(app: Hono, host: string, port: number): Promise<Listening> {
  // Hono's adapter would otherwise replace the global Request and Response of the whole process.
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
