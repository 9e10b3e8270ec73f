import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterEach, expect, it } from 'vitest';
import { type Listening, listen } from '../../../worker/api/listen';

let listening: Listening | undefined;
afterEach(() => listening?.close());

const app = new Hono()
  .get('/', (context) => context.text('here'))
  .get('/slow', async (context) => {
    await wait(600);
    return context.text('slow');
  })
  .get('/stuck', () => new Promise<Response>(() => undefined));

/** What the server says to this until it hangs up. */
function say(port: number, text: string): Promise<{ heard: string; ms: number }> {
  const began = performance.now();
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (piece: string) => {
      heard += piece;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ heard, ms: performance.now() - began }));
  });
}

it('hangs up on whoever does not finish what it asks', async () => {
  listening = await listen(app, '127.0.0.1', 0, {
    headersTimeout: 300,
    connectionsCheckingInterval: 50,
  });
  const { heard, ms } = await say(listening.port, 'GET / HTTP/1.1\r\nhost: localhost\r\nx-drip: ');
  expect(heard).toMatch(/^HTTP\/1\.1 408/);
  expect(ms).toBeLessThan(3_000);
});

it('takes no endless headers', async () => {
  listening = await listen(app, '127.0.0.1', 0);
  const { heard } = await say(
    listening.port,
    `GET / HTTP/1.1\r\nhost: localhost\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  expect(heard).toMatch(/^HTTP\/1\.1 431/);
});

it('answers a request whose address or Host cannot be read with a problem', async () => {
  listening = await listen(app, '127.0.0.1', 0);
  const { heard } = await say(
    listening.port,
    'GET / HTTP/1.1\r\nhost: a b/c\r\nconnection: close\r\n\r\n',
  );
  expect(heard).toMatch(/^HTTP\/1\.1 400/);
  expect(heard).toContain('application/problem+json');
  expect(heard).not.toMatch(/at |node_modules/);
});

it('answers an old program that names no Host', async () => {
  listening = await listen(app, '127.0.0.1', 0);
  const { heard } = await say(listening.port, 'GET / HTTP/1.0\r\n\r\n');
  expect(heard).toMatch(/^HTTP\/1\.1 200[^]*here$/);
});

it.each([
  ['no Host', 400, 'malformed', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n'],
  ['no HTTP', 400, 'malformed', 'nonsense\r\n\r\n'],
  [
    'a length that is none',
    400,
    'malformed',
    'GET / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n',
  ],
  [
    'an expectation',
    417,
    'malformed',
    'GET / HTTP/1.1\r\nhost: a\r\nexpect: tea\r\nconnection: close\r\n\r\n',
  ],
  [
    'endless headers',
    431,
    'too_large',
    `GET / HTTP/1.1\r\nhost: a\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
  ],
])('tells in a problem what is wrong with %s', async (_, status, code, text) => {
  listening = await listen(app, '127.0.0.1', 0);
  const { heard } = await say(listening.port, text);
  const [head = '', body = ''] = heard.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} \\S`));
  expect(head).toMatch(/content-type: application\/problem\+json/i);
  expect(JSON.parse(body)).toMatchObject({ status, code, type: `/docs#${code}` });
});

it('tells one that comes too slowly so, and goes on', async () => {
  listening = await listen(app, '127.0.0.1', 0, {
    headersTimeout: 300,
    connectionsCheckingInterval: 50,
  });
  const { heard } = await say(listening.port, 'GET / HTTP/1.1\r\nhost: a\r\nx-drip: ');
  expect(heard).toMatch(/^HTTP\/1\.1 408[^]*"code":"too_slow"/);
  expect((await fetch(`http://127.0.0.1:${listening.port}`)).status).toBe(200);
});

it('lets what is under way finish when it closes, takes nothing new, and cuts what does not end', async () => {
  listening = await listen(app, '127.0.0.1', 0);
  const url = `http://127.0.0.1:${listening.port}`;
  await (await fetch(url)).text();
  const under = fetch(`${url}/slow`);
  const stuck = fetch(`${url}/stuck`).catch(() => 'cut');
  await wait(100);
  const began = performance.now();
  const closed = listening.close(1_500);
  await wait(50);
  await expect(fetch(url)).rejects.toThrow();
  expect(await (await under).text()).toBe('slow');
  await closed;
  expect(await stuck).toBe('cut');
  expect(performance.now() - began).toBeGreaterThan(1_400);
  expect(performance.now() - began).toBeLessThan(4_000);
});

it('is closed at once when nothing is under way', async () => {
  listening = await listen(app, '127.0.0.1', 0);
  await (await fetch(`http://127.0.0.1:${listening.port}`)).text();
  const began = performance.now();
  await listening.close(10_000);
  expect(performance.now() - began).toBeLessThan(1_000);
});
