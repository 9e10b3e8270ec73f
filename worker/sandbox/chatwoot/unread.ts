import type { Conversation } from './rows';

/** Messages of the person that no agent has looked at: nobody looks here. Chatwoot v4.15.1 app/models/conversation.rb. */
export function unreadCount({ messages, lastIncomingMs }: Conversation): number {
  if (lastIncomingMs === null) return 0;
  return Math.min(10, messages.filter(({ messageType }) => messageType === 'incoming').length);
}
