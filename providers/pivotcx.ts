import { ProviderError } from '../core/errors';
import { type Ask, asker, refusal } from './ask';
import { catchUp } from './pivotcx/catch-up';
import { ensureContact } from './pivotcx/contacts';
import { ensureConversation } from './pivotcx/conversations';
import { authorize, CREDENTIALS } from './pivotcx/credentials';
import { findSent } from './pivotcx/find-sent';
import { type ConversationList, listConversations } from './pivotcx/listed';
import { type Account, listRequest, readRows } from './pivotcx/lists';
import { rules } from './pivotcx/rules';
import { PROVIDER, type Settings, settingsOf } from './pivotcx/settings';
import {
  defineProvider,
  type Finding,
  type Identity,
  type Inbox,
  type Provider,
  type Receipt,
  type Send,
  type Trace,
} from './provider';
import { type Body, readAny } from './read';

export interface PivotcxProvider extends Provider {
  ping(): Promise<Identity>;
  findSent(key: string, trace: Trace): Promise<Finding>;
  /** Those whose contact's name contains a text, or all. */
  listConversations(name: string, most: number): Promise<ConversationList>;
}

/**
 * PivotCX's API for teams: create a contact, find the conversation that comes with it, send a text by SMS. Three
 * operations are all that is public (PivotCX docs, send-your-first-message), so paths and shapes are settings. There is no
 * key and no documented list of messages: a lost answer is a person's to decide.
 */
export const pivotcx = defineProvider<PivotcxProvider>({
  id: PROVIDER,
  displayName: 'PivotCX',
  capabilities: {
    channels: ['sms'],
    addressKinds: ['phone'],
    text: true,
    template: false,
    attachments: null,
    contacts: true,
    conversations: true,
    instead: { template: 'Write the words into message.text: they are sent as they are.' },
    deliveryEvents: [],
    // What an account's own schema may list is no document.
    catchesUp: [],
    deduplicates: 'no',
    onAbsent: 'park',
    // Of no public document; counts only for an account with `messagesPath`.
    settleDelayMs: 120_000,
    // Not documented either, so low.
    limits: { contact: 2, message: 2, lookup: 5 },
    calls: {
      cold: ['lookup', 'contact', 'lookup', 'message'],
      found: ['lookup', 'lookup', 'message'],
      warm: ['message'],
    },
  },
  credentials: CREDENTIALS,
  authorize,
  ping: (fields) => pingRequest(settingsOf(fields)),
  connect(http, fields) {
    const settings = settingsOf(fields);
    const account: Account = {
      settings,
      ask: asker(http, { ...rules, doubts429: settings.doubts429 }),
    };
    return {
      refuse: (reason, detail) => refusal(PROVIDER, reason, detail),
      ping: () => identify(account),
      listInboxes: async () => [inboxOf(settings)],
      ensureContact: (address, profile) => ensureContact(account, address, profile),
      ensureConversation: (contact, address, _inbox, _kind, profile = {}) =>
        ensureConversation(account, contact, { address, profile }),
      sendMessage: (send) => sendMessage(account.ask, settings, send),
      findSent: (_key, trace) => findSent(account, trace),
      listConversations: (name, most) => listConversations(account, name, most),
      // No contact is blocked there: who has texted STOP is refused with the message itself.
      listBlocked: async () => new Set(),
      ...(settings.messagesPath !== null &&
        settings.conversationActivePath !== '' && {
          catchUp: (since: number) => catchUp(account, since),
        }),
    };
  },
});

/** The one read that is documented, for a name that nobody has: so that next to nothing is listed. */
function pingRequest({ conversationsPath, nameFilterParam }: Settings) {
  return listRequest({
    path: conversationsPath,
    query: { [nameFilterParam]: 'campaign-runner-ping' },
  });
}

async function identify({ ask, settings }: Account): Promise<Identity> {
  await ask({
    asked: 'listing conversations',
    request: pingRequest(settings),
    read: (body) => readRows(body, settings),
  });
  return { name: `team ${settings.teamId}`, warnings: [] };
}

/** A team writes from its own number: what may be chosen, if anything, is in no public document. */
function inboxOf({ teamId, messagesPath }: Settings): Inbox {
  return {
    id: teamId,
    name: `team ${teamId}`,
    channel: 'sms',
    addressKinds: ['phone'],
    text: true,
    template: false,
    replyWindow: false,
    lookup: messagesPath !== null,
    asks: ['firstName', 'lastName', 'email'],
    facts: {},
  };
}

async function sendMessage(ask: Ask, settings: Settings, send: Send): Promise<Receipt> {
  const { content, conversation } = send;
  const conversationId = conversation.id;
  if (content.kind !== 'text') throw refusal(PROVIDER, 'template', 'there are no templates');
  if ((content.attachments ?? []).length > 0) {
    throw refusal(PROVIDER, 'content', 'no document says how a file is sent');
  }
  if (conversationId === null) {
    throw new ProviderError('not_found', `${PROVIDER}: a message needs a conversation`, {
      provider: PROVIDER,
    });
  }
  const fields = { message: content.text };
  return ask({
    asked: 'sending a message',
    request: {
      method: 'POST',
      path: settings.sendPath(conversationId),
      call: 'message',
      delivers: send.sendBy === undefined ? {} : { sendBy: send.sendBy },
      ...(settings.bodyEncoding === 'form' ? { form: fields } : { json: fields }),
    },
    expects: (status, body) =>
      settings.emptyAnswer === 'accepted' && body === undefined && status >= 200 && status < 300,
    read: (body, status, headers) => {
      if (body === undefined) refuseAllButEmpty(status, headers);
      const messageId = body === undefined ? null : messageIdOf(body, conversationId);
      return { messageId, conversationId };
    },
  });
}

/** Nothing at all may be an acceptance, a web page is none. What is thrown is a wrong shape to `ask`. */
function refuseAllButEmpty(status: number, headers: Readonly<Record<string, string>>): void {
  if (status !== 204 && headers['content-length'] !== '0') throw new Error('not empty');
}

/**
 * What a success answers is in no public document: any object is taken for an acceptance. An id in it may be the
 * message's, or the conversation's, which is known.
 */
function messageIdOf(body: Body, conversationId: string): string | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Error('not an object');
  }
  const shown = ['message.id', 'messageId', 'message_id', 'id'].map((path) => readAny(body, path));
  const ids = shown.filter((id) => typeof id === 'number' || (typeof id === 'string' && id !== ''));
  return ids.map(String).find((id) => id !== conversationId) ?? null;
}
