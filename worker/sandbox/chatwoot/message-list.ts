import { contactAsSender } from './contact-view';
import { mayUse } from './inboxes';
import { messageView } from './message-view';
import type { Account, Conversation, Message, User } from './rows';

/**
 * `GET /conversations/:id/messages`, always ascending. Pages: the latest 20; 20 before an id; 100 after an id; 1000
 * from an id (included) to another. Chatwoot v4.15.1 app/finders/message_finder.rb.
 */
export function listMessages(conversation: Conversation, query: URLSearchParams): unknown {
  const { contact } = conversation.session;
  return {
    meta: {
      labels: conversation.labels,
      additional_attributes: conversation.additionalAttributes,
      contact: contactAsSender(contact),
      agent_last_seen_at: null,
      assignee_last_seen_at: null,
    },
    payload: selected(conversation, query).map((message) => messageView(message)),
  };
}

function selected(conversation: Conversation, query: URLSearchParams): Message[] {
  const all = query.get('filter_internal_messages')
    ? conversation.messages.filter((row) => !row.private && row.messageType !== 'activity')
    : conversation.messages;
  const before = idOf(query.get('before'));
  const after = idOf(query.get('after'));
  if (after !== undefined && before !== undefined) {
    return all.filter((row) => row.id >= after && row.id < before).slice(0, 1000);
  }
  if (before !== undefined) return all.filter((row) => row.id < before).slice(-20);
  if (after !== undefined) return all.filter((row) => row.id > after).slice(0, 100);
  return all.slice(-20);
}

function idOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  return Number.parseInt(text, 10) || 0;
}

const SEARCH_PAGE = 15;
const SEARCH_AGE = 3 * 30 * 86_400_000;

/**
 * `GET /search/messages`: a part of the text in any case, of the last three months, newest first, 15 a page.
 * Chatwoot v4.15.1 app/services/search_service.rb.
 */
export function searchMessages(
  account: Account,
  user: User,
  query: URLSearchParams,
  nowMs: number,
): unknown {
  const wanted = (query.get('q') ?? '').trim().toLowerCase();
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const found: Message[] = [];
  for (const conversation of account.conversations.values()) {
    if (!mayUse(conversation.session.inbox, user)) continue;
    for (const message of conversation.messages) {
      if (message.createdMs < nowMs - SEARCH_AGE) continue;
      if ((message.content ?? '').toLowerCase().includes(wanted)) found.push(message);
    }
  }
  found.sort((a, b) => b.createdMs - a.createdMs || b.id - a.id);
  const shown = found.slice((page - 1) * SEARCH_PAGE, page * SEARCH_PAGE);
  return { payload: { messages: shown.map((message) => messageView(message)) } };
}
