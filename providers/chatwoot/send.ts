import type { HttpRequest } from '../../core/http';
import type { Receipt, Send } from '../provider';
import { type Body, readAny, readId } from '../read';
import type { Account } from './account';
import { bodyOf, type Fields, messageFields } from './content';
import { conversationFields } from './conversations';
import { carriersOf } from './marker';
import { messagesPath } from './messages';

/** Into the conversation that is there, or together with a new one. The one request of a send that delivers. */
export async function sendMessage(account: Account, send: Send): Promise<Receipt> {
  return send.conversation.id === null
    ? openWithMessage(account, send)
    : addMessage(account, send, send.conversation.id);
}

async function addMessage(account: Account, send: Send, conversationId: string): Promise<Receipt> {
  return account.ask({
    asked: 'sending a message',
    request: delivering(
      send,
      messagesPath(account, conversationId),
      messageFields(account.edition, send),
    ),
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
    ...conversationFields(account.edition, { contact, address, inbox }),
    custom_attributes: { campaign_runner_key: key },
    message: { ...messageFields(account.edition, send) },
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
