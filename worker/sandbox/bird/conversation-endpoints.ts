import { randomUUID } from 'node:crypto';
import type { Answer, Fields } from '../platform';
import { commit } from './commit';
import { type Ask, conversationOf, type Endpoint, ok } from './endpoint';
import { conflict, found, invalid, notFound } from './errors';
import { activeChannel, contentOf } from './message-endpoints';
import { listOf, page, pagingOf } from './pages';
import { identify } from './people';
import type { Conversation, ConversationMessage } from './rows';
import { CONVERSATION_MESSAGE, CREATE_CONVERSATION } from './schemas';
import { checkShape, textIn } from './shape';
import { conversationMessageView, conversationView } from './views';

/** The shared inbox (bird docs, conversations-api). */
export const CONVERSATION_ENDPOINTS: readonly Endpoint[] = [
  { method: 'POST', path: '/conversations', answer: create },
  {
    method: 'GET',
    path: '/conversations',
    answer: (ask) => list(ask, () => true),
  },
  { method: 'GET', path: '/participants/:key/:value/conversations', answer: ofPerson },
  {
    method: 'GET',
    path: '/conversations/:conversation',
    answer: (ask) => ok(conversationView(conversationOf(ask))),
  },
  {
    method: 'PATCH',
    path: '/conversations/:conversation',
    answer(ask) {
      const conversation = conversationOf(ask);
      if (typeof ask.fields.status === 'string') conversation.status = ask.fields.status;
      return ok(conversationView(conversation));
    },
  },
  { method: 'GET', path: '/conversations/:conversation/messages', answer: listMessages },
  { method: 'POST', path: '/conversations/:conversation/messages', answer: createMessage },
];

function create(ask: Ask): Answer {
  const { store, fields } = ask;
  checkShape(fields, CREATE_CONVERSATION);
  const channel = activeChannel(found(store.channels.get(textIn(fields.channelId)), 'channel'));
  const [participant] = fields.participants as Fields[];
  const { contact } = identify(ask, participant as Fields, '.participants[0]', channel);
  const active = [...store.conversations.values()].find(
    (each) =>
      each.channelId === channel.id && each.contactId === contact.id && each.status === 'active',
  );
  if (active !== undefined) {
    const named = store.options.conflictNamesId ?? true;
    throw conflict('a conversation exists already', named ? { conversationId: active.id } : {});
  }
  const conversation: Conversation = {
    id: randomUUID(),
    name: typeof fields.name === 'string' ? fields.name : '',
    channelId: channel.id,
    contactId: contact.id,
    status: 'active',
    createdMs: store.now(),
    messages: [],
  };
  store.conversations.set(conversation.id, conversation);
  // With a first message it is a send.
  if (fields.initialMessage !== undefined)
    write(ask, conversation, fields.initialMessage as Fields);
  return ok(conversationView(conversation), 201);
}

function createMessage(ask: Ask): Answer {
  const { fields, key } = ask;
  const conversation = conversationOf(ask);
  checkShape(fields, CONVERSATION_MESSAGE);
  if (conversation.status !== 'active') throw conflict('the conversation is closed');
  if (fields.participantType === 'accessKey' && fields.participantId !== key.id) {
    throw notFound('participant');
  }
  if (fields.addMissingParticipants !== true && conversation.messages.length === 0) {
    throw invalid('.participantId', 'is no participant');
  }
  // Kept for a person, and not sent.
  if (fields.draft === true) return ok({ id: randomUUID(), status: 'draft' }, 201);
  const { message, first } = write(ask, conversation, fields);
  return ok(conversationMessageView(conversation, message, first), 201);
}

function write(ask: Ask, conversation: Conversation, fields: Fields) {
  const { store } = ask;
  const channel = activeChannel(found(store.channels.get(conversation.channelId), 'channel'));
  const content = contentOf(ask, fields);
  const [recipient] = fields.recipients as Fields[];
  const person = identify(ask, recipient as Fields, '.recipients[0]', channel);
  const listed = store.options.conversationMessages ?? 'same_id';
  const { message, first } = commit(ask, {
    channel,
    ...person,
    reference: typeof fields.reference === 'string' ? fields.reference : null,
    tags: [],
    content,
    conversationId: conversation.id,
    hidden: listed === 'hidden',
  });
  const row: ConversationMessage = {
    id: listed === 'other_id' ? randomUUID() : message.id,
    message,
  };
  conversation.messages.push(row);
  return { message: row, first };
}

function ofPerson(ask: Ask): Answer {
  const { store, path } = ask;
  const key = decodeURIComponent(path.key ?? '');
  const value = decodeURIComponent(path.value ?? '');
  const contact = store.contactOf({ key, value });
  return list(ask, ({ contactId }) => contactId === contact?.id);
}

function list({ store, call }: Ask, wanted: (conversation: Conversation) => boolean): Answer {
  const channelId = call.query.get('channelId');
  const status = call.query.get('status');
  const rows = [...store.conversations.values()].filter(
    (each) =>
      wanted(each) &&
      (channelId === null || each.channelId === channelId) &&
      (status === null || each.status === status),
  );
  return listOf(rows, call.query, conversationView);
}

function listMessages(ask: Ask): Answer {
  const { store, call } = ask;
  const conversation = conversationOf(ask);
  const from = Date.parse(call.query.get('dateFrom') ?? '');
  const shownUntil = store.now() - (store.options.listingLagMs ?? 0);
  return page(
    conversation.messages,
    pagingOf(call.query),
    ({ message }) => ({ atMs: message.createdMs, seq: message.seq }),
    ({ message }) =>
      message.createdMs <= shownUntil && (Number.isNaN(from) || message.createdMs >= from),
    (row) => conversationMessageView(conversation, row),
  );
}
