import type { HttpRequest, Json } from '../../core/http';
import type { Receipt, Send } from '../provider';
import { readId, readText } from '../read';
import { type Account, identifierOf, segment } from './account';
import { contentFields } from './content';
import { isFailed, rejection } from './status';

const ASKED = 'sending a message';

/**
 * The one request that delivers. Bird has no idempotency key: the send's key goes along as `reference`, a label that lists
 * show again (bird docs, channels-api, api-reference/messaging).
 *
 * @throws ProviderError `rejected` also where Bird accepts the request and rejects the message in the same answer.
 */
export async function sendMessage(account: Account, send: Send): Promise<Receipt> {
  const { id } = send.conversation;
  const inConversation = account.settings.inSharedInbox && id !== null;
  const conversationId = inConversation ? id : null;
  return account.ask({
    asked: ASKED,
    request:
      conversationId === null
        ? delivering(account, send, `/channels/${segment(send.inbox.id)}/messages`, {
            ...channelFields(account, send),
          })
        : delivering(account, send, `/conversations/${segment(conversationId)}/messages`, {
            ...conversationFields(account, send),
          }),
    read: (body) => {
      const messageId = readId(body, 'id');
      const status = readText(body, 'status');
      if (isFailed(status)) throw rejection(ASKED, body, status);
      return { messageId, conversationId };
    },
  });
}

function delivering(account: Account, send: Send, path: string, json: Json): HttpRequest {
  return {
    method: 'POST',
    path: account.path(path),
    json,
    call: 'message',
    delivers: send.sendBy === undefined ? {} : { sendBy: send.sendBy },
  };
}

function channelFields(account: Account, { address, key, content, inbox }: Send) {
  const { tag } = account.settings;
  const { key: identifierKey, value: identifierValue } = identifierOf(address);
  return {
    receiver: { contacts: [{ identifierKey, identifierValue }] },
    reference: key,
    ...(tag === '' ? {} : { tags: [tag] }),
    ...contentFields(account, content, inbox),
  };
}

/** Without tags, which are not described here (bird docs, conversations-api, create message). */
function conversationFields(account: Account, { address, key, content, inbox }: Send) {
  const { key: identifierKey, value: identifierValue } = identifierOf(address);
  return {
    participantType: 'accessKey',
    participantId: account.settings.accessKeyId,
    addMissingParticipants: true,
    recipients: [{ type: 'to', identifierKey, identifierValue }],
    reference: key,
    ...contentFields(account, content, inbox),
  };
}
