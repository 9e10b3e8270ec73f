import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../../../worker/sandbox';
import { type Client, PHONE, type Reply, rows, start, TOKEN } from '../client';

const WHATSAPP = 2;
const HEADERS = { api_account_id: '1', api_access_token: TOKEN };
const TEMPLATE = { name: 'order_update', language: 'en', parameters: { body: ['Ana', 'A-1'] } };

interface Api extends Client {
  developer(path: string, body?: unknown, headers?: object, method?: string): Promise<Reply>;
  compatible(path: string, body?: unknown): Promise<Reply>;
  template(more?: Record<string, unknown>): Promise<Reply>;
}

async function open(options: SandboxOptions = {}): Promise<Api> {
  const client = await start(options);
  const ask = (path: string, method: string, headers: object, body?: unknown) =>
    client.raw(`/bevatel${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const developer: Api['developer'] = (path, body, headers = HEADERS, method = 'POST') =>
    ask(`/developer/api/v1${path}`, method, headers, body);
  return {
    ...client,
    developer,
    compatible: (path, body) =>
      ask(`/api/v1/accounts/1${path}`, body === undefined ? 'GET' : 'POST', HEADERS, body),
    template: (more = {}) =>
      developer('/messages', {
        inbox_id: WHATSAPP,
        contact: { phone_number: PHONE },
        message: { template: TEMPLATE },
        ...more,
      }),
  };
}

describe('a template by the developer API', () => {
  it('is delivered, answered with a sentence and no number', async () => {
    const api = await open();
    const reply = await api.template();
    expect(reply.status).toBe(201);
    expect(reply.json).toEqual({ message: 'Message created successfully' });
    expect(api.sandbox.messages()).toMatchObject([
      {
        platform: 'bevatel',
        recipient: PHONE,
        delivered: true,
        content: 'Hi Ana, your order A-1 is ready.',
        key: null,
      },
    ]);
  });

  it('is seen by the other API, in the open conversation, without any mark', async () => {
    const api = await open();
    await api.template();
    await api.template();
    const [contact] = rows(await api.compatible(`/contacts/search?q=${encodeURIComponent(PHONE)}`));
    const conversations = rows(await api.compatible(`/contacts/${contact?.id}/conversations`));
    expect(conversations).toHaveLength(1);
    const path = `/conversations/${conversations[0]?.id}/messages`;
    expect(rows(await api.compatible(path))).toMatchObject([
      { message_type: 1, content_attributes: {} },
      { message_type: 1, content_attributes: {} },
    ]);
  });

  it('makes a contact without its name, and uses one that is there', async () => {
    const api = await open();
    const contact = { phone_number: PHONE, name: 'Ana' };
    await api.template({ contact });
    const [made] = rows(await api.compatible('/contacts'));
    expect(made).toMatchObject({ name: 'New Contact', phone_number: PHONE });
    await api.template({ contact: { contact_id: made?.id } });
    expect(api.sandbox.accepted()).toEqual(new Map([[PHONE, 2]]));
  });

  it('that WhatsApp refuses is stored as failed, and is not delivered', async () => {
    const api = await open({ bevatel: { developer: { answers: 'data' } } });
    const template = { ...TEMPLATE, parameters: { body: ['Ana'] } };
    const reply = await api.template({ message: { template } });
    expect(reply.json.data).toMatchObject({
      status: 'failed',
      content_attributes: { external_error: expect.stringContaining('#132000') as string },
    });
    expect(api.sandbox.summary()).toMatchObject({ accepted: 0, notDelivered: 1 });
  });
});

describe('an error of the developer API', () => {
  it.each([
    ['no account', { api_access_token: TOKEN }],
    ['another account', { ...HEADERS, api_account_id: '9' }],
    ['no token', { api_account_id: '1' }],
    ['the wrong token', { ...HEADERS, api_access_token: 'x' }],
    ['another spelling', { api_account_id: '1', 'api-access-token': TOKEN }],
  ])('for %s is a 401', async (_, headers) => {
    const reply = await (await open()).developer('/messages', {}, headers);
    expect(reply.status).toBe(401);
    expect(reply.json).toEqual({ error: 'Invalid Access Token' });
  });

  it.each([1, 3, 5, 99])('for inbox %i, which is none of WhatsApp, is a 404', async (inbox) => {
    const api = await open();
    const reply = await api.template({ inbox_id: inbox });
    expect(reply.status).toBe(404);
    expect(reply.json.error).toMatch(/^Inbox not found\. .*whatsapp inboxes only$/);
    expect(api.sandbox.messages()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a template without a language', { message: { template: { ...TEMPLATE, language: null } } }],
    ['values that are no list', { message: { template: { ...TEMPLATE, parameters: {} } } }],
    ['the shape of others', { message: { whatsapp_template: { name: 'x', components: [] } } }],
    ['nobody', { contact: {} }],
    ['a number that is none', { contact: { phone_number: '12' } }],
  ])('for %s is a 422, and nothing is sent', async (_, more) => {
    const api = await open();
    expect((await api.template(more)).status).toBe(422);
    expect(api.sandbox.messages()).toEqual([]);
  });

  it('comes beyond ten messages or five contacts a second, before anything is done', async () => {
    const api = await open();
    const burst = (count: number, ask: () => Promise<Reply>) =>
      Promise.all(Array.from({ length: count }, ask));
    const messages = await burst(30, () => api.template());
    const taken = messages.filter(({ status }) => status === 201).length;
    expect(taken).toBeGreaterThanOrEqual(10);
    expect(taken).toBeLessThan(25);
    expect(api.sandbox.accepted().get(PHONE)).toBe(taken);
    const contacts = await burst(20, () => api.developer('/contacts', { name: 'Ana' }));
    expect(contacts.filter(({ status }) => status === 429).length).toBeGreaterThan(5);
  });
});

it('creates and changes contacts', async () => {
  const api = await open();
  const made = await api.developer('/contacts', {
    name: 'Ana',
    phone_number: PHONE,
    custom_attributes: { city: 'Leeds' },
    labels: ['vip'],
  });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({
    message: 'contact created successfully',
    data: { name: 'Ana', phone_number: PHONE, custom_attributes: { city: 'Leeds' } },
  });
  const { id } = made.json.data as { id: number };
  const changed = await api.developer(`/contacts/${id}`, { name: 'Bea' }, HEADERS, 'PATCH');
  expect(changed.status).toBe(200);
  expect((await api.compatible(`/contacts/${id}`)).json.payload).toMatchObject({ name: 'Bea' });
  const again = await api.developer('/contacts', { phone_number: PHONE });
  expect(again.status).toBe(422);
});

describe("Chatwoot's API beside it", () => {
  it('keeps a WhatsApp template as sent, and delivers it to nobody', async () => {
    const api = await open();
    const { json } = await api.compatible('/contacts', { phone_number: PHONE });
    const made = await api.compatible('/conversations', {
      inbox_id: WHATSAPP,
      contact_id: json.payload.contact.id,
    });
    const path = `/conversations/${made.json.id}/messages`;
    const sent = await api.compatible(path, {
      content: 'Hi',
      template_params: {
        name: 'order_update',
        language: 'en',
        processed_params: { body: { 1: 'Ana', 2: 'A-1' } },
      },
    });
    expect(sent.json).toMatchObject({ status: 'sent' });
    expect(api.sandbox.summary()).toMatchObject({ accepted: 0, notDelivered: 1 });
    expect(rows(await api.compatible(path))).toMatchObject([{ status: 'sent', source_id: null }]);
  });

  it('is an old one, which drops what a message brings along', async () => {
    const api = await open();
    expect((await api.raw('/bevatel/api')).json.version).toBe('4.8.0');
    const { json } = await api.compatible('/contacts', { phone_number: PHONE });
    const made = await api.compatible('/conversations', {
      ...{ inbox_id: 3, contact_id: json.payload.contact.id },
      message: {
        content: 'Hi',
        content_attributes: { mine: { key: 'k' } },
        external_created_at: 'k',
      },
    });
    expect(made.json.messages[0].content_attributes).toEqual({ external_created_at: 'k' });
  });

  it('can lack what nobody has seen on Bevatel', async () => {
    const api = await open({ bevatel: { without: ['/contacts/filter'] } });
    expect((await api.compatible('/contacts/filter', { payload: [] })).status).toBe(404);
    expect((await api.compatible('/contacts')).status).toBe(200);
  });

  it("has people of its own: Chatwoot's are others, and a reset takes them away", async () => {
    const api = await open();
    api.sandbox.bevatel.seed.contact({ phone_number: PHONE });
    expect(rows(await api.compatible('/contacts'))).toHaveLength(1);
    expect(rows(await api.get('/contacts'))).toHaveLength(0);
    api.sandbox.reset();
    expect(rows(await api.compatible('/contacts'))).toHaveLength(0);
  });
});
