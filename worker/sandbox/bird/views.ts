import { windowEnd } from './commit';
import type { Channel, Contact, Conversation, ConversationMessage, Message } from './rows';
import type { Store } from './store';

/** A channel (bird docs, channels-api). */
export function channelView(channel: Channel): Record<string, unknown> {
  const { id, name, platformId, identifier, status, createdMs } = channel;
  return {
    id,
    name,
    platformId,
    status,
    identifier,
    connectorId: id.replace(/^......../, 'c0ec0000'),
    createdAt: iso(createdMs),
    updatedAt: iso(createdMs),
  };
}

/** A contact (bird docs, contacts-api). */
export function contactView(contact: Contact): Record<string, unknown> {
  const [first] = contact.identifiers;
  return {
    id: contact.id,
    computedDisplayName: contact.displayName ?? first?.value ?? '',
    featuredIdentifiers: contact.identifiers.map(({ key, value }) => ({ key, value })),
    identifierCount: contact.identifiers.length,
    attributes: contact.attributes,
    listIds: contact.listIds,
    createdAt: iso(contact.createdMs),
    updatedAt: iso(contact.updatedMs),
  };
}

/** A message of a channel. `status` where the answer tells an earlier one than is kept. */
export function messageView(
  store: Pick<Store, 'channels'>,
  message: Message,
  status = message.status,
): unknown {
  const channel = store.channels.get(message.channelId);
  const person = {
    id: message.contactId,
    identifierKey: message.identifier.key,
    identifierValue: message.identifier.value,
  };
  const connector = { identifierValue: channel?.identifier ?? '' };
  const outgoing = message.direction === 'outgoing';
  return {
    id: message.id,
    channelId: message.channelId,
    sender: outgoing ? { connector } : { contact: person },
    receiver: outgoing ? { contacts: [person] } : { connector },
    ...(message.reference === null ? {} : { reference: message.reference }),
    ...message.content,
    status,
    direction: message.direction,
    tags: message.tags,
    ...(message.failure !== null && status === message.status
      ? { reason: message.failure.description, failure: failureView(message.failure) }
      : {}),
    createdAt: iso(message.createdMs),
    updatedAt: iso(message.statusMs),
    lastStatusAt: iso(message.statusMs),
  };
}

function failureView(failure: NonNullable<Message['failure']>): unknown {
  const { code, description, source } = failure;
  return { code, description, source: { name: source, code: String(code) } };
}

/** A conversation of the shared inbox (bird docs, conversations-api). */
export function conversationView(conversation: Conversation): Record<string, unknown> {
  const last = conversation.messages.at(-1);
  return {
    id: conversation.id,
    name: conversation.name,
    channelId: conversation.channelId,
    status: conversation.status,
    featuredParticipants: [{ id: conversation.contactId, type: 'contact' }],
    ...(last === undefined ? {} : { lastMessage: { id: last.id, status: last.message.status } }),
    createdAt: iso(conversation.createdMs),
    updatedAt: iso(last?.message.createdMs ?? conversation.createdMs),
  };
}

export function conversationMessageView(
  conversation: Conversation,
  { id, message }: ConversationMessage,
  status = message.status,
): unknown {
  const { key, value } = message.identifier;
  return {
    id,
    conversationId: conversation.id,
    ...(message.reference === null ? {} : { reference: message.reference }),
    status,
    source: 'conversations',
    recipients: [{ type: 'to', identifierKey: key, identifierValue: value }],
    ...message.content,
    ...(message.failure !== null && status === message.status
      ? { failure: failureView(message.failure) }
      : {}),
    createdAt: iso(message.createdMs),
    updatedAt: iso(message.createdMs),
  };
}

/** What a channel knows of a person: the window of WhatsApp. */
export function windowView(channel: Channel, contact: Contact): unknown {
  const end = channel.platformId === 'whatsapp' ? windowEnd(channel, contact) : 0;
  return {
    serviceWindowExpireAt: end === 0 ? null : iso(end),
    isPermanentSession: channel.platformId !== 'whatsapp',
    metadata: null,
  };
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
