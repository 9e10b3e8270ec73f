import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { FaultRule, SandboxOptions } from '../../../worker/sandbox';
import { API, type Client, ids, type Reply, rows, start, TOKEN } from './client';

const PHONE = '+12025550100';

interface Room extends Client {
  /** Sends one message; undefined when no answer came. */
  say(fault?: string): Promise<Reply | undefined>;
  stored(): Promise<number>;
}

async function room(options: SandboxOptions = {}): Promise<Room> {
  const client = await start(options);
  const ana = await client.contact({ phone_number: PHONE });
  const path = `/conversations/${await client.conversation(API, ana, { source_id: 's' })}/messages`;
  return {
    ...client,
    say: (fault) =>
      client
        .post(path, { content: 'Hi' }, fault === undefined ? {} : { 'x-sandbox-fault': fault })
        .catch(() => undefined),
    stored: async () => rows(await client.get(path)).length,
  };
}

test.each([
  // fault, messages stored after it, status (none: no answer came), body
  ['drop_before_commit', 0, undefined, undefined],
  ['drop_after_commit', 1, undefined, undefined],
  ['cut_after_commit', 1, undefined, undefined],
  ['error_before_commit', 0, 500, /Internal Server Error/],
  ['error_after_commit', 1, 500, /Internal Server Error/],
  ['error_after_commit;status=503', 1, 503, /Internal Server Error/],
  ['refused_after_commit', 1, 422, /^\{"error":"could not enqueue the event"\}$/],
  ['rate_limited;retryAfter=7', 0, 429, /^Retry later\n$/],
  ['retry_later', 0, 429, /^Retry later\n$/],
  ['slow;ms=30', 1, 200, /"status":"sent"/],
  ['garbage_before_commit', 0, 200, /^<html>/],
  ['garbage_after_commit', 1, 200, /^<html>/],
  ['empty_after_commit', 1, 200, /^$/],
  ['truncated_after_commit', 1, 200, /^\{"id":1,/],
  ['wrong_token', 0, 401, /Invalid Access Token/],
])('%s leaves %i messages', async (fault, count, status, body) => {
  const { say, stored, sandbox } = await room();
  const reply = await say(fault);
  expect(reply?.status).toBe(status);
  if (body !== undefined) expect(reply?.text).toMatch(body);
  expect(await stored()).toBe(count);
  expect(sandbox.accepted().get(PHONE) ?? 0).toBe(count);
});

test('a truncated answer is not JSON; Retry-After is there or not', async () => {
  const { say } = await room();
  expect((await say('truncated_after_commit'))?.json).toBeUndefined();
  expect((await say('rate_limited;retryAfter=7'))?.headers.get('retry-after')).toBe('7');
  const bare = await say('retry_later');
  expect(bare?.headers.get('retry-after')).toBeNull();
  expect(bare?.headers.get('content-type')).toBe('text/plain');
});

test('late_commit: the client has its error first, the message comes after', async () => {
  const { say, stored, sandbox } = await room();
  expect(await say('late_commit;ms=120')).toBeUndefined();
  expect(await stored()).toBe(0);
  await pause(200);
  expect(await stored()).toBe(1);
  expect(sandbox.summary()).toMatchObject({ accepted: 1, abandoned: 0, requestsInFlight: 0 });
});

test('late_commit with hold: silence until the client gives up, and the message all the same', async () => {
  const { raw, stored, sandbox } = await room();
  const given = raw('/api/v1/accounts/1/conversations/1/messages', {
    method: 'POST',
    headers: { 'api-access-token': TOKEN, 'x-sandbox-fault': 'late_commit;ms=120;hold=true' },
    body: JSON.stringify({ content: 'Hi' }),
    signal: AbortSignal.timeout(60),
  });
  await expect(given).rejects.toThrow();
  expect(sandbox.accepted().size).toBe(0);
  await pause(150);
  expect(await stored()).toBe(1);
});

test('slow with commitFirst: the message is there before its answer', async () => {
  const { say, stored } = await room();
  const reply = say('slow;ms=150;commitFirst=true');
  await pause(50);
  expect(await stored()).toBe(1);
  expect((await reply)?.status).toBe(200);
});

test('a client that vanishes: whole requests are processed, unfinished ones are not', async () => {
  const { sandbox } = await room({ latencyMs: 60 });
  const body = JSON.stringify({ content: 'Hi' });
  const head = [
    'POST /api/v1/accounts/1/conversations/1/messages HTTP/1.1',
    'Host: x',
    `api-access-token: ${TOKEN}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    '',
  ].join('\r\n');
  const { port } = new URL(sandbox.url);
  for (const text of [head + body, head + body.slice(0, 5)]) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(text);
    await pause(20);
    socket.resetAndDestroy();
  }
  await pause(100);
  expect(sandbox.summary()).toMatchObject({
    accepted: 1,
    abandoned: 1,
    abandonedDelivers: 1,
    requestsInFlight: 0,
    deliversInFlight: 0,
  });
});

test('duplicate_phone: two contacts of one number, both answered with 200', async () => {
  const { post, sandbox } = await start();
  sandbox.setFaults([{ fault: 'duplicate_phone', match: { path: '/contacts$' } }]);
  const made = await post('/contacts', { name: 'Ana', phone_number: PHONE });
  expect(made.status).toBe(200);
  const condition = { attribute_key: 'phone_number', filter_operator: 'equal_to', values: [PHONE] };
  const found = await post('/contacts/filter', { payload: [condition] });
  expect(ids(found)).toEqual([1, 2]);
  expect(made.json.payload.contact.id).toBe(2);
});

test('phone_taken: refused although nothing was found a moment before', async () => {
  const { post } = await start();
  const fault = { 'x-sandbox-fault': 'phone_taken' };
  const made = await post('/contacts', { name: 'Ana', phone_number: PHONE }, fault);
  expect([made.status, made.json.attributes]).toEqual([422, ['phone_number']]);
  const condition = { attribute_key: 'phone_number', filter_operator: 'equal_to', values: [PHONE] };
  expect((await post('/contacts/filter', { payload: [condition] })).json.meta.count).toBe(1);
});

async function statuses(rules: FaultRule[], times: number, seed = 1): Promise<(number | null)[]> {
  const { say, sandbox } = await room({ seed });
  sandbox.setFaults(rules);
  const seen: (number | null)[] = [];
  for (let n = 0; n < times; n += 1) seen.push((await say())?.status ?? null);
  return seen;
}

test('rules: nth, every, times, path, method and the first that strikes', async () => {
  const fault = 'error_before_commit';
  expect(await statuses([{ fault, match: { delivers: true, nth: 2 } }], 4)).toEqual([
    200, 500, 200, 200,
  ]);
  expect(await statuses([{ fault, match: { every: 2 }, times: 1 }], 4)).toEqual([
    200, 500, 200, 200,
  ]);
  expect(await statuses([{ fault, match: { method: 'GET' } }], 1)).toEqual([200]);
  expect(await statuses([{ fault, match: { path: '/nowhere' } }], 1)).toEqual([200]);
  expect(await statuses([{ fault, match: { delivers: false } }], 1)).toEqual([200]);
  const two: FaultRule[] = [
    { fault: 'error_before_commit', options: { status: 502 }, times: 1 },
    { fault: 'retry_later' },
  ];
  expect(await statuses(two, 2)).toEqual([502, 429]);
});

test('a rule with a probability is the same for the same seed, and another for another', async () => {
  const rules: FaultRule[] = [{ fault: 'retry_later', match: { probability: 0.5 } }];
  const first = await statuses(rules, 20, 7);
  expect(await statuses(rules, 20, 7)).toEqual(first);
  expect(await statuses(rules, 20, 8)).not.toEqual(first);
  expect(new Set(first)).toEqual(new Set([200, 429]));
});

test('delivers means a message to a person, alone or with its conversation', async () => {
  const { post, contact, sandbox } = await room();
  const body = { inbox_id: API, contact_id: await contact({ name: 'Ben' }), source_id: 'b' };
  sandbox.setFaults([{ fault: 'error_before_commit', match: { delivers: true } }]);
  expect((await post('/conversations', body)).status).toBe(200);
  const note = { content: 'x', private: true };
  expect((await post('/conversations/1/messages', note)).status).toBe(200);
  expect((await post('/conversations', { ...body, message: { content: 'x' } })).status).toBe(500);
  expect((await post('/conversations/1/messages', { content: 'x' })).status).toBe(500);
});

test('a fault that does not exist is refused, in a rule and in a header', async () => {
  const { say, sandbox } = await room();
  expect(() => sandbox.setFaults([{ fault: 'nope' as 'slow' }])).toThrow(/no fault "nope"/);
  expect((await say('nope'))?.json.error).toMatch(/no fault "nope"/);
});

test('the limit per client address: plain 429 without Retry-After, counted', async () => {
  const { get, sandbox } = await start({ rateLimit: { perMinute: 5 } });
  const replies = await Promise.all(Array.from({ length: 16 }, () => get('/inboxes')));
  const limited = replies.filter((reply) => reply.status === 429);
  // At most two minutes of the wall clock take part.
  expect(limited.length).toBeGreaterThanOrEqual(6);
  expect(limited[0]?.text).toBe('Retry later\n');
  expect(sandbox.summary().rateLimited).toBe(limited.length);
});
