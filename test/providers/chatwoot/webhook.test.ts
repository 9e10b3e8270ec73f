import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chatwoot } from '../../../providers/chatwoot';
import type { Webhook, WebhookRequest } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { KEY, PHONE } from './fixture';

const { verify, parse } = chatwoot.webhook as Required<Webhook>;
const SECRET = 'whsec-Example-1';
const SIGNED_AT = 1_795_000_020;
const ADA = { conversationId: '42', key: KEY, address: PHONE };

function fixture(name: string): Buffer {
  return readFileSync(join(__dirname, `../../fixtures/webhooks/${name}.json`));
}

function changed(name: string, more: object): Buffer {
  return Buffer.from(JSON.stringify({ ...JSON.parse(fixture(name).toString()), ...more }));
}

describe('the signature', () => {
  // Made by another program: openssl dgst -sha256 -hmac.
  const signature = '1561fbdd7ee3d77220b99afd7499e24d9d3be9e8561d54bbca84ba63250fb4e9';
  const rawBody = fixture('chatwoot-delivered');

  function request(more: Partial<WebhookRequest> = {}, headers = {}): WebhookRequest {
    return {
      headers: {
        'x-chatwoot-timestamp': String(SIGNED_AT),
        'x-chatwoot-signature': `sha256=${signature}`,
        'x-chatwoot-delivery': '0b0b0b0b-0000-4000-8000-000000000000',
        ...headers,
      },
      url: 'https://runner.example.org/webhooks/chatwoot/shop',
      rawBody,
      receivedAt: SIGNED_AT * 1000 + 1500,
      ...more,
    };
  }

  it('of Chatwoot is recognised', () => {
    expect(verify(request(), SECRET)).toBe(true);
  });

  it('with another secret, or none, is not', () => {
    expect(verify(request(), 'whsec-Example-2')).toBe(false);
    const unkeyed = createHmac('sha256', '').update(`${SIGNED_AT}.`).update(rawBody).digest('hex');
    expect(verify(request({}, { 'x-chatwoot-signature': `sha256=${unkeyed}` }), '')).toBe(false);
  });

  it('belongs to these very bytes', () => {
    const respaced = Buffer.from(JSON.stringify(JSON.parse(rawBody.toString())));
    expect(verify(request({ rawBody: respaced }), SECRET)).toBe(false);
    expect(verify(request({ rawBody: Buffer.concat([rawBody, Buffer.from(' ')]) }), SECRET)).toBe(
      false,
    );
  });

  it('belongs to this very moment: neither a newer nor an older date can be put in its place', () => {
    const later = { 'x-chatwoot-timestamp': String(SIGNED_AT + 1) };
    expect(verify(request({}, later), SECRET)).toBe(false);
  });

  it.each([
    [5 * 60_000, true],
    [5 * 60_000 + 1, false],
    [-5 * 60_000, true],
    [-5 * 60_000 - 1, false],
    [Number.NaN, false],
  ])('that is %d ms old: %s', (ageMs, fresh) => {
    expect(verify(request({ receivedAt: SIGNED_AT * 1000 + ageMs }), SECRET)).toBe(fresh);
  });

  it.each([
    ['x-chatwoot-signature', ''],
    ['x-chatwoot-signature', signature],
    ['x-chatwoot-signature', `sha256=${signature.slice(2)}`],
    ['x-chatwoot-signature', `sha256=${signature}00`],
    ['x-chatwoot-signature', `sha1=${signature}`],
    ['x-chatwoot-signature', `sha256=${'z'.repeat(64)}`],
    ['x-chatwoot-timestamp', ''],
    ['x-chatwoot-timestamp', `${SIGNED_AT}.0`],
    ['x-chatwoot-timestamp', ` ${SIGNED_AT}`],
    ['x-chatwoot-timestamp', '1e9'],
  ])('is not there when %s is "%s"', (name, value) => {
    expect(verify(request({}, { [name]: value }), SECRET)).toBe(false);
  });

  it('is not there without the headers', () => {
    expect(verify({ ...request(), headers: {} }, SECRET)).toBe(false);
  });
});

describe('what a call tells', () => {
  it("is that the message was delivered, by the conversation's last message", () => {
    expect(parse(fixture('chatwoot-delivered'))).toEqual([
      {
        ...ADA,
        id: '1001-delivered',
        kind: 'delivered',
        messageId: '1001',
        at: Date.parse('2026-11-18T11:07:00Z'),
        text: null,
      },
    ]);
  });

  it('is that the channel refused it, whichever message is the last one', () => {
    expect(parse(fixture('chatwoot-failed'))).toMatchObject([
      { ...ADA, id: '1001-failed', kind: 'failed', text: '131026: Message undeliverable' },
    ]);
  });

  it("is nothing when the last message is another one: its status is not this one's", () => {
    expect(parse(fixture('chatwoot-another-last'))).toEqual([]);
  });

  it('is that it came, when it came after all', () => {
    const attributes = { content_attributes: { external_error: 'late' } };
    const told = parse(changed('chatwoot-delivered', attributes));
    expect(told).toMatchObject([{ kind: 'delivered', text: null }]);
  });

  it('is a reply, with what the person wrote and no key', () => {
    expect(parse(fixture('chatwoot-reply'))).toEqual([
      {
        ...ADA,
        id: '1004-replied',
        kind: 'replied',
        messageId: '1004',
        key: null,
        at: Date.parse('2026-11-18T11:06:40Z'),
        text: 'Thanks — see you 🌷',
      },
    ]);
  });

  it('is the same thing however often it is told', () => {
    const again = parse(changed('chatwoot-reply', { event: 'message_updated' }));
    expect(again).toEqual(parse(fixture('chatwoot-reply')));
  });

  it('is, on an API inbox, what the gateway reported, by the key in source_id', () => {
    expect(parse(fixture('chatwoot-gateway-read'))).toMatchObject([
      { kind: 'read', key: KEY, address: { kind: 'email', value: 'ada@example.org' } },
    ]);
  });

  it("does not take another channel's own id for a key", () => {
    const bare = changed('chatwoot-delivered', { source_id: KEY, content_attributes: {} });
    expect(parse(bare)).toMatchObject([{ kind: 'delivered', key: null }]);
  });

  it.each(['chatwoot-note', 'chatwoot-resolved'])('is nothing of a message: %s', (name) => {
    expect(parse(fixture(name))).toEqual([]);
  });

  it.each(['conversation_created', 'contact_updated', 'webwidget_triggered', 'new_in_5'])(
    'is nothing of a message: %s',
    (event) => {
      expect(parse(Buffer.from(JSON.stringify({ event, id: 1 })))).toEqual([]);
    },
  );

  it.each(['activity', 'something', null])('is nothing for a message of type %s', (type) => {
    expect(parse(changed('chatwoot-delivered', { message_type: type }))).toEqual([]);
  });

  it.each([
    '',
    'not JSON',
    'null',
    '[]',
    '"message_created"',
    '{"id":1}',
    '{"event":7}',
    '{"event":"message_created","message_type":"incoming","content":"secret text"}',
    '{"event":"message_created","message_type":"incoming","id":1}',
    '{"event":"message_updated","message_type":"outgoing","id":{"a":1}}',
  ])("is an error where the body is not Chatwoot's: %s", async (body) => {
    const error = await caught(async () => parse(Buffer.from(body)));
    expect(error).toMatchObject({ code: 'unexpected_response', provider: 'chatwoot' });
    expect(`${error?.message} ${error?.detail}`).not.toContain('secret');
  });
});
