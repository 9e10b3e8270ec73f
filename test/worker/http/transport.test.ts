import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpRequest, isNoAnswer, type NoAnswer } from '../../../core/http';
import { createTransport, type Transport } from '../../../worker/http/transport';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function transport(baseUrl: string, options = {}): Transport {
  const it = createTransport({ baseUrl, headers: { 'api-access-token': 't' }, query: {} }, options);
  open.push({ close: () => it.destroy() });
  return it;
}

const POST: HttpRequest = { method: 'POST', path: '/x', json: { a: 1 }, call: 'message' };

async function failure(promise: Promise<unknown>): Promise<NoAnswer> {
  try {
    await promise;
  } catch (error) {
    if (isNoAnswer(error)) return error;
    throw error;
  }
  throw new Error('an answer came');
}

describe('transport', () => {
  it('resolves for every status with lower-case headers', async () => {
    const url = await listen(
      createServer((_req, res) => res.writeHead(503, { 'X-Thing': 'y' }).end('no')),
    );
    const answer = await transport(url).http(POST);
    expect(answer).toMatchObject({ status: 503, body: 'no' });
    expect(answer.headers['x-thing']).toBe('y');
  });

  it('puts secrets into the path and writes forms', async () => {
    const seen: string[] = [];
    const url = await listen(
      createServer((request, res) => {
        let body = '';
        request.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        request.on('end', () => {
          seen.push(`${request.url} ${request.headers['content-type']} ${body}`);
          res.end('{}');
        });
      }),
    );
    const endpoint = { baseUrl: `${url}/api/v2`, headers: {}, query: { apiKey: 'k&1' } };
    const it = createTransport({ ...endpoint, path: { token: 't/2' } });
    open.push({ close: () => it.destroy() });
    await it.http({
      method: 'POST',
      path: '/channel/sms/{token}/enqueue',
      form: { message: 'Hi & bye, Zoë', phone: '+12025550100' },
      call: 'message',
    });
    expect(seen).toEqual([
      '/api/v2/channel/sms/t%2F2/enqueue?apiKey=k%261 application/x-www-form-urlencoded message=Hi+%26+bye%2C+Zo%C3%AB&phone=%2B12025550100',
    ]);
  });

  it('keeps a secret out of an answer that repeats it', async () => {
    const url = await listen(
      createServer((request, res) =>
        res
          .writeHead(401)
          .end(JSON.stringify({ error: `bad ${String(request.headers['x-key'])}` })),
      ),
    );
    const it = createTransport({ baseUrl: url, headers: { 'x-key': 'secret-key-1' }, query: {} });
    open.push({ close: () => it.destroy() });
    expect((await it.http(POST)).body).toBe('{"error":"bad •••"}');
  });

  it('follows no redirect', async () => {
    const url = await listen(
      createServer((_req, res) => res.writeHead(302, { location: '/elsewhere' }).end()),
    );
    expect((await transport(url).http(POST)).status).toBe(302);
  });

  it('says "never written" when nobody listens', async () => {
    const server = createTcp();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const error = await failure(transport(`http://127.0.0.1:${port}`).http(POST));
    expect(error).toMatchObject({ why: 'ECONNREFUSED', written: false });
  });

  it('says "written" when the connection drops after the request', async () => {
    const url = await listen(
      createServer((req) => {
        req.resume().on('end', () => req.socket.destroy());
      }),
    );
    expect((await failure(transport(url).http(POST))).written).toBe(true);
  });

  it('says "written" when the answer does not come in time', async () => {
    const url = await listen(createServer(() => undefined));
    const error = await failure(transport(url, { timeoutMs: 50 }).http(POST));
    expect(error.written).toBe(true);
  });

  it('refuses a delivering request whose deadline passed while it waited for its socket', async () => {
    let seen = 0;
    const held: (() => void)[] = [];
    const url = await listen(
      createServer((_req, res) => {
        seen += 1;
        held.push(() => res.end('{}'));
      }),
    );
    let late = false;
    const clock = { wallMs: () => (late ? 2_000 : 0), monotonicMs: () => 0 };
    const { http } = transport(url, { connections: 1, clock });
    const first = http(POST);
    const second = failure(
      http({ ...POST, delivers: { sendBy: { wallMs: 1_000, monotonicMs: 1_000 } } }),
    );
    await expect.poll(() => held.length).toBe(1);
    late = true;
    held[0]?.();
    await first;
    expect(await second).toMatchObject({ why: 'TOO_LATE', written: false });
    // The connection is still good, and nothing of the refused request was seen.
    const third = http(POST);
    await expect.poll(() => held.length).toBe(2);
    held[1]?.();
    expect((await third).status).toBe(200);
    expect(seen).toBe(2);
  });

  it('holds the deadline on the monotonic clock too: a wall clock that was set back does not reopen it', async () => {
    let seen = 0;
    const url = await listen(createServer((_req, res) => res.end(String(++seen))));
    const clock = { wallMs: () => 0, monotonicMs: () => 5_001 };
    const error = await failure(
      transport(url, { clock }).http({
        ...POST,
        delivers: { sendBy: { wallMs: 1_000, monotonicMs: 5_000 } },
      }),
    );
    expect(error.written).toBe(false);
    expect(seen).toBe(0);
  });

  it('never names host, path or body in an error', async () => {
    const error = await failure(
      transport('http://127.0.0.1:1').http({ ...POST, path: '/secret-path' }),
    );
    expect(error.message).not.toMatch(/127\.0\.0\.1|secret-path/);
  });
});
