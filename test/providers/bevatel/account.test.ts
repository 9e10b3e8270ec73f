import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/http';
import { bevatel } from '../../../providers/bevatel';
import { chatwoot } from '../../../providers/chatwoot';
import { caught } from '../../support/provider-contract';
import { answer, type Script } from '../../support/scripted-http';
import { contactRow, conversationRow, PHONE, routes, taken } from '../chatwoot/fixture';
import { CREDENTIALS, connect, inboxOf } from './fixture';

const INBOXES: Json = [
  { id: 1, name: 'Gateway', channel_type: 'Channel::Api' },
  { id: 2, name: 'WhatsApp', channel_type: 'Channel::Whatsapp' },
  { id: 3, name: 'SMS', channel_type: 'Channel::Sms' },
  { id: 5, name: 'Twilio', channel_type: 'Channel::TwilioSms', medium: 'whatsapp' },
];

describe('credentials', () => {
  it('are two headers, spelled as documented', () => {
    expect(bevatel.authorize(CREDENTIALS)).toEqual({
      baseUrl: 'https://chat.bevatel.com',
      headers: { api_account_id: '7', api_access_token: 'tok-Secret-1' },
      query: {},
    });
    const url = 'https://business.example.org/';
    expect(bevatel.authorize({ ...CREDENTIALS, url }).baseUrl).toBe('https://business.example.org');
  });

  it.each([
    ['url', 'ftp://secret.example.org'],
    ['accountId', 'secret'],
    ['token', 'sec\nret'],
    ['templates', 'secret'],
    ['developerPath', 'https://secret.example.org'],
    ['developerPath', '/secret/../..'],
    ['developerPath', '/secret?x=1'],
    ['templateBody', 'secret'],
    ['developer422', 'secret'],
    ['version', 'secret'],
    ['contactSearch', 'secret'],
  ])(
    'with a bad %s are refused in the name of Bevatel, without quoting it',
    async (name, value) => {
      const given = { ...CREDENTIALS, [name]: value };
      const error = await caught(async () => bevatel.authorize(given));
      expect(error).toMatchObject({ code: 'invalid_input', provider: 'bevatel' });
      expect(error?.message).toMatch(new RegExp(`^bevatel: .*${name}`));
      expect(error?.message).not.toMatch(/secret/);
    },
  );

  it('have no setting without a default or a need', () => {
    for (const field of bevatel.credentials) {
      expect(field.required === true || field.default !== undefined, field.name).toBe(true);
    }
  });
});

describe('what it can do', () => {
  it('is what Chatwoot can, slower, and with doubts left to a person', () => {
    expect(bevatel.capabilities).toEqual({
      ...chatwoot.capabilities,
      templateParts: [],
      onAbsent: 'park',
      limits: { contact: 5, conversation: 2, message: 10, lookup: 3 },
    });
  });
});

it('asks for the contacts, the one read that is documented, to see whether it is let in', async () => {
  const { provider, requests } = connect(() => answer({ meta: {}, payload: [contactRow(1)] }));
  expect(await provider.ping()).toEqual({ name: 'account 7', warnings: [] });
  expect(requests[0]).toEqual(bevatel.ping?.({ accountId: '7' }));
  expect(requests[0]?.path).toBe('/api/v1/accounts/7/contacts');
  const refused = connect(() => answer({ error: 'Invalid Access Token' }, 401));
  expect((await caught(() => refused.provider.ping()))?.code).toBe('auth_failed');
});

describe('inboxes', () => {
  const list = async (settings = {}) => {
    const { provider, requests } = connect(() => answer({ payload: INBOXES }), settings);
    const inboxes = await provider.listInboxes();
    // The server is not asked for its version.
    expect(requests).toHaveLength(1);
    return inboxes;
  };
  const lookups = async (settings = {}) =>
    Object.fromEntries((await list(settings)).map(({ name, lookup }) => [name, lookup]));

  it('cannot be looked up where templates bear no key', async () => {
    expect(await lookups()).toEqual({ Gateway: true, WhatsApp: false, SMS: true, Twilio: false });
    expect(await lookups({ templates: 'compatible' })).toMatchObject({
      WhatsApp: true,
      Twilio: true,
    });
  });

  it('are those of an old server, unless the account knows better', async () => {
    const markers = async (settings = {}) => (await list(settings))[0]?.facts['markers'];
    expect(await markers()).toEqual(['external_created_at', 'source_id']);
    expect(await markers({ version: '4.11' })).toContain('content_attributes');
    expect(await markers({ version: 'unknown' })).toEqual([]);
    expect(await lookups({ version: 'unknown' })).toMatchObject({ Gateway: false, SMS: false });
  });
});

describe('a contact whose address is taken', () => {
  const find = async (table: Record<string, Script>, settings = {}) => {
    const { provider, requests } = connect(routes({ 'POST /contacts': taken, ...table }), settings);
    const found = await caught(async () => {
      const inbox = inboxOf({ channel_type: 'Channel::Sms' });
      expect(await provider.ensureContact(PHONE, {}, inbox)).toMatchObject({ id: '11' });
    });
    return { found, requests };
  };
  const strangers = Array.from({ length: 15 }, (_, at) =>
    contactRow(100 + at, { phone_number: `${PHONE.value}${at}` }),
  );

  it('is searched for, page by page, and taken by its exact address only', async () => {
    const { found, requests } = await find({
      'GET /contacts/search': ({ query }) =>
        answer({
          meta: {},
          payload: query?.['page'] === 1 ? strangers : [contactRow(31), contactRow(11)],
        }),
    });
    expect(found).toBeUndefined();
    expect(requests.slice(1)).toMatchObject([
      { call: 'lookup', query: { q: PHONE.value, page: 1 } },
      { call: 'lookup', query: { q: PHONE.value, page: 2 } },
    ]);
  });

  it('is not searched for without end where the pages are all alike', async () => {
    const { found, requests } = await find({
      'GET /contacts/search': () => answer({ meta: {}, payload: strangers }),
    });
    expect(found).toMatchObject({ code: 'rejected', reason: 'invalid_address' });
    expect(requests).toHaveLength(3);
  });

  it('is filtered for where the account says so', async () => {
    const { found } = await find(
      { 'POST /contacts/filter': () => answer({ payload: [contactRow(11)] }) },
      { contactSearch: 'filter' },
    );
    expect(found).toBeUndefined();
  });
});

it('names Bevatel in every refusal, wherever it is made', async () => {
  const moved = conversationRow(42, {}, contactRow(11, { phone_number: '+12025550199' }));
  const { provider } = connect(
    routes({
      'GET /conversations': () => answer({ data: { payload: [moved] } }),
      'POST /contacts': taken,
      'GET /contacts/search': () => answer({ payload: [] }),
      'GET /inboxes': () => answer({ payload: [] }),
    }),
  );
  const api = inboxOf({ channel_type: 'Channel::Api' });
  const website = inboxOf({ channel_type: 'Channel::WebWidget' });
  const contact = { id: '11', created: false, blocked: false };
  const empty = { kind: 'text', text: '' } as const;
  const conversation = { id: '42', watermark: '1', canReply: true, blocked: false };
  const send = { key: 'k', attempt: 1, inbox: api, address: PHONE, contact, conversation };
  const errors = await Promise.all([
    caught(() => provider.ensureConversation(contact, PHONE, api)),
    caught(() => provider.ensureConversation(contact, PHONE, website)),
    caught(() => provider.ensureContact(PHONE, {}, api)),
    caught(() => provider.listTemplates('3')),
    caught(() => provider.probe(inboxOf({ channel_type: 'Channel::Sms' }))),
    caught(() => provider.sendMessage({ ...send, content: empty })),
    caught(async () => Promise.reject(provider.refuse('blocked', 'no'))),
  ]);
  for (const error of errors) {
    expect(error?.provider).toBe('bevatel');
    expect(error?.message).toMatch(/^bevatel: /);
  }
});
