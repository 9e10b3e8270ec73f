import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { DeliveryEvent, DeliveryKind } from '../../core/delivery';
import { ProviderError } from '../../core/errors';
import type { Json } from '../../core/http';
import type { Address } from '../../core/message';
import type { WebhookRequest } from '../provider';
import { type Body, readAny, readOptionalText } from '../read';
import { textOf } from './messages';
import { PROVIDER } from './settings';
import { failureWords } from './status';

/** What a status tells; others are only on the way. */
const KIND: Readonly<Record<string, DeliveryKind>> = {
  sent: 'sent',
  delivered: 'delivered',
  rejected: 'failed',
  skipped: 'failed',
  sending_failed: 'failed',
  delivery_failed: 'failed',
};

/**
 * Whether Bird signed it: time, the exact address that was subscribed, and the hash of the body as bytes, not as text (bird
 * docs, notifications-api). The time is not compared with a clock: deliveries that are hours old are repeated with the
 * signature of their first try.
 */
export function verify({ headers, url, rawBody }: WebhookRequest, secret: string): boolean {
  const given = headers['messagebird-signature'] ?? '';
  const time = headers['messagebird-request-timestamp'] ?? '';
  if (secret === '' || given === '' || time === '') return false;
  const expected = createHmac('sha256', secret)
    .update(`${time}\n${url}\n`)
    .update(createHash('sha256').update(rawBody).digest())
    .digest('base64');
  // Of equal length first: it is no secret, and the comparison wants it.
  const [a, b] = [given.trim(), expected].map((text) => new TextEncoder().encode(text));
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}

/**
 * What an event tells: `<platform>.outbound` of a message's status, `.interaction` of its reading, `.inbound` of an answer.
 *
 * @throws ProviderError `unexpected_response` for a body that is not Bird's.
 */
export function parse(rawBody: Uint8Array): readonly DeliveryEvent[] {
  const body = jsonOf(rawBody);
  const event = readOptionalText(body, 'event') ?? '';
  const payload = readAny(body, 'payload');
  if (event === '' || typeof payload !== 'object' || payload === null) throw notBirds();
  const told = event.endsWith('.outbound')
    ? statusOf(payload)
    : event.endsWith('.interaction')
      ? readingOf(payload)
      : event.endsWith('.inbound')
        ? answerOf(payload)
        : undefined;
  return told === undefined ? [] : [told];
}

export function statusOf(message: Body): DeliveryEvent | undefined {
  const status = readOptionalText(message, 'status') ?? '';
  const kind = KIND[status];
  const id = readOptionalText(message, 'id');
  if (kind === undefined || id === null) return undefined;
  return {
    ...about(message, id),
    id: `${id}:${status}`,
    kind,
    address: personOf(message, 'receiver'),
    text: kind === 'failed' ? (failureWords(message) ?? status) : null,
  };
}

/** An interaction's fields are not described in public; these are the names that its list has. */
function readingOf(interaction: Body): DeliveryEvent | undefined {
  const type =
    readOptionalText(interaction, 'type') ?? readOptionalText(interaction, 'interactionType') ?? '';
  const id =
    readOptionalText(interaction, 'messageId') ?? readOptionalText(interaction, 'message.id');
  if (id === null || !/^(read|open|opened)$/i.test(type)) return undefined;
  return {
    ...about(interaction, id),
    id: `${id}:read`,
    kind: 'read',
    address: personOf(interaction, 'receiver'),
    text: null,
  };
}

export function answerOf(message: Body): DeliveryEvent | undefined {
  const id = readOptionalText(message, 'id');
  if (id === null) return undefined;
  return {
    // What was said counts from when it was said: its row may be touched later.
    ...about(message, id, ['createdAt', 'lastStatusAt', 'updatedAt']),
    id: `${id}:replied`,
    kind: 'replied',
    key: null,
    address: personOf(message, 'sender'),
    text: textOf(message),
  };
}

function about(
  payload: Body,
  messageId: string,
  fields: readonly string[] = ['lastStatusAt', 'updatedAt', 'createdAt'],
) {
  const times = fields.map((field) => Date.parse(readOptionalText(payload, field) ?? ''));
  return {
    messageId,
    conversationId: readOptionalText(payload, 'conversationId'),
    key: readOptionalText(payload, 'reference') ?? readOptionalText(payload, 'message.reference'),
    at: times.find((time) => !Number.isNaN(time)) ?? null,
  };
}

/** The person on the other side: the one contact of a receiver, or of a sender. */
function personOf(payload: Body, side: 'receiver' | 'sender'): Address | null {
  const contacts = readAny(payload, `${side}.contacts`);
  const contact = Array.isArray(contacts) ? contacts[0] : readAny(payload, `${side}.contact`);
  const value = (readOptionalText(contact, 'identifierValue') ?? '').trim();
  if (/^\+\d{5,15}$/.test(value)) return { kind: 'phone', value };
  return value.includes('@') ? { kind: 'email', value: value.toLowerCase() } : null;
}

function jsonOf(rawBody: Uint8Array): Body {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody)) as Json;
  } catch {
    throw notBirds();
  }
}

function notBirds(): ProviderError {
  return new ProviderError(
    'unexpected_response',
    `${PROVIDER}: a webhook with a body that is not known`,
    { provider: PROVIDER },
  );
}
