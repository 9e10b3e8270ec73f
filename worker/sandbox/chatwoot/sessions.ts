import { randomUUID } from 'node:crypto';
import { parameterMissing, Raised, RecordInvalid } from './errors';
import { atLeast } from './options';
import type { Contact, Inbox, Session } from './rows';
import { registerSession, type Store, sessionOf } from './store';

const BSUID = '[A-Z]{2}\\.(?:ENT\\.)?[A-Za-z0-9]{1,128}';
const WHATSAPP_SOURCE = new RegExp(`^(?:\\d{1,15}|${BSUID})$`);
const TWILIO_SMS_SOURCE = /^\+\d{1,15}$/;
const TWILIO_WHATSAPP_SOURCE = new RegExp(`^whatsapp:(?:\\+\\d{1,15}|${BSUID})$`);

/** ActiveRecord::RecordNotUnique: the source_id belongs to somebody else in this inbox. */
export class SourceTaken extends Error {
  override readonly name = 'SourceTaken';
}

/**
 * The source_id that a channel derives for a contact; for API and website inboxes a new random one on every call.
 * Chatwoot v4.15.1 app/builders/contact_inbox_builder.rb.
 */
export function deriveSourceId(contact: Contact, inbox: Inbox): string {
  switch (inbox.channelType) {
    case 'Channel::Api':
    case 'Channel::WebWidget':
      return randomUUID();
    case 'Channel::Whatsapp':
      return phoneOf(contact).replaceAll('+', '');
    case 'Channel::Sms':
      return phoneOf(contact);
    case 'Channel::TwilioSms':
      return inbox.medium === 'whatsapp' ? `whatsapp:${phoneOf(contact)}` : phoneOf(contact);
    case 'Channel::Email':
      if (contact.email === null) throw parameterMissing('contact email');
      return contact.email;
  }
}

function phoneOf(contact: Contact): string {
  if (contact.phoneNumber === null) throw parameterMissing('contact phone number');
  return contact.phoneNumber;
}

/**
 * Finds or creates the session of (contact, inbox, source_id). Undefined when the source_id is empty: then none is made
 * and nobody is told.
 *
 * @throws SourceTaken when another contact holds the source_id in an inbox that does not give it away.
 * @throws RecordInvalid when the source_id has not the channel's format.
 */
export function ensureSession(
  store: Store,
  contact: Contact,
  inbox: Inbox,
  sourceId: string | null,
  hmacVerified = false,
): Session | undefined {
  const wanted = sourceId ?? deriveSourceId(contact, inbox);
  if (wanted === '') return undefined;
  const held = sessionOf(store, inbox, wanted);
  if (held?.contact === contact) return held;
  validateSource(inbox, wanted);
  if (held !== undefined) takeAway(store, held);
  const session: Session = {
    id: store.nextId('session'),
    contact,
    inbox,
    sourceId: wanted,
    hmacVerified,
    conversations: [],
  };
  contact.sessions.push(session);
  registerSession(store, session);
  return session;
}

/**
 * Renames the session that is in the way. On WhatsApp and both kinds of Twilio the new name fails the channel's own
 * format, so that nothing is taken there. Since 4.0.4.
 */
function takeAway(store: Store, held: Session): void {
  const { channelType } = held.inbox;
  if (channelType === 'Channel::Api' || channelType === 'Channel::WebWidget')
    throw new SourceTaken();
  if (!atLeast(store.version, '4.0.4')) throw new SourceTaken();
  const random = Math.floor(Math.random() * 100);
  const former = held.sourceId;
  const renamed =
    channelType === 'Channel::Email' ? `${random}${former}` : `whatsapp:${former}${random}`;
  validateSource(held.inbox, renamed);
  held.sourceId = renamed;
  registerSession(store, held, former);
}

function validateSource(inbox: Inbox, sourceId: string): void {
  const format = formatOf(inbox);
  if (format === undefined || format.pattern.test(sourceId)) return;
  throw new RecordInvalid([
    {
      attribute: 'source_id',
      message: `invalid source id for ${format.channel} inbox. valid Regex ${format.pattern.source}`,
    },
  ]);
}

function formatOf(inbox: Inbox): { channel: string; pattern: RegExp } | undefined {
  if (inbox.channelType === 'Channel::Whatsapp') {
    return { channel: 'whatsapp', pattern: WHATSAPP_SOURCE };
  }
  if (inbox.channelType !== 'Channel::TwilioSms') return undefined;
  return inbox.medium === 'whatsapp'
    ? { channel: 'twilio whatsapp', pattern: TWILIO_WHATSAPP_SOURCE }
    : { channel: 'twilio sms', pattern: TWILIO_SMS_SOURCE };
}

/**
 * The same where a lost race is not rescued: inside the transaction of a contact create, and on the contact's own
 * endpoint, Rails answers 500.
 */
export function ensureSessionOrRaise(
  store: Store,
  contact: Contact,
  inbox: Inbox,
  sourceId: string | null,
  hmacVerified = false,
): Session | undefined {
  try {
    return ensureSession(store, contact, inbox, sourceId, hmacVerified);
  } catch (error) {
    if (error instanceof SourceTaken) throw new Raised('PG::UniqueViolation');
    throw error;
  }
}
