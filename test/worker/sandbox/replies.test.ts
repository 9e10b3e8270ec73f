import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ProviderId } from '../../../core/words';
import type { SandboxOptions } from '../../../worker/sandbox';
import { MAIL } from '../../../worker/sandbox/bird/options';
import { connectTo, somebody, startOne } from './accounts';
import { API, EMAIL, start, WHATSAPP } from './client';

const HEARD = ['chatwoot', 'bevatel', 'bird', 'pivotcx'] as const;
const TOLD = ['chatwoot', 'bevatel', 'bird'] as const;
const LISTING: SandboxOptions = { pivotcx: { listsMessages: true } };
const SETTINGS: Partial<Record<ProviderId, Record<string, string>>> = {
  pivotcx: {
    messagesPath: '/v1/users/:user/teams/:team/conversations/:id/messages/',
    conversationActivePath: 'lastMessageAt',
  },
};

async function begin(platform: ProviderId, options: SandboxOptions = {}, inboxId?: string) {
  const sandbox = await startOne({ ...LISTING, ...options });
  const account = await connectTo(sandbox, platform, {
    settings: SETTINGS[platform] ?? {},
    ...(inboxId === undefined ? {} : { inboxId }),
  });
  return { sandbox, ...account };
}

describe.each(HEARD)('on %s', (platform) => {
  it('a person answers, and the adapter finds it, whatever we write after', async () => {
    const { sandbox, write, catchUp } = await begin(platform);
    const ada = somebody();
    const first = await write(ada);
    const said = sandbox.reply({ platform, address: ada.value, text: 'STOP' });
    const { conversationId } = first;
    if (conversationId !== null) expect(said.conversationId).toBe(conversationId);
    // PivotCX itself writes to nobody who has texted STOP.
    if (platform === 'pivotcx') await expect(write(ada)).rejects.toThrow('answered 400');
    else await write(ada);
    const replies = (await catchUp()).filter(({ kind }) => kind === 'replied');
    expect(replies).toMatchObject([
      { messageId: said.messageId, address: ada, text: 'STOP', key: null },
    ]);
    // The counts are of what people would have received.
    expect(sandbox.accepted().get(ada.value)).toBe(platform === 'pivotcx' ? 1 : 2);
  });

  it('what a person writes stays as it is, braces and all', async () => {
    const { sandbox, write, catchUp } = await begin(platform);
    const ada = somebody();
    await write(ada);
    const text = 'When do you open? {{ 1+1 }} {% if x %}`y`';
    sandbox.reply({ platform, address: ada.value, text });
    const replies = (await catchUp()).filter(({ kind }) => kind === 'replied');
    expect(replies).toMatchObject([{ text }]);
  });

  it('a stranger, and an address that is none, are mistakes', async () => {
    const { sandbox } = await begin(platform);
    const text = 'Hello';
    expect(() => sandbox.reply({ platform, address: '+12025550100', text })).toThrow();
    expect(() => sandbox.deliver({ platform, kind: 'read', messageId: 'none' })).toThrow();
  });
});

describe.each(TOLD)('on %s', (platform) => {
  it.each(['delivered', 'failed'] as const)('a message is %s', async (kind) => {
    const { sandbox, write, catchUp } = await begin(platform);
    const ada = somebody();
    const { messageId, key } = await write(ada);
    sandbox.deliver({ platform, kind, address: ada.value, why: 'no such number' });
    const told = await catchUp();
    expect(told).toMatchObject([{ kind, messageId, key, address: ada }]);
    expect(told[0]?.text ?? '').toContain(kind === 'failed' ? 'no such number' : '');
  });

  it('a message is found by its id as well', async () => {
    const { sandbox, write } = await begin(platform);
    const { messageId } = await write(somebody());
    await write(somebody());
    const noted = sandbox.deliver({ platform, kind: 'read', messageId: messageId ?? '' });
    expect(noted.messageId).toBe(messageId);
  });

  it('people answer and messages arrive by themselves, the same ones every time', async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const { sandbox, write, catchUp } = await begin(platform, {
          people: {
            answers: [{ text: 'STOP', share: 0.3, afterMs: 20 }],
            deliveries: { afterMs: 5, failed: 0.2 },
          },
        });
        for (let person = 0; person < 20; person += 1) {
          const address = { kind: 'phone', value: `+120255501${String(person).padStart(2, '0')}` };
          await write(address as ReturnType<typeof somebody>);
        }
        await pause(100);
        const events = await catchUp();
        const kinds = (kind: string) =>
          events.filter((event) => event.kind === kind).map(({ address }) => address?.value);
        expect(kinds('replied')).toHaveLength(sandbox.summary().answered);
        return { replied: kinds('replied').sort(), failed: kinds('failed').sort() };
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]?.replied.length).toBeGreaterThan(0);
    expect(runs[0]?.replied.length).toBeLessThan(15);
    expect(runs[0]?.failed.length).toBeGreaterThan(0);
  });
});

it('people answer the first message alone', async () => {
  const { sandbox, write, catchUp } = await begin('chatwoot', {
    people: { answers: [{ text: 'STOP', share: 1, afterMs: 0 }] },
  });
  const ada = somebody();
  await write(ada);
  await write(ada);
  await pause(30);
  expect(await catchUp()).toHaveLength(1);
  expect(sandbox.summary().answered).toBe(1);
  sandbox.setPeople({});
  await write(somebody());
  await pause(30);
  expect(sandbox.summary().answered).toBe(1);
});

it('nobody is heard on Press’nXPress, and PivotCX tells nothing of its messages', async () => {
  const { sandbox, write } = await begin('pressnxpress');
  const address = '+12025550100';
  const said = { platform: 'pressnxpress', address, text: 'STOP' } as const;
  expect(() => sandbox.reply(said)).toThrow('cannot be heard');
  const delivered = { platform: 'pivotcx', address, kind: 'delivered' } as const;
  expect(() => sandbox.deliver(delivered)).toThrow('no delivery');
  // A rule for all platforms does no harm there.
  sandbox.setPeople({ answers: [{ text: 'STOP', share: 1, afterMs: 0 }], deliveries: {} });
  const template = { kind: 'template', name: 'survey', language: '', params: {} } as const;
  await write({ kind: 'phone', value: address }, template);
  await pause(20);
  expect(sandbox.summary()).toMatchObject({ accepted: 1, answered: 0 });
});

it('a share that is none is a mistake', async () => {
  const sandbox = await startOne();
  for (const share of [-0.1, 1.1, Number.NaN]) {
    expect(() => sandbox.setPeople({ answers: [{ text: 'x', share }] })).toThrow('shares');
  }
  expect(() => sandbox.setPeople({ deliveries: { failed: 0.6, read: 0.6 } })).toThrow('shares');
});

it('a reset forgets the people, and what they were about to do', async () => {
  const { sandbox, write } = await begin('bird', {
    people: { answers: [{ text: 'STOP', share: 1, afterMs: 10 }] },
  });
  await write(somebody());
  sandbox.reset();
  await pause(40);
  expect(sandbox.summary().answered).toBe(0);
});

it('other processes say the same over HTTP', async () => {
  const { sandbox, write, catchUp } = await begin('bird', {}, MAIL);
  const { provider } = await connectTo(sandbox, 'bird');
  expect(provider).toBeDefined();
  const call = async (method: string, path: string, body: object) =>
    (await fetch(`${sandbox.url}/_sandbox${path}`, { method, body: JSON.stringify(body) })).json();
  const mail = { kind: 'email', value: 'ada@example.org' } as const;
  const template = {
    kind: 'template',
    name: 'd4000000-0000-4000-8000-000000000001',
    language: 'en',
    params: { name: 'Ada', order: '7' },
  } as const;
  const { messageId } = await write(mail, template);
  const to = { platform: 'bird', address: mail.value };
  const said = await call('POST', '/replies', { ...to, text: 'Stop' });
  expect(said).toEqual({ messageId: expect.any(String), conversationId: null });
  expect(await call('POST', '/deliveries', { ...to, kind: 'failed' })).toMatchObject({ messageId });
  expect((await catchUp()).map(({ kind }) => kind).sort()).toEqual(['failed', 'replied']);
  expect(await call('POST', '/replies', { ...to, platform: 'nobody' })).toMatchObject({
    error: 'there is no platform "nobody"',
  });
  const rules = { answers: [{ text: 'STOP', share: 0.01 }] };
  expect(await call('PUT', '/people', rules)).toEqual(rules);
});

describe('on Chatwoot', () => {
  it('an answer goes into the conversation, and reopens or follows one that is resolved', async () => {
    const { sandbox, contact, conversation, post, get } = await start();
    const address = '+12025550123';
    const ada = await contact({ phone_number: address });
    for (const [inbox, same] of [
      [WHATSAPP, false],
      [API, true],
    ] as const) {
      const id = await conversation(inbox, ada, inbox === API ? { source_id: 's' } : {});
      await post(`/conversations/${id}/toggle_status`, { status: 'resolved' });
      const said = sandbox.reply({
        platform: 'chatwoot',
        address,
        text: 'Hello',
        inboxId: String(inbox),
      });
      expect(said.conversationId === String(id)).toBe(same);
      const heard = (await get(`/conversations/${said.conversationId}`)).json;
      expect(heard).toMatchObject({ status: 'open', unread_count: 1 });
      expect(heard.meta.sender.last_activity_at).toBeGreaterThan(0);
      expect(heard.waiting_since).toBeGreaterThan(0);
    }
  });

  it('somebody who writes first becomes a contact', async () => {
    const { sandbox, get } = await start();
    sandbox.reply({
      platform: 'chatwoot',
      address: 'ben@example.org',
      text: 'Hi',
      inboxId: String(EMAIL),
    });
    expect((await get('/contacts')).json.payload).toMatchObject([{ email: 'ben@example.org' }]);
  });
});
