import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startSandbox } from '../../../worker/sandbox';
import { API, type Client, SMS, start, WHATSAPP } from './client';

const PHONE = '+447700900001';

async function call(
  client: Client,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  return (await client.raw(`/_sandbox${path}`, init)).json;
}

test('counts are per person and per key, and the same over HTTP', async () => {
  const client = await start();
  const { contact, conversation, post, sandbox } = client;
  const path = `/conversations/${await conversation(SMS, await contact({ phone_number: PHONE }))}/messages`;
  const keyed = { content: 'a', content_attributes: { cmp: { key: 'k-1' } } };
  await post(path, keyed);
  await post(path, { ...keyed, content_attributes: { cmp: { k: 'k-2' } } });
  await post(path, keyed);
  expect(await call(client, 'GET', '/accepted')).toEqual({ [PHONE]: 3 });
  expect(sandbox.accepted()).toEqual(new Map([[PHONE, 3]]));
  const summary = await call(client, 'GET', '/summary');
  expect(summary).toMatchObject({ accepted: 3, recipients: 1, doubles: 2, doublesByKey: 1 });
  expect(sandbox.summary()).toEqual(summary);
  expect(await call(client, 'GET', '/messages')).toMatchObject([
    { recipient: PHONE, key: 'k-1', content: 'a', attributes: { cmp: { key: 'k-1' } } },
    { key: 'k-2' },
    { key: 'k-1' },
  ]);
});

test('requests are logged in order with what was sent and answered', async () => {
  const { get, post, sandbox, raw } = await start({ requestLog: 2 });
  await post('/contacts', { name: 'First' });
  await post('/contacts', { name: 'Ana' }, { 'x-sandbox-fault': 'error_after_commit' });
  await get('/contacts?page=1');
  const [created, listed] = sandbox.requests();
  expect(created).toMatchObject({
    method: 'POST',
    path: '/api/v1/accounts/1/contacts',
    body: '{"name":"Ana"}',
    status: 500,
    fault: 'error_after_commit',
  });
  expect(created?.headers['api-access-token']).toBe('sandbox-token');
  expect(listed).toMatchObject({ query: 'page=1', status: 200, ms: expect.any(Number) });
  expect((await raw('/_sandbox/requests')).json).toHaveLength(2);
});

test('the log and the texts can be left out', async () => {
  const { post, contact, conversation, sandbox } = await start({
    requestLog: false,
    keepMessages: false,
  });
  const id = await conversation(API, await contact({ phone_number: PHONE }));
  await post(`/conversations/${id}/messages`, { content: 'x' });
  expect([sandbox.requests(), sandbox.messages()]).toEqual([[], []]);
  expect(sandbox.accepted()).toEqual(new Map([[PHONE, 1]]));
});

test('faults are set, seen and cleared from another process', async () => {
  const client = await start();
  const rule = { fault: 'retry_later', match: { path: '/inboxes$' } };
  expect(await call(client, 'POST', '/faults', [rule])).toEqual({ rules: 1 });
  expect((await client.get('/inboxes')).status).toBe(429);
  expect(await call(client, 'GET', '/summary')).toMatchObject({ faults: { retry_later: 1 } });
  await call(client, 'DELETE', '/faults');
  expect((await client.get('/inboxes')).status).toBe(200);
  expect(await call(client, 'POST', '/faults', { fault: 'nope' })).toMatchObject({
    error: expect.stringContaining('no fault "nope"'),
  });
});

test('people and their messages are seeded', async () => {
  const client = await start();
  const people = [{ phone_number: PHONE, blocked: true }, { email: 'ben@example.com' }];
  expect(await call(client, 'POST', '/chatwoot/contacts', people)).toMatchObject([
    { id: 1, blocked: true },
    { id: 2, email: 'ben@example.com' },
  ]);
  await call(client, 'PATCH', '/chatwoot/contacts/1', { blocked: false });
  expect((await client.get('/contacts/1')).json.payload.blocked).toBe(false);
  const seed = { phone_number: PHONE, inbox_id: WHATSAPP, content: 'STOP', age_seconds: 3600 };
  const message = await call(client, 'POST', '/chatwoot/messages', seed);
  expect(message).toMatchObject({ content: 'STOP', message_type: 0, sender: { id: 1 } });
  const bad = await call(client, 'POST', '/chatwoot/messages', { ...seed, inbox_id: 99 });
  expect(bad).toEqual({ error: 'there is no inbox 99' });
});

test('reset brings everything back to the start', async () => {
  const client = await start({ faults: [] });
  const id = await client.conversation(API, await client.contact({ phone_number: PHONE }));
  await client.post(`/conversations/${id}/messages`, { content: 'x' });
  client.sandbox.setFaults([{ fault: 'retry_later' }]);
  await call(client, 'POST', '/reset');
  expect((await client.get('/contacts')).json.meta.count).toBe(0);
  expect(client.sandbox.accepted().size).toBe(0);
  expect(client.sandbox.requests()).toHaveLength(1);
  expect(await client.contact({ phone_number: PHONE })).toBe(1);
});

test('requests in flight are counted, those that deliver apart', async () => {
  const { get, post, contact, conversation, sandbox } = await start();
  const id = await conversation(API, await contact({ phone_number: PHONE }));
  sandbox.setFaults([{ fault: 'slow', options: { ms: 150 } }]);
  const pending = [get('/inboxes'), post(`/conversations/${id}/messages`, { content: 'x' })];
  await pause(60);
  expect(sandbox.summary()).toMatchObject({ requestsInFlight: 2, deliversInFlight: 1 });
  await Promise.all(pending);
  expect(sandbox.summary()).toMatchObject({ requestsInFlight: 0, deliversInFlight: 0 });
});

test('the port can be chosen, and a taken one is an error; latency holds for every request', async () => {
  const { sandbox, get } = await start({ latencyMs: 40 });
  const port = Number(new URL(sandbox.url).port);
  await expect(startSandbox({ port })).rejects.toThrow(/EADDRINUSE/);
  const begun = performance.now();
  await get('/inboxes');
  expect(performance.now() - begun).toBeGreaterThanOrEqual(38);
});
