import { describe, expect, it } from 'vitest';
import type { Address } from '../../../core/message';
import { chatwoot } from '../../../providers/chatwoot';
import type { Inbox } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { answer, type Script, scripted } from '../../support/scripted-http';
import {
  API,
  contactRow,
  conversationList,
  conversationRow,
  inboxOf,
  MAIL,
  messageRow,
  PHONE,
  routes,
  SETTINGS,
  SMS,
  WHATSAPP,
} from './fixture';

const KNOWN = { id: '11', created: false, blocked: false };
const stranger = conversationRow(40, {}, contactRow(99));

async function ensure(
  inbox: Inbox,
  table: Record<string, Script>,
  { address = PHONE, contact = KNOWN }: { address?: Address; contact?: typeof KNOWN } = {},
) {
  const { http, requests } = scripted(routes(table));
  const provider = chatwoot.connect(http, SETTINGS);
  return { conversation: await provider.ensureConversation(contact, address, inbox), requests };
}

describe('the conversation of a person', () => {
  it('is not looked for when the contact is new', async () => {
    const contact = { ...KNOWN, created: true };
    const { conversation, requests } = await ensure(inboxOf(SMS), {}, { contact });
    expect(conversation).toEqual({ id: null, watermark: null, canReply: true, blocked: false });
    expect(requests).toEqual([]);
    const whatsapp = await ensure(inboxOf(WHATSAPP), {}, { contact });
    expect(whatsapp.conversation.canReply).toBe(false);
  });

  it.each<[string, Inbox, Address, string]>([
    ['WhatsApp', inboxOf(WHATSAPP), PHONE, '12025550123'],
    ['Bandwidth SMS', inboxOf(SMS), PHONE, '+12025550123'],
    [
      'Twilio SMS',
      inboxOf({ channel_type: 'Channel::TwilioSms', medium: 'sms' }),
      PHONE,
      '+12025550123',
    ],
    [
      'Twilio WhatsApp',
      inboxOf({ channel_type: 'Channel::TwilioSms', medium: 'whatsapp' }),
      PHONE,
      'whatsapp:+12025550123',
    ],
    ['e-mail', inboxOf({ channel_type: 'Channel::Email' }), MAIL, MAIL.value],
    ['API', inboxOf(API), PHONE, 'campaign-runner-11'],
  ])('is the one of the session of an inbox for %s', async (_, inbox, address, session) => {
    const { requests } = await ensure(
      inbox,
      { 'GET /conversations': conversationList([]) },
      { address },
    );
    expect(requests).toHaveLength(1);
    expect(requests[0]?.query).toEqual({
      inbox_id: '3',
      source_id: session,
      status: 'all',
      sort_by: 'last_activity_at_desc',
      page: 1,
    });
  });

  it('is the newest, whatever its status, with the highest message id', async () => {
    const newest = conversationRow(42, {
      status: 'resolved',
      can_reply: false,
      messages: [messageRow(70)],
      last_non_activity_message: messageRow(69),
      meta: { sender: contactRow(11, { blocked: true }) },
    });
    const { conversation } = await ensure(inboxOf(WHATSAPP), {
      'GET /conversations': conversationList([newest, conversationRow(43)]),
    });
    expect(conversation).toEqual({ id: '42', watermark: '70', canReply: false, blocked: true });
  });

  it('has the watermark 0 where nothing was said yet', async () => {
    const { conversation } = await ensure(inboxOf(SMS), {
      'GET /conversations': conversationList([conversationRow(42)]),
    });
    expect(conversation.watermark).toBe('0');
  });

  it("is never one whose session is not known to be the recipient's number", async () => {
    const rows = [conversationRow(42), stranger];
    const ignored = { 'GET /conversations': conversationList(rows) };
    expect((await ensure(inboxOf(SMS), ignored)).conversation.id).toBeNull();
    for (const version of ['2.16.0', null]) {
      const { conversation, requests } = await ensure(inboxOf(SMS, version), {});
      expect(conversation.id).toBeNull();
      expect(requests).toEqual([]);
    }
  });

  it("is never a stranger's, nor one of another inbox", async () => {
    for (const row of [stranger, conversationRow(42, { inbox_id: 4 })]) {
      const { conversation } = await ensure(inboxOf(SMS), {
        'GET /conversations': conversationList([row]),
      });
      expect(conversation.id).toBeNull();
    }
  });

  it("of an API inbox is taken from the contact's own list where the filter is ignored", async () => {
    const own = {
      'GET /contacts/11/conversations': () =>
        answer({ payload: [conversationRow(9, { inbox_id: 4 }), conversationRow(42)] }),
    };
    const old = await ensure(inboxOf(API, '2.0.0'), own);
    expect(old.conversation.id).toBe('42');
    const proxied = await ensure(inboxOf(API), {
      ...own,
      'GET /conversations': conversationList([stranger, conversationRow(41)]),
    });
    expect(proxied.conversation.id).toBe('42');
  });

  it('is refused where the inbox has no such addresses', async () => {
    const error = await caught(() => ensure(inboxOf(SMS), {}, { address: MAIL }));
    expect(error).toMatchObject({ code: 'rejected', reason: 'invalid_address' });
    const website = inboxOf({ channel_type: 'Channel::WebWidget' });
    expect((await caught(() => ensure(website, {})))?.reason).toBe('invalid_address');
  });
});

it('can be made empty for whoever asks for one, without a message and without delivering', async () => {
  const { http, requests } = scripted(() => answer(conversationRow(42)));
  const provider = chatwoot.connect(http, SETTINGS);
  expect(await provider.createConversation(KNOWN, PHONE, inboxOf(SMS))).toEqual({
    id: '42',
    watermark: '0',
    canReply: true,
    blocked: false,
  });
  expect(requests).toEqual([
    {
      method: 'POST',
      path: '/api/v1/accounts/7/conversations',
      json: { inbox_id: 3, contact_id: 11, source_id: PHONE.value },
      call: 'conversation',
    },
  ]);
});
