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
import {
  type ContactCard,
  type ContactChanges,
  type ContactQuery,
  deleteContact,
  getContact,
  listContacts,
  searchContacts,
  updateContact,
} from './contact-cards';
import { ensureContact, listBlocked } from './contacts';
import {
  type ConversationCard,
  type ConversationQuery,
  getConversation,
  listContactConversations,
  listConversations,
} from './conversation-cards';
import { createConversation, ensureConversation } from './conversations';
import {
  type AttributeDefinition,
  type Colleague,
  listAgents,
  listAttributes,
  listTeams,
} from './directory';
import { findSent } from './find-sent';
import { type ConversationChanges, updateConversation } from './hand-off';
import { listInboxes, listTemplates } from './inboxes';
import {
  addIncoming,
  addNote,
  deleteMessage,
  type Entry,
  type MessageStatus,
  setMessageStatus,
} from './message-changes';
import { type ListedMessage, listMessages } from './messages';
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
  listContacts(query: ContactQuery): Promise<readonly ContactCard[]>;
  /** Everybody with exactly this address. */
  searchContacts(address: Address): Promise<readonly ContactCard[]>;
  updateContact(id: string, changes: ContactChanges): Promise<ContactCard>;
  deleteContact(id: string): Promise<void>;
  getConversation(id: string): Promise<ConversationCard>;
  listConversations(query: ConversationQuery): Promise<readonly ConversationCard[]>;
  listContactConversations(contactId: string): Promise<readonly ConversationCard[]>;
  updateConversation(id: string, changes: ConversationChanges): Promise<ConversationCard>;
  listMessages(conversationId: string, after?: string): Promise<readonly ListedMessage[]>;
  /** A person's own message, put into a conversation of an API inbox by its gateway. */
  addIncoming(conversationId: string, entry: Entry): Promise<Receipt>;
  addNote(conversationId: string, entry: Entry): Promise<Receipt>;
  deleteMessage(conversationId: string, messageId: string): Promise<void>;
  setMessageStatus(
    conversationId: string,
    messageId: string,
    status: MessageStatus,
  ): Promise<Receipt>;
  listAgents(): Promise<readonly Colleague[]>;
  listTeams(): Promise<readonly Colleague[]>;
  listAttributes(of: 'contact' | 'conversation'): Promise<readonly AttributeDefinition[]>;
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
    getContact: (id) => getContact(account, id),
    listContacts: (query) => listContacts(account, query),
    searchContacts: (address) => searchContacts(account, address),
    updateContact: (id, changes) => updateContact(account, id, changes),
    deleteContact: (id) => deleteContact(account, id),
    getConversation: (id) => getConversation(account, id),
    listConversations: (query) => listConversations(account, query),
    listContactConversations: (contactId) => listContactConversations(account, contactId),
    updateConversation: (id, changes) => updateConversation(account, id, changes),
    listMessages: (conversationId, after) => listMessages(account, conversationId, after),
    addIncoming: (conversationId, entry) => addIncoming(account, conversationId, entry),
    addNote: (conversationId, entry) => addNote(account, conversationId, entry),
    deleteMessage: (conversationId, messageId) => deleteMessage(account, conversationId, messageId),
    setMessageStatus: (conversationId, messageId, status) =>
      setMessageStatus(account, conversationId, messageId, status),
    listAgents: () => listAgents(account),
    listTeams: () => listTeams(account),
    listAttributes: (of) => listAttributes(account, of),
  };
}
