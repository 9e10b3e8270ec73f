import type { Json } from '../../core/http';
import {
  type Body,
  readAny,
  readFields,
  readFlag,
  readId,
  readList,
  readOptionalNumber,
  readOptionalText,
} from '../read';
import { type Account, read } from './account';

/** A conversation as a node shows it. Times are seconds since the epoch. */
export interface ConversationCard {
  readonly id: string;
  readonly inboxId: string;
  readonly contactId: string | null;
  readonly contactName: string;
  readonly phone: string | null;
  readonly email: string | null;
  /** open, pending (with a bot), snoozed or resolved. */
  readonly status: string | null;
  readonly canReply: boolean;
  readonly priority: string | null;
  readonly labels: readonly string[];
  readonly assigneeId: string | null;
  readonly assigneeName: string | null;
  readonly teamId: string | null;
  readonly teamName: string | null;
  readonly unreadCount: number;
  /** Custom ones. */
  readonly attributes: Readonly<Record<string, Json>>;
  readonly lastMessage: string | null;
  readonly snoozedUntil: number | null;
  readonly lastActivityAt: number | null;
  readonly createdAt: number | null;
}

/** Which conversations of the account. */
export interface ConversationQuery {
  /** From 1 on. */
  readonly page: number;
  readonly inboxId?: string;
  /** `all` for every one; Chatwoot takes `open` where nothing is said. */
  readonly status?: string;
  /** `me`, `assigned`, `unassigned` or `all`. */
  readonly assigned?: string;
  readonly teamId?: string;
  readonly label?: string;
  /** Words of a message. */
  readonly text?: string;
  readonly sort?: string;
}

/** @throws ProviderError `not_found`. */
export async function getConversation(account: Account, id: string): Promise<ConversationCard> {
  return account.ask({
    asked: 'reading a conversation',
    request: read(conversationPath(account, id)),
    read: conversationCard,
  });
}

/** One page, of 25 at most (Chatwoot v4.15.1, app/finders/conversation_finder.rb). */
export async function listConversations(
  account: Account,
  { page, status = 'all', ...query }: ConversationQuery,
): Promise<readonly ConversationCard[]> {
  const { inboxId, assigned, teamId, label, text, sort } = query;
  return account.ask({
    asked: 'listing conversations',
    request: read(account.path('/conversations'), {
      page,
      status,
      ...(inboxId === undefined ? {} : { inbox_id: inboxId }),
      ...(assigned === undefined ? {} : { assignee_type: assigned }),
      ...(teamId === undefined ? {} : { team_id: teamId }),
      ...(label === undefined ? {} : { 'labels[]': label }),
      ...(text === undefined ? {} : { q: text }),
      ...(sort === undefined ? {} : { sort_by: sort }),
    }),
    read: (body) => readList(body, 'data.payload').map(conversationCard),
  });
}

/** The last ones of a contact, 20 at most: Chatwoot shows no more. */
export async function listContactConversations(
  account: Account,
  contactId: string,
): Promise<readonly ConversationCard[]> {
  return account.ask({
    asked: "listing a contact's conversations",
    request: read(account.path(`/contacts/${encodeURIComponent(contactId)}/conversations`)),
    read: (body) => readList(body, 'payload').map(conversationCard),
  });
}

export function conversationPath(account: Account, id: string): string {
  return account.path(`/conversations/${encodeURIComponent(id)}`);
}

function conversationCard(row: Body): ConversationCard {
  const labels = readAny(row, 'labels');
  return {
    id: readId(row, 'id'),
    inboxId: readId(row, 'inbox_id'),
    contactId: idOrNull(row, 'meta.sender.id'),
    contactName: readOptionalText(row, 'meta.sender.name') ?? '',
    phone: readOptionalText(row, 'meta.sender.phone_number'),
    email: readOptionalText(row, 'meta.sender.email'),
    status: readOptionalText(row, 'status'),
    canReply: readFlag(row, 'can_reply'),
    priority: readOptionalText(row, 'priority'),
    labels: (Array.isArray(labels) ? labels : []).filter((label) => typeof label === 'string'),
    assigneeId: idOrNull(row, 'meta.assignee.id'),
    assigneeName: readOptionalText(row, 'meta.assignee.name'),
    teamId: idOrNull(row, 'meta.team.id'),
    teamName: readOptionalText(row, 'meta.team.name'),
    unreadCount: readOptionalNumber(row, 'unread_count') ?? 0,
    attributes: readFields(row, 'custom_attributes') as Record<string, Json>,
    lastMessage: readOptionalText(row, 'last_non_activity_message.content'),
    snoozedUntil: readOptionalNumber(row, 'snoozed_until'),
    lastActivityAt: readOptionalNumber(row, 'last_activity_at'),
    createdAt: readOptionalNumber(row, 'created_at'),
  };
}

function idOrNull(row: Body, path: string): string | null {
  const id = readAny(row, path);
  return id === undefined || id === null ? null : readId(row, path);
}
