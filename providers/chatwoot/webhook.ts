import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DeliveryEvent } from '../../core/delivery';
import type { Json } from '../../core/http';
import type { Webhook, WebhookRequest } from '../provider';
import { type Body, isWrongShape, readAny, readId, readOptionalText, readText } from '../read';
import { type Edition, failed } from './account';
import { type Place, replyOf, sideOf, statusOf } from './told';

/** How far the platform's clock and ours may be apart, or a call may be old: a copied one is worth nothing later. */
const MOST_AGE_MS = 5 * 60_000;
const MESSAGE_EVENTS = ['message_created', 'message_updated'];

/** The calls of an account's webhook, or of an API inbox's callback (Chatwoot v4.15.1, app/listeners/webhook_listener.rb). */
export function webhookOf(edition: Edition, signature: 'signed' | 'unsigned'): Webhook {
  const parse = (rawBody: Uint8Array) => eventsOf(edition, rawBody);
  return signature === 'signed' ? { verify, mayBeUnsigned: true, parse } : { parse };
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
  const side = sideOf(message);
  if (side === null) return [];
  const place: Place = {
    conversationId: readId(message, 'conversation.id'),
    channel: readOptionalText(message, 'conversation.channel'),
    contact: readAny(message, 'conversation.meta.sender'),
  };
  if (side === 'person') return [replyOf(message, place)];
  const status = statusOf(message, rowOf(message), place);
  return status === null ? [] : [status];
}

/**
 * The call has no status of its own. The conversation in it shows its last message whole: only when that is this very
 * message does its status belong to it (Chatwoot v4.15.1, `Message#webhook_data`).
 */
function rowOf(message: Body): Json | undefined {
  const messages = readAny(message, 'conversation.messages');
  const last = Array.isArray(messages) ? messages[0] : undefined;
  return last !== undefined && readId(last, 'id') === readId(message, 'id') ? last : undefined;
}

function parsed(rawBody: Uint8Array): Body {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}
