import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a program sends whatever is not for loopback, and is refused. */
export interface Guard {
  /** For the variables that name a proxy. */
  readonly url: string;
  /** Whom it was asked for, and how often. */
  refused(): ReadonlyMap<string, number>;
  close(): void;
}

export async function startGuard(): Promise<Guard> {
  const refused = new Map<string, number>();
  const note = (host: string) => refused.set(host, (refused.get(host) ?? 0) + 1);
  const server = createServer((request, response) => {
    note(new URL(request.url ?? '', 'http://unknown').host);
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    note(request.url ?? 'unknown');
    socket.on('error', () => {}).end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    refused: () => refused,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
