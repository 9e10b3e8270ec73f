import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/http';
import { chatwoot } from '../../../providers/chatwoot';
import { caught } from '../../support/provider-contract';
import { answer, plain, type Script, scripted } from '../../support/scripted-http';
import { inboxOf, SETTINGS, SMS, WHATSAPP } from './fixture';

const CREDENTIALS = { ...SETTINGS, token: 'tok-Secret-1' };

function connect(script: Script) {
  const { http, requests } = scripted(script);
  return { provider: chatwoot.connect(http, SETTINGS), requests };
}

describe('credentials', () => {
  it('are one header, with hyphens', () => {
    expect(chatwoot.authorize({ ...CREDENTIALS, url: 'https://chat.example.com/sub/' })).toEqual({
      baseUrl: 'https://chat.example.com/sub',
      headers: { 'api-access-token': 'tok-Secret-1' },
      query: {},
    });
    expect(chatwoot.authorize({ ...CREDENTIALS, url: '' }).baseUrl).toBe(
      'https://app.chatwoot.com',
    );
  });

  it.each([
    ['url', 'chat.example.com'],
    ['url', 'ftp://secret.example.com'],
    ['url', 'https://user:secret@chat.example.com'],
    ['url', 'https://chat.example.com/?secret=1'],
    ['accountId', 'secret'],
    ['accountId', '1/../2'],
    ['token', 'sec\nret'],
  ])('with a bad %s are refused without quoting it', async (field, value) => {
    const error = await caught(async () => chatwoot.authorize({ ...CREDENTIALS, [field]: value }));
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error?.message).toContain(field);
    expect(error?.message).not.toContain('secret');
  });
});

describe('ping', () => {
  const member = { id: 7, name: 'Shop', status: 'active', role: 'administrator' };
  const server =
    (user: Json, api: Json = { version: '4.15.1', queue_services: 'ok' }): Script =>
    ({ path }) =>
      path === '/api' ? answer(api) : answer(user);

  it('says who the token belongs to', async () => {
    const { provider, requests } = connect(
      server({ id: 1, name: 'Grace', email: 'grace@example.com', accounts: [member] }),
    );
    expect(await provider.ping()).toEqual({ name: 'Grace', version: '4.15.1', warnings: [] });
    expect(requests[0]).toEqual(chatwoot.ping?.(SETTINGS));
  });

  it('gives no e-mail away that somebody has for a name', async () => {
    const user = { id: 1, name: 'grace@example.com', accounts: [member] };
    expect((await connect(server(user)).provider.ping()).name).toBe('user 1');
  });

  it('warns of an agent, an account that is not active and a queue that does not work', async () => {
    const user = {
      id: 1,
      name: 'G',
      accounts: [{ ...member, role: 'agent', status: 'suspended' }],
    };
    const { warnings } = await connect(server(user, { queue_services: 'failing' })).provider.ping();
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toContain('agent');
  });

  it('fails when the user is not in the account', async () => {
    const { provider } = connect(server({ id: 1, name: 'G', accounts: [{ ...member, id: 8 }] }));
    const error = await caught(() => provider.ping());
    expect(error).toMatchObject({ code: 'auth_failed' });
    expect(error?.detail).toContain('account 7');
  });

  it("fails with Chatwoot's words for an agent bot", async () => {
    const words = 'Access to this endpoint is not authorized for bots';
    const { provider } = connect(() => answer({ error: words }, 401));
    expect(await caught(() => provider.ping())).toMatchObject({
      code: 'auth_failed',
      detail: words,
    });
  });

  it('does without a version where the server hides it', async () => {
    const user = { id: 1, name: 'Grace', accounts: [member] };
    for (const hidden of [plain('<html>', 200), plain('', 404), plain('', 403)]) {
      const script: Script = ({ path }) => (path === '/api' ? hidden : answer(user));
      expect(await connect(script).provider.ping()).toEqual({ name: 'Grace', warnings: [] });
    }
  });
});

describe('an inbox', () => {
  it.each([
    ['Channel::Api', null, 'api', ['phone', 'email']],
    ['Channel::Whatsapp', null, 'whatsapp', ['phone']],
    ['Channel::TwilioSms', 'sms', 'sms', ['phone']],
    ['Channel::TwilioSms', 'whatsapp', 'whatsapp', ['phone']],
    ['Channel::Sms', null, 'sms', ['phone']],
    ['Channel::Email', null, 'mail', ['email']],
    ['Channel::WebWidget', null, 'chat', []],
    ['Channel::FutureThing', null, 'chat', []],
  ])('of %s (%s) is of channel %s', (channel_type, medium, channel, addressKinds) => {
    const inbox = inboxOf({ channel_type, medium });
    expect(inbox).toMatchObject({ id: '3', channel, addressKinds, text: true });
    expect(inbox.template).toBe(channel === 'whatsapp');
    expect(inbox.replyWindow).toBe(channel === 'whatsapp');
  });

  it.each<[string | null, string[], boolean]>([
    ['4.15.1', ['content_attributes', 'external_created_at', 'source_id'], true],
    ['v4.9.0', ['content_attributes', 'external_created_at', 'source_id'], true],
    ['4.8.9', ['external_created_at', 'source_id'], true],
    ['3.3.0', ['external_created_at'], true],
    ['2.16.0', ['external_created_at'], false],
    ['1.16.0', [], false],
    ['next', [], false],
    [null, [], false],
  ])('of a server %s keeps %j, look-up %s', (version, markers, lookup) => {
    const api = inboxOf({ channel_type: 'Channel::Api' }, version);
    expect(api).toMatchObject({ lookup, facts: { markers } });
    const sms = inboxOf(SMS, version);
    expect(sms.facts['markers']).toEqual(markers.filter((carrier) => carrier !== 'source_id'));
  });

  it('survives being kept as JSON', () => {
    const row = {
      channel_type: 'Channel::Api',
      additional_attributes: { agent_reply_time_window: '12' },
    };
    const inbox = inboxOf({ ...row, lock_to_single_conversation: true });
    expect(JSON.parse(JSON.stringify(inbox))).toEqual(inbox);
    expect(inbox.facts).toMatchObject({ lock: true, replyWindowHours: 12 });
    expect(inbox.replyWindow).toBe(false);
    expect(inboxOf(WHATSAPP).facts).toMatchObject({ replyWindowHours: 24 });
  });
});

describe('templates', () => {
  const list = (row: Record<string, Json>) =>
    connect(() => answer({ payload: [{ id: 2 }, { id: 3, ...row }] })).provider.listTemplates('3');

  it('of WhatsApp have the parameters of their body', async () => {
    const components = [
      { type: 'HEADER', text: '{{9}}' },
      { type: 'BODY', text: 'Hi {{2}}, {{ 1 }} and {{2}}' },
    ];
    const row = { name: 'order_ready', language: 'en_US', status: 'APPROVED', category: 'UTILITY' };
    const named = { ...row, components: [{ type: 'body', text: '{{last}}, {{first}}' }] };
    expect(await list({ message_templates: [{ ...row, components }, named] })).toMatchObject([
      {
        name: 'order_ready',
        status: 'approved',
        params: ['1', '2'],
        body: 'Hi {{2}}, {{ 1 }} and {{2}}',
      },
      { params: ['last', 'first'] },
    ]);
  });

  it('of Twilio have the variables that Twilio names', async () => {
    const row = { friendly_name: 'ready', language: 'en', status: 'approved', body: 'Hi {{1}}' };
    const templates = [
      { ...row, variables: { 1: 'Ada', 2: 'x' } },
      { ...row, variables: {} },
    ];
    expect(await list({ content_templates: { templates } })).toMatchObject([
      { name: 'ready', language: 'en', params: ['1', '2'], body: 'Hi {{1}}' },
      { params: ['1'] },
    ]);
  });

  it('are none in other inboxes, and an inbox that is not there is an error', async () => {
    expect(await list({})).toEqual([]);
    const { provider } = connect(() => answer({ payload: [] }));
    expect((await caught(() => provider.listTemplates('3')))?.code).toBe('not_found');
  });
});
