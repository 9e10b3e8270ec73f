import { describe, expect, it } from 'vitest';
import { bird } from '../../../providers/bird';
import { caught } from '../../support/provider-contract';
import { answer, plain } from '../../support/scripted-http';
import {
  badSettings,
  CHANNEL,
  channelRow,
  connect,
  IN_INBOX,
  inboxOf,
  OTHER,
  SETTINGS,
  SMS,
  WORKSPACE,
} from './fixture';

const CREDENTIALS = { ...SETTINGS, accessKey: 'key-Secret-1' };

describe('credentials', () => {
  it('become one header, in the scheme that is set', () => {
    expect(bird.authorize({ ...CREDENTIALS, url: 'https://bird.example.org/crm/' })).toEqual({
      baseUrl: 'https://bird.example.org/crm',
      headers: { authorization: 'AccessKey key-Secret-1', accept: 'application/json' },
      query: {},
    });
    const { baseUrl, headers } = bird.authorize({ ...CREDENTIALS, url: '', authScheme: 'Bearer' });
    expect(baseUrl).toBe('https://api.bird.com');
    expect(headers['authorization']).toBe('Bearer key-Secret-1');
  });

  it.each(['bk_us1_Secret', 'Bearer bk_eu1_Secret', ' BK_us1_Secret '])(
    'of the newer platform API are refused with what is needed instead, unquoted: %s',
    async (accessKey) => {
      const error = await caught(async () => bird.authorize({ ...CREDENTIALS, accessKey }));
      expect(error?.code).toBe('invalid_input');
      expect(error?.message).toContain('newer Bird platform API');
      expect(error?.message).toContain('an access key of the Bird CRM');
      expect(error?.message).not.toContain('Secret');
    },
  );

  it.each([
    ['url', 'bird.example.org'],
    ['url', 'ftp://secret.example.org'],
    ['url', 'https://user:secret@bird.example.org'],
    ['url', 'https://bird.example.org/?secret=1'],
    ['workspaceId', 'secret workspace'],
    ['workspaceId', `${WORKSPACE}/../secret`],
    ['accessKey', 'sec\nret'],
    ['authScheme', 'secret:'],
    ['conversations', 'secret'],
    ['consent', 'secret'],
    ['tag', 'secret/'],
    ['filters', 'secret=x'],
    ['filters', 'start=secret&x'],
    ['presignPath', 'https://secret.example.org'],
    ['sharedPresignPath', '/secret?x'],
    ['mediaUrl', 'secret'],
  ])('with a bad %s are refused without quoting it', async (field, value) => {
    const error = await caught(async () => bird.authorize({ ...CREDENTIALS, [field]: value }));
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error?.message).toContain(field);
    expect(error?.message).not.toContain('secret');
  });

  it('need the id of the key where messages go into conversations', () => {
    expect(badSettings({ ...SETTINGS, conversations: 'inbox' })).toThrow('accessKeyId');
    expect(badSettings(IN_INBOX)).not.toThrow();
  });

  it('have a default for every setting, which connects', () => {
    const defaults = bird.credentials.map((field) => [field.name, field.default ?? '']);
    expect(badSettings({ ...Object.fromEntries(defaults), ...SETTINGS })).not.toThrow();
  });
});

describe('ping', () => {
  const fine = {
    'GET /channels': () => answer({ results: [channelRow()] }),
    'GET /contacts': () => answer({ results: [] }),
    'GET /projects': () => answer({ results: [] }),
    [`GET /channels/${CHANNEL}/messages`]: () => answer({ results: [] }),
  };
  const refused = () => answer({ code: 'Forbidden', message: 'no' }, 403);

  it('names the workspace, and has nothing to say when all is allowed', async () => {
    const { provider, requests } = connect(fine);
    expect(await provider.ping()).toEqual({ name: `workspace ${WORKSPACE}`, warnings: [] });
    expect(requests[0]).toEqual(bird.ping?.(SETTINGS));
    for (const { call, query } of requests)
      expect({ call, query }).toEqual({ call: 'lookup', query: { limit: 1 } });
  });

  it.each([
    ['GET /contacts', 'may not read contacts'],
    ['GET /projects', 'may not read templates'],
    [`GET /channels/${CHANNEL}/messages`, 'may not list messages'],
  ])('says in a sentence when %s is forbidden', async (route, words) => {
    const { warnings } = await connect({ ...fine, [route]: refused }).provider.ping();
    expect(warnings).toEqual([expect.stringContaining(words)]);
  });

  it('takes a part that is down for nothing, and a refused key for what it is', async () => {
    const down = { ...fine, 'GET /contacts': () => plain('<html>', 503) };
    expect((await connect(down).provider.ping()).warnings).toEqual([]);
    const closed = connect({ ...fine, 'GET /channels': refused }).provider;
    expect((await caught(() => closed.ping()))?.code).toBe('auth_failed');
  });

  it('says so when there is no channel', async () => {
    const empty = { ...fine, 'GET /channels': () => answer({ results: [] }) };
    const { warnings } = await connect(empty).provider.ping();
    expect(warnings).toEqual(['The workspace has no channel that the key may see.']);
  });
});

describe('channels', () => {
  it('are inboxes, each with what it can do', async () => {
    expect(await inboxOf('sms')).toEqual(SMS);
    expect(await inboxOf('whatsapp')).toMatchObject({
      channel: 'whatsapp',
      addressKinds: ['phone'],
      text: true,
      replyWindow: true,
    });
    expect(await inboxOf('telegram')).toMatchObject({ channel: 'chat', addressKinds: [] });
  });

  it('of mail take a text only where its subject is set', async () => {
    expect(await inboxOf('email')).toMatchObject({
      channel: 'mail',
      addressKinds: ['email'],
      text: false,
      template: true,
    });
    expect((await inboxOf('email', {}, { ...SETTINGS, mailSubject: 'News' })).text).toBe(true);
  });

  it('that are not active can send nothing, and say why', async () => {
    const { name, addressKinds } = await inboxOf('sms', { status: 'inactive' });
    expect({ name, addressKinds }).toEqual({ name: 'Shop (inactive)', addressKinds: [] });
  });

  it('are read page by page, each once, also where the list begins again', async () => {
    const { provider, requests } = connect({
      'GET /channels': ({ query }) =>
        query?.['pageToken'] === undefined
          ? answer({ results: [channelRow()], nextPageToken: 'a' })
          : answer({ results: [channelRow('sms', { id: OTHER })], nextPageToken: 'a' }),
    });
    expect((await provider.listInboxes()).map(({ id }) => id)).toEqual([CHANNEL, OTHER]);
    expect(requests.map(({ query }) => query)).toEqual([
      { limit: 100 },
      { limit: 100, pageToken: 'a' },
    ]);
  });

  it('can be read one by one', async () => {
    const { provider } = connect({ [`GET /channels/${CHANNEL}`]: () => answer(channelRow()) });
    expect(await provider.getChannel(CHANNEL)).toEqual(SMS);
  });
});
