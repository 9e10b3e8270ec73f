import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureContact, ensureConversation, findSent, sendMessage } from '../../activities';
import type { Address, Content } from '../../core/message';
import { bevatel } from '../../providers/bevatel';
import type { ChatwootProvider } from '../../providers/chatwoot';
import { type Inbox, settingsOf, type Trace } from '../../providers/provider';
import {
  type FaultName,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../worker/sandbox';
import { fetchHttp } from '../support/fetch-http';
import { caught } from '../support/provider-contract';

const TEXT: Content = { kind: 'text', text: 'Your order is ready. {{contact.name}}' };
const TEMPLATE: Content = {
  kind: 'template',
  name: 'order_update',
  language: 'en',
  params: { 1: 'Bob', 2: '{{contact.name}}' },
};
const LOST: [FaultName, 'found' | 'absent'][] = [
  ['drop_after_commit', 'found'],
  ['error_after_commit', 'found'],
  ['refused_after_commit', 'found'],
  ['garbage_after_commit', 'found'],
  ['error_before_commit', 'absent'],
  ['drop_before_commit', 'absent'],
];

let sandbox: Sandbox;
let people = 0;
const others: Sandbox[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ bevatel: { developer: { limits: false } } });
});
afterEach(async () => {
  sandbox.reset();
  await Promise.all(others.splice(0).map((each) => each.close()));
});
afterAll(() => sandbox.close());

describe.each([
  ['1', 'API'],
  ['3', 'SMS'],
])('a text through inbox %s (%s)', (inboxId) => {
  it('reaches a new person once, and goes into the same conversation next time', async () => {
    const { provider, inbox, address } = await start(inboxId);
    const first = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
    const second = await walk(provider, { inbox, address, content: TEXT, key: 'key-2' });
    expect(first.contact.created).toBe(true);
    expect(second.conversation.id).toBe(first.receipt?.conversationId);
    expect(received(sandbox, address)).toBe(2);
    for (const message of sandbox.messages()) expect(message.content).not.toContain('Ada');
  });

  it.each(LOST)('after %s the look-up says %s, new person or not', async (fault, kind) => {
    const { provider, inbox, address } = await start(inboxId);
    for (const situation of ['new', 'known']) {
      const key = `key-${situation}`;
      sandbox.setFaults([{ match: { delivers: true }, fault, times: 1 }]);
      const walked = await walk(provider, { inbox, address, content: TEXT, key });
      expect(walked.error?.code, situation).toBe('outcome_unknown');
      expect((await findSent(provider, key, walked.trace)).kind, situation).toBe(kind);
    }
  });
});

describe('a WhatsApp template', () => {
  it('reaches a person by one request, the contact having its name', async () => {
    const { provider, inbox, address } = await start('2');
    const walked = await walk(provider, { inbox, address, content: TEMPLATE, key: 'key-1' });
    expect(walked.error).toBeUndefined();
    expect(walked.receipt?.messageId).toBeNull();
    expect(received(sandbox, address)).toBe(1);
    expect(sandbox.messages()).toMatchObject([
      { delivered: true, content: 'Hi Bob, your order { {contact.name}} is ready.' },
    ]);
    const card = await provider.getContact(walked.contact.id);
    expect(card).toMatchObject({ name: 'Ada', phone: address.value });
    const delivering = sandbox.requests().filter(({ delivers }) => delivers);
    expect(delivering.map(({ path }) => path)).toEqual(['/bevatel/developer/api/v1/messages']);
  });

  it("is accepted and never comes by Chatwoot's interface, which is why it does not go there", async () => {
    const { provider, inbox, address } = await start('2', {
      settings: { templates: 'compatible' },
    });
    const walked = await walk(provider, { inbox, address, content: TEMPLATE, key: 'key-1' });
    expect(walked.receipt?.messageId).not.toBeNull();
    expect(received(sandbox, address)).toBe(0);
    expect(sandbox.summary()).toMatchObject({ accepted: 0, notDelivered: 1 });
  });

  it.each(LOST.map(([fault]) => fault))(
    'after %s is neither found nor absent, and a person is told where to look',
    async (fault) => {
      const { provider, inbox, address } = await start('2');
      // First a template of another send, which is not to be counted as this one.
      await walk(provider, { inbox, address, content: TEMPLATE, key: 'key-0' });
      for (const key of ['key-1', 'key-2']) {
        const before = sandbox.messages().length;
        sandbox.setFaults([{ match: { delivers: true }, fault, times: 1 }]);
        const walked = await walk(provider, { inbox, address, content: TEMPLATE, key });
        expect(walked.error?.code).toBe('outcome_unknown');
        const sent = sandbox.messages().length > before;
        expect(await provider.findSent(key, walked.trace)).toMatchObject({
          kind: 'unclear',
          why: expect.stringContaining(sent ? '1 without one' : 'no message without one') as string,
        });
        // Whoever asks by the common way hears that this inbox cannot be looked up.
        expect((await findSent(provider, key, walked.trace)).kind).toBe('unclear');
      }
    },
  );

  it.each(['sentence', 'data', 'message_id'] as const)(
    'is taken whether the answer is a %s or not',
    async (answers) => {
      const { provider, inbox, address, on } = await start('2', {
        options: { bevatel: { developer: { answers } } },
      });
      const { receipt } = await walk(provider, { inbox, address, content: TEMPLATE, key: 'k' });
      const [message] = on.messages();
      expect(receipt?.messageId).toBe(answers === 'sentence' ? null : message?.messageId);
      expect(received(on, address)).toBe(1);
    },
  );

  it('that the channel refuses has failed, where the answer says so', async () => {
    const { provider, inbox, address, on } = await start('2', {
      options: { bevatel: { developer: { answers: 'data' } } },
    });
    const content: Content = { ...TEMPLATE, params: { 1: 'Bob' } };
    const { error } = await walk(provider, { inbox, address, content, key: 'k' });
    expect(error).toMatchObject({ code: 'rejected', reason: 'template' });
    expect(on.summary()).toMatchObject({ accepted: 0, notDelivered: 1 });
  });

  it('in the white-label shape reaches a white-label installation, and no other', async () => {
    const settings = { templateBody: 'white-label', developer422: 'refused' };
    const options = { bevatel: { developer: { body: 'white-label' } } } as const;
    const there = await start('2', { settings, options });
    const step = { content: TEMPLATE, key: 'k' };
    expect((await walk(there.provider, { ...there, ...step })).error).toBeUndefined();
    expect(received(there.on, there.address)).toBe(1);
    const here = await start('2', { settings });
    expect((await walk(here.provider, { ...here, ...step })).error?.code).toBe('rejected');
    expect(received(sandbox, here.address)).toBe(0);
  });

  it('through an inbox that is no WhatsApp inbox is refused as not found', async () => {
    const { provider, inbox, address } = await start('5');
    const { error } = await walk(provider, { inbox, address, content: TEMPLATE, key: 'k' });
    expect(error?.code).toBe('not_found');
    expect(sandbox.messages()).toEqual([]);
  });

  it('is held back by the limit of ten a second', async () => {
    const { provider, inbox, address } = await start('2', { options: {} });
    const walked = await walk(provider, { inbox, address, content: TEMPLATE, key: 'k' });
    const { contact, conversation } = walked;
    const send = { attempt: 1, inbox, address, contact, conversation, content: TEMPLATE };
    const errors = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        caught(() => provider.sendMessage({ ...send, key: `k${at}` })),
      ),
    );
    const limited = errors.filter((error) => error?.code === 'rate_limited');
    expect(limited.length).toBeGreaterThan(5);
    expect(errors.filter((error) => error === undefined).length).toBeGreaterThan(5);
  });
});

it('asks nothing that was never seen to work on Bevatel', async () => {
  const { provider, inbox, address } = await start('3', {
    options: {
      bevatel: { without: ['/contacts/filter', '/profile'], developer: { limits: false } },
    },
  });
  expect(await provider.ping()).toMatchObject({ name: 'account 1' });
  for (const key of ['key-1', 'key-2']) {
    const walked = await walk(provider, { inbox, address, content: TEXT, key });
    expect(walked.error).toBeUndefined();
    expect((await findSent(provider, key, walked.trace)).kind).toBe('found');
  }
});

it('learns by a probe what nobody says', async () => {
  const { provider, inbox } = await start('1', { settings: { version: 'unknown' } });
  expect(inbox.lookup).toBe(false);
  expect(await provider.probe(inbox)).toMatchObject({
    lookup: true,
    facts: { markers: ['external_created_at', 'source_id'], assumed: false },
  });
});

it('proves nothing on a server that keeps no mark, whatever is assumed of it', async () => {
  const { provider, inbox, address, on } = await start('3', {
    options: { bevatel: { version: '1.16.0' } },
  });
  on.setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
  const { trace } = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
  expect(received(on, address)).toBe(1);
  expect((await findSent(provider, 'key-1', trace)).kind).not.toBe('absent');
});

it('lists the templates of a WhatsApp inbox', async () => {
  const { provider } = await start('2');
  expect(await provider.listTemplates('2')).toMatchObject([
    { name: 'order_update', language: 'en', status: 'approved', params: ['1', '2'] },
    { name: 'spring_recall' },
    { name: 'lottery_win', status: 'rejected' },
  ]);
});

interface Where {
  readonly settings?: Readonly<Record<string, string>>;
  /** A sandbox of its own, with these. */
  readonly options?: SandboxOptions;
}

async function start(inboxId: string, { settings = {}, options }: Where = {}) {
  const on = options === undefined ? sandbox : await startSandbox(options);
  if (on !== sandbox) others.push(on);
  const credentials = {
    ...{ url: `${on.url}/bevatel`, accountId: '1', token: 'sandbox-token' },
    ...settings,
  };
  const http = fetchHttp(bevatel.authorize(credentials));
  const provider = bevatel.connect(http, settingsOf(bevatel, credentials));
  const inbox = (await provider.listInboxes()).find(({ id }) => id === inboxId);
  if (inbox === undefined) throw new Error(`no inbox ${inboxId}`);
  people += 1;
  const address: Address = {
    kind: 'phone',
    value: `+1202555${String(100 + people).padStart(4, '0')}`,
  };
  return { provider, inbox, address, on };
}

/** The three steps, with what a ledger would remember of them. */
async function walk(
  provider: ChatwootProvider,
  step: { inbox: Inbox; address: Address; content: Content; key: string },
) {
  const { inbox, address, content } = step;
  const contact = await ensureContact(provider, { address, profile: { name: 'Ada' }, inbox });
  const conversation = await ensureConversation(provider, { contact, address, inbox, content });
  const trace: Trace = {
    inbox,
    address,
    contactId: contact.id,
    conversationId: conversation.id,
    watermark: conversation.watermark,
    since: Date.now(),
    until: Date.now(),
  };
  let receipt: Awaited<ReturnType<typeof sendMessage>> | undefined;
  const error = await caught(async () => {
    receipt = await sendMessage(provider, { ...step, attempt: 1, contact, conversation });
  });
  return { contact, conversation, trace, receipt, error };
}

function received(on: Sandbox, { value }: Address): number {
  return on.accepted().get(value) ?? 0;
}
