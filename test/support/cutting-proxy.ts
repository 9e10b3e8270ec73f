import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  /** The same database, through the proxy. */
  readonly url: string;
  /** Cuts the connection of the next commit: before the server sees it, or when the server has answered it. */
  cutAtCommit(when: 'before' | 'after'): void;
  cuts(): number;
  close(): Promise<void>;
}

/** Stands between a client and PostgreSQL, and can cut a connection at the one moment that matters. */
export async function cuttingProxy(database: string): Promise<CuttingProxy> {
  const target = new URL(database);
  let armed: 'before' | 'after' | null = null;
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection(Number(target.port || 5432), target.hostname);
    let swallows = false;
    const cut = () => {
      cuts += 1;
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (armed !== null && /commit/i.test(bytes.toString('latin1'))) {
        const when = armed;
        armed = null;
        if (when === 'before') return cut();
        swallows = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (swallows) cut();
      else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(database);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cutAtCommit(when) {
      armed = when;
    },
    cuts: () => cuts,
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
