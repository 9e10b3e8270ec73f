import { randomUUID } from 'node:crypto';
import { isFields } from '../body';
import type { Setup } from './endpoint';
import type { Channel, Contact, Failure, Identifier, Message } from './rows';
import { textIn } from './shape';

/** A message to a person, checked and not yet there. */
export interface Draft {
  readonly channel: Channel;
  readonly contact: Contact;
  readonly identifier: Identifier;
  readonly reference: string | null;
  readonly tags: readonly string[];
  readonly content: Message['content'];
  readonly conversationId: string | null;
  readonly hidden: boolean;
  readonly createdMs?: number;
}

/** How long somebody's message opens the door for free text. */
const WINDOW_MS = 24 * 60 * 60 * 1000;

interface Fate {
  /** In the answer. */
  readonly first: 'accepted' | 'rejected';
  /** In every list after it. */
  readonly last: string;
  readonly failure: Failure | null;
}

/** Takes a message, decides what becomes of it, and counts it. `first` is the status of the answer. */
export function commit(setup: Setup, draft: Draft): { message: Message; first: string } {
  const { store, counts, tell } = setup;
  const fate = fateOf(setup, draft);
  const createdMs = draft.createdMs ?? store.now();
  const message: Message = {
    id: randomUUID(),
    seq: store.nextSeq(),
    channelId: draft.channel.id,
    contactId: draft.contact.id,
    identifier: draft.identifier,
    direction: 'outgoing',
    reference: draft.reference,
    tags: draft.tags.map((tag) => tag.toLowerCase()),
    content: draft.content,
    createdMs,
    status: fate.last,
    statusMs: createdMs,
    failure: fate.failure,
    conversationId: draft.conversationId,
    interactions: [],
    hidden: draft.hidden,
  };
  insert(store.messages, draft.channel, message);
  counts.record({
    platform: 'bird',
    recipient: draft.identifier.value,
    delivered: fate.failure === null,
    ...(fate.failure === null ? {} : { why: fate.failure.description }),
    messageId: message.id,
    conversationId: draft.conversationId ?? '',
    inboxId: draft.channel.id,
    content: wordsOf(draft.content),
    key: draft.reference,
    attributes: { tags: [...message.tags], ...draft.content },
    at: message.createdMs,
  });
  tell.status(message, fate.first);
  if (fate.last !== fate.first) tell.status(message);
  return { message, first: fate.first };
}

/** Puts a message where its time belongs: nearly always at the end. */
export function insert(all: Map<string, Message>, channel: Channel, message: Message): void {
  all.set(message.id, message);
  const { messages } = channel;
  let at = messages.length;
  while (at > 0 && (messages[at - 1] as Message).createdMs > message.createdMs) at -= 1;
  messages.splice(at, 0, message);
}

export function isWindowOpen(channel: Channel, contact: Contact, nowMs: number): boolean {
  return windowEnd(channel, contact) > nowMs;
}

/** When the window closes, or closed; 0 for somebody who never wrote. */
export function windowEnd(channel: Channel, contact: Contact): number {
  const wrote = contact.lastWroteMs.get(channel.id);
  return wrote === undefined ? 0 : wrote + WINDOW_MS;
}

const SUBSCRIPTIONS: Readonly<Record<string, string>> = {
  sms: 'subscribedSms',
  whatsapp: 'subscribedWhatsapp',
  email: 'subscribedEmail',
};

/** The codes are of the families that are documented; their texts are this sandbox's own. */
function fateOf({ store }: Setup, { channel, contact, identifier, content }: Draft): Fate {
  const { rejected = [], undeliverable = [], enforcesConsent = false } = store.options;
  if (rejected.includes(identifier.value)) {
    const failure = { code: 14001, description: 'not enough balance', source: 'accounting' };
    return { first: 'rejected', last: 'rejected', failure };
  }
  const subscribed = contact.attributes[SUBSCRIPTIONS[channel.platformId] ?? ''];
  if (enforcesConsent && subscribed !== true) {
    const failure = { code: 14002, description: 'the contact is unsubscribed', source: 'contact' };
    return { first: 'rejected', last: 'rejected', failure };
  }
  const free = content.template === undefined && channel.platformId === 'whatsapp';
  if (free && !isWindowOpen(channel, contact, store.now())) {
    const failure = { code: 15001, description: 'the window is closed', source: 'whatsapp' };
    return { first: 'accepted', last: 'sending_failed', failure };
  }
  if (undeliverable.includes(identifier.value)) {
    const failure = { code: 15005, description: 'unknown subscriber', source: 'sms-messagebird' };
    return { first: 'accepted', last: 'delivery_failed', failure };
  }
  return { first: 'accepted', last: 'delivered', failure: null };
}

/** The words of a body of any type. */
function wordsOf({ body }: Message['content']): string | null {
  if (body === undefined || !isFields(body)) return null;
  const part = body[textIn(body.type)];
  return part !== undefined && isFields(part) ? textIn(part.text) : null;
}
