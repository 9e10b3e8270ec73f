import type { DeliveryEvent } from '../../core/delivery';
import type { Address } from '../../core/message';
import type {
  Contact,
  Conversation,
  Finding,
  Identity,
  Inbox,
  Provider,
  Receipt,
  Template,
  Trace,
} from '../provider';
import { type Account, refuse } from './account';
import { catchUp } from './catch-up';
import { type ContactCard, ensureContact, getContact, listBlocked } from './contacts';
import { createConversation, ensureConversation } from './conversations';
import { findSent } from './find-sent';
import { listInboxes, listTemplates } from './inboxes';
import { addIncoming, type ListedMessage, listMessages } from './messages';
import { probe } from './probe';
import { sendMessage } from './send';
import { identify } from './server';

/** What this API can do beside the operations of the seam. */
export interface ChatwootProvider extends Provider {
  ping(): Promise<Identity>;
  listTemplates(inboxId: string): Promise<readonly Template[]>;
  createConversation(contact: Contact, address: Address, inbox: Inbox): Promise<Conversation>;
  findSent(key: string, trace: Trace): Promise<Finding>;
  listBlocked(): Promise<ReadonlySet<string>>;
  catchUp(since: number, until: number): AsyncGenerator<readonly DeliveryEvent[]>;
  /** Tries what a server of unknown version keeps of a message; see `probe.ts`. */
  probe(inbox: Inbox, conversationId?: string): Promise<Inbox>;
  getContact(id: string): Promise<ContactCard>;
  listMessages(conversationId: string, after?: string): Promise<readonly ListedMessage[]>;
  /** A person's own message, put into a conversation of an API inbox by its gateway. */
  addIncoming(conversationId: string, content: string): Promise<Receipt>;
}

/** All of it, for one account. */
export function operationsOf(account: Account): ChatwootProvider {
  return {
    refuse: (reason, detail) => refuse(account.edition, reason, detail),
    ping: () => identify(account),
    listInboxes: () => listInboxes(account),
    listTemplates: (inboxId) => listTemplates(account, inboxId),
    ensureContact: (address, profile) => ensureContact(account, address, profile),
    ensureConversation: (contact, address, inbox) =>
      ensureConversation(account, contact, { address, inbox }),
    createConversation: (contact, address, inbox) =>
      createConversation(account, contact, { address, inbox }),
    sendMessage: (send) => sendMessage(account, send),
    findSent: (key, trace) => findSent(account, key, trace),
    listBlocked: () => listBlocked(account),
    catchUp: (since, until) => catchUp(account, since, until),
    probe: (inbox, conversationId) => probe(account, inbox, conversationId),
    getContact: (contactId) => getContact(account, contactId),
    listMessages: (conversationId, after) => listMessages(account, conversationId, after),
    addIncoming: (conversationId, content) => addIncoming(account, conversationId, content),
  };
}
