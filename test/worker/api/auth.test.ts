import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revokeApiKey } from '../../../worker/ledger';
import { type TestLedger, testLedger } from '../../support/ledger';
import { ask, askRaw, keyFor, type Served, serveApi } from './frame-fixture';

let opened: TestLedger;
let served: Served;
beforeEach(async () => {
  opened = await testLedger();
  served = await serveApi(opened.ledger);
});
afterEach(async () => {
  await served.close();
  await opened.close();
});

describe('as long as there is no key', () => {
  it('lets programs on this machine in', async () => {
    expect((await ask(served.url, '/metrics')).status).toBe(200);
  });

  it('keeps a name of somebody else out that leads to this machine', async () => {
    const rebound = await askRaw(served.url, '/metrics', { headers: { host: 'evil.example.org' } });
    expect(rebound.status).toBe(401);
    const named = await askRaw(served.url, '/metrics', { headers: { host: 'localhost:4100' } });
    expect(named.status).toBe(200);
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example.org' }],
    [{ origin: 'null' }],
  ])('keeps other websites out, which a browser tells by %j', async (headers) => {
    const answer = await ask(served.url, '/metrics', { headers });
    expect(answer.status).toBe(403);
    expect(answer.body['code']).toBe('cross_site');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('lets its own pages in, and links that a person follows', async () => {
    const own = await ask(served.url, '/metrics', { headers: { 'sec-fetch-site': 'same-origin' } });
    expect(own.status).toBe(200);
    const followed = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await askRaw(served.url, '/metrics', { headers: followed })).status).toBe(200);
  });

  it.each([
    [{ 'x-forwarded-for': '192.0.2.1' }],
    [{ 'x-forwarded-proto': 'https' }],
    [{ 'x-forwarded-port': '443' }],
    [{ 'x-real-ip': '192.0.2.1' }],
    [{ via: '1.1 proxy' }],
  ])('keeps out what something else has passed on with %j', async (headers) => {
    expect((await ask(served.url, '/metrics', { headers })).status).toBe(401);
  });

  it('keeps everybody out where a proxy lets others in, which need not say so', async () => {
    const behind = await serveApi(opened.ledger, { publicUrl: 'https://runner.example.org' });
    try {
      expect((await ask(behind.url, '/metrics')).status).toBe(401);
      expect((await ask(behind.url, '/healthz')).status).toBe(200);
    } finally {
      await behind.close();
    }
  });

  it('keeps out what an old proxy passes on without a word', async () => {
    const { hostname, port } = new URL(served.url);
    const said = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname);
      let heard = '';
      socket.setEncoding('utf8').on('data', (piece: string) => {
        heard += piece;
      });
      socket.on('close', () => resolve(heard));
      socket.write(`GET /metrics HTTP/1.0\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
    });
    expect(said).toMatch(/^HTTP\/1\.1 401/);
  });

  it('keeps everybody out where it listens to other machines as well', async () => {
    const open = await serveApi(opened.ledger, { loopback: false });
    try {
      expect((await ask(open.url, '/metrics')).status).toBe(401);
      expect((await ask(open.url, '/healthz')).status).toBe(200);
    } finally {
      await open.close();
    }
  });
});

describe('as soon as there is a key', () => {
  it('asks everybody for one, and says how it is given', async () => {
    await keyFor(opened.ledger, 'read');
    const answer = await ask(served.url, '/metrics');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      status: 401,
      code: 'unauthorized',
      type: '/docs#unauthorized',
    });
  });

  it('lets a right key in, and no wrong one, nor one that is hidden in another scheme', async () => {
    const key = await keyFor(opened.ledger, 'read');
    expect((await ask(served.url, '/metrics', { key })).status).toBe(200);
    expect((await ask(served.url, '/metrics', { key: `${key.slice(0, -1)}~` })).status).toBe(401);
    const basic = { authorization: `Basic ${btoa(`x:${key}`)}` };
    expect((await ask(served.url, '/metrics', { headers: basic })).status).toBe(401);
  });

  it('lets a key in whatever website a browser names: a key never comes by itself', async () => {
    const key = await keyFor(opened.ledger, 'read');
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example.org' };
    expect((await ask(served.url, '/metrics', { key, headers })).status).toBe(200);
  });

  it('stops a revoked key within seconds', async () => {
    const key = await keyFor(opened.ledger, 'read');
    expect((await ask(served.url, '/metrics', { key })).status).toBe(200);
    await revokeApiKey(opened.ledger, 'read', opened.ledger.now());
    await keyFor(opened.ledger, 'admin');
    await expect
      .poll(async () => (await ask(served.url, '/metrics', { key })).status, {
        interval: 500,
        timeout: 8_000,
      })
      .toBe(401);
  });

  it('lets whoever tries many keys wait, and nobody at the same address who has a right one', async () => {
    const key = await keyFor(opened.ledger, 'read');
    const unseen = await keyFor(opened.ledger, 'read', 'unseen');
    expect((await ask(served.url, '/metrics', { key })).status).toBe(200);
    const wrong = `crk_${'0'.repeat(12)}_${'A'.repeat(43)}`;
    const try50 = () =>
      Promise.all(Array.from({ length: 50 }, () => ask(served.url, '/metrics', { key: wrong })));
    let refused = (await try50()).find(({ status }) => status !== 401);
    for (let n = 0; n < 60 && refused === undefined; n += 1) {
      refused = (await try50()).find(({ status }) => status !== 401);
    }
    expect(refused?.status).toBe(429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(served.url, '/metrics', { key })).status).toBe(200);
    // A wrong one is only refused again soon.
    await expect
      .poll(async () => (await ask(served.url, '/metrics', { key: wrong })).status, {
        interval: 20,
        timeout: 3_000,
      })
      .toBe(401);
    expect((await ask(served.url, '/metrics', { key: unseen })).status).toBe(200);
  });
});

it('lets no key ask more often than is allowed', async () => {
  const key = await keyFor(opened.ledger, 'read');
  const other = await keyFor(opened.ledger, 'read', 'other');
  const slow = await serveApi(opened.ledger, { limits: { perSecond: 1, burst: 3 } });
  try {
    const all = [];
    for (let n = 0; n < 5; n += 1) all.push((await ask(slow.url, '/metrics', { key })).status);
    expect(all).toEqual([200, 200, 200, 429, 429]);
    const refused = await ask(slow.url, '/metrics', { key });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await ask(slow.url, '/metrics', { key: other })).status).toBe(200);
  } finally {
    await slow.close();
  }
});
