import { expect, it } from 'vitest';
import { pivotcx } from '../../../providers/pivotcx';
import { caught } from '../../support/provider-contract';
import { INBOX, nothing, SETTINGS } from './fixture';

const LOGIN = { username: 'ada@example.org', password: 'pä: ss ' };
const authorize = (fields: Record<string, string>) =>
  pivotcx.authorize({ ...SETTINGS, ...LOGIN, ...fields });

it('logs in by HTTP Basic, or by whatever header the account gives', () => {
  const { headers, query, baseUrl, path } = authorize({});
  const [scheme, encoded] = headers['authorization']?.split(' ') ?? [];
  expect(scheme).toBe('Basic');
  expect(Buffer.from(encoded ?? '', 'base64').toString('utf8')).toBe('ada@example.org:pä: ss ');
  expect({ query, baseUrl, path }).toEqual({ query: {}, baseUrl: SETTINGS.url, path: undefined });
  expect(authorize({ authorization: 'Token abc' }).headers).toEqual({ authorization: 'Token abc' });
  expect(
    pivotcx.authorize({ ...SETTINGS, authorization: 'Token abc' }).headers['authorization'],
  ).toBe('Token abc');
});

it('has an address of its own, which may have a path', () => {
  expect(authorize({ url: '' }).baseUrl).toBe('https://api.pivotcx.io');
  expect(authorize({ url: 'https://p.example.org/base//' }).baseUrl).toBe(
    'https://p.example.org/base',
  );
});

it.each(['http://127.0.0.1:4010/pivotcx', 'http://localhost', 'http://[::1]:9'])(
  'may be spoken to without TLS on loopback: %s',
  (url) => {
    expect(authorize({ url }).baseUrl).toBe(url);
  },
);

const wrong: [string, Record<string, string>][] = [
  ['url', { url: 'http://api.pivotcx.io' }],
  ['url', { url: 'http://127.0.0.1.example.org' }],
  ['url', { url: 'https://ada:pw@api.pivotcx.io' }],
  ['url', { url: 'https://api.pivotcx.io/?key=secret' }],
  ['url', { url: 'pivotcx' }],
  ['username', { username: ' ' }],
  ['username', { username: 'ada:secret' }],
  ['password', { password: '' }],
  ['authorization', { authorization: 'Token secret\r\nx: y' }],
  ['contactsPath', { contactsPath: 'v1/contacts' }],
  ['contactsPath', { contactsPath: '/v1/{secret}/contacts' }],
  ['conversationsPath', { conversationsPath: '/v1/conversations?secret=1' }],
  ['sendPath', { sendPath: '/v1/conversations/send_message/' }],
  ['sendPath', { sendPath: '/v1/conversations/x:id/' }],
  ['messagesPath', { messagesPath: '/v1/messages/' }],
  ['trailingSlash', { trailingSlash: 'secret' }],
  ['bodyEncoding', { bodyEncoding: 'xml' }],
  ['emptyAnswer', { emptyAnswer: 'fine' }],
  ['unnamed', { unnamed: 'secret' }],
  ['searchPages', { searchPages: '0' }],
  ['searchPages', { searchPages: 'many' }],
];
it.each(wrong)('names %s when it is wrong, and not what it is: %o', async (field, fields) => {
  const error = await caught(async () => authorize(fields));
  expect(error?.code).toBe('invalid_input');
  expect(error?.message).toContain(field);
  expect(error?.message).not.toMatch(/secret|pä/);
});

it('is one inbox, without a call', async () => {
  const provider = pivotcx.connect(nothing as never, SETTINGS);
  expect(await provider.listInboxes()).toEqual([INBOX]);
});

it('has a default for every setting that it needs', () => {
  const defaults = Object.fromEntries(
    pivotcx.credentials.flatMap(({ name, default: value }) => (value ? [[name, value]] : [])),
  );
  expect(authorize(defaults)).toEqual(authorize({ url: '' }));
});
