import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../core/errors';
import { problemOf } from '../../../worker/api/problem-of';
import { InputError } from '../../../worker/campaign/input-error';
import { LedgerError } from '../../../worker/ledger';
import { phone, type TestLedger, testLedger } from '../../support/ledger';
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

/** Says these pieces to the server, one after another, and hears what it answers until the connection ends or time is up. */
function talk(
  url: string,
  pieces: readonly string[],
  everyMs: number,
  ms = 5_000,
): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let heard = '';
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(heard);
    };
    const timer = setTimeout(end, ms);
    socket.setEncoding('utf8').on('data', (piece: string) => {
      heard += piece;
      if (heard.includes('\r\n\r\n')) end();
    });
    socket.on('error', end).on('close', end);
    void (async () => {
      for (const piece of pieces) {
        if (!socket.writable) return;
        socket.write(piece);
        await wait(everyMs);
      }
    })();
  });
}

describe('an address that is not there', () => {
  it('is a problem of its own, and another one where only the method is wrong', async () => {
    const missing = await ask(served.url, '/nowhere');
    expect(missing.status).toBe(404);
    expect(missing.body['code']).toBe('not_found');
    const wrong = await ask(served.url, '/suppressions', { method: 'DELETE' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST');
    expect((await askRaw(served.url, '/suppressions', { method: 'TRACE' })).status).toBe(405);
    expect((await askRaw(served.url, '/%ff%00')).status).toBe(404);
  });

  it('does not matter to HEAD, which answers as GET does, without a body', async () => {
    const head = await askRaw(served.url, '/suppressions', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
  });
});

describe('every answer', () => {
  it('says that browsers are to do nothing with it, and has a name', async () => {
    for (const path of ['/suppressions', '/nowhere', '/healthz']) {
      const { headers } = await ask(served.url, path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('a body', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
    fetch(`${served.url}/suppressions/find`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });

  it('that is no JSON, no UTF-8, of another type or too large is refused with its own code', async () => {
    const codeOf = async (answer: Response) => [
      answer.status,
      ((await answer.json()) as { code: string }).code,
    ];
    expect(await codeOf(await post('{"addresses":'))).toEqual([400, 'malformed']);
    expect(await codeOf(await post(new Uint8Array([0x22, 0xff, 0x22])))).toEqual([
      400,
      'malformed',
    ]);
    expect(await codeOf(await post('a=b', 'text/plain'))).toEqual([415, 'unsupported_media_type']);
    expect(await codeOf(await post(`"${'x'.repeat(1_000_001)}"`))).toEqual([413, 'too_large']);
  });

  it('that is too large is refused before it has come, and also when it does not say how large it is', async () => {
    const head =
      'POST /suppressions/find HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    const announced = await talk(served.url, [`${head}content-length: 2000000\r\n\r\n{`], 0);
    expect(announced).toMatch(/^HTTP\/1\.1 413/);
    const piece = `40000\r\n${'x'.repeat(0x40000)}\r\n`;
    const pieces = [`${head}transfer-encoding: chunked\r\n\r\n`, piece, piece, piece, piece, piece];
    expect(await talk(served.url, pieces, 5)).toMatch(/^HTTP\/1\.1 413/);
  });

  it('that drips is not waited for', async () => {
    const hasty = await serveApi(opened.ledger, { limits: { bodyMs: 400 } });
    try {
      const head =
        'POST /suppressions/find HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n';
      const drops = Array.from({ length: 50 }, () => ' ');
      const began = performance.now();
      expect(await talk(hasty.url, [head, ...drops], 50)).toMatch(/^HTTP\/1\.1 408/);
      expect(performance.now() - began).toBeLessThan(2_000);
    } finally {
      await hasty.close();
    }
  });

  it('may hold nothing that is not known, no control characters, and no half of a letter', async () => {
    const wrong = async (json: unknown) =>
      (await ask(served.url, '/suppressions/find', { json })).status;
    expect(await wrong({ addresses: [phone(1)], extra: 1 })).toBe(422);
    expect(await wrong({ addresses: ['a\u0000b'] })).toBe(422);
    expect(await wrong({ addresses: ['\ud800'] })).toBe(422);
    const query = await ask(served.url, '/suppressions?limit=5&limt=6');
    expect(query.status).toBe(422);
    expect(query.body['errors']).toEqual([
      { path: 'query', message: 'has what is not known here: limt' },
    ]);
    expect((await ask(served.url, '/suppressions?limit=5&limit=6')).status).toBe(422);
  });
});

describe('a problem', () => {
  it('repeats nothing that may be somebody’s', async () => {
    const json = { [phone(7)]: 1, addresses: [phone(8)], country: 'ada@example.org' };
    const answer = await ask(served.url, '/suppressions/find', { json });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).not.toMatch(/2025550|ada@/);
  });

  it('of ours says nothing of what went wrong inside, and the log names the place and no words', async () => {
    const troubles = () => Promise.reject(new Error(`no such row: ${phone(3)}`));
    const broken = await serveApi(opened.ledger, { troubles });
    try {
      const answer = await ask(broken.url, '/readyz');
      expect(answer.status).toBe(500);
      expect(answer.body).toMatchObject({ code: 'internal', title: 'Something is wrong inside' });
      const all = JSON.stringify([answer.body, broken.log]);
      expect(all).not.toMatch(/2025550|no such row|node_modules|at .*\.ts/);
      expect(broken.log[0]).toMatchObject({
        event: 'request_failed',
        code: 'internal',
        requestId: answer.body['requestId'],
      });
    } finally {
      await broken.close();
    }
  });

  it('says of a ledger that is away when to ask again', async () => {
    const troubles = () =>
      Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    const away = await serveApi(opened.ledger, { troubles });
    try {
      const answer = await ask(away.url, '/readyz');
      expect(answer.status).toBe(503);
      expect(answer.body['code']).toBe('ledger_away');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await away.close();
    }
  });

  it('of an answer that takes too long says so, in time', async () => {
    const troubles = () => wait(5_000, [] as string[], { ref: false });
    const slow = await serveApi(opened.ledger, { troubles, limits: { answerMs: 200 } });
    try {
      const answer = await ask(slow.url, '/readyz');
      expect(answer.status).toBe(503);
      expect(answer.body['code']).toBe('overloaded');
    } finally {
      await slow.close();
    }
  });

  it.each([
    [new InputError('audience.file must be there.'), 'invalid_input'],
    [new LedgerError('there is a campaign already'), 'conflict'],
    [new LedgerError('there is none', undefined, { code: 'not_found' }), 'not_found'],
    [new LedgerError('it was moved', undefined, { code: 'shut' }), 'ledger_away'],
    [
      new ProviderError('auth_failed', 'no', { provider: 'bird', detail: phone(1) }),
      'account_refused',
    ],
    [new ProviderError('unavailable', 'no', { provider: 'bird' }), 'platform_away'],
    [new ProviderError('not_found', 'no', { provider: 'bird' }), 'not_found'],
    [Object.assign(new Error('full'), { code: 'ENOSPC' }), 'disk_full'],
    [Object.assign(new Error(), { name: 'AlreadyDriven' }), 'busy'],
    [new TypeError('x of undefined'), 'internal'],
  ])('is made of %s', (error, code) => {
    const problem = problemOf(error);
    expect(problem.code).toBe(code);
    expect(problem.message).not.toMatch(/2025550|of undefined/);
  });
});

it('does what it does under the name of the key', async () => {
  const key = await keyFor(opened.ledger, 'admin', 'n8n');
  await ask(served.url, '/suppressions', { key, json: { addresses: [phone(1)] } });
  const audit = await ask(served.url, '/audit', { key });
  expect(audit.body['items']).toMatchObject([
    { who: 'n8n', action: 'suppress' },
    { action: 'key create' },
  ]);
});

it('asks for the scope of each route', async () => {
  const read = await keyFor(opened.ledger, 'read');
  const send = await keyFor(opened.ledger, 'send');
  const admin = await keyFor(opened.ledger, 'admin');
  const json = { addresses: [phone(1)] };
  const statusOf = async (key: string, path: string, body?: unknown) =>
    (await ask(served.url, path, { key, ...(body === undefined ? {} : { json: body }) })).status;
  const table = [];
  for (const key of [read, send, admin]) {
    table.push([
      await statusOf(key, '/suppressions'),
      await statusOf(key, '/suppressions', json),
      await statusOf(key, '/suppressions/remove', json),
      await statusOf(key, '/audit'),
    ]);
  }
  expect(table).toEqual([
    [200, 403, 403, 403],
    [200, 200, 403, 403],
    [200, 200, 200, 200],
  ]);
  const refused = await ask(served.url, '/audit', { key: read });
  expect(refused.body['detail']).toBe(
    'This needs a key with the scope "admin"; this one has "read".',
  );
});

it('ends soon with what is under way, and cuts what does not end', async () => {
  const troubles = () => wait(300, [] as string[]);
  const ending = await serveApi(opened.ledger, { troubles });
  const under = ask(ending.url, '/readyz');
  await wait(50);
  const began = performance.now();
  await Promise.all([ending.close(), under.then(({ status }) => expect(status).toBe(200))]);
  expect(performance.now() - began).toBeLessThan(2_000);
});
