import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureContact, ensureConversation, findSent, sendMessage } from '../../activities';
import type { Address, Content } from '../../core/message';
import { type ChatwootProvider, chatwoot } from '../../providers/chatwoot';
import type { Inbox, Trace } from '../../providers/provider';
import { type FaultName, type Sandbox, startSandbox } from '../../worker/sandbox';
import { fetchHttp } from '../support/fetch-http';
import { caught } from '../support/provider-contract';

const TEXT: Content = { kind: 'text', text: 'Your order is ready. {{contact.name}}' };
const TEMPLATE: Content = {
  kind: 'template',
  name: 'order_update',
  language: 'en',
  params: { 1: 'Ada', 2: '{{contact.name}}' },
};
const FILE = { filename: 'a.txt', contentType: 'text/plain', bytes: new Uint8Array([65]) };
const KINDS = [
  ['1', 'API', TEXT],
  ['2', 'WhatsApp', TEMPLATE],
  ['3', 'SMS', TEXT],
  ['4', 'Twilio SMS', TEXT],
  ['5', 'Twilio WhatsApp', TEMPLATE],
  ['6', 'e-mail', TEXT],
  ['7', 'API, one conversation', TEXT],
] as const;

let sandbox: Sandbox;
let people = 0;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

describe.each(KINDS)('inbox %s (%s)', (inboxId, _, content) => {
  it('takes one message from a new person, and the next in the same conversation', async () => {
    const { provider, inbox, address } = await start(inboxId);
    const first = await walk(provider, { inbox, address, content, key: 'key-1' });
    expect(first.contact.created).toBe(true);
    expect(first.receipt?.messageId).toMatch(/^\d+$/);
    expect(received(address)).toBe(1);
    const second = await walk(provider, { inbox, address, content, key: 'key-2' });
    expect(second.contact).toMatchObject({ id: first.contact.id, created: false });
    expect(second.conversation.id).toBe(first.receipt?.conversationId);
    expect(second.receipt?.conversationId).toBe(first.receipt?.conversationId);
    expect(received(address)).toBe(2);
    for (const message of sandbox.messages()) expect(message.content ?? '').not.toContain('Ada');
  });

  const lost: [FaultName, 'found' | 'absent'][] = [
    ['drop_after_commit', 'found'],
    ['error_after_commit', 'found'],
    ['refused_after_commit', 'found'],
    ['garbage_after_commit', 'found'],
    ['error_before_commit', 'absent'],
    ['drop_before_commit', 'absent'],
  ];

  it.each(lost)('after %s the look-up says %s, new person or not', async (fault, kind) => {
    const { provider, inbox, address } = await start(inboxId);
    for (const situation of ['new', 'known']) {
      const key = `key-${situation}`;
      sandbox.setFaults([{ match: { delivers: true }, fault, times: 1 }]);
      const walked = await walk(provider, { inbox, address, content, key });
      expect(walked.error?.code, situation).toBe('outcome_unknown');
      const finding = await findSent(provider, key, walked.trace);
      expect(finding.kind, situation).toBe(kind);
      const count = sandbox.messages().filter((message) => message.key === key).length;
      expect(finding.kind === 'found' ? finding.receipts.length : 0).toBe(count);
    }
  });
});

it('sends files along, to a new person and to a known one', async () => {
  const { provider, inbox, address } = await start('1');
  const content: Content = { kind: 'text', text: 'See file', attachments: [FILE] };
  for (const key of ['key-1', 'key-2']) {
    const { error, receipt } = await walk(provider, { inbox, address, content, key });
    expect(error).toBeUndefined();
    expect(receipt?.messageId).not.toBeNull();
  }
  expect(sandbox.messages().map(({ key }) => key)).toEqual(['key-1', 'key-2']);
});

it("writes to a person's new number, not to the old conversation", async () => {
  const { provider, inbox, address } = await start('3');
  const { contact } = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
  const moved: Address = { kind: 'phone', value: '+447700900123' };
  sandbox.chatwoot.seed.update(Number(contact.id), { phone_number: moved.value });
  const walked = await walk(provider, { inbox, address: moved, content: TEXT, key: 'key-2' });
  expect(walked.contact.id).toBe(contact.id);
  expect(walked.conversation.id).toBeNull();
  expect(received(moved)).toBe(1);
  expect(received(address)).toBe(1);
});

it.each(['4.8.0', '4.4.0', '2.17.0'])(
  'settles on a server of version %s as well',
  async (version) => {
    const old = await startSandbox({ chatwoot: { version } });
    const { provider, inbox, address } = await start('3', old);
    expect(inbox.lookup).toBe(true);
    old.setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
    const { trace } = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
    expect((await findSent(provider, 'key-1', trace)).kind).toBe('found');
    await old.close();
  },
);

it('probes what the version says, and leaves nothing behind', async () => {
  const { provider, inbox } = await start('1');
  const blind: Inbox = { ...inbox, lookup: false, facts: { ...inbox.facts, markers: [] } };
  expect(await provider.probe(blind)).toEqual(inbox);
  expect(await provider.probe(blind)).toEqual(inbox);
  expect(sandbox.messages()).toEqual([]);
});

it('says who the token belongs to, and lists inboxes, templates and blocked people', async () => {
  const { provider } = await start('1');
  expect(await provider.ping()).toMatchObject({
    name: 'Sandbox Admin',
    version: '4.15.1',
    warnings: [],
  });
  expect(await provider.listInboxes()).toHaveLength(8);
  expect(await provider.listTemplates('2')).toMatchObject([
    { name: 'order_update', status: 'approved', params: ['1', '2'] },
    { name: 'spring_recall', params: ['first_name'] },
    { name: 'lottery_win', status: 'rejected' },
  ]);
  expect(await provider.listTemplates('5')).toMatchObject([{ params: ['1', '2'] }]);
  expect(await provider.listBlocked()).toEqual(new Set());
});

it('keeps a blocked person from every message', async () => {
  const { provider, inbox, address } = await start('1');
  const { contact } = await walk(provider, { inbox, address, content: TEXT, key: 'key-1' });
  sandbox.chatwoot.seed.update(Number(contact.id), { blocked: true });
  expect(await provider.listBlocked()).toEqual(new Set([contact.id]));
  const error = await caught(() =>
    ensureContact(provider, { address, profile: {}, inbox }).then((again) =>
      ensureConversation(provider, { contact: again, address, inbox, content: TEXT }),
    ),
  );
  expect(error).toMatchObject({ code: 'rejected', reason: 'blocked' });
});

async function start(inboxId: string, on = sandbox) {
  const credentials = { url: on.url, accountId: '1', token: 'sandbox-token' };
  const provider = chatwoot.connect(fetchHttp(chatwoot.authorize(credentials)), credentials);
  const inbox = (await provider.listInboxes()).find(({ id }) => id === inboxId);
  if (inbox === undefined) throw new Error(`no inbox ${inboxId}`);
  people += 1;
  const address: Address = inbox.addressKinds.includes('phone')
    ? { kind: 'phone', value: `+1202555${String(100 + people).padStart(4, '0')}` }
    : { kind: 'email', value: `ada${people}@example.com` };
  return { provider, inbox, address };
}

/** The three steps, with what a ledger would remember of them. */
async function walk(
  provider: ChatwootProvider,
  step: { inbox: Inbox; address: Address; content: Content; key: string },
) {
  const { inbox, address, content, key } = step;
  const contact = await ensureContact(provider, { address, profile: { name: 'Ada' }, inbox });
  const conversation = await ensureConversation(provider, { contact, address, inbox, content });
  const trace: Trace = {
    inbox,
    address,
    contactId: contact.id,
    conversationId: conversation.id,
    watermark: conversation.watermark,
    since: 0,
    until: Date.now(),
  };
  let receipt: Awaited<ReturnType<typeof sendMessage>> | undefined;
  const error = await caught(async () => {
    receipt = await sendMessage(provider, { ...step, attempt: 1, contact, conversation, key });
  });
  return { contact, conversation, trace, receipt, error };
}

function received({ value }: Address): number {
  return sandbox.accepted().get(value) ?? 0;
}
