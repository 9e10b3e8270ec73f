import { createHash, createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Webhook } from '../../../providers/provider';
import { startSandbox, type WebhookTargets } from '../../../worker/sandbox';
import { connectTo, somebody, startOne } from './accounts';
import { API, room, SMS } from './client';
import { type Received, startReceiver } from './receiver';

const SECRET = 'whsec-sandbox-1';
const TOLD = ['chatwoot', 'bevatel', 'bird'] as const;

const bodyOf = ({ body }: Received) => JSON.parse(body.toString());
const headerOf = ({ headers }: Received, name: string) => String(headers[name] ?? '');

describe.each(TOLD)('%s', (platform) => {
  async function begin() {
    const receiver = await startReceiver();
    const url = `${receiver.url}/webhooks/${platform}/shop?key=1`;
    const sandbox = await startOne({ webhooks: { [platform]: { url, secret: SECRET } } });
    return { receiver, url, sandbox, ...(await connectTo(sandbox, platform)) };
  }

  it('tells of a message, of what became of it and of the answer, as the adapter reads it', async () => {
    const { receiver, sandbox, write, catchUp, definition } = await begin();
    const ada = somebody();
    const { key, messageId } = await write(ada);
    // Taken, and handed to the channel.
    await receiver.got(2);
    sandbox.deliver({ platform, kind: 'failed', address: ada.value, why: 'no such number' });
    await receiver.got(3);
    const { messageId: answerId } = sandbox.reply({ platform, address: ada.value, text: 'STOP' });
    const calls = await receiver.got(4);
    const told = calls.flatMap(({ body }) => definition.webhook?.parse(body) ?? []);
    expect(told).toContainEqual(
      expect.objectContaining({
        kind: 'failed',
        messageId,
        key,
        text: expect.stringContaining('no such number'),
      }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({ kind: 'replied', messageId: answerId, address: ada, text: 'STOP' }),
    );
    // What is caught up is what was told.
    const ids = new Set(told.map(({ id }) => id));
    const listed = await catchUp();
    expect(listed.map(({ kind }) => kind)).toContain('replied');
    for (const { id } of listed) expect(ids).toContain(id);
    expect(sandbox.summary().webhooks).toEqual({ taken: 4, refused: 0, lost: 0, waiting: 0 });
  });

  it('signs what it sends as it is documented, or not at all', async () => {
    const { receiver, url, write, definition } = await begin();
    await write(somebody());
    const [call] = (await receiver.got(2)) as [Received, Received];
    expect(call.path).toBe(`/webhooks/${platform}/shop?key=1`);
    const verified = (secret: string) =>
      (definition.webhook as Webhook).verify?.(
        {
          headers: call.headers as Record<string, string>,
          url,
          rawBody: call.body,
          receivedAt: call.at,
        },
        secret,
      );
    if (platform === 'bevatel') {
      expect(Object.keys(call.headers).join(' ')).not.toMatch(/signature|timestamp/);
      expect(verified(SECRET)).toBeUndefined();
      return;
    }
    expect([verified(SECRET), verified('another')]).toEqual([true, false]);
    // By hand, from the documents alone.
    if (platform === 'chatwoot') {
      const time = headerOf(call, 'x-chatwoot-timestamp');
      expect(time).toMatch(/^\d{10}$/);
      expect(headerOf(call, 'x-chatwoot-delivery')).toMatch(/^[0-9a-f-]{36}$/);
      const made = createHmac('sha256', SECRET).update(`${time}.${call.body.toString()}`);
      expect(headerOf(call, 'x-chatwoot-signature')).toBe(`sha256=${made.digest('hex')}`);
    } else {
      const time = headerOf(call, 'messagebird-request-timestamp');
      const signed = Buffer.concat([
        Buffer.from(`${time}\n${url}\n`),
        createHash('sha256').update(call.body).digest(),
      ]);
      const made = createHmac('sha256', SECRET).update(signed).digest('base64');
      expect(headerOf(call, 'messagebird-signature')).toBe(made);
    }
  });

  it('keeps no answer waiting, and forgets what nobody takes when it ends', async () => {
    const silent = await startReceiver(() => 'never');
    const sandbox = await startSandbox({ webhooks: { [platform]: { url: silent.url } } });
    const { write } = await connectTo(sandbox, platform);
    const began = performance.now();
    for (let person = 0; person < 6; person += 1) await write(somebody());
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(sandbox.summary().webhooks.waiting).toBe(12);
    await sandbox.close();
    await pause(50);
    // No more than are made at once.
    expect(silent.received.length).toBeLessThanOrEqual(4);
    expect(sandbox.summary().webhooks.waiting).toBe(0);
  });
});

describe('Chatwoot', () => {
  it('tells of notes and of deleted messages, and nothing of its own lines', async () => {
    const receiver = await startReceiver();
    const { say, send, post, id } = await room(SMS, {
      webhooks: { chatwoot: { url: receiver.url } },
    });
    await say({ content: 'For agents', private: true });
    await receiver.got(1);
    await post(`/conversations/${id}/toggle_status`, { status: 'resolved' });
    const { json } = await say({ content: 'Hello' });
    await receiver.got(3);
    await send('DELETE', `/conversations/${id}/messages/${json.id}`);
    const calls = (await receiver.got(4)).map(bodyOf);
    expect(
      calls.map(({ event, private: note, message_type: type }) => [event, note, type]),
    ).toEqual([
      ['message_created', true, 'outgoing'],
      ['message_created', false, 'outgoing'],
      ['message_updated', false, 'outgoing'],
      ['message_updated', false, 'outgoing'],
    ]);
    // The status is the conversation's to tell, and only of the last message.
    const [, created, handed] = calls;
    expect(created).not.toHaveProperty('status');
    expect(created.conversation.messages).toMatchObject([
      { id: json.id, status: 'sent', source_id: null },
    ]);
    expect(handed).toMatchObject({
      source_id: `sms-${json.id}`,
      created_at: expect.stringMatching(/Z$/),
    });
    expect(handed.conversation.messages[0].message_type).toBe(1);
  });

  it('calls once, whatever is answered', async () => {
    const receiver = await startReceiver(() => 500);
    const { say, sandbox } = await room(API, { webhooks: { chatwoot: { url: receiver.url } } });
    await say({ content: 'Hello' });
    await receiver.got(1);
    expect(sandbox.summary().webhooks).toMatchObject({ taken: 0, refused: 1, lost: 1, waiting: 0 });
  });

  it('takes a message that an inbox’s own callback does not take for one that failed', async () => {
    const receiver = await startReceiver((_, path) => (path === '/inbox' ? 500 : 200));
    const inboxes = { [API]: { url: `${receiver.url}/inbox`, secret: SECRET } };
    const { say, list } = await room(API, {
      webhooks: { chatwoot: { url: `${receiver.url}/account`, inboxes } },
    });
    await say({ content: 'Hello' });
    await expect.poll(async () => (await list())[0]?.status).toBe('failed');
    const paths = (await receiver.got(4)).map(({ path }) => path);
    expect(paths.filter((path) => path === '/inbox')).toHaveLength(2);
    expect((await list())[0]?.content_attributes).toMatchObject({ external_error: '500' });
  });

  it.each([
    ['4.11.1', false, false],
    ['4.12.0', true, false],
    ['4.13.0', true, true],
  ])(
    'of version %s signs for the account: %s, and for an inbox: %s',
    async (version, account, inbox) => {
      const receiver = await startReceiver();
      const inboxes = { [API]: { url: `${receiver.url}/inbox`, secret: SECRET } };
      const { say } = await room(API, {
        chatwoot: { version },
        webhooks: { chatwoot: { url: `${receiver.url}/account`, secret: SECRET, inboxes } },
      });
      await say({ content: 'Hello' });
      const signed = (await receiver.got(2)).map((call) => [
        call.path,
        headerOf(call, 'x-chatwoot-signature') !== '',
      ]);
      expect(Object.fromEntries(signed)).toEqual({ '/account': account, '/inbox': inbox });
    },
  );
});

it('Bevatel signs nothing, whatever it is built on: no document says that it does', async () => {
  const receiver = await startReceiver();
  const sandbox = await startOne({
    bevatel: { version: '4.15.1' },
    webhooks: { bevatel: { url: receiver.url, secret: SECRET } },
  });
  await (await connectTo(sandbox, 'bevatel')).write(somebody());
  const [call] = await receiver.got(2);
  expect(call?.headers).not.toHaveProperty('x-chatwoot-signature');
});

describe('Bird', () => {
  it('calls again until it is taken, with the time and the signature of the first try', async () => {
    const receiver = await startReceiver((before) => (before < 4 ? 503 : 200));
    const sandbox = await startOne({
      webhooks: { bird: { url: receiver.url, secret: SECRET, retryMs: [10, 1_100, 10] } },
    });
    const { write, provider } = await connectTo(sandbox, 'bird');
    expect(provider).toBeDefined();
    await write(somebody());
    const calls = await receiver.got(6);
    const tries = calls.filter(({ body }) => body.equals(calls[0]?.body as Buffer));
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map((call) => headerOf(call, 'messagebird-signature'))).size).toBe(1);
    expect(sandbox.summary().webhooks).toEqual({ taken: 2, refused: 4, lost: 0, waiting: 0 });
  });

  it('gives up after the last try', async () => {
    const receiver = await startReceiver(() => 404);
    const sandbox = await startOne({ webhooks: { bird: { url: receiver.url, retryMs: [5] } } });
    await (await connectTo(sandbox, 'bird')).write(somebody());
    await receiver.got(4);
    expect(sandbox.summary().webhooks).toMatchObject({ refused: 4, lost: 2, waiting: 0 });
  });

  it('tells of a reading by the names that the list of interactions has', async () => {
    const receiver = await startReceiver();
    const sandbox = await startOne({ webhooks: { bird: { url: receiver.url } } });
    const { write, definition } = await connectTo(sandbox, 'bird');
    const { messageId } = await write(somebody());
    sandbox.deliver({ platform: 'bird', kind: 'read', messageId: messageId ?? '' });
    const call = (await receiver.got(3))[2] as Received;
    expect(bodyOf(call)).toMatchObject({ service: 'channels', event: 'sms.interaction' });
    expect(definition.webhook?.parse(call.body)).toMatchObject([{ kind: 'read', messageId }]);
  });
});

it.each([
  'https://example.org/webhooks',
  'http://127.0.0.1.example.org/',
  'http://10.0.0.1/',
  'ftp://127.0.0.1/',
  'not an address',
])('calls nobody on another machine: %s', async (url) => {
  await expect(startSandbox({ webhooks: { chatwoot: { url } } })).rejects.toThrow('this machine');
  const inboxes = { 1: { url } };
  const own = { chatwoot: { url: 'http://localhost:1/', inboxes } };
  await expect(startSandbox({ webhooks: own })).rejects.toThrow('this machine');
});

it('makes none up for platforms whose webhooks nobody has described', async () => {
  const sandbox = await startOne();
  for (const platform of ['pivotcx', 'pressnxpress', 'nobody']) {
    const targets = { [platform]: { url: 'http://127.0.0.1:1/' } } as WebhookTargets;
    expect(() => sandbox.setWebhooks(targets)).toThrow('nobody knows');
  }
});

it('is told over HTTP whom to call, and that nobody is to be called any more', async () => {
  const receiver = await startReceiver();
  const sandbox = await startOne();
  const { write } = await connectTo(sandbox, 'bird');
  const put = async (targets: object) =>
    (
      await fetch(`${sandbox.url}/_sandbox/webhooks`, {
        method: 'PUT',
        body: JSON.stringify(targets),
      })
    ).json();
  expect(await put({ bird: { url: receiver.url } })).toEqual({ platforms: ['bird'] });
  await write(somebody());
  await receiver.got(2);
  expect(await put({ bird: { url: 'https://example.org/' } })).toHaveProperty('error');
  expect(await put({})).toEqual({ platforms: [] });
  await write(somebody());
  await receiver.got(2);
});
