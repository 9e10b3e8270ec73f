import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bird } from '../../../providers/bird';
import { caught } from '../../support/provider-contract';
import { KEY, PHONE } from './fixture';

const { verify, parse } = bird.webhook ?? expect.fail();
const SECRET = 'signing-key-1';
const URL = 'https://runner.example.org/webhooks/bird/shop?x=1';
const TIME = '1795169742';
const MESSAGE = '7d9f3a52-1c1e-4e07-9a6b-1f6a0c1d2e3f';

const fixture = (name: string): Uint8Array =>
  readFileSync(join(__dirname, `../../fixtures/webhooks/bird-${name}.json`));
const bytes = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const outbound = (payload: object) =>
  bytes({ service: 'channels', event: 'sms.outbound', payload });

/** By the document's words, apart from the adapter's own code: the hash of the body goes in as 32 bytes. */
function sign(body: Uint8Array, { time = TIME, url = URL, secret = SECRET } = {}): string {
  const hash = createHash('sha256').update(body).digest();
  const signed = Buffer.concat([Buffer.from(`${time}\n${url}\n`, 'utf8'), hash]);
  return createHmac('sha256', secret).update(signed).digest('base64');
}

function check(
  signature: string | undefined,
  { body = fixture('inbound'), url = URL, secret = SECRET, time = TIME } = {},
): boolean | undefined {
  const headers: Record<string, string> = { 'messagebird-request-timestamp': time };
  if (signature !== undefined) headers['messagebird-signature'] = signature;
  return verify?.({ headers, url, rawBody: body, receivedAt: 0 }, secret);
}

describe('a signature', () => {
  const good = sign(fixture('inbound'));

  it('holds for the very bytes, address, time and key that were signed, however late', () => {
    expect(check(good)).toBe(true);
  });

  it('is the one that the document’s formula gives, once and for all', () => {
    // Computed by another program.
    expect(check('P+xcNM9UDXAI8QjfYCOE8jO1U8wnMOGbZIuk0ILAuWU=', { body: bytes({}) })).toBe(true);
  });

  it.each<[string, Parameters<typeof check>]>([
    ['of another body', [good, { body: fixture('outbound-failed') }]],
    [
      'of the same JSON in other bytes',
      [good, { body: bytes(JSON.parse(new TextDecoder().decode(fixture('inbound')))) }],
    ],
    ['of another address', [good, { url: URL.replace('?x=1', '') }]],
    ['of another time', [good, { time: '1795169743' }]],
    ['by another key', [good, { secret: 'signing-key-2' }]],
    ['by no key', [sign(fixture('inbound'), { secret: '' }), { secret: '' }]],
    ['cut short', [good.slice(0, -2)]],
    ['that is empty', ['']],
    ['that is not there', [undefined]],
    [
      'with the hash written as text',
      [
        createHmac('sha256', SECRET)
          .update(`${TIME}\n${URL}\n`)
          .update(createHash('sha256').update(fixture('inbound')).digest('hex'))
          .digest('base64'),
      ],
    ],
  ])('%s does not', (_, given) => {
    expect(check(...given)).toBe(false);
  });
});

describe('an event', () => {
  it('tells that a message was delivered, with the key of its send', () => {
    expect(parse(fixture('outbound-delivered'))).toEqual([
      {
        id: `${MESSAGE}:delivered`,
        kind: 'delivered',
        messageId: MESSAGE,
        conversationId: null,
        key: KEY,
        address: PHONE,
        at: Date.parse('2026-11-20T10:15:44Z'),
        text: null,
      },
    ]);
  });

  it('tells that it failed, and why', () => {
    expect(parse(fixture('outbound-failed'))).toMatchObject([
      {
        id: `${MESSAGE}:delivery_failed`,
        kind: 'failed',
        key: KEY,
        text: 'unknown subscriber, code 15005',
      },
    ]);
  });

  it('tells what a person wrote', () => {
    expect(parse(fixture('inbound'))).toEqual([
      {
        id: '9b1c7e10-3a55-4b0e-8d43-5a1b2c3d4e5f:replied',
        kind: 'replied',
        messageId: '9b1c7e10-3a55-4b0e-8d43-5a1b2c3d4e5f',
        conversationId: null,
        key: null,
        address: PHONE,
        at: Date.parse('2026-11-20T10:20:00Z'),
        text: 'Thank you',
      },
    ]);
  });

  it('tells that a message was read', () => {
    expect(parse(fixture('interaction-read'))).toMatchObject([
      { id: `${MESSAGE}:read`, kind: 'read', messageId: MESSAGE, key: null },
    ]);
  });

  it.each([
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['rejected', 'failed'],
    ['skipped', 'failed'],
    ['sending_failed', 'failed'],
    ['delivery_failed', 'failed'],
    ['accepted', undefined],
    ['processing', undefined],
    ['scheduled', undefined],
    ['deleted', undefined],
    ['new-word', undefined],
  ])('of status %s is %s', (status, kind) => {
    const [event] = parse(outbound({ id: MESSAGE, status }));
    expect(event?.kind).toBe(kind);
  });

  it('has the same id whenever it is told again, and another for each status', () => {
    const id = (status: string, lastStatusAt: string) =>
      parse(outbound({ id: MESSAGE, status, lastStatusAt }))[0]?.id;
    expect(id('sent', '2026-11-20T10:15:44Z')).toBe(id('sent', '2026-11-20T14:00:00Z'));
    expect(id('sent', '2026-11-20T10:15:44Z')).not.toBe(id('delivered', '2026-11-20T10:15:44Z'));
  });

  it.each([
    ['a click', { event: 'email.interaction', payload: { messageId: MESSAGE, type: 'click' } }],
    ['a channel', { event: 'channel.updated', payload: { id: 'x' } }],
    ['a conversation', { event: 'conversation.created', payload: { id: 'x' } }],
    ['a message without an id', { event: 'sms.outbound', payload: { status: 'sent' } }],
    ['an answer without an id', { event: 'sms.inbound', payload: {} }],
  ])('about %s is of no interest', (_, body) => {
    expect(parse(bytes(body))).toEqual([]);
  });

  it('of mail knows the address in lower case, and takes no odd one for an address', () => {
    const from = (identifierValue: string) =>
      parse(
        bytes({
          event: 'email.inbound',
          payload: { id: 'm', sender: { contact: { identifierValue } } },
        }),
      )[0]?.address;
    expect(from('Ada@Example.org')).toEqual({ kind: 'email', value: 'ada@example.org' });
    expect(from('12025550123')).toBeNull();
  });

  it.each([
    ['not JSON', new TextEncoder().encode('<html>')],
    ['not text', new Uint8Array([0xff, 0xfe, 0x00])],
    ['null', bytes(null)],
    ['a list', bytes([])],
    ['without an event', bytes({ payload: {} })],
    ['without a payload', bytes({ event: 'sms.outbound' })],
    ['with a payload that is a word', bytes({ event: 'sms.outbound', payload: 'x' })],
  ])('that is %s is not Bird’s', async (_, body) => {
    const error = await caught(async () => parse(body));
    expect(error).toMatchObject({ code: 'unexpected_response' });
  });
});
