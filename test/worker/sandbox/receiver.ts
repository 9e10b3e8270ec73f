import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { closeAfter } from './accounts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Waits until so many calls came, and then whether more do. */
  got(count: number): Promise<readonly Received[]>;
}

/** Somebody whom platforms call. `answer` says with which status, by the number of calls before; 'never' keeps silent. */
export async function startReceiver(
  answer: (before: number, path: string) => number | 'never' = () => 200,
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { url: path = '', headers } = incoming;
      const status = answer(received.length, path);
      received.push({ path, headers, body: Buffer.concat(chunks), at: Date.now() });
      if (status !== 'never') outgoing.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfter(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async got(count) {
      await expect.poll(() => received.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(count);
      await pause(30);
      expect(received).toHaveLength(count);
      return received;
    },
  };
}
