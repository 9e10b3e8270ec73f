import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DeliveryEvent, DeliveryKind } from '../../core/delivery';
import type { Json } from '../../core/http';
import type { Address } from '../../core/message';
import type { Webhook, WebhookRequest } from '../provider';
import { type Body, isWrongShape, readAny, readId, readOptionalText, readText } from '../read';
import { type Edition, failed } from './account';
import { keyOf } from './marker';

/** How far the platform's clock and ours may be apart, or a call may be old: a copied one is worth nothing later. */
const MOST_AGE_MS = 5 * 60_000;
const MESSAGE_EVENTS = ['message_created', 'message_updated'];
const STATUSES = ['sent', 'delivered', 'read', 'failed'] as const;
/** As the numbers that stand for them elsewhere. */
const TYPES = ['incoming', 'outgoing', 'activity', 'template'];

/** The calls of an account's webhook, or of an API inbox's callback (Chatwoot v4.15.1, app/listeners/webhook_listener.rb). */
export function webhookOf(edition: Edition, signature: 'signed' | 'unsigned'): Webhook {
  const parse = (rawBody: Uint8Array) => eventsOf(edition, rawBody);
  return signature === 'signed' ? { verify, parse } : { parse };
}

/**
 * `X-Chatwoot-Signature: sha256=<hex HMAC-SHA256(secret, "<timestamp>.<raw body>")>`, by servers from 4.11.2 on, and for
 * an API inbox from 4.13 on (Chatwoot v4.15.1, lib/webhooks/trigger.rb).
 */
function verify({ headers, rawBody, receivedAt }: WebhookRequest, secret: string): boolean {
  const timestamp = headers['x-chatwoot-timestamp'] ?? '';
  const given = /^sha256=([0-9a-f]{64})$/i.exec(headers['x-chatwoot-signature'] ?? '')?.[1];
  if (secret === '' || given === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  const ageMs = receivedAt - Number(timestamp) * 1000;
  if (!(Math.abs(ageMs) <= MOST_AGE_MS)) return false;
  const made = createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest();
  return timingSafeEqual(made, Buffer.from(given, 'hex'));
}

/** What a call tells of messages; nothing for events about anything else. */
function eventsOf(edition: Edition, rawBody: Uint8Array): readonly DeliveryEvent[] {
  const answer = told(parsed(rawBody));
  if (answer.events !== undefined) return answer.events;
  throw failed(
    edition,
    'unexpected_response',
    'reading a webhook: a shape that is not known',
    answer.lack,
  );
}

/** The events, or the name of a field that is missing. */
function told(
  body: Body,
): { events: readonly DeliveryEvent[] } | { events?: undefined; lack: string } {
  try {
    const event = readText(body, 'event');
    return { events: MESSAGE_EVENTS.includes(event) ? eventsOfMessage(body) : [] };
  } catch (error) {
    return { lack: isWrongShape(error) ? error.message : 'nothing that can be read' };
  }
}

function eventsOfMessage(message: Body): readonly DeliveryEvent[] {
  const given = readAny(message, 'message_type');
  const type = typeof given === 'number' ? TYPES[given] : given;
  if (readAny(message, 'private') === true) return [];
  if (type === 'incoming') return [replyOf(message)];
  if (type !== 'outgoing' && type !== 'template') return [];
  const status = statusOf(message);
  return status === null ? [] : [status];
}

function replyOf(message: Body): DeliveryEvent {
  const id = readId(message, 'id');
  return {
    ...eventOf(message, id, 'replied'),
    // The person's own message bears no key of ours.
    key: null,
    at: timeOf(readAny(message, 'created_at')),
    text: readOptionalText(message, 'content'),
  };
}

/**
 * The call has no status of its own. The conversation in it shows its last message whole: only when that is this very
 * message does its status belong to it (Chatwoot v4.15.1, `Message#webhook_data`). A refusal is told beside it.
 */
function statusOf(message: Body): DeliveryEvent | null {
  const id = readId(message, 'id');
  const last = lastMessage(message);
  const row = last !== undefined && readId(last, 'id') === id ? last : undefined;
  const status = STATUSES.find((each) => each === readAny(row, 'status'));
  const refusal = readOptionalText(message, 'content_attributes.external_error');
  const came = status === 'delivered' || status === 'read';
  const kind = refusal !== null && !came ? 'failed' : status;
  if (kind === undefined) return null;
  return {
    ...eventOf(message, id, kind),
    at: timeOf(readAny(row, 'updated_at')),
    text: kind === 'failed' ? refusal : null,
  };
}

function lastMessage(message: Body): Json | undefined {
  const messages = readAny(message, 'conversation.messages');
  return Array.isArray(messages) ? messages[0] : undefined;
}

function eventOf(message: Body, id: string, kind: DeliveryKind): DeliveryEvent {
  const channel = readOptionalText(message, 'conversation.channel');
  return {
    // A message is in one state once: told twice, it is the same.
    id: `${id}-${kind}`,
    kind,
    messageId: id,
    conversationId: readId(message, 'conversation.id'),
    key: keyOf(message, channel),
    address: addressOf(readAny(message, 'conversation.meta.sender'), channel),
    at: null,
    text: null,
  };
}

/** The contact's address, of the kind that the channel writes to. */
function addressOf(contact: Body, channel: string | null): Address | null {
  const phone = readOptionalText(contact, 'phone_number') ?? '';
  const email = readOptionalText(contact, 'email') ?? '';
  const mail: Address | null = email === '' ? null : { kind: 'email', value: email.toLowerCase() };
  if (channel === 'Channel::Email') return mail;
  return /^\+[1-9]\d{1,14}$/.test(phone) ? { kind: 'phone', value: phone } : mail;
}

/** ISO 8601, or seconds since the epoch. */
function timeOf(value: Body): number | null {
  if (typeof value === 'number') return value * 1000;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function parsed(rawBody: Uint8Array): Body {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}
