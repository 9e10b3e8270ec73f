import { describe, expect, it } from 'vitest';
import type { HttpResponse, Json } from '../../../core/http';
import type { Content } from '../../../core/message';
import { caught } from '../../support/provider-contract';
import { answer, plain } from '../../support/scripted-http';
import { conversationRow, marked, PHONE } from '../chatwoot/fixture';
import { accepted, connect, sendOf, TEMPLATE } from './fixture';

type Template = Extract<Content, { kind: 'template' }>;

async function requestFor(content: Content, settings = {}) {
  const { provider, requests } = connect(accepted, settings);
  const error = await caught(() => provider.sendMessage(sendOf({ content })));
  return { error, requests };
}

const receiptOf = (json: Json, status = 201) =>
  connect(() => answer(json, status)).provider.sendMessage(sendOf());

const refusal = (response: HttpResponse, settings = {}) =>
  caught(() => connect(() => response, settings).provider.sendMessage(sendOf()));

describe('a WhatsApp template', () => {
  it('goes to the developer API, to the number itself, with its values in order', async () => {
    const { requests } = await requestFor(TEMPLATE);
    expect(requests).toEqual([
      {
        method: 'POST',
        path: '/developer/api/v1/messages',
        json: {
          inbox_id: 3,
          contact: { phone_number: PHONE.value },
          message: {
            template: {
              name: 'order_ready',
              language: 'en_US',
              parameters: { body: ['Ada', 'A-17'] },
            },
          },
        },
        call: 'message',
        delivers: {},
      },
    ]);
  });

  it('goes elsewhere, or in another shape, where the account says so', async () => {
    const { requests } = await requestFor(TEMPLATE, {
      developerPath: '/dev/v2/',
      templateBody: 'white-label',
    });
    expect(requests[0]).toMatchObject({
      path: '/dev/v2/messages',
      json: {
        message: {
          whatsapp_template: {
            name: 'order_ready',
            components: [
              {
                type: 'body',
                parameters: [
                  { type: 'text', text: 'Ada' },
                  { type: 'text', text: 'A-17' },
                ],
              },
            ],
          },
        },
      },
    });
  });

  it("goes through Chatwoot's interface, with its key, only where the account insists", async () => {
    const { provider, requests } = connect(() => answer(marked(900)), { templates: 'compatible' });
    await provider.sendMessage(sendOf());
    expect(requests[0]).toMatchObject({
      path: '/api/v1/accounts/7/conversations/42/messages',
      json: { template_params: { name: 'order_ready' }, external_created_at: sendOf().key },
    });
  });

  it('cannot bring Liquid to life', async () => {
    const { requests } = await requestFor({ ...TEMPLATE, params: { 1: '{{contact.email}}' } });
    expect(JSON.stringify(requests[0]?.json)).toContain('{ {contact.email}}');
  });

  it.each<[string, Partial<Template>]>([
    ['an empty value', { params: { first: ' ' } }],
    ['a header', { header: { mediaUrl: 'https://example.org/a.png', mediaType: 'image' } }],
    ['a button', { buttons: [{ type: 'url', parameter: 'abc' }] }],
  ])('with %s is refused before any request', async (_, more) => {
    const { error, requests } = await requestFor({ ...TEMPLATE, ...more });
    expect(error).toMatchObject({ code: 'rejected', reason: 'template', provider: 'bevatel' });
    expect(requests).toEqual([]);
  });

  it('needs a language, in the shape that has one', async () => {
    const content: Content = { kind: 'template', name: 'order_ready', params: {} };
    expect((await requestFor(content)).error?.reason).toBe('template');
    const whiteLabel = await requestFor(content, { templateBody: 'white-label' });
    expect(whiteLabel.requests[0]?.json).toMatchObject({
      message: { whatsapp_template: { components: [] } },
    });
  });
});

it("sends a text through Chatwoot's interface, in a WhatsApp inbox too", async () => {
  const { provider, requests } = connect(() => answer(marked(900)));
  const content: Content = { kind: 'text', text: 'Hi' };
  await provider.sendMessage(sendOf({ content }));
  expect(requests.map(({ path }) => path)).toEqual([
    '/api/v1/accounts/7/conversations/42/messages',
  ]);
});

describe('an answer of the developer API', () => {
  it.each<[string, Json, number, string | null]>([
    ['a sentence', { message: 'Message created successfully' }, 201, null],
    ['the message', { message: 'ok', data: { id: 78, status: 'sent' } }, 201, '78'],
    ['the message, without its words', { data: { id: 78 } }, 200, '78'],
    ['a number', { message_id: 77 }, 200, '77'],
    ['a number in it', { data: { message_id: 77 } }, 201, '77'],
  ])('that is %s is an acceptance', async (_, json, status, messageId) => {
    expect(await receiptOf(json, status)).toEqual({ messageId, conversationId: '42' });
  });

  it('never says in which conversation the message is: only a look did', async () => {
    const receipt = await receiptOf({ data: { id: 78, conversation_id: 99_001 } });
    expect(receipt.conversationId).toBe('42');
  });

  it.each<[Json, string]>([
    [{ data: { id: 78, status: 'failed' } }, 'other'],
    [{ data: { id: 78, content_attributes: { external_error: '131026: no' } } }, 'other'],
    [{ data: { content_attributes: { external_error: '(#132000) Number of' } } }, 'template'],
  ])('that tells of a failure is a refusal: %j', async (json, reason) => {
    const error = await refusal(answer(json, 201));
    expect(error).toMatchObject({ code: 'rejected', reason, status: 201, provider: 'bevatel' });
    expect(error?.message).not.toContain('131026');
  });

  it.each<[string, HttpResponse]>([
    ['a sentence with another status', answer({ message: 'Inbox is disabled' }, 200)],
    ['nothing', answer({}, 201)],
    ['a message without a number', answer({ data: {} }, 201)],
    ['a number that is none', answer({ message_id: null }, 201)],
    ['a 422 in words', answer({ error: 'Something' }, 422)],
    ['a 422 that names what is wrong', answer({ message: 'x', attributes: ['phone_number'] }, 422)],
    ['a 400', plain('', 400)],
  ])('that is %s proves nothing', async (_, response) => {
    expect((await refusal(response))?.code).toBe('outcome_unknown');
  });

  it('that is a 422 is a refusal where the account says so', async () => {
    const settings = { developer422: 'refused' };
    const named = answer({ message: 'x', attributes: ['phone_number'] }, 422);
    expect(await refusal(named, settings)).toMatchObject({ reason: 'invalid_address' });
    const worded = answer({ error: 'Something' }, 422);
    expect(await refusal(worded, settings)).toMatchObject({ code: 'rejected', reason: 'other' });
    expect((await refusal(plain('', 400), settings))?.code).toBe('outcome_unknown');
  });

  it('that is one of the known errors says that nothing was sent', async () => {
    expect((await refusal(answer({ error: 'Invalid Access Token' }, 401)))?.code).toBe(
      'auth_failed',
    );
    const noInbox = answer({ error: 'Inbox not found. whatsapp inboxes only' }, 404);
    expect((await refusal(noInbox))?.code).toBe('not_found');
    expect((await refusal(answer({}, 429)))?.code).toBe('rate_limited');
  });
});

it('says where a person may look for a template whose answer was lost', async () => {
  const bare = (id: number, more = {}) => ({
    ...marked(id),
    content_attributes: {},
    created_at: 1_795_000_000,
    ...more,
  });
  const { provider } = connect((request) => {
    if (request.path.endsWith('/contacts/11/conversations')) {
      return answer({
        payload: [conversationRow(42), conversationRow(43), conversationRow(44, { inbox_id: 9 })],
      });
    }
    const rows = request.path.includes('/42/')
      ? [bare(101), bare(102, { message_type: 3 })]
      : // Incoming, a note, another send's, and one from before the attempt.
        [
          bare(103, { message_type: 0 }),
          bare(104, { private: true }),
          marked(105, 'another-key'),
          bare(106, { created_at: 1_794_999_000 }),
        ];
    return answer({ payload: rows });
  });
  const { inbox, address } = sendOf();
  const since = 1_795_000_000_000;
  const finding = await provider.findSent('key', {
    ...{ inbox, address, contactId: '11', conversationId: '42', watermark: '100' },
    ...{ since, until: since },
  });
  expect(finding).toEqual({
    kind: 'unclear',
    why: 'templates bear no key here; 2 without one since the attempt, in conversation 42: look there',
  });
});
