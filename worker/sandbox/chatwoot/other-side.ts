import type { Change, OtherSide } from '../platform';
import { createContact } from './contacts';
import type { Setup } from './endpoint';
import type { Account, Contact, Conversation, Inbox, Message } from './rows';
import { contactsAt, openConversation, writeIncoming } from './seeding';
import type { Store } from './store';

/** Where a person writes. */
interface Place {
  readonly account: Account;
  readonly contact: Contact;
  readonly inbox: Inbox;
}

/** What people write, and what channels report of messages to them. */
export function createOtherSide(setup: () => Setup): OtherSide {
  return {
    reply({ address, text, inboxId }) {
      const { store } = setup();
      const place = placeOf(store, address, inboxId);
      const createdMs = store.now();
      const message = writeIncoming(setup(), heardIn(store, place), { content: text, createdMs });
      return noted(message);
    },
    deliver({ kind, why, ...which }) {
      const { store, committer } = setup();
      const message = sought(store, which);
      if (message === undefined) throw new Error('there is no such message');
      // Whatever a channel reports is believed, in whatever order it comes.
      message.status = kind;
      message.updatedMs = store.now();
      if (kind === 'failed') {
        const failure = { external_error: why ?? '30003: Unreachable destination handset' };
        message.contentAttributes = { ...message.contentAttributes, ...failure };
      }
      committer.changed(message);
      return noted(message);
    },
  };
}

function noted({ id, conversation }: Message) {
  return { messageId: String(id), conversationId: String(conversation.displayId) };
}

/** The inbox that is named, or the one that wrote last. Somebody whom Chatwoot does not know becomes a contact. */
function placeOf(store: Store, address: string, inboxId: string | undefined): Place {
  const last = lastTo(store, address)?.conversation.session;
  if (inboxId === undefined) {
    if (last === undefined) throw new Error('nobody wrote to this address: name an inboxId');
    const { contact, inbox } = last;
    return { account: accountOf(store, inbox), contact, inbox };
  }
  for (const account of store.accounts.values()) {
    const inbox = account.inboxes.get(Number(inboxId));
    if (inbox === undefined) continue;
    if (last?.inbox === inbox) return { account, contact: last.contact, inbox };
    const [known] = contactsAt(store, account, address);
    const fields = address.includes('@') ? { email: address } : { phone_number: address };
    return { account, contact: known ?? createContact(store, account, fields), inbox };
  }
  throw new Error(`there is no inbox ${inboxId}`);
}

function accountOf(store: Store, inbox: Inbox): Account {
  const account = store.accounts.get(inbox.accountId);
  if (account === undefined) throw new Error('the inbox has no account');
  return account;
}

/**
 * A channel puts an answer into the last conversation that is not resolved, or into a new one; one that is locked to a single
 * conversation, and a gateway's inbox, always into the last (Chatwoot v4.15.1, app/services/whatsapp, app/services/twilio).
 */
function heardIn(store: Store, place: Place): Conversation {
  const { contact, inbox } = place;
  const own = contact.conversations.filter(({ session }) => session.inbox === inbox);
  const reopens = inbox.lockToSingleConversation || inbox.channelType === 'Channel::Api';
  const open = reopens ? own : own.filter(({ status }) => status !== 'resolved');
  return open.at(-1) ?? openConversation(store, place);
}

/** The last message to the person, of every contact that has the address. */
function lastTo(store: Store, address: string): Message | undefined {
  const sent: Message[] = [];
  for (const account of store.accounts.values()) {
    for (const { conversations } of contactsAt(store, account, address)) {
      for (const { messages } of conversations) {
        const last = messages.findLast(isToPerson);
        if (last !== undefined) sent.push(last);
      }
    }
  }
  return sent.sort((a, b) => a.id - b.id).at(-1);
}

/** The message that is named, or the last one to an address. */
function sought(
  store: Store,
  { messageId, conversationId, address }: Omit<Change, 'kind'>,
): Message | undefined {
  if (messageId === undefined) return lastTo(store, address ?? '');
  for (const { conversations } of store.accounts.values()) {
    const known = conversations.get(Number(conversationId));
    for (const { messages } of known === undefined ? conversations.values() : [known]) {
      const found = messages.findLast(({ id }) => String(id) === messageId);
      if (found !== undefined) return isToPerson(found) ? found : undefined;
    }
  }
  return undefined;
}

function isToPerson({ messageType, private: isPrivate }: Message): boolean {
  return !isPrivate && (messageType === 'outgoing' || messageType === 'template');
}
