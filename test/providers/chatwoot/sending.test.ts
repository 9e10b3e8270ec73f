import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../core/http';
import type { Attachment, Content } from '../../../core/message';
import { chatwoot } from '../../../providers/chatwoot';
import type { Send } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { answer, plain, scripted } from '../../support/scripted-http';
import {
  API,
  conversationRow,
  inboxOf,
  KEY,
  marked,
  messageRow,
  PHONE,
  SETTINGS,
  SMS,
  WHATSAPP,
} from './fixture';

const TEXT: Content = { kind: 'text', text: 'Your order is ready.' };
const FILE: Attachment = {
  filename: 'map.png',
  contentType: 'image/png',
  bytes: new Uint8Array([1, 2, 3]),
};
const OPEN = { id: '42', watermark: '7', canReply: true, blocked: false };
const UNOPENED = { ...OPEN, id: null, watermark: null };

function send(more: Partial<Send> = {}, response: HttpResponse = answer(marked(900))) {
  const { http, requests } = scripted(() => response);
  const whole: Send = {
    key: KEY,
    attempt: 2,
    inbox: inboxOf(SMS),
    address: PHONE,
    contact: { id: '11', created: false, blocked: false },
    conversation: OPEN,
    content: TEXT,
    ...more,
  };
  return { receipt: chatwoot.connect(http, SETTINGS).sendMessage(whole), requests };
}

async function fieldsOf(more: Partial<Send>, response?: HttpResponse) {
  const { receipt, requests } = send(more, response);
  await receipt;
  return requests[0];
}

const refusal = (more: Partial<Send>, response?: HttpResponse) =>
  caught(() => send(more, response).receipt);

describe('a message into an open conversation', () => {
  it('carries the key everywhere except in source_id, which would suppress it', async () => {
    const request = await fieldsOf({});
    expect(request).toMatchObject({ method: 'POST', call: 'message', delivers: {} });
    expect(request?.json).toEqual({
      content: 'Your order is ready.',
      message_type: 'outgoing',
      private: false,
      content_attributes: { campaign_runner: { key: KEY, attempt: 2 } },
      external_created_at: KEY,
    });
  });

  it('carries it in source_id too on an API inbox, and only there', async () => {
    expect((await fieldsOf({ inbox: inboxOf(API) }))?.json).toMatchObject({ source_id: KEY });
    for (const row of [SMS, WHATSAPP, { channel_type: 'Channel::TwilioSms', medium: 'whatsapp' }]) {
      expect((await fieldsOf({ inbox: inboxOf(row, null) }))?.json).not.toHaveProperty('source_id');
    }
  });

  it('cannot bring Liquid to life', async () => {
    const request = await fieldsOf({ content: { kind: 'text', text: 'Hi {{contact.email}}' } });
    expect(request?.json).toMatchObject({ content: 'Hi { {contact.email}}' });
  });

  it('goes as a form when it has files', async () => {
    const content: Content = { ...TEXT, attachments: [FILE] };
    const request = await fieldsOf({ content, inbox: inboxOf(API) });
    expect(request).not.toHaveProperty('json');
    expect(request?.multipart).toEqual([
      { name: 'content', value: 'Your order is ready.' },
      { name: 'message_type', value: 'outgoing' },
      { name: 'private', value: 'false' },
      {
        name: 'content_attributes',
        value: JSON.stringify({ campaign_runner: { key: KEY, attempt: 2 } }),
      },
      { name: 'external_created_at', value: KEY },
      { name: 'source_id', value: KEY },
      { name: 'attachments[]', ...FILE },
    ]);
  });

  it.each<[string, Content]>([
    ['content', { kind: 'text', text: '' }],
    ['content', { kind: 'text', text: 'x'.repeat(150_001) }],
    ['content', { ...TEXT, attachments: [FILE, FILE] }],
  ])('is refused before any request: %s', async (reason, content) => {
    const { receipt, requests } = send({ content, inbox: inboxOf(WHATSAPP) });
    expect(await caught(() => receipt)).toMatchObject({ code: 'rejected', reason });
    expect(requests).toEqual([]);
  });
});

describe('a message that opens a conversation', () => {
  it('goes in one request, with the key on both and the session of the person', async () => {
    const row = conversationRow(42, {
      messages: [messageRow(901)],
      last_non_activity_message: marked(900),
    });
    const { receipt, requests } = send({ conversation: UNOPENED }, answer(row));
    expect(await receipt).toEqual({ messageId: '900', conversationId: '42' });
    expect(requests[0]?.json).toMatchObject({
      inbox_id: 3,
      contact_id: 11,
      source_id: '+12025550123',
      custom_attributes: { campaign_runner_key: KEY },
      message: { content: 'Your order is ready.', external_created_at: KEY },
    });
  });

  it("never takes another's message for its own", async () => {
    const row = conversationRow(42, { messages: [messageRow(901)] });
    const { receipt } = send({ conversation: UNOPENED }, answer(row));
    expect(await receipt).toEqual({ messageId: null, conversationId: '42' });
  });

  it('takes its files along', async () => {
    const content: Content = { ...TEXT, attachments: [FILE] };
    const request = await fieldsOf(
      { content, conversation: UNOPENED },
      answer(conversationRow(42)),
    );
    expect(request?.multipart?.map(({ name }) => name)).toEqual([
      'inbox_id',
      'contact_id',
      'source_id',
      'custom_attributes[campaign_runner_key]',
      'message[content]',
      'message[message_type]',
      'message[private]',
      'message[content_attributes]',
      'message[external_created_at]',
      'message[attachments][]',
    ]);
  });
});

describe('a refusal', () => {
  const invalid = (...attributes: string[]) => answer({ message: 'Words', attributes }, 422);
  const words = (error: string) => answer({ error }, 422);

  it.each<[string, HttpResponse, object]>([
    ['an invalid record', invalid('phone_number'), { code: 'rejected', reason: 'invalid_address' }],
    [
      'a session of somebody else',
      invalid('source_id'),
      { code: 'rejected', reason: 'invalid_address' },
    ],
    ['bad parameters', invalid('additional_attributes'), { code: 'rejected', reason: 'template' }],
    ['a long text', invalid('content'), { code: 'rejected', reason: 'content' }],
    ['another attribute', invalid('priority'), { code: 'rejected', reason: 'other' }],
    ['a lost race', words('source_id should be unique'), { code: 'unavailable' }],
    [
      'a contact without a number',
      words('param is missing or the value is empty: contact phone number'),
      { code: 'rejected', reason: 'invalid_address' },
    ],
    [
      'a long text, in words',
      words('Validation failed: Content is too long (maximum is 150000 characters)'),
      { code: 'rejected', reason: 'content' },
    ],
    [
      'too many messages to this person',
      words('Validation failed: Too many messages'),
      { code: 'unavailable', retryAfterMs: 60_000 },
    ],
    [
      'parameters of the wrong type',
      words('Validation failed: Additional attributes at /template_params must be of type hash'),
      { code: 'rejected', reason: 'template' },
    ],
    ['a broken body', plain('', 400), { code: 'rejected', reason: 'other' }],
    [
      'a body that the proxy refuses',
      plain('<html>', 413),
      { code: 'rejected', reason: 'content' },
    ],
    [
      'a missing permission',
      answer({ error: 'You are not authorized' }, 401),
      { code: 'auth_failed' },
    ],
    ['a conversation that is gone', answer({ error: 'no' }, 404), { code: 'not_found' }],
  ])('for %s is known to come before the commit', async (_, response, expected) => {
    expect(await refusal({}, response)).toMatchObject(expected);
  });

  it.each([
    'Connection refused - connect(2) for redis',
    'Validierung fehlgeschlagen: Zu viele Nachrichten',
    'Validation failed: something new',
    '',
  ])('in words that are not known ("%s") may come after it', async (text) => {
    expect((await refusal({}, words(text)))?.code).toBe('outcome_unknown');
    expect((await refusal({ conversation: UNOPENED }, words(text)))?.code).toBe('outcome_unknown');
  });
});
