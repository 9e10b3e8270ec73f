import { seconds } from './casts';
import { contactView } from './contact-view';
import { agentView, teamView } from './directory';
import { messageRow } from './message-view';
import type { Conversation } from './rows';
import { unreadCount } from './unread';
import { canReply } from './window';

/**
 * A conversation as create, show and every list present it; `id` is the number within the account.
 * Chatwoot v4.15.1 app/views/api/v1/conversations/partials/_conversation.json.jbuilder.
 */
export function conversationView(
  conversation: Conversation,
  nowMs: number,
): Record<string, unknown> {
  const { session, messages, assignee, team, accountId } = conversation;
  const last = messages.at(-1);
  const lastSpoken = messages.findLast((message) => message.messageType !== 'activity');
  return {
    meta: {
      sender: contactView(session.contact, false),
      channel: session.inbox.channelType,
      // Left out where there is none.
      ...(assignee === null
        ? {}
        : { assignee: agentView(accountId, assignee), assignee_type: 'User' }),
      ...(team === null ? {} : { team: teamView(accountId, team) }),
      hmac_verified: session.hmacVerified,
    },
    id: conversation.displayId,
    messages: last === undefined ? [] : [messageRow(last)],
    account_id: accountId,
    uuid: conversation.uuid,
    additional_attributes: conversation.additionalAttributes,
    agent_last_seen_at: 0,
    assignee_last_seen_at: 0,
    can_reply: canReply(conversation, nowMs),
    contact_last_seen_at: 0,
    custom_attributes: conversation.customAttributes,
    inbox_id: session.inbox.id,
    labels: conversation.labels,
    muted: false,
    snoozed_until:
      conversation.snoozedUntilMs === null ? null : seconds(conversation.snoozedUntilMs),
    status: conversation.status,
    created_at: seconds(conversation.createdMs),
    updated_at: conversation.updatedMs / 1000,
    timestamp: seconds(conversation.lastActivityMs),
    first_reply_created_at: seconds(conversation.firstReplyMs),
    unread_count: unreadCount(conversation),
    last_non_activity_message: lastSpoken === undefined ? null : messageRow(lastSpoken),
    last_activity_at: seconds(conversation.lastActivityMs),
    priority: conversation.priority,
    waiting_since: seconds(conversation.waitingSinceMs),
    sla_policy_id: null,
  };
}
