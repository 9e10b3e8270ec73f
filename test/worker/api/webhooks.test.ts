import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../../worker/campaign/accounts-file';
import { InputError } from '../../../worker/campaign/input-error';
import type { AccountSummary, Desk } from '../../../worker/engine/desk';
import { type Ledger, listSuppressions, suppressedAmong } from '../../../worker/ledger';
import { onBothLedgers, phone, type TestLedger, testLedger } from '../../support/ledger';
import { type Served, serveApi } from './frame-fixture';

const SECRET = 'sesame-webhook-secret';
const PUBLIC = 'https://runner.example.org/base';

const ACCOUNTS: Readonly<Record<string, Pick<Account, 'platform' | 'webhookSecret'>>> = {
  support: { platform: 'chatwoot', webhookSecret: SECRET },
  deaf: { platform: 'chatwoot', webhookSecret: null },
  gulf: { platform: 'bevatel', webhookSecret: SECRET },
  flock: { platform: 'bird', webhookSecret: SECRET },
  jobs: { platform: 'pivotcx', webhookSecret: null },
};

/** What the accounts file says, and how often somebody has looked. */
function deskOf() {
  const looks = { n: 0 };
  const desk = {
    accounts() {
      looks.n += 1;
      return Promise.resolve(
        Object.entries(ACCOUNTS).map(([name, { platform }]) => ({
          name,
          platform,
        })) as AccountSummary[],
      );
    },
    account(name: string) {
      looks.n += 1;
      const account = ACCOUNTS[name];
      return account === undefined
        ? Promise.reject(new InputError('there is no such account'))
        : Promise.resolve({ name, ...account } as Account);
    },
  } as unknown as Desk;
  return { desk, looks };
}

const fixture = (name: string): Buffer =>
  readFileSync(join(__dirname, `../../fixtures/webhooks/${name}.json`));

let made = 0;
/** A person's words, as Chatwoot tells of them. */
function reply(content: string, from = phone(1), id = (made += 1) + 5_000): Buffer {
  const call = JSON.parse(fixture('chatwoot-reply').toString()) as {
    conversation: { meta: { sender: object } };
  };
  const { conversation } = call;
  const sender = { ...conversation.meta.sender, phone_number: from };
  return Buffer.from(
    JSON.stringify({
      ...call,
      ...{ id, content, created_at: new Date().toISOString() },
      conversation: {
        ...conversation,
        channel: 'Channel::Sms',
        meta: { ...conversation.meta, sender },
      },
    }),
  );
}

function signedByChatwoot(body: Buffer, { secret = SECRET, ageMs = 0 } = {}) {
  const timestamp = String(Math.floor((Date.now() - ageMs) / 1000));
  const digest = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  return { 'x-chatwoot-timestamp': timestamp, 'x-chatwoot-signature': `sha256=${digest}` };
}

function signedByBird(body: Buffer, url: string, secret = SECRET) {
  const time = String(Math.floor(Date.now() / 1000) - 4 * 3600);
  const signed = Buffer.concat([
    Buffer.from(`${time}\n${url}\n`),
    createHash('sha256').update(body).digest(),
  ]);
  const signature = createHmac('sha256', secret).update(signed).digest('base64');
  return { 'messagebird-request-timestamp': time, 'messagebird-signature': signature };
}

const inboundOfBird = (text: string): Buffer => {
  const call = JSON.parse(fixture('bird-inbound').toString()) as { payload: object };
  return Buffer.from(
    JSON.stringify({
      ...call,
      payload: {
        ...call.payload,
        id: `message-${(made += 1)}`,
        body: { type: 'text', text: { text } },
      },
    }),
  );
};

let place: TestLedger;
let ledger: Ledger;
let served: Served;
let looks: { n: number };

async function serve(on: Ledger = ledger, publicUrl: string | null = null): Promise<void> {
  const { desk, looks: counted } = deskOf();
  looks = counted;
  served = await serveApi(on, { desk, publicUrl, limits: { bodyMs: 300 } });
}

async function post(
  path: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await fetch(`${served.url}${path}`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers,
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** By hand, piece by piece, as a client that takes its time or tells no length. */
function trickle(
  path: string,
  pieces: readonly (Buffer | number)[],
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${served.url}${path}`,
      { method: 'POST', headers, agent: false },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        incoming.on('end', () => {
          outgoing.destroy();
          resolve({ status: incoming.statusCode ?? 0, text });
        });
      },
    );
    // It is cut while it is still sending: whether an answer came first is what counts.
    outgoing.on('error', reject);
    void (async () => {
      for (const piece of pieces) {
        if (outgoing.destroyed) return;
        if (typeof piece === 'number') await new Promise((go) => setTimeout(go, piece));
        else outgoing.write(piece);
      }
      outgoing.end();
    })();
  });
}

const stopped = async (account: string) =>
  [...(await suppressedAmong(ledger, account, [phone(1), phone(2)]))].toSorted();

onBothLedgers('a webhook', (open) => {
  beforeEach(async () => {
    place = await open();
    ledger = place.ledger;
    await serve();
  });
  afterEach(async () => {
    await served.close();
    await place.close();
  });

  it('that Chatwoot has signed is in the ledger when it is answered, and once only', async () => {
    const body = reply('Stop.');
    const first = await post('/webhooks/chatwoot/support', body, signedByChatwoot(body));
    expect(first).toMatchObject({ status: 200, text: '{}' });
    expect(await stopped('support')).toEqual([phone(1)]);
    expect(await stopped('deaf')).toEqual([]);
    // The same call again, and the same thing in another call.
    for (const ageMs of [0, 1_000]) {
      const again = await post(
        '/webhooks/chatwoot/support',
        body,
        signedByChatwoot(body, { ageMs }),
      );
      expect(again).toMatchObject({ status: 200, text: '{}' });
    }
    expect(await ledger.db.selectFrom('delivery_events').select('event_id').execute()).toHaveLength(
      1,
    );
    expect(await listSuppressions(ledger)).toHaveLength(1);
  });

  it('of which many come at once counts each', async () => {
    const bodies = Array.from({ length: 40 }, (_, n) =>
      reply(n % 2 === 0 ? 'hello' : 'STOP', phone(n)),
    );
    const answers = await Promise.all(
      bodies.map((body) => post('/webhooks/chatwoot/support', body, signedByChatwoot(body))),
    );
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 200));
    expect(await listSuppressions(ledger)).toHaveLength(20);
  });

  it('of Bevatel, which signs nothing, has the secret in its address', async () => {
    const body = reply('إيقاف');
    expect((await post('/webhooks/bevatel/gulf', body)).status).toBe(401);
    expect((await post('/webhooks/bevatel/gulf?token=', body)).status).toBe(401);
    expect((await post(`/webhooks/bevatel/gulf?token=${SECRET}x`, body)).status).toBe(401);
    // No signature of its own platform's making stands for it.
    expect((await post('/webhooks/bevatel/gulf', body, signedByChatwoot(body))).status).toBe(401);
    expect(await stopped('gulf')).toEqual([]);
    expect((await post(`/webhooks/bevatel/gulf?token=${SECRET}`, body)).status).toBe(200);
    expect(await stopped('gulf')).toEqual([phone(1)]);
  });

  it('of a Chatwoot that is too old to sign may do so as well; of Bird, which always signs, it may not', async () => {
    const body = reply('STOP');
    expect((await post(`/webhooks/chatwoot/support?token=${SECRET}`, body)).status).toBe(200);
    expect(await stopped('support')).toEqual([phone(1)]);
    const theirs = inboundOfBird('STOP');
    expect((await post(`/webhooks/bird/flock?token=${SECRET}`, theirs)).status).toBe(401);
  });
});

describe('the address that Bird signs', () => {
  beforeEach(async () => {
    place = await testLedger();
    ledger = place.ledger;
  });
  afterEach(async () => {
    await served.close();
    await place.close();
  });

  it('is the public one, with its query, where somebody said what that is', async () => {
    await serve(ledger, `${PUBLIC}/`);
    const body = inboundOfBird('STOP');
    const path = '/webhooks/bird/flock?from=bird%20eu';
    const good = signedByBird(body, `${PUBLIC}${path}`);
    expect((await post('/webhooks/bird/flock', body, good)).status).toBe(401);
    expect((await post(path, body, signedByBird(body, `${served.url}${path}`))).status).toBe(401);
    expect((await post(path, body, good)).status).toBe(200);
    expect(await listSuppressions(ledger)).toHaveLength(1);
  });

  it('is that of the call where nobody did', async () => {
    await serve(ledger, null);
    const body = inboundOfBird('STOP');
    const signed = signedByBird(body, `${served.url}/webhooks/bird/flock`);
    expect((await post('/webhooks/bird/flock', body, signed)).status).toBe(200);
    expect(
      (await post('/webhooks/bird/flock', body, { ...signed, host: 'other' })).status,
    ).not.toBe(500);
  });
});

describe('a call that does not prove itself', () => {
  let touched: string[];
  beforeEach(async () => {
    place = await testLedger();
    ledger = place.ledger;
    touched = [];
    // Nobody may ask the ledger anything before it is known who asks.
    const watched = new Proxy(ledger, {
      get(target, name, receiver) {
        if (name === 'db') touched.push(String(name));
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    await serve(watched);
  });
  afterEach(async () => {
    await served.close();
    await place.close();
  });

  const body = reply('STOP');
  it.each([
    [
      'forged',
      '/webhooks/chatwoot/support',
      signedByChatwoot(body, { secret: 'another-secret-16' }),
    ],
    ['of another body', '/webhooks/chatwoot/support', signedByChatwoot(reply('other'))],
    ['without a signature', '/webhooks/chatwoot/support', {}],
    ['with a wrong token', '/webhooks/chatwoot/support?token=sesame-webhook-secreT', {}],
    [
      'with its secret as a header',
      '/webhooks/chatwoot/support',
      { authorization: `Bearer ${SECRET}` },
    ],
    ['that is stale', '/webhooks/chatwoot/support', signedByChatwoot(body, { ageMs: 6 * 60_000 })],
    [
      'from the future',
      '/webhooks/chatwoot/support',
      signedByChatwoot(body, { ageMs: -6 * 60_000 }),
    ],
    ['for an account without a secret', '/webhooks/chatwoot/deaf', signedByChatwoot(body)],
    [
      'for an account without a secret, signed with none',
      '/webhooks/chatwoot/deaf',
      signedByChatwoot(body, { secret: '' }),
    ],
    ['for an account that is not there', '/webhooks/chatwoot/nobody', signedByChatwoot(body)],
    ['for an account of another platform', '/webhooks/chatwoot/flock', signedByChatwoot(body)],
    [
      'for an account of another platform, with its token',
      `/webhooks/bevatel/support?token=${SECRET}`,
      {},
    ],
    ['for the name of an object’s own', '/webhooks/chatwoot/__proto__', signedByChatwoot(body)],
    ['signed for Bird by nobody', '/webhooks/bird/flock', signedByBird(body, 'http://x', 'no')],
  ] as const)(
    '%s: the same 401 as all others, and the ledger is not asked',
    async (_, path, headers) => {
      const answer = await post(path, body, headers);
      expect(answer.status).toBe(401);
      const { requestId: _id, ...problem } = JSON.parse(answer.text) as Record<string, unknown>;
      expect(problem).toEqual({
        type: '/docs#unauthorized',
        title: 'A key is needed',
        status: 401,
        code: 'unauthorized',
        detail: expect.stringContaining('no such account') as string,
      });
      expect(touched).toEqual([]);
      const kept = JSON.stringify([served.log, answer.text]);
      for (const word of [SECRET, 'sesame', 'STOP', phone(1), 'nobody', 'token=']) {
        expect(kept).not.toContain(word);
      }
    },
  );

  it.each([
    ['/webhooks/pivotcx/jobs', 404],
    ['/webhooks/nothing/jobs', 404],
    ['/webhooks/constructor/jobs', 404],
    ['/webhooks/chatwoot', 404],
    ['/webhooks/chatwoot/a/b', 404],
  ])('at %s: %d', async (path, status) => {
    expect((await post(path, body, signedByChatwoot(body))).status).toBe(status);
    expect(touched).toEqual([]);
  });

  it('nor is anything but a POST: no platform asks for more', async () => {
    const answer = await fetch(`${served.url}/webhooks/chatwoot/support`);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('costs no look into the accounts file, and one line of the log, however many there are', async () => {
    for (let n = 0; n < 200; n += 1) {
      await post(`/webhooks/chatwoot/nobody-${n}`, body, signedByChatwoot(body));
      await post(
        '/webhooks/chatwoot/support',
        body,
        signedByChatwoot(body, { secret: `another-secret-${n}` }),
      );
    }
    expect(looks.n).toBeLessThanOrEqual(6);
    expect(touched).toEqual([]);
    expect(served.log).toEqual([
      { event: 'webhook_refused', platform: 'chatwoot', account: null, code: 'unauthorized', n: 1 },
      {
        event: 'webhook_refused',
        platform: 'chatwoot',
        account: 'support',
        code: 'unauthorized',
        n: 1,
      },
    ]);
  });

  it('that is longer than a megabyte is not read to its end, whether it says how long it is or not', async () => {
    const long = Buffer.alloc(3_000_000, 'x');
    const announced = await trickle('/webhooks/chatwoot/support', [long.subarray(0, 1_000)], {
      'content-length': String(long.length),
    });
    expect(announced.status).toBe(413);
    const pieces = Array.from({ length: 300 }, () => long.subarray(0, 10_000));
    const told = await trickle('/webhooks/chatwoot/support', pieces).catch((error: Error) => error);
    // Either the answer arrives, or the line is cut under the sender.
    if (!(told instanceof Error)) expect(told.status).toBe(413);
    expect(touched).toEqual([]);
    const good = reply('STOP');
    expect((await post('/webhooks/chatwoot/support', good, signedByChatwoot(good))).status).toBe(
      200,
    );
  });

  it('that comes too slowly is ended', async () => {
    const began = performance.now();
    const answer = await trickle('/webhooks/chatwoot/support', [
      Buffer.from('{'),
      5_000,
      Buffer.from('}'),
    ]);
    expect(answer.status).toBe(408);
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(touched).toEqual([]);
  });
});

describe('a call that proves itself', () => {
  beforeEach(async () => {
    place = await testLedger();
    ledger = place.ledger;
    await serve();
  });
  afterEach(async () => {
    await served.close();
    await place.close();
  });

  it('may come in pieces without a length, and of any type', async () => {
    const body = reply('STOP');
    const pieces = [body.subarray(0, 7), 20, body.subarray(7)];
    const headers = { ...signedByChatwoot(body), 'content-type': 'text/plain; charset=latin1' };
    expect(await trickle('/webhooks/chatwoot/support', pieces, headers)).toMatchObject({
      status: 200,
      text: '{}',
    });
    expect(await stopped('support')).toEqual([phone(1)]);
  });

  it.each([
    ['no JSON', '{"event":'],
    ['no object', '[]'],
    ['nothing', ''],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
    ['another one’s', '{"hello":"world"}'],
    ['deep', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['a message without parts', '{"event":"message_created","message_type":"incoming"}'],
  ])('but whose body is %s, is malformed: 400, and nothing of it is repeated', async (_, given) => {
    const body = Buffer.from(given);
    const answer = await post('/webhooks/chatwoot/support', body, signedByChatwoot(body));
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('hello');
    expect(await ledger.db.selectFrom('delivery_events').selectAll().execute()).toEqual([]);
  });

  it.each(['chatwoot-note', 'chatwoot-resolved', 'chatwoot-another-last'])(
    '%s tells nothing that is kept: 200',
    async (name) => {
      const body = fixture(name);
      expect(await post('/webhooks/chatwoot/support', body, signedByChatwoot(body))).toMatchObject({
        status: 200,
        text: '{}',
      });
      expect(await ledger.db.selectFrom('delivery_events').selectAll().execute()).toEqual([]);
    },
  );

  it('while the ledger is away is asked for again: 503, and then it counts', async () => {
    await served.close();
    let away = true;
    const flaky = new Proxy(ledger, {
      get(target, name, receiver) {
        if (name === 'db' && away) {
          throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        }
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    await serve(flaky);
    const body = reply('STOP');
    const answer = await post('/webhooks/chatwoot/support', body, signedByChatwoot(body));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.text).not.toContain('ECONNREFUSED');
    away = false;
    expect((await post('/webhooks/chatwoot/support', body, signedByChatwoot(body))).status).toBe(
      200,
    );
    expect(await stopped('support')).toEqual([phone(1)]);
  });
});
