import type { Counts } from '../counts';
import { asText } from './casts';
import { counted, type Delivery, deliveryOf, finishDelivery } from './delivery';
import { Refusal } from './errors';
import {
  type Conversation,
  type Fields,
  MESSAGE_STATES,
  type Message,
  type MessageState,
  type User,
} from './rows';
import type { Store } from './store';
import type { Tell } from './webhooks';

export interface Committer {
  /** Makes a drafted message part of its conversation, counts it, and hands it to the workers, or to what is said. */
  commit(message: Message, delivery?: Delivery): void;
  /** Hands the same row to the workers again; on API inboxes that sends nothing. */
  retry(message: Message): void;
  /** Tells others that a row is not what it was. */
  changed(message: Message): void;
}

/** What happens from a message's commit on. Chatwoot v4.15.1 app/models/message.rb, app/jobs/send_reply_job.rb. */
export function createCommitter(
  store: Store,
  counts: Counts,
  { workers, tell }: { workers: boolean; tell: Tell },
): Committer {
  const changed = (message: Message): void => tell('message_updated', message);

  function deliver(message: Message, delivery = deliveryOf(store, message)): void {
    if (delivery === undefined) return;
    const now = store.now();
    counts.record(counted(store, message, delivery, now));
    // After the answer of this request has been made: it always shows the row as it was created.
    if (!workers) return;
    queueMicrotask(() => {
      if (finishDelivery(message, delivery, now)) changed(message);
    });
  }
  return {
    commit(message, delivery) {
      const { conversation } = message;
      conversation.messages.push(message);
      conversation.updatedMs = store.now();
      conversation.lastActivityMs = Math.max(conversation.lastActivityMs, message.createdMs);
      store.accounts.get(conversation.accountId)?.recent.touch(conversation);
      if (message.messageType === 'incoming') arrive(conversation, message);
      else if (isHumanReply(message)) {
        if (conversation.firstReplyMs === 0) conversation.firstReplyMs = message.createdMs;
        conversation.waitingSinceMs = 0;
      }
      tell('message_created', message);
      deliver(message, delivery);
    },
    changed,
    retry(message) {
      message.status = 'sent';
      // Up to 4.15.1 a retry forgets everything, a caller's marker too.
      message.contentAttributes = {};
      changed(message);
      if (message.conversation.session.inbox.channelType !== 'Channel::Api') deliver(message);
    },
  };
}

/** Only an incoming message reopens a conversation. */
function arrive(conversation: Conversation, message: Message): void {
  conversation.lastIncomingMs = Math.max(conversation.lastIncomingMs ?? 0, message.createdMs);
  conversation.session.contact.lastActivityMs = message.createdMs;
  if (conversation.waitingSinceMs === 0) conversation.waitingSinceMs = message.createdMs;
  if (conversation.status === 'resolved' || conversation.status === 'snoozed') {
    if (!conversation.session.contact.blocked) conversation.status = 'open';
  }
}

function isHumanReply(message: Message): boolean {
  return (
    message.messageType === 'outgoing' &&
    !message.private &&
    message.sender?.kind === 'user' &&
    message.additionalAttributes.campaign_id === undefined
  );
}

/**
 * A gateway's report on an API inbox; a message that was read does not become delivered again.
 * Chatwoot v4.15.1 app/controllers/api/v1/accounts/conversations/messages_controller.rb.
 */
export function updateStatus(message: Message, params: Fields, nowMs: number): void {
  if (message.conversation.session.inbox.channelType !== 'Channel::Api') {
    const error = 'Message status update is only allowed for API inboxes';
    throw new Refusal({ status: 403, json: { error } });
  }
  const status = asText(params.status) as MessageState | null;
  if (status === null || !MESSAGE_STATES.includes(status)) return;
  if (message.status === 'read' && status === 'delivered') return;
  message.status = status;
  message.updatedMs = nowMs;
  const error = asText(params.external_error);
  if (status === 'failed' && error !== null) {
    message.contentAttributes = { ...message.contentAttributes, external_error: error };
  }
}

/** Deletes softly: the row stays, its text and every attribute are gone. */
export function deleteMessage(message: Message, nowMs: number): void {
  message.content = 'This message was deleted';
  message.contentType = 'text';
  message.contentAttributes = { deleted: true };
  message.attachments = [];
  message.updatedMs = nowMs;
}

/** The line that Chatwoot itself writes into a conversation when its status changes. */
export function activity(store: Store, conversation: Conversation, user: User): Message {
  const verb = conversation.status === 'open' ? 'reopened' : `marked ${conversation.status}`;
  return {
    id: store.nextId('message'),
    conversation,
    content: `Conversation was ${verb} by ${user.name}`,
    messageType: 'activity',
    contentType: 'text',
    contentAttributes: {},
    additionalAttributes: {},
    status: 'sent',
    private: false,
    sourceId: null,
    sender: null,
    attachments: [],
    createdMs: store.now(),
    updatedMs: store.now(),
  };
}
