import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureContact, ensureConversation, findAllSent, sendMessage } from '../../activities';
import type { Address, Attachment, Content } from '../../core/message';
import { type BirdProvider, bird } from '../../providers/bird';
import type { Inbox, Trace } from '../../providers/provider';
import { type BirdOptions, type FaultName, type Sandbox, startSandbox } from '../../worker/sandbox';
import { MAIL, PROJECT, SMS, WHATSAPP, WORKSPACE } from '../../worker/sandbox/bird/options';
import { fetchHttp } from '../support/fetch-http';
import { caught } from '../support/provider-contract';

const TEXT: Content = { kind: 'text', text: 'Your order is ready.' };
const TEMPLATE: Content = {
  kind: 'template',
  name: PROJECT,
  language: 'en',
  params: { name: 'Ada', order: '7' },
};
const FILE: Attachment = {
  filename: 'a.png',
  contentType: 'image/png',
  bytes: new Uint8Array([137, 80, 78, 71]),
};
const CHANNELS = [
  [SMS, 'SMS', TEXT],
  [SMS, 'SMS, by template', TEMPLATE],
  [WHATSAPP, 'WhatsApp', TEMPLATE],
  [MAIL, 'e-mail', TEXT],
] as const;
const MODES = ['none', 'inbox'] as const;

let sandbox: Sandbox;
let people = 0;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

describe.each(MODES)('with conversations: %s', (conversations) => {
  describe.each(CHANNELS)('channel %s (%s)', (inboxId, _, content) => {
    it('takes one message from a new person, and the next for the same contact', async () => {
      const { provider, inbox, address } = await start(inboxId, { conversations });
      const first = await walk(provider, { inbox, address, content, key: 'key-1' });
      expect(first.contact.created).toBe(true);
      expect(first.receipt?.messageId).toMatch(/^[0-9a-f-]{36}$/);
      const second = await walk(provider, { inbox, address, content, key: 'key-2' });
      expect(second.contact).toMatchObject({ id: first.contact.id, created: false });
      expect(second.conversation.id).toBe(first.conversation.id);
      expect(first.conversation.id === null).toBe(conversations === 'none');
      expect(sandbox.accepted()).toEqual(new Map([[address.value, 2]]));
      expect(sandbox.messages().map(({ key }) => key)).toEqual(['key-1', 'key-2']);
    });

    const lost: [FaultName, 'found' | 'absent'][] = [
      ['drop_after_commit', 'found'],
      ['error_after_commit', 'found'],
      ['refused_after_commit', 'found'],
      ['garbage_after_commit', 'found'],
      ['truncated_after_commit', 'found'],
      ['error_before_commit', 'absent'],
      ['drop_before_commit', 'absent'],
    ];

    it.each(lost)('after %s the look-up says %s, new person or not', async (fault, kind) => {
      const { provider, inbox, address } = await start(inboxId, { conversations });
      for (const situation of ['new', 'known']) {
        const key = `key-${situation}`;
        sandbox.setFaults([{ match: { delivers: true }, fault, times: 1 }]);
        const walked = await walk(provider, { inbox, address, content, key });
        expect(walked.error?.code, situation).toBe('outcome_unknown');
        const finding = await look(provider, key, walked.trace);
        expect(finding?.kind, situation).toBe(kind);
        const count = sandbox.messages().filter((message) => message.key === key).length;
        expect(finding?.kind === 'found' ? finding.receipts.length : 0).toBe(count);
      }
    });
  });
});

describe('a look-up', () => {
  it('finds what is on page three, in one listing for all', async () => {
    const { provider, inbox, address } = await start(SMS);
    const walked = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
    sandbox.bird.seed.outgoing({ channelId: SMS, address: '+12025550199' }, 230);
    const before = lists();
    const keys = ['key-1', 'key-2'];
    const findings = await findAllSent(
      provider,
      keys.map((key) => ({ key, trace: { ...walked.trace, until: Date.now() } })),
    );
    expect(findings.map(({ kind }) => kind)).toEqual(['found', 'absent']);
    expect(lists() - before).toBe(3);
  });

  it.each([
    ['no filter', {}],
    ['every filter ignored', { ignoredFilters: ['startAt', 'endAt', 'direction'] }],
  ])('takes a stranger’s equal text for no proof, with %s', async (_, options) => {
    await on(options, async (own) => {
      const { provider, inbox, address } = await start(SMS, {}, own);
      const { text } = TEXT as { text: string };
      const mine = { channelId: SMS, address: address.value, text };
      own.bird.seed.outgoing({ ...mine, reference: 'key-of-somebody' });
      own.bird.seed.outgoing({ ...mine, reference: 'key-0', ageMs: 90 * 86_400_000 });
      own.bird.seed.incoming({ ...mine, reference: 'key-1' });
      own.bird.seed.outgoing({ ...mine, channelId: WHATSAPP, reference: 'key-1' });
      own.setFaults([{ match: { delivers: true }, fault: 'drop_before_commit', times: 1 }]);
      const walked = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
      expect(await look(provider, 'key-1', walked.trace)).toEqual({ kind: 'absent' });
    });
  });

  it('does not see at once what lists show later', async () => {
    let shift = 0;
    await on({ listingLagMs: 5_000, now: () => Date.now() + shift }, async (own) => {
      const { provider, inbox, address } = await start(SMS, {}, own);
      own.setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
      const walked = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
      expect((await look(provider, 'key-1', walked.trace))?.kind).toBe('absent');
      shift = 6_000;
      expect((await look(provider, 'key-1', walked.trace))?.kind).toBe('found');
    });
  });

  it('shows a double', async () => {
    const { provider, inbox, address } = await start(SMS);
    const step = { inbox, address, content: TEXT, key: 'key-1' };
    const { trace } = await walk(provider, step);
    await walk(provider, step);
    expect(await look(provider, 'key-1', trace)).toMatchObject({ receipts: { length: 2 } });
  });

  it('of a time that spans weeks keeps to the windows that Bird takes', async () => {
    const { provider, inbox, address } = await start(SMS);
    const { trace } = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
    const since = Date.now() - 30 * 86_400_000;
    expect((await look(provider, 'key-1', { ...trace, since }))?.kind).toBe('found');
  });

  it.each(['same_id', 'other_id', 'hidden'] as const)(
    'finds one message in the shared inbox, where the channel lists it as %s',
    async (conversationMessages) => {
      await on({ conversationMessages }, async (own) => {
        const { provider, inbox, address } = await start(SMS, { conversations: 'inbox' }, own);
        const { trace, receipt } = await walk(provider, {
          ...{ inbox, address, content: TEXT, key: 'key-1' },
        });
        for (const conversationId of [trace.conversationId, null]) {
          expect(await look(provider, 'key-1', { ...trace, conversationId })).toEqual({
            kind: 'found',
            receipts: [receipt],
          });
        }
      });
    },
  );
});

describe('what Bird refuses', () => {
  it('in the answer that accepts is final, also when that answer was lost', async () => {
    await on({ rejected: ['+12025550177'] }, async (own) => {
      const { provider, inbox } = await start(SMS, {}, own);
      const address: Address = { kind: 'phone', value: '+12025550177' };
      const step = { inbox, address, content: TEXT };
      const { error } = await walk(provider, { ...step, key: 'key-1' });
      expect(error).toMatchObject({ code: 'rejected', detail: expect.stringContaining('14001') });
      own.setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
      const { trace } = await walk(provider, { ...step, key: 'key-2' });
      expect((await look(provider, 'key-2', trace))?.kind).toBe('unclear');
      expect(own.accepted().size).toBe(0);
    });
  });

  it.each<[string, Content, string]>([
    [
      'an unknown project',
      { ...TEMPLATE, name: 'd4000000-0000-4000-8000-00000000dead' },
      'template',
    ],
    ['an unknown locale', { ...TEMPLATE, language: 'xx' }, 'template'],
    ['a template without its values', { ...TEMPLATE, params: {} }, 'template'],
  ])('of %s is a refusal before anything was sent', async (_, content, reason) => {
    const { provider, inbox, address } = await start(SMS);
    const { error } = await walk(provider, { inbox, address, content, key: 'key-1' });
    expect(error).toMatchObject({ code: 'rejected', reason, status: 422 });
    expect(sandbox.messages()).toEqual([]);
  });

  it('of an address is this person’s matter', async () => {
    const { provider, inbox } = await start(SMS);
    const address: Address = { kind: 'phone', value: '+1' };
    const person = { contact: { id: 'x', created: false, blocked: false }, address };
    const none = { id: null, watermark: null, canReply: true, blocked: false };
    const send = { ...person, key: 'k', attempt: 1, inbox, conversation: none, content: TEXT };
    expect(await caught(() => provider.sendMessage(send))).toMatchObject({
      code: 'rejected',
      reason: 'invalid_address',
    });
  });
});

it('writes freely on WhatsApp only while the window is open', async () => {
  const { provider, inbox, address } = await start(WHATSAPP);
  const step = { inbox, address, content: TEXT, key: 'key-1' };
  const refused = await caught(() => walk(provider, step));
  expect(refused).toMatchObject({ code: 'rejected', reason: 'outside_window' });
  sandbox.bird.seed.incoming({ channelId: WHATSAPP, address: address.value });
  expect((await walk(provider, step)).error).toBeUndefined();
  expect(sandbox.accepted().get(address.value)).toBe(1);
});

it('keeps somebody who has unsubscribed from every message', async () => {
  const { provider, inbox, address } = await start(SMS);
  sandbox.bird.seed.contact(address.value, { subscribedSms: false });
  const step = { inbox, address, content: TEXT, key: 'key-1' };
  expect(await caught(() => walk(provider, step))).toMatchObject({ reason: 'blocked' });
  const loud = await start(SMS, { consent: 'ignore' });
  expect((await walk(loud.provider, step)).error).toBeUndefined();
});

it('uses the conversation that is there already, whether or not the conflict names it', async () => {
  for (const conflictNamesId of [true, false]) {
    await on({ conflictNamesId }, async (own) => {
      const { provider, inbox, address } = await start(SMS, { conversations: 'inbox' }, own);
      const first = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
      const again = await provider.createConversation(first.contact, address, inbox);
      expect(again.id).toBe(first.conversation.id);
      own.bird.seed.conversation(String(again.id), 'closed');
      const next = await walk(provider, { inbox, address, content: TEXT, key: 'key-2' });
      expect(next.conversation.id).not.toBe(again.id);
      expect(next.error).toBeUndefined();
    });
  }
});

it('uploads a file once, and sends it', async () => {
  const { provider, inbox, address } = await start(SMS);
  const url = await provider.uploadMedia(FILE, inbox);
  const content: Content = { ...TEXT, attachments: [{ ...FILE, url }] };
  const { error, receipt } = await walk(provider, { inbox, address, content, key: 'key-1' });
  expect(error).toBeUndefined();
  const links = await provider.listMedia(SMS, String(receipt?.messageId));
  expect(links).toMatchObject([{ url, needsKey: true }]);
  const [upload] = sandbox.requests().filter(({ path }) => path.includes('/uploads/'));
  expect(upload?.status).toBe(204);
  expect(upload?.headers.authorization).toBeUndefined();
});

it('says whose key it is, what it may not do, and what there is', async () => {
  const { provider } = await start(SMS);
  expect(await provider.ping()).toEqual({ name: `workspace ${WORKSPACE}`, warnings: [] });
  expect(await provider.listInboxes()).toMatchObject([
    { id: SMS, channel: 'sms', addressKinds: ['phone'] },
    { id: WHATSAPP, channel: 'whatsapp' },
    { id: MAIL, channel: 'mail', addressKinds: ['email'] },
    { name: 'Old number (inactive)', addressKinds: [] },
    { name: 'Telegram', channel: 'chat', addressKinds: [] },
  ]);
  expect(await provider.listChannelTemplates()).toMatchObject([{ projectId: PROJECT }]);
  await on(
    { keys: [{ key: 'sandbox-key', id: 'k', denied: '/messages$|^/projects' }] },
    async (own) => {
      const { provider: narrow } = await start(SMS, {}, own);
      expect((await narrow.ping()).warnings).toHaveLength(2);
    },
  );
});

it('shows what was sent, and what people did with it', async () => {
  const { provider, inbox, address } = await start(SMS, { conversations: 'inbox' });
  const { receipt, contact } = await walk(provider, {
    ...{ inbox, address, content: TEXT, key: 'key-1' },
  });
  const id = String(receipt?.messageId);
  sandbox.bird.seed.interaction(id, 'read');
  expect(await provider.getMessage(SMS, id)).toMatchObject({
    reference: 'key-1',
    status: 'delivered',
  });
  expect(await provider.listInteractions(SMS, id)).toMatchObject([{ type: 'read' }]);
  expect((await provider.listMessages(SMS, { recipient: address })).rows).toHaveLength(1);
  expect((await provider.listWorkspaceMessages({ channelId: MAIL })).rows).toEqual([]);
  const talks = await provider.listConversations({ participant: address });
  expect(talks.rows).toMatchObject([{ id: receipt?.conversationId, channelId: SMS }]);
  const said = await provider.listConversationMessages(String(receipt?.conversationId));
  expect(said.rows).toMatchObject([{ id, reference: 'key-1', text: 'Your order is ready.' }]);
  expect(await provider.getContact(contact.id)).toMatchObject({ name: 'Ada' });
  expect(await provider.searchContacts(address)).toMatchObject([{ id: contact.id }]);
  const taken = () => provider.createContact({ displayName: 'Ben', addresses: [address] });
  expect((await caught(taken))?.code).toBe('rejected');
});

/** A sandbox of its own, for options that the shared one has not. */
async function on(options: BirdOptions, test: (own: Sandbox) => Promise<void>): Promise<void> {
  const own = await startSandbox({ bird: options });
  try {
    await test(own);
  } finally {
    await own.close();
  }
}

async function start(inboxId: string, more: Record<string, string> = {}, own = sandbox) {
  const credentials = {
    url: `${own.url}/bird`,
    workspaceId: WORKSPACE,
    accessKey: 'sandbox-key',
    accessKeyId: 'acce5500-0000-4000-8000-000000000001',
    mailSubject: 'News',
    ...more,
  };
  const provider = bird.connect(fetchHttp(bird.authorize(credentials)), credentials);
  const inbox = (await provider.listInboxes()).find(({ id }) => id === inboxId);
  if (inbox === undefined) throw new Error(`no inbox ${inboxId}`);
  people += 1;
  const address: Address = inbox.addressKinds.includes('phone')
    ? { kind: 'phone', value: `+1202555${String(100 + (people % 70)).padStart(4, '0')}` }
    : { kind: 'email', value: `ada${people}@example.org` };
  return { provider, inbox, address };
}

/** The three steps, with what a ledger would remember of them. */
async function walk(
  provider: BirdProvider,
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

async function look(provider: BirdProvider, key: string, trace: Trace) {
  const [finding] = await findAllSent(provider, [{ key, trace: { ...trace, until: Date.now() } }]);
  return finding;
}

function lists(): number {
  return sandbox
    .requests()
    .filter(({ method, path }) => method === 'GET' && /\/messages$/.test(path)).length;
}
