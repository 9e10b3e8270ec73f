import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LosingProxy {
  /** The same server, through the proxy. */
  readonly url: string;
  /** The connection of the next request to such a path is cut when the server has answered it. */
  loseAnswer(path: RegExp, nth?: number): void;
  lost(): number;
  close(): Promise<void>;
}

/** Stands between a client and an HTTP server, and can lose the one answer that matters. */
export async function losingProxy(server: string): Promise<LosingProxy> {
  let armed: { path: RegExp; nth: number } | null = null;
  let lost = 0;
  const isLost = ({ url = '' }: IncomingMessage): boolean => {
    if (armed === null || !armed.path.test(url)) return false;
    armed.nth -= 1;
    if (armed.nth > 0) return false;
    armed = null;
    return true;
  };
  const proxy = createServer((incoming, outgoing) => {
    const loses = isLost(incoming);
    const { method, headers, url } = incoming;
    const upstream = request(`${server}${url}`, { method, headers }, (answer) => {
      if (!loses) {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      answer.resume().on('end', () => {
        lost += 1;
        incoming.socket.destroy();
      });
    });
    upstream.on('error', () => incoming.socket.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    loseAnswer(path, nth = 1) {
      armed = { path, nth };
    },
    lost: () => lost,
    close() {
      proxy.closeAllConnections();
      return new Promise((resolve) => proxy.close(() => resolve()));
    },
  };
}
