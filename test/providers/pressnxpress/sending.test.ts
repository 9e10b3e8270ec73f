import { describe, expect, it } from 'vitest';
import { fillPath, requestTarget } from '../../../core/http';
import type { Content } from '../../../core/message';
import { pressnxpress } from '../../../providers/pressnxpress';
import { caught } from '../../support/provider-contract';
import { answer, plain, type Script } from '../../support/scripted-http';
import { enqueue, INBOX, KEY, MAIL, PHONE, SECRETS, SURVEY } from './fixture';

const queued: Script = () => answer({ message: 'Queued' });
const authorize = (fields: Record<string, string>) =>
  pressnxpress.authorize({ ...SECRETS, ...fields });

describe('a request', () => {
  const expected = {
    method: 'POST',
    path: '/channel/sms/{touchpointToken}/enqueue',
    call: 'message',
    delivers: {},
  };
  const attributes = { amount: '12.50', SKU: 'A-7', phone: PHONE.value };

  it('is JSON, or a form where the account says so', async () => {
    const { requests, receipt } = await enqueue(queued);
    expect(requests).toEqual([{ ...expected, json: attributes }]);
    expect(receipt).toEqual({ messageId: null, conversationId: null });
    const form = await enqueue(queued, { encoding: 'form' });
    expect(form.requests).toEqual([{ ...expected, form: attributes }]);
  });

  it('gets the token into its path and the key into its query', async () => {
    const { baseUrl, headers, query, path } = authorize({});
    const [request] = (await enqueue(queued)).requests;
    if (request === undefined) throw new Error('no request');
    const target = requestTarget({ ...request, path: fillPath(request.path, path) }, query);
    expect(`${baseUrl}${target}`).toBe(
      'https://pressnxpress.com/api/v2/channel/sms/tp-Secret%2F1/enqueue?apiKey=key-Secret%2B2',
    );
    expect(headers).toEqual({});
  });

  it('goes by mail to an e-mail', async () => {
    const { requests } = await enqueue(queued, { channel: 'mail' }, { address: MAIL });
    expect(requests[0]?.path).toBe('/channel/mail/{touchpointToken}/enqueue');
    expect(requests[0]?.json).toEqual({ amount: '12.50', SKU: 'A-7', email: MAIL.value });
  });

  it('keeps the exact case of names, and knows the ones of the platform', async () => {
    const params = {
      sku: '1',
      SKU: '2',
      Phone: '3',
      phone: '+12025550199',
      firstname: 'Augusta',
      identifier: 'c-7',
    };
    const { requests } = await enqueue(
      queued,
      {},
      {
        content: { kind: 'template', name: 'x', params },
        profile: { name: 'Ada King', firstName: 'Ada', lastName: 'King', email: 'ada@example.org' },
      },
    );
    // The address is the recipient's, whatever the parameters say; of the profile only the names are told.
    expect(requests[0]?.json).toEqual({ ...params, lastname: 'King', phone: PHONE.value });
  });

  it('tells nothing of a name that is not in two parts', async () => {
    const { requests } = await enqueue(queued, {}, { profile: { name: 'Ada', firstName: '' } });
    expect(requests[0]?.json).toEqual(attributes);
  });

  it('carries the key only where the account wants a trace', async () => {
    const { requests } = await enqueue(queued, { traceAttribute: 'yes' });
    expect(requests[0]?.json).toEqual({ ...attributes, campaignRunnerKey: KEY });
    expect(JSON.stringify((await enqueue(queued)).requests)).not.toContain(KEY);
  });

  const impossible: Content[] = [
    { kind: 'text', text: 'Hello' },
    {
      ...(SURVEY as Extract<Content, { kind: 'template' }>),
      header: { mediaUrl: 'https://example.org/a.png', mediaType: 'image' },
    },
    {
      ...(SURVEY as Extract<Content, { kind: 'template' }>),
      buttons: [{ type: 'url', parameter: 'x' }],
    },
  ];
  it.each(impossible)('is not made for what a touchpoint cannot send: %o', async (content) => {
    const { error, requests } = await enqueue(queued, {}, { content });
    expect(error?.code).toBe('rejected');
    expect(requests).toEqual([]);
  });
});

describe('an answer', () => {
  const PATTERNS = {
    successMessagePattern: '^queued',
    errorMessagePattern: 'unsubscribed|invalid',
  };
  const said: [string, number, Record<string, string>, string | undefined][] = [
    ['Queued', 200, {}, undefined],
    ['Anything', 202, {}, undefined],
    ['Unsubscribed', 200, {}, undefined],
    ['Queued', 200, PATTERNS, undefined],
    ['Number is INVALID', 200, PATTERNS, 'rejected'],
    ['Queued, but unsubscribed', 200, PATTERNS, 'rejected'],
    ['Something else', 200, PATTERNS, 'outcome_unknown'],
    ['', 200, PATTERNS, 'outcome_unknown'],
    ['Something else', 200, { errorMessagePattern: 'invalid' }, undefined],
    ['Queued', 400, PATTERNS, 'rejected'],
    ['No such key', 401, {}, 'auth_failed'],
    ['No such key', 403, {}, 'auth_failed'],
    ['Too many', 429, {}, 'rate_limited'],
    ['Queued', 500, PATTERNS, 'outcome_unknown'],
    ['Queued', 302, PATTERNS, 'outcome_unknown'],
  ];
  it.each(said)('"%s" with %i by %o', async (message, status, settings, code) => {
    const { error } = await enqueue(() => answer({ message }, status), settings);
    expect(error?.code).toBe(code);
    if (code === 'rejected') expect(error).toMatchObject({ reason: 'other', detail: message });
    if (message !== '') expect(error?.message ?? '').not.toContain(message);
  });

  const odd: [string, Script][] = [
    ['a message that is no text', () => answer({ message: { text: 'Queued' } })],
    ['no message', () => answer({ status: 'Queued' })],
    ['a bare text', () => answer('Queued')],
    ['a page to log in', () => plain('<html>Log in</html>', 200)],
    ['a redirect to it', () => plain('', 302, { location: 'https://example.org/login' })],
  ];
  it.each(odd)('with %s leaves the outcome open', async (_, script) => {
    const { error, requests } = await enqueue(script);
    expect(error?.code).toBe('outcome_unknown');
    expect(requests).toHaveLength(1);
  });
});

describe('an account', () => {
  it('is one touchpoint and so one inbox, without a call', async () => {
    const provider = (channel: string) => pressnxpress.connect(queued as never, { channel });
    expect(await provider('').listInboxes()).toEqual([INBOX]);
    expect(await provider('mail').listInboxes()).toEqual([
      { ...INBOX, id: 'mail', name: 'Mail touchpoint', channel: 'mail', addressKinds: ['email'] },
    ]);
  });

  it('has nothing to ask beside the message', () => {
    const provider = pressnxpress.connect(queued as never, {});
    expect(provider.ping ?? provider.findSent ?? provider.listTemplates).toBeUndefined();
    expect(pressnxpress.ping ?? pressnxpress.webhook).toBeUndefined();
  });

  const wrong: [string, Record<string, string>][] = [
    ['url', { url: 'http://pressnxpress.com/api/v2' }],
    ['url', { url: 'https://pressnxpress.com/api/v2?apiKey=Secret' }],
    ['channel', { channel: 'Secret' }],
    ['encoding', { encoding: 'xml' }],
    ['traceAttribute', { traceAttribute: 'Secret' }],
    ['successMessagePattern', { successMessagePattern: '(Secret' }],
    ['errorMessagePattern', { errorMessagePattern: '[Secret' }],
    ['touchpointToken', { touchpointToken: 'Secret with spaces' }],
    ['apiKey', { apiKey: 'Secret\n' + 'x' }],
  ];
  it.each(wrong)('names %s when it is wrong, and not what it is', async (field, fields) => {
    const error = await caught(async () => authorize(fields));
    expect(error?.code).toBe('invalid_input');
    expect(error?.message).toContain(field);
    expect(error?.message).not.toContain('Secret');
  });

  it('is refused for a pattern when it is connected as well', async () => {
    const settings = { errorMessagePattern: '(' };
    const error = await caught(async () => pressnxpress.connect(queued as never, settings));
    expect(error).toMatchObject({ code: 'invalid_input' });
  });

  it('may be spoken to without TLS on loopback', () => {
    const url = 'http://127.0.0.1:4010/pressnxpress';
    expect(authorize({ url }).baseUrl).toBe(url);
  });
});

it('believes a 429 as the account says: no proof where it says so', async () => {
  const busy: Script = () => plain('later', 429, { 'retry-after': '7' });
  for (const [tooManyRequests, code] of [
    ['not_sent', 'rate_limited'],
    ['unknown', 'outcome_unknown'],
  ] as const) {
    const { error } = await enqueue(busy, { tooManyRequests });
    expect(error).toMatchObject({ code, retryAfterMs: 7_000 });
  }
});
