import { describe, expect, it } from 'vitest';
import { ensureContact, ensureConversation, findSent, sendMessage } from '../../activities';
import type { Content } from '../../core/message';
import { refusal } from '../../providers/ask';
import type { Contact, Conversation, Inbox, Provider, Send } from '../../providers/provider';
import { caught } from '../support/provider-contract';

const ADDRESS = { kind: 'phone', value: '+12025550123' } as const;
const MAIL = { kind: 'email', value: 'ada@example.com' } as const;
const TEXT: Content = { kind: 'text', text: 'Hello' };
const TEMPLATE: Content = { kind: 'template', name: 'hello', params: {} };
const CONTACT: Contact = { id: '1', created: false, blocked: false };
const CONVERSATION: Conversation = { id: '2', watermark: '3', canReply: true, blocked: false };
const RECEIPT = { messageId: '4', conversationId: '2' };
const INBOX: Inbox = {
  id: '9',
  name: 'Support',
  channel: 'whatsapp',
  addressKinds: ['phone'],
  text: true,
  template: true,
  replyWindow: true,
  lookup: true,
  facts: {},
};

function platform(more: Partial<Provider> = {}) {
  const asked: string[] = [];
  const provider: Provider = {
    refuse: (reason, detail) => refusal('bird', reason, detail),
    listInboxes: async () => [INBOX],
    ensureContact: async () => (asked.push('contact'), CONTACT),
    ensureConversation: async () => (asked.push('conversation'), CONVERSATION),
    sendMessage: async () => (asked.push('message'), RECEIPT),
    findSent: async () => (asked.push('lookup'), { kind: 'absent' }),
    ...more,
  };
  return { provider, asked };
}

describe('ensureContact', () => {
  const step = { address: ADDRESS, profile: {}, inbox: INBOX };

  it('asks the platform, unless the contact is known', async () => {
    const { provider, asked } = platform();
    expect(await ensureContact(provider, step)).toBe(CONTACT);
    expect(await ensureContact(provider, { ...step, known: CONTACT })).toBe(CONTACT);
    expect(asked).toEqual(['contact']);
  });

  it('refuses an address that the inbox cannot write to, known or not', async () => {
    const { provider, asked } = platform();
    const error = await caught(() =>
      ensureContact(provider, { ...step, address: MAIL, known: CONTACT }),
    );
    expect(error).toMatchObject({ code: 'rejected', reason: 'invalid_address' });
    expect(asked).toEqual([]);
  });
});

describe('ensureConversation', () => {
  const step = { contact: CONTACT, address: ADDRESS, inbox: INBOX, content: TEXT };
  const closed = { ...CONVERSATION, canReply: false };

  it('asks the platform, unless the conversation is known', async () => {
    const { provider, asked } = platform();
    expect(await ensureConversation(provider, step)).toBe(CONVERSATION);
    expect(await ensureConversation(provider, { ...step, known: CONVERSATION })).toBe(CONVERSATION);
    expect(asked).toEqual(['conversation']);
  });

  it('ends with a blocked person, whoever knows it, before anything is asked where it can', async () => {
    const { provider, asked } = platform();
    const contact = { ...CONTACT, blocked: true };
    const first = await caught(() => ensureConversation(provider, { ...step, contact }));
    expect(first).toMatchObject({ code: 'rejected', reason: 'blocked' });
    expect(asked).toEqual([]);
    const known = { ...CONVERSATION, blocked: true };
    const second = await caught(() => ensureConversation(provider, { ...step, known }));
    expect(second?.reason).toBe('blocked');
  });

  it('ends outside the reply window for text, not for a template or where there is no window', async () => {
    const { provider } = platform({ ensureConversation: async () => closed });
    const error = await caught(() => ensureConversation(provider, step));
    expect(error).toMatchObject({ code: 'rejected', reason: 'outside_window' });
    expect(await ensureConversation(provider, { ...step, content: TEMPLATE })).toBe(closed);
    const inbox = { ...INBOX, replyWindow: false };
    expect(await ensureConversation(provider, { ...step, inbox })).toBe(closed);
  });
});

describe('sendMessage', () => {
  const send: Send = {
    key: 'k',
    attempt: 1,
    inbox: INBOX,
    address: ADDRESS,
    contact: CONTACT,
    conversation: CONVERSATION,
    content: TEXT,
  };

  it('is the platform once', async () => {
    const { provider, asked } = platform();
    expect(await sendMessage(provider, send)).toBe(RECEIPT);
    expect(asked).toEqual(['message']);
  });

  it.each([
    ['template', TEMPLATE, { ...INBOX, template: false }],
    ['content', TEXT, { ...INBOX, text: false }],
  ])('refuses what the inbox does not take: %s', async (reason, content, inbox) => {
    const { provider, asked } = platform();
    const error = await caught(() => sendMessage(provider, { ...send, content, inbox }));
    expect(error).toMatchObject({ code: 'rejected', reason });
    expect(asked).toEqual([]);
  });
});

describe('findSent', () => {
  const trace = {
    inbox: INBOX,
    address: ADDRESS,
    contactId: '1',
    conversationId: '2',
    watermark: '3',
    since: 0,
    until: 0,
  };

  it('asks where an answer can be relied on, and only there', async () => {
    const { provider, asked } = platform();
    expect(await findSent(provider, 'k', trace)).toEqual({ kind: 'absent' });
    const blind = { ...trace, inbox: { ...INBOX, lookup: false } };
    expect((await findSent(provider, 'k', blind)).kind).toBe('unclear');
    expect(asked).toEqual(['lookup']);
    const without: Provider = { ...provider };
    delete without.findSent;
    expect((await findSent(without, 'k', trace)).kind).toBe('unclear');
  });
});
