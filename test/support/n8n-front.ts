import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTo } from './n8n-chatwoot';

/** The sandbox behind a server that answers what it has not: agents, teams, assignments, definitions. */
export async function startFront(target: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method = 'GET', url = '/', headers } = request;
      const type = headers['content-type'] ?? '';
      const fields: unknown =
        type.includes('json') && body.length > 0 ? JSON.parse(body.toString('utf8')) : undefined;
      const own = answerTo(method, url.replace(/^.*\/accounts\/1/, ''), fields);
      if (own !== undefined) {
        response.writeHead(own.statusCode, { 'content-type': 'application/json' });
        response.end(own.body);
        return;
      }
      const kept = Object.entries(headers).filter(
        ([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name),
      );
      fetch(`${target}${url}`, {
        method,
        headers: Object.fromEntries(kept) as Record<string, string>,
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      }).then(
        async (answer) => {
          const text = await answer.text();
          const shown = { 'content-type': answer.headers.get('content-type') ?? 'text/plain' };
          response.writeHead(answer.status, shown).end(text);
        },
        () => request.socket.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}
