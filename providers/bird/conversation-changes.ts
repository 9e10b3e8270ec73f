import { type Account, read, segment } from './account';
import { type ConversationCard, conversationCard } from './conversations';

/** What is to be changed (bird docs, conversations-api, update conversation); what is absent stays. */
export interface ConversationChanges {
  readonly name?: string;
  readonly description?: string;
  /** In a closed one nothing can be sent. */
  readonly status?: 'active' | 'closed';
}

/** @throws ProviderError `not_found`. */
export async function getConversation(account: Account, id: string): Promise<ConversationCard> {
  return account.ask({
    asked: 'reading a conversation',
    request: read(account, path(id)),
    read: conversationCard,
  });
}

/** Safe to repeat. */
export async function updateConversation(
  account: Account,
  id: string,
  changes: ConversationChanges,
): Promise<ConversationCard> {
  return account.ask({
    asked: 'updating a conversation',
    request: {
      method: 'PATCH',
      path: account.path(path(id)),
      json: { ...changes },
      call: 'conversation',
    },
    read: conversationCard,
  });
}

function path(id: string): string {
  return `/conversations/${segment(id)}`;
}
