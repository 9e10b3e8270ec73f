import { seconds } from './casts';
import type { Contact, Inbox } from './rows';

/**
 * A contact as the contacts endpoints show it.
 * Chatwoot v4.15.1 app/views/api/v1/models/_contact.json.jbuilder.
 */
export function contactView(contact: Contact, withSessions = true): Record<string, unknown> {
  return {
    additional_attributes: contact.additionalAttributes,
    availability_status: 'offline',
    email: contact.email,
    id: contact.id,
    name: contact.name,
    phone_number: contact.phoneNumber,
    blocked: contact.blocked,
    identifier: contact.identifier,
    thumbnail: '',
    custom_attributes: contact.customAttributes,
    // Left out when there is none.
    ...(contact.lastActivityMs === null
      ? {}
      : { last_activity_at: seconds(contact.lastActivityMs) }),
    created_at: seconds(contact.createdMs),
    ...(withSessions ? { contact_inboxes: contact.sessions.map(sessionView) } : {}),
  };
}

/** A contact as the sender of a message: Contact#push_event_data. */
export function contactAsSender(contact: Contact): Record<string, unknown> {
  return {
    additional_attributes: contact.additionalAttributes,
    custom_attributes: contact.customAttributes,
    email: contact.email,
    id: contact.id,
    identifier: contact.identifier,
    name: contact.name,
    phone_number: contact.phoneNumber,
    thumbnail: '',
    blocked: contact.blocked,
    type: 'contact',
  };
}

/** Chatwoot v4.15.1 app/views/api/v1/models/_contact_inbox.json.jbuilder. */
export function sessionView(session: {
  readonly sourceId: string;
  readonly inbox: Inbox;
}): Record<string, unknown> {
  return { source_id: session.sourceId, inbox: slimInbox(session.inbox) };
}

function slimInbox(inbox: Inbox): Record<string, unknown> {
  return {
    id: inbox.id,
    avatar_url: '',
    channel_id: inbox.id,
    name: inbox.name,
    channel_type: inbox.channelType,
    provider: inbox.provider,
  };
}
