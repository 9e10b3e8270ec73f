import type { Answer, Fields } from '../platform';
import type { Setup } from './endpoint';
import { refuse } from './errors';
import { DEFAULT_TEAM } from './options';
import type { Conversation } from './store';
import { conversationView, messageView } from './views';

/** `POST …/conversations/:id/send_message/` with the one field `message`. */
export function sendMessage(setup: Setup, fields: Fields, conversation: Conversation): Answer {
  const { store, counts, options } = setup;
  const { number } = conversation.contact.primaryPhone;
  const text = fields['message'];
  if (text === undefined) throw refuse(400, { message: ['This field is required.'] });
  if (typeof text !== 'string') throw refuse(400, { message: ['Not a valid string.'] });
  if (text.trim() === '') throw refuse(400, { message: ['This field may not be blank.'] });
  if (store.stopped.has(number)) {
    throw refuse(400, { detail: 'This contact has opted out of messages.' });
  }
  const message = store.addMessage(conversation, text);
  counts.record({
    platform: 'pivotcx',
    recipient: number,
    delivered: true,
    messageId: String(message.id),
    conversationId: String(conversation.id),
    inboxId: options.teamId ?? DEFAULT_TEAM,
    content: text,
    key: null,
    attributes: null,
    at: message.createdAt,
  });
  switch (options.sendAnswer ?? 'message') {
    case 'message':
      return { status: 201, json: messageView(setup, message, conversation) };
    case 'conversation':
      return { status: 200, json: conversationView(setup, conversation) };
    case 'nothing':
      return { status: 204, text: '' };
  }
}
