import { seconds } from './casts';
import { contactAsSender } from './contact-view';
import { attachmentView, messageRow } from './message-view';
import type { Conversation, Message } from './rows';
import { unreadCount } from './unread';
import { canReply } from './window';

/**
 * A message as a webhook tells of it: its type in words and its time as text, where lists have numbers, and no status of
 * its own (Chatwoot v4.15.1, `Message#webhook_data`).
 */
export function webhookView(
  event: 'message_created' | 'message_updated',
  message: Message,
  { accountName, nowMs }: { accountName: string; nowMs: number },
): Record<string, unknown> {
  const { conversation, sender } = message;
  const account = { id: conversation.accountId, name: accountName };
  const { inbox } = conversation.session;
  return {
    event,
    id: message.id,
    content: message.content,
    content_type: message.contentType,
    message_type: message.messageType,
    private: message.private,
    source_id: message.sourceId,
    content_attributes: message.contentAttributes,
    additional_attributes: message.additionalAttributes,
    created_at: new Date(message.createdMs).toISOString(),
    account,
    inbox: { id: inbox.id, name: inbox.name },
    ...(sender === null ? {} : { sender: senderView(message, account) }),
    conversation: conversationView(conversation, account, nowMs),
    ...(message.attachments.length === 0
      ? {}
      : { attachments: message.attachments.map((each) => attachmentView(each, message)) }),
  };
}

function senderView({ sender }: Message, account: object): unknown {
  if (sender?.kind === 'contact') return { ...contactAsSender(sender.contact), account };
  const user = sender?.user;
  return { id: user?.id, name: user?.name, email: user?.email, type: sender?.kind };
}

function conversationView(conversation: Conversation, account: object, nowMs: number): unknown {
  const { session, messages, assignee, team } = conversation;
  // Without Chatwoot's own lines, and without notes.
  const last = messages.findLast((each) => each.messageType !== 'activity' && !each.private);
  return {
    additional_attributes: conversation.additionalAttributes,
    can_reply: canReply(conversation, nowMs),
    channel: session.inbox.channelType,
    contact_inbox: {
      id: session.id,
      contact_id: session.contact.id,
      inbox_id: session.inbox.id,
      source_id: session.sourceId,
      hmac_verified: session.hmacVerified,
    },
    id: conversation.displayId,
    inbox_id: session.inbox.id,
    messages: last === undefined ? [] : [messageRow(last)],
    labels: conversation.labels,
    meta: {
      sender: contactAsSender(session.contact),
      assignee: assignee && { id: assignee.id, name: assignee.name, type: 'user' },
      team: team && { id: team.id, name: team.name },
      hmac_verified: session.hmacVerified,
    },
    status: conversation.status,
    custom_attributes: conversation.customAttributes,
    snoozed_until:
      conversation.snoozedUntilMs === null ? null : seconds(conversation.snoozedUntilMs),
    unread_count: unreadCount(conversation),
    first_reply_created_at:
      conversation.firstReplyMs === 0 ? null : new Date(conversation.firstReplyMs).toISOString(),
    priority: conversation.priority,
    waiting_since: seconds(conversation.waitingSinceMs),
    agent_last_seen_at: 0,
    contact_last_seen_at: 0,
    timestamp: seconds(conversation.lastActivityMs),
    created_at: seconds(conversation.createdMs),
    updated_at: conversation.updatedMs / 1000,
    account,
  };
}
