import type { Answer } from '../platform';
import { asFields, asId, asText, seconds } from './casts';
import { labelsFrom } from './contacts';
import { filterConversations, listConversations } from './conversation-list';
import { conversationView } from './conversation-view';
import { createConversation, toggleStatus } from './conversations';
import { type Ask, conversationOf, type Endpoint, ok } from './endpoint';
import { found, Raised, RecordInvalid, Refusal, unprocessable } from './errors';
import { inboxView, requireUse, syncTemplates, usableInboxes } from './inboxes';
import { draftMessage } from './message-draft';
import { listMessages, searchMessages } from './message-list';
import { messageView } from './message-view';
import { activity, deleteMessage, updateStatus } from './messages';
import type { Message } from './rows';

/** Chatwoot v4.15.1 app/controllers/api/v1/accounts/inboxes_controller.rb. */
export const INBOX_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/inboxes',
    answer: ({ account, user }) =>
      ok({ payload: usableInboxes(account, user).map((inbox) => inboxView(inbox, user)) }),
  },
  {
    method: 'GET',
    path: '/inboxes/:id',
    answer: (ask) => {
      const inbox = found(ask.account.inboxes.get(asId(ask.path.id) ?? 0));
      requireUse(inbox, ask.user);
      return ok(inboxView(inbox, ask.user));
    },
  },
  {
    method: 'POST',
    path: '/inboxes/:id/sync_templates',
    answer: (ask) => {
      syncTemplates(found(ask.account.inboxes.get(asId(ask.path.id) ?? 0)), ask.user);
      return ok({ message: 'Template sync initiated successfully' });
    },
  },
];

/** Chatwoot v4.15.1 app/controllers/api/v1/accounts/conversations_controller.rb. */
export const CONVERSATION_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/conversations',
    answer: ({ store, account, user, call }) =>
      ok(listConversations(store, account, user, call.query)),
  },
  {
    method: 'POST',
    path: '/conversations',
    access: 'bots',
    answer: (ask) => {
      const conversation = createConversation({ ...ask, files: ask.call.files });
      return ok(conversationView(conversation, ask.store.now()));
    },
  },
  {
    method: 'POST',
    path: '/conversations/filter',
    answer: ({ store, account, user, call, params }) =>
      ok(filterConversations(store, account, user, call.query, params)),
  },
  {
    method: 'GET',
    path: '/conversations/:id',
    access: 'bots',
    answer: (ask) => ok(conversationView(conversationOf(ask), ask.store.now())),
  },
  {
    method: 'PATCH',
    path: '/conversations/:id',
    access: 'bots',
    answer: (ask) => {
      const conversation = conversationOf(ask);
      if (ask.params.priority !== undefined) conversation.priority = asText(ask.params.priority);
      return ok(conversationView(conversation, ask.store.now()));
    },
  },
  { method: 'POST', path: '/conversations/:id/toggle_status', access: 'bots', answer: toggle },
  {
    method: 'POST',
    path: '/conversations/:id/custom_attributes',
    access: 'bots',
    answer: (ask) => {
      const conversation = conversationOf(ask);
      conversation.customAttributes = asFields(ask.params.custom_attributes);
      return ok({ custom_attributes: conversation.customAttributes });
    },
  },
  {
    method: 'GET',
    path: '/conversations/:id/labels',
    access: 'bots',
    answer: (ask) => ok({ payload: conversationOf(ask).labels }),
  },
  {
    method: 'POST',
    path: '/conversations/:id/labels',
    access: 'bots',
    answer: (ask) => {
      const conversation = conversationOf(ask);
      conversation.labels = labelsFrom(ask.params.labels);
      return ok({ payload: conversation.labels });
    },
  },
];

function toggle(ask: Ask): Answer {
  const conversation = conversationOf(ask);
  const changed = toggleStatus(conversation, ask.params, ask.user);
  if (changed) ask.committer.commit(activity(ask.store, conversation, ask.user));
  const until = conversation.snoozedUntilMs;
  return ok({
    meta: {},
    payload: {
      success: true,
      conversation_id: conversation.displayId,
      current_status: conversation.status,
      snoozed_until: until === null ? null : seconds(until),
    },
  });
}

/** Chatwoot v4.15.1 app/controllers/api/v1/accounts/conversations/messages_controller.rb. */
export const MESSAGE_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/conversations/:id/messages',
    answer: (ask) => ok(listMessages(conversationOf(ask), ask.call.query)),
  },
  {
    method: 'POST',
    path: '/conversations/:id/messages',
    access: 'bots',
    answer: createMessage,
  },
  {
    method: 'PATCH',
    path: '/conversations/:id/messages/:message',
    since: '4.2.0',
    answer: (ask) => {
      const message = messageOf(ask);
      updateStatus(message, ask.params, ask.store.now());
      ask.committer.changed(message);
      return ok(messageView(message));
    },
  },
  {
    method: 'POST',
    path: '/conversations/:id/messages/:message/retry',
    answer: (ask) => {
      const message = messageOf(ask);
      ask.committer.retry(message);
      return ok(messageView(message));
    },
  },
  {
    method: 'DELETE',
    path: '/conversations/:id/messages/:message',
    answer: (ask) => {
      const message = messageOf(ask);
      deleteMessage(message, ask.store.now());
      ask.committer.changed(message);
      return ok(messageView(message));
    },
  },
  {
    method: 'GET',
    path: '/search/messages',
    since: '2.15.0',
    answer: ({ store, account, user, call }) =>
      ok(searchMessages(account, user, call.query, store.now())),
  },
];

/** The action rescues every error, so that whatever goes wrong here is a 422 with `error`. */
function createMessage(ask: Ask): Answer {
  const { store, committer, params } = ask;
  const conversation = conversationOf(ask);
  try {
    const draft = { params, files: ask.call.files, user: ask.user };
    const message = draftMessage(store, conversation, draft, ask.messagesPerMinute);
    committer.commit(message);
    return ok(messageView(message, asText(params.echo_id) ?? undefined));
  } catch (error) {
    if (error instanceof RecordInvalid) {
      throw new Refusal(unprocessable(`Validation failed: ${error.message}`));
    }
    if (error instanceof Raised) throw new Refusal(unprocessable(error.message));
    throw error;
  }
}

function messageOf(ask: Ask): Message {
  const id = asId(ask.path.message) ?? 0;
  return found(conversationOf(ask).messages.find((message) => message.id === id));
}
