import type { Setup } from './endpoint';
import type { Contact, Conversation, Message } from './store';

export function contactView({ spell }: Setup, contact: Contact): unknown {
  return spell(contactRow(contact));
}

export function conversationView({ spell, options }: Setup, conversation: Conversation): unknown {
  const { id, contact } = conversation;
  const shown = {
    contact: { contact: contactRow(contact) },
    contact_id: { contact: contact.id },
    name: {},
  }[options.shows ?? 'contact'];
  const last = conversation.messages.at(-1)?.createdAt ?? contact.createdAt;
  return spell({
    id,
    contactName: nameOf(contact),
    ...shown,
    created: written(contact.createdAt),
    ...(options.listsMessages === true && { lastMessageAt: written(last) }),
  });
}

export function messageView({ spell }: Setup, message: Message, { id }: Conversation): unknown {
  return spell({
    id: message.id,
    conversation: id,
    message: message.message,
    direction: message.direction,
    created: written(message.createdAt),
  });
}

export function nameOf({ firstName, lastName }: Contact): string {
  return `${firstName} ${lastName}`.trim();
}

function contactRow({ id, firstName, lastName, primaryPhone, primaryEmail, createdAt }: Contact) {
  return { id, firstName, lastName, primaryPhone, primaryEmail, created: written(createdAt) };
}

function written(at: number): string {
  return new Date(at).toISOString();
}
