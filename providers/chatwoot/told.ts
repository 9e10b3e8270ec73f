import type { DeliveryEvent, DeliveryKind } from '../../core/delivery';
import type { Address } from '../../core/message';
import { type Body, readAny, readId, readOptionalText } from '../read';
import { keyOf } from './marker';

const STATUSES = ['sent', 'delivered', 'read', 'failed'] as const;
/** As the numbers that stand for them in lists. */
const TYPES = ['incoming', 'outgoing', 'activity', 'template'];

/** Where a message is: what an event about it says beside it. */
export interface Place {
  readonly conversationId: string;
  readonly channel: string | null;
  readonly contact: Body;
}

/** Whether the person or this side wrote it; null for what nobody was to read: notes and Chatwoot's own lines. */
export function sideOf(message: Body): 'person' | 'us' | null {
  const given = readAny(message, 'message_type');
  const type = typeof given === 'number' ? TYPES[given] : given;
  if (readAny(message, 'private') === true) return null;
  if (type === 'incoming') return 'person';
  return type === 'outgoing' || type === 'template' ? 'us' : null;
}

export function replyOf(message: Body, place: Place): DeliveryEvent {
  const id = readId(message, 'id');
  return {
    ...eventOf(message, 'replied', { id, place }),
    // The person's own message bears no key of ours.
    key: null,
    at: timeOf(readAny(message, 'created_at')),
    text: readOptionalText(message, 'content'),
  };
}

/**
 * What became of a message; null where that is not told. Its status is in `row`, the message whole, where that is known; a
 * refusal is told beside it.
 */
export function statusOf(message: Body, row: Body, place: Place): DeliveryEvent | null {
  const id = readId(message, 'id');
  const status = STATUSES.find((each) => each === readAny(row, 'status'));
  const refusal = readOptionalText(message, 'content_attributes.external_error');
  const came = status === 'delivered' || status === 'read';
  const kind = refusal !== null && !came ? 'failed' : status;
  if (kind === undefined) return null;
  return {
    ...eventOf(message, kind, { id, place }),
    at: timeOf(readAny(row, 'updated_at')),
    text: kind === 'failed' ? refusal : null,
  };
}

/** ISO 8601, or seconds since the epoch. */
export function timeOf(value: Body): number | null {
  if (typeof value === 'number') return value * 1000;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function eventOf(
  message: Body,
  kind: DeliveryKind,
  { id, place }: { id: string; place: Place },
): DeliveryEvent {
  const { conversationId, channel, contact } = place;
  return {
    // A message is in one state once: told twice, it is the same.
    id: `${id}-${kind}`,
    kind,
    messageId: id,
    conversationId,
    key: keyOf(message, channel),
    address: addressOf(contact, channel),
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
