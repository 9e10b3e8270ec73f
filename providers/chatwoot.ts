import type { HttpRequest } from '../core/http';
import type { Address } from '../core/message';
import { asker, refusal } from './ask';
import {
  type Account,
  accountIdOf,
  invalidInput,
  PROVIDER,
  type Settings,
} from './chatwoot/account';
import { type ContactCard, ensureContact, getContact, listBlocked } from './chatwoot/contacts';
import { bodyOf, type Fields, messageFields } from './chatwoot/content';
import {
  conversationFields,
  createConversation,
  ensureConversation,
} from './chatwoot/conversations';
import { findSent } from './chatwoot/find-sent';
import { listInboxes, listTemplates } from './chatwoot/inboxes';
import { carriersOf } from './chatwoot/marker';
import { addIncoming, type ListedMessage, listMessages, messagesPath } from './chatwoot/messages';
import { probe } from './chatwoot/probe';
import { rules } from './chatwoot/rules';
import { identify, profileRequest } from './chatwoot/server';
import {
  type Contact,
  type Conversation,
  defineProvider,
  type Finding,
  type Identity,
  type Inbox,
  type Provider,
  type Receipt,
  type Send,
  type Template,
  type Trace,
} from './provider';
import { type Body, readAny, readId } from './read';

/** Chatwoot's own operations beside those of the seam. */
export interface ChatwootProvider extends Provider {
  ping(): Promise<Identity>;
  listTemplates(inboxId: string): Promise<readonly Template[]>;
  createConversation(contact: Contact, address: Address, inbox: Inbox): Promise<Conversation>;
  findSent(key: string, trace: Trace): Promise<Finding>;
  listBlocked(): Promise<ReadonlySet<string>>;
  /** Tries what a server of unknown version keeps of a message; see `chatwoot/probe.ts`. */
  probe(inbox: Inbox, conversationId?: string): Promise<Inbox>;
  getContact(id: string): Promise<ContactCard>;
  listMessages(conversationId: string, after?: string): Promise<readonly ListedMessage[]>;
  /** A person's own message, put into a conversation of an API inbox by its gateway. */
  addIncoming(conversationId: string, content: string): Promise<Receipt>;
}

/**
 * Chatwoot's Application API, from version 2.17 on with look-up (older and unknown ones after a probe). Chatwoot has no
 * idempotency key: every message carries the send's key, and a lost answer is settled by reading the conversation.
 */
export const chatwoot = defineProvider<ChatwootProvider>({
  id: PROVIDER,
  displayName: 'Chatwoot',
  capabilities: {
    channels: ['sms', 'whatsapp', 'mail', 'api'],
    addressKinds: ['phone', 'email'],
    text: true,
    template: true,
    attachments: true,
    deduplicates: 'by_lookup',
    onAbsent: 'resend',
    // 30 s in the queue and 15 s of work (rack-timeout's defaults), doubled.
    settleDelayMs: 90_000,
    // Together 2,280 a minute, of the 3,000 that one address may make (config/initializers/rack_attack.rb).
    limits: { contact: 8, conversation: 2, message: 8, lookup: 20 },
    calls: {
      cold: ['contact', 'message'],
      found: ['contact', 'lookup', 'lookup', 'message'],
      warm: ['message'],
    },
  },
  credentials: [
    {
      name: 'url',
      label: 'URL',
      default: 'https://app.chatwoot.com',
      help: 'Address of the Chatwoot server, without /api.',
    },
    {
      name: 'accountId',
      label: 'Account ID',
      required: true,
      help: 'The number after /accounts/ in the address bar of Chatwoot.',
    },
    {
      name: 'token',
      label: 'Access Token',
      secret: true,
      required: true,
      help: "An administrator's token: Chatwoot, Profile Settings, Access Token. Not an agent bot's.",
    },
  ],
  authorize(credentials) {
    accountIdOf(credentials);
    const token = (credentials['token'] ?? '').trim();
    if (!/^[\x21-\x7e]+$/.test(token)) throw invalidInput('token is missing or not a token');
    return {
      baseUrl: baseUrlOf(credentials),
      // With hyphens: nginx drops headers with underscores, and Chatwoot's Rack reads both alike.
      headers: { 'api-access-token': token },
      query: {},
    };
  },
  ping: () => profileRequest,
  connect(http, settings) {
    const id = accountIdOf(settings);
    const ask = asker(http, rules);
    const account: Account = { id, ask, path: (rest) => `/api/v1/accounts/${id}${rest}` };
    return {
      refuse: (reason, detail) => refusal(PROVIDER, reason, detail),
      ping: () => identify(account),
      listInboxes: () => listInboxes(account),
      listTemplates: (inboxId) => listTemplates(account, inboxId),
      ensureContact: (address, profile) => ensureContact(account, address, profile),
      ensureConversation: (contact, address, inbox) =>
        ensureConversation(account, contact, { address, inbox }),
      createConversation: (contact, address, inbox) =>
        createConversation(account, contact, { address, inbox }),
      sendMessage: async (send) =>
        send.conversation.id === null
          ? await openWithMessage(account, send)
          : await addMessage(account, send, send.conversation.id),
      findSent: (key, trace) => findSent(account, key, trace),
      listBlocked: () => listBlocked(account),
      probe: (inbox, conversationId) => probe(account, inbox, conversationId),
      getContact: (contactId) => getContact(account, contactId),
      listMessages: (conversationId, after) => listMessages(account, conversationId, after),
      addIncoming: (conversationId, content) => addIncoming(account, conversationId, content),
    };
  },
});

async function addMessage(account: Account, send: Send, conversationId: string): Promise<Receipt> {
  return account.ask({
    asked: 'sending a message',
    request: delivering(send, messagesPath(account, conversationId), messageFields(send)),
    read: (body) => ({ messageId: readId(body, 'id'), conversationId }),
  });
}

/**
 * Conversation and message in one request and one transaction: both are there or neither is (Chatwoot v4.15.1,
 * app/controllers/api/v1/accounts/conversations_controller.rb). Files go the same way, as Chatwoot's own "new
 * conversation" form sends them (app/javascript/dashboard/store/modules/contactConversations.js): a request more would
 * leave an empty conversation behind whenever the second one fails.
 */
async function openWithMessage(account: Account, send: Send): Promise<Receipt> {
  const { inbox, address, contact, key } = send;
  const conversation = {
    ...conversationFields(contact, address, inbox),
    custom_attributes: { campaign_runner_key: key },
    message: { ...messageFields(send) },
  };
  return account.ask({
    asked: 'opening a conversation with a message',
    request: delivering(send, account.path('/conversations'), conversation),
    read: (body) => ({ messageId: ownMessage(body, key), conversationId: readId(body, 'id') }),
  });
}

function delivering(send: Send, path: string, fields: Fields): HttpRequest {
  return {
    method: 'POST',
    path,
    call: 'message',
    delivers: send.sendBy === undefined ? {} : { sendBy: send.sendBy },
    ...bodyOf(fields, send.content),
  };
}

/** The answer shows the conversation's last messages, and an automation may already have added one of its own. */
function ownMessage(conversation: Body, key: string): string | null {
  const messages = readAny(conversation, 'messages');
  const own = (Array.isArray(messages) ? messages : [])
    .concat(readAny(conversation, 'last_non_activity_message') ?? [])
    .find((row) => carriersOf(row, key).length > 0);
  return own === undefined ? null : readId(own, 'id');
}

function baseUrlOf(settings: Settings): string {
  const text = (settings['url'] ?? '').trim() || 'https://app.chatwoot.com';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.username === '' && url.search === '' && url.hash === '';
  if (!plain || !/^https?:$/.test(url.protocol)) {
    throw invalidInput('url must be an http(s) address, such as https://app.chatwoot.com');
  }
  return url.href.replace(/\/+$/, '');
}
