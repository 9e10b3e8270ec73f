import type { DeliveryEvent } from '../core/delivery';
import type { Address, Attachment } from '../core/message';
import { asker, refusal } from './ask';
import { authorize, openAccount, pingRequest } from './bird/account';
import { catchUp } from './bird/catch-up';
import {
  type ContactChanges,
  deleteContact,
  listContacts,
  updateContact,
} from './bird/contact-changes';
import {
  type ContactCard,
  createContact,
  ensureContact,
  getContact,
  type NewContact,
  searchContacts,
} from './bird/contacts';
import { MOST_FILES } from './bird/content';
import {
  type ConversationChanges,
  getConversation,
  updateConversation,
} from './bird/conversation-changes';
import {
  type ConversationCard,
  type ConversationQuery,
  createConversation,
  ensureConversation,
  listConversations,
} from './bird/conversations';
import { CREDENTIALS } from './bird/credentials';
import { findAllSent } from './bird/find-sent';
import { getChannel, identify, listInboxes } from './bird/inboxes';
import {
  createPresignedUpload,
  MOST_BYTES,
  type PresignedUpload,
  type UploadScope,
  uploadMedia,
} from './bird/media';
import { listMedia, type MediaLink } from './bird/media-links';
import {
  getMessage,
  type Interaction,
  type ListedMessage,
  listConversationMessages,
  listInteractions,
  listMessages,
  type MessageQuery,
} from './bird/messages';
import type { Page } from './bird/pages';
import { rules } from './bird/rules';
import { sendMessage } from './bird/send';
import { PROVIDER } from './bird/settings';
import { type ChannelTemplate, listChannelTemplates } from './bird/templates';
import { parse, verify } from './bird/webhook';
import {
  type Contact,
  type Conversation,
  defineProvider,
  type Finding,
  type Identity,
  type Inbox,
  type Provider,
  type Sought,
  type Trace,
} from './provider';

/** Bird's own operations beside those of the seam. */
export interface BirdProvider extends Provider {
  ping(): Promise<Identity>;
  createConversation(contact: Contact, address: Address, inbox: Inbox): Promise<Conversation>;
  findSent(key: string, trace: Trace): Promise<Finding>;
  findAllSent(sought: readonly Sought[]): Promise<readonly Finding[]>;
  uploadMedia(file: Attachment, inbox: Inbox): Promise<string>;
  catchUp(since: number, until: number): AsyncGenerator<readonly DeliveryEvent[]>;
  getChannel(inboxId: string): Promise<Inbox>;
  getContact(id: string): Promise<ContactCard>;
  createContact(contact: NewContact): Promise<ContactCard>;
  searchContacts(address: Address): Promise<readonly ContactCard[]>;
  listContacts(
    query?: Pick<MessageQuery, 'limit' | 'pageToken' | 'reverse'>,
  ): Promise<Page<ContactCard>>;
  updateContact(id: string, changes: ContactChanges): Promise<ContactCard>;
  deleteContact(id: string): Promise<void>;
  getConversation(id: string): Promise<ConversationCard>;
  updateConversation(id: string, changes: ConversationChanges): Promise<ConversationCard>;
  listConversations(query?: ConversationQuery): Promise<Page<ConversationCard>>;
  listConversationMessages(
    conversationId: string,
    query?: Pick<MessageQuery, 'limit' | 'pageToken' | 'reverse'> & { dateFrom?: string },
  ): Promise<Page<ListedMessage>>;
  getMessage(inboxId: string, messageId: string): Promise<ListedMessage>;
  listMessages(inboxId: string, query?: MessageQuery): Promise<Page<ListedMessage>>;
  /** Of every channel. */
  listWorkspaceMessages(query?: MessageQuery): Promise<Page<ListedMessage>>;
  listInteractions(inboxId: string, messageId: string): Promise<readonly Interaction[]>;
  /** Where the files of a message are: the bytes are on another host, and not fetched here. */
  listMedia(inboxId: string, messageId: string): Promise<readonly MediaLink[]>;
  createPresignedUpload(contentType: string, scope: UploadScope): Promise<PresignedUpload>;
  /** Beside the seam's list on purpose: see `bird/templates.ts`. */
  listChannelTemplates(): Promise<readonly ChannelTemplate[]>;
}

/**
 * The Bird CRM API (api.bird.com), not the newer platform API. It has no idempotency key: every message carries the send's key
 * as its `reference`, and a lost answer is settled by listing what the channel sent.
 */
export const bird = defineProvider<BirdProvider>({
  id: PROVIDER,
  displayName: 'Bird',
  capabilities: {
    channels: ['sms', 'whatsapp', 'mail'],
    addressKinds: ['phone', 'email'],
    text: true,
    template: true,
    // What each channel takes of these is its own matter; a web page is none.
    attachments: {
      mostBytes: MOST_BYTES,
      types: ['image/', 'video/', 'audio/', 'application/', 'text/plain', 'text/csv'],
      most: MOST_FILES,
      addresses: true,
    },
    contacts: true,
    conversations: true,
    deliveryEvents: ['sent', 'delivered', 'read', 'failed', 'replied'],
    catchesUp: ['delivered', 'failed', 'replied'],
    deduplicates: 'by_lookup',
    // How soon a list shows a message is not documented: its absence is a strong sign, and no proof.
    onAbsent: 'park',
    // A guess with room: neither the platform's own time-outs nor the lag of its lists are documented.
    settleDelayMs: 120_000,
    // Of 50 reads and 500 sends a second for the whole workspace (bird docs, channels-api/rate-limit). What contacts and
    // conversations may cost is not documented.
    limits: { contact: 10, conversation: 5, message: 100, lookup: 40 },
    calls: {
      cold: ['contact', 'message'],
      found: ['contact', 'message'],
      // The contact as well: it says whether the person still wants messages, and there is no list of who does not.
      warm: ['contact', 'message'],
    },
  },
  credentials: CREDENTIALS,
  authorize,
  ping: pingRequest,
  webhook: { verify, parse },
  connect(http, settings) {
    const account = openAccount(settings, asker(http, rules));
    return {
      refuse: (reason, detail) => refusal(PROVIDER, reason, detail),
      ping: () => identify(account),
      listInboxes: () => listInboxes(account),
      ensureContact: (address, profile, inbox) =>
        ensureContact(account, address, { profile, inbox }),
      ensureConversation: (contact, address, inbox, kind) =>
        ensureConversation(account, contact, { address, inbox, kind }),
      createConversation: (contact, address, inbox) =>
        createConversation(account, contact, { address, inbox }),
      sendMessage: (send) => sendMessage(account, send),
      async findSent(key, trace) {
        const [finding] = await findAllSent(account, [{ key, trace }]);
        return finding as Finding;
      },
      findAllSent: (sought) => findAllSent(account, sought),
      // Where a contact's own word is not honoured, none of them is blocked, and a known one need not be asked for.
      ...(account.settings.consent === 'ignore' && { listBlocked: async () => new Set<string>() }),
      uploadMedia: (file, inbox) => uploadMedia(account, file, inbox),
      catchUp: (since, until) => catchUp(account, since, until),
      getChannel: (inboxId) => getChannel(account, inboxId),
      getContact: (id) => getContact(account, id),
      createContact: (contact) => createContact(account, contact),
      searchContacts: (address) => searchContacts(account, address),
      listContacts: (query) => listContacts(account, query),
      updateContact: (id, changes) => updateContact(account, id, changes),
      deleteContact: (id) => deleteContact(account, id),
      getConversation: (id) => getConversation(account, id),
      updateConversation: (id, changes) => updateConversation(account, id, changes),
      listConversations: (query) => listConversations(account, query),
      listConversationMessages: (conversationId, query) =>
        listConversationMessages(account, conversationId, query),
      getMessage: (inboxId, messageId) => getMessage(account, inboxId, messageId),
      listMessages: (inboxId, query) => listMessages(account, inboxId, query),
      listWorkspaceMessages: (query) => listMessages(account, null, query),
      listInteractions: (inboxId, messageId) => listInteractions(account, inboxId, messageId),
      listMedia: (inboxId, messageId) => listMedia(account, inboxId, messageId),
      createPresignedUpload: (contentType, scope) =>
        createPresignedUpload(account, contentType, scope),
      listChannelTemplates: () => listChannelTemplates(account),
    };
  },
});
