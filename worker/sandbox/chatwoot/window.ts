import type { Conversation } from './rows';

const HOUR = 3_600_000;

/**
 * Whether free text may be sent now: WhatsApp has 24 hours since the person's last message in this conversation, an
 * API inbox only what it sets itself, all others no limit.
 * Chatwoot v4.15.1 app/services/conversations/message_window_service.rb.
 */
export function canReply(conversation: Conversation, nowMs: number): boolean {
  const hours = windowHours(conversation);
  if (hours === undefined) return true;
  const last = conversation.lastIncomingMs;
  return last !== null && nowMs - last < hours * HOUR;
}

function windowHours(conversation: Conversation): number | undefined {
  const { inbox } = conversation.session;
  if (inbox.channelType === 'Channel::Whatsapp' || inbox.medium === 'whatsapp') return 24;
  if (inbox.channelType !== 'Channel::Api') return undefined;
  const hours = Number(inbox.additionalAttributes.agent_reply_time_window ?? 0);
  return hours > 0 ? hours : undefined;
}
