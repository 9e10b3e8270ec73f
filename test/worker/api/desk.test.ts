import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotateApiKey, suppress } from '../../../worker/ledger';
import { phone, type TestLedger, testLedger } from '../../support/ledger';
import { type Desked, serveDesk } from './desk-fixture';
import { ask, keyFor } from './frame-fixture';

let opened: TestLedger;
let served: Desked;
beforeEach(async () => {
  opened = await testLedger();
  served = await serveDesk(opened.ledger, opened.where);
});
afterEach(async () => {
  await served.close();
  await opened.close();
});

const message = { account: 'support', inbox: '1', to: phone(1), text: 'Your order is ready.' };
const send = (json: unknown, once?: string) =>
  ask(served.url, '/sends', {
    json,
    headers: once === undefined ? {} : { 'idempotency-key': once },
  });

describe('a single message', () => {
  it('is written down once for its key, and what became of it can be seen', async () => {
    served.work();
    const first = await send(message, 'order-1001');
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ campaign: 'send-order-1001' });
    const sendId = String(first.body['sendId']);
    await expect
      .poll(async () => (await ask(served.url, `/sends/${sendId}`)).body['state'])
      .toBe('sent');
    const again = await send(message, 'order-1001');
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toMatchObject({ sendId, state: 'sent' });
    expect(again.body['messageId']).toMatch(/\d/);
    expect(served.sandbox.accepted().get(phone(1))).toBe(1);
  });

  it('with another content under the same key is refused', async () => {
    await send(message, 'order-1001');
    const other = await send({ ...message, text: 'Something else' }, 'order-1001');
    expect(other.status).toBe(422);
    expect(other.body['code']).toBe('idempotency_key_reused');
    expect(JSON.stringify(other.body)).not.toContain(phone(1));
  });

  it('with another name alone under the same key is the same one, as the document says', async () => {
    const first = await send(message, 'order-1001');
    const again = await send({ ...message, name: 'Somebody' }, 'order-1001');
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body['sendId']).toBe(first.body['sendId']);
    const { body } = await ask(served.url, '/openapi.json');
    expect(JSON.stringify(body)).toContain('the same key with another name is the same');
  });

  it('asked for twice at the same moment goes out once', async () => {
    served.work();
    const all = await Promise.all(Array.from({ length: 6 }, () => send(message, 'a key')));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([422]));
    const both = await Promise.all(
      Array.from({ length: 6 }, () => send(message, 'key/with.signs')),
    );
    expect(new Set(both.map(({ body }) => body['sendId'])).size).toBe(1);
    await expect.poll(() => served.sandbox.accepted().get(phone(1))).toBe(1);
  });

  it.each([
    ['without a key', message, undefined],
    ['to nobody', { ...message, to: 'x' }, 'k'],
    ['with no content', { ...message, text: undefined }, 'k'],
    ['through an inbox that is not there', { ...message, inbox: '999' }, 'k'],
    ['through an account that is not there', { ...message, account: 'nobody' }, 'k'],
    ['with a country that is none', { ...message, country: 'XX' }, 'k'],
  ])('%s is refused', async (_, json, once) => {
    const answer = await send(json, once);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).not.toContain(phone(1));
  });

  it('that is not there is not found', async () => {
    expect((await ask(served.url, '/sends/0123456789abcdef-0')).status).toBe(404);
    expect((await ask(served.url, '/sends/x')).status).toBe(422);
  });
});

describe('accounts', () => {
  it('are listed without their credentials, and with whether their platform asked to wait', async () => {
    const { body } = await ask(served.url, '/accounts');
    expect(body['items']).toMatchObject([
      { name: 'support', platform: 'chatwoot', stoppedUntil: null, lastTest: null },
    ]);
    expect(JSON.stringify(body)).not.toContain('sandbox-token');
  });

  it('are tested at the platform, and remembered', async () => {
    const tested = await ask(served.url, '/accounts/support/test', { method: 'POST' });
    expect(tested.body).toMatchObject({ ok: true, code: null });
    const { body } = await ask(served.url, '/accounts');
    expect(body['items']).toMatchObject([{ lastTest: { ok: true } }]);
  });

  it('say what a platform answers that is not well', async () => {
    served.sandbox.setFaults([{ fault: 'error_before_commit' }]);
    const tested = await ask(served.url, '/accounts/support/test', { method: 'POST' });
    expect(tested.status).toBe(200);
    expect(tested.body['ok']).toBe(false);
  });

  it('list inboxes and templates, and ask the platform once for both', async () => {
    const inboxes = await ask(served.url, '/accounts/support/inboxes');
    const items = inboxes.body['items'] as { id: string; template: boolean }[];
    expect(items.length).toBeGreaterThan(0);
    const before = served.sandbox.requests().length;
    const withTemplates = items.find(({ template }) => template);
    const found = await ask(served.url, `/accounts/support/templates?inbox=${withTemplates?.id}`);
    expect(found.status).toBe(200);
    await ask(served.url, '/accounts/support/inboxes');
    expect(served.sandbox.requests().length - before).toBeLessThanOrEqual(1);
  });

  it('that are not there, and inboxes that are not, are not found', async () => {
    expect((await ask(served.url, '/accounts/nobody/inboxes')).status).toBe(404);
    expect((await ask(served.url, '/accounts/nobody/test', { method: 'POST' })).status).toBe(404);
    expect((await ask(served.url, '/accounts/support/templates?inbox=999')).status).toBe(404);
    expect((await ask(served.url, '/accounts/support/templates')).status).toBe(422);
  });
});

describe('suppressions', () => {
  it('take addresses in any notation, name those that cannot be read, and know who is listed', async () => {
    const added = await ask(served.url, '/suppressions', {
      json: {
        addresses: ['202 555 0101', '(202) 555-0101', 'nobody', 'ada@example.org'],
        country: 'US',
      },
    });
    expect(added.body).toMatchObject({ added: 2, already: 0, unreadable: [{ index: 2 }] });
    const found = await ask(served.url, '/suppressions/find', { json: { addresses: [phone(1)] } });
    expect(found.body['items']).toMatchObject([
      { address: phone(1), account: null, source: 'api' },
    ]);
    const removed = await ask(served.url, '/suppressions/remove', {
      json: { addresses: [phone(1)] },
    });
    expect(removed.body).toMatchObject({ removed: 1 });
  });

  it('hold for an account that is there, and for none that is mistyped', async () => {
    const json = { addresses: [phone(1)] };
    const mistyped = await ask(served.url, '/suppressions', {
      json: { ...json, account: 'suport' },
    });
    expect(mistyped.status).toBe(422);
    const right = await ask(served.url, '/suppressions', { json: { ...json, account: 'support' } });
    expect(right.body).toMatchObject({ added: 1 });
  });

  it('come in pages whose places say nothing of anybody, and are good with the same key only', async () => {
    const key = await keyFor(opened.ledger, 'send');
    const other = await keyFor(opened.ledger, 'read');
    const addresses = Array.from({ length: 7 }, (_, n) => phone(n));
    await ask(served.url, '/suppressions', { key, json: { addresses } });
    const seen: unknown[] = [];
    let next: string | null = '';
    for (let pages = 0; next !== null && pages < 5; pages += 1) {
      const after = next === '' ? '' : `&after=${next}`;
      const { body } = await ask(served.url, `/suppressions?limit=3${after}`, { key });
      seen.push(...(body['items'] as { address: string }[]).map(({ address }) => address));
      next = body['next'] as string | null;
      if (next === null) continue;
      expect(Buffer.from(next, 'base64url').toString('latin1')).not.toContain('2025550');
      const stolen = await ask(served.url, `/suppressions?after=${next}`, { key: other });
      expect(stolen.status).toBe(422);
      expect(stolen.body['detail']).toContain('Begin again without after');
    }
    expect(seen).toEqual([...addresses].sort());
  });

  it('are gone on with however the key is sent, and after it was rotated', async () => {
    const key = await keyFor(opened.ledger, 'read');
    const addresses = Array.from({ length: 3 }, (_, n) => phone(n));
    await suppress(opened.ledger, addresses, { reason: 'asked', source: 'test' }, 1);
    const { body } = await ask(served.url, '/suppressions?limit=2', { key });
    const path = `/suppressions?after=${String(body['next'])}`;
    const headers = { authorization: `bearer  ${key}`, cookie: 'other=1' };
    expect((await ask(served.url, path, { headers })).status).toBe(200);
    const now = opened.ledger.now();
    const { token } = await rotateApiKey(opened.ledger, 'read', { overlapMs: 60_000 }, now);
    const after = await ask(served.url, path, { key: token });
    expect(after.body['items']).toMatchObject([{ address: addresses[2] }]);
    expect((await ask(served.url, path, { key })).status).toBe(200);
  });
});
