import type { Address } from '../../core/message';
import { type Body, readAny, readFields, readId, readList, readOptionalText } from '../read';
import { type Account, type Query, read, segment } from './account';
import { type List, type Page, readPage } from './pages';
import type { FilterName } from './settings';
import { failureWords } from './status';

/** A message as a node shows it. */
export interface ListedMessage {
  readonly id: string;
  readonly channelId: string | null;
  readonly conversationId: string | null;
  readonly reference: string | null;
  readonly direction: string | null;
  readonly status: string | null;
  /** Why it failed, in Bird's words. */
  readonly failure: string | null;
  readonly text: string | null;
  readonly tags: readonly string[];
  readonly createdAt: string | null;
  readonly lastStatusAt: string | null;
}

/** What happened to a message beyond its delivery: read, opened, clicked. */
export interface Interaction {
  readonly id: string | null;
  readonly type: string | null;
  readonly at: string | null;
}

/** The filters of a message list (seed document of this platform). Times are RFC 3339. */
export interface MessageQuery {
  readonly limit?: number;
  readonly pageToken?: string;
  readonly reverse?: boolean;
  readonly platform?: string;
  readonly direction?: 'incoming' | 'outgoing';
  readonly start?: string;
  readonly end?: string;
  readonly sender?: string;
  readonly recipient?: Address;
  readonly tag?: string;
  /** Words in the subject of a mail. */
  readonly subject?: string;
  readonly status?: string;
  /** Of a channel's list only. */
  readonly batchId?: string;
  /** Of the workspace's list only. */
  readonly channelId?: string;
}

/** @throws ProviderError `not_found`. */
export async function getMessage(
  account: Account,
  inboxId: string,
  messageId: string,
): Promise<ListedMessage> {
  return account.ask({
    asked: 'reading a message',
    request: read(account, messagePath(inboxId, messageId)),
    read: shown,
  });
}

/** One page of a channel's messages, or of the whole workspace's. */
export async function listMessages(
  account: Account,
  inboxId: string | null,
  query: MessageQuery = {},
): Promise<Page<ListedMessage>> {
  const { rows, nextPageToken } = await readPage(account, {
    asked: 'listing messages',
    path: inboxId === null ? '/channels/messages' : messagesPath(inboxId),
    query: queryOf(account, query),
    row: shown,
  });
  return { rows, nextPageToken };
}

/** One page of a conversation's messages, from a time on. */
export async function listConversationMessages(
  account: Account,
  conversationId: string,
  query: { limit?: number; pageToken?: string; reverse?: boolean; dateFrom?: string } = {},
): Promise<Page<ListedMessage>> {
  const { rows, nextPageToken } = await readPage(account, {
    asked: 'listing messages of a conversation',
    path: conversationMessagesPath(conversationId),
    query: { ...query },
    row: shown,
  });
  return { rows, nextPageToken };
}

export async function listInteractions(
  account: Account,
  inboxId: string,
  messageId: string,
): Promise<readonly Interaction[]> {
  return account.ask({
    asked: 'listing interactions',
    request: read(account, `${messagePath(inboxId, messageId)}/interactions`),
    read: (body) =>
      readList(body, 'results').map((row) => ({
        id: readOptionalText(row, 'id'),
        type: readOptionalText(row, 'type') ?? readOptionalText(row, 'interactionType'),
        at: readOptionalText(row, 'createdAt') ?? readOptionalText(row, 'timestamp'),
      })),
  });
}

function queryOf({ settings }: Account, query: MessageQuery): Query {
  const { limit, pageToken, reverse, recipient, batchId, channelId, ...rest } = query;
  const asked: Partial<Record<FilterName, string | undefined>> = {
    ...rest,
    batch: batchId,
    channel: channelId,
    ...(recipient === undefined ? {} : { [recipient.kind]: recipient.value }),
  };
  const named = Object.entries(asked).map(([name, value]): [string, Query[string]] => [
    settings.filters[name as FilterName],
    value,
  ]);
  const all = [...Object.entries({ limit, pageToken, reverse }), ...named];
  // What is not asked must not stand in the way of what is.
  return Object.fromEntries(all.filter(([name, value]) => name !== '' && value !== undefined));
}

/** The list of what a channel sent, or got, between two moments. */
export function listedBetween(
  account: Account,
  inboxId: string,
  {
    start,
    end,
    direction,
  }: { start: number; end: number | null; direction: 'incoming' | 'outgoing' },
): List<Body> {
  const query = queryOf(account, {
    start: new Date(start).toISOString(),
    ...(end === null ? {} : { end: new Date(end).toISOString() }),
    direction,
  });
  return {
    asked: direction === 'outgoing' ? 'looking for sent messages' : 'looking for answers',
    path: messagesPath(inboxId),
    query,
    row: (row) => row,
  };
}

export function conversationMessagesPath(conversationId: string): string {
  return `/conversations/${segment(conversationId)}/messages`;
}

function messagesPath(inboxId: string): string {
  return `/channels/${segment(inboxId)}/messages`;
}

export function messagePath(inboxId: string, messageId: string): string {
  return `${messagesPath(inboxId)}/${segment(messageId)}`;
}

function shown(row: Body): ListedMessage {
  const tags = readAny(row, 'tags');
  return {
    id: readId(row, 'id'),
    channelId: readOptionalText(row, 'channelId'),
    conversationId: readOptionalText(row, 'conversationId'),
    reference: readOptionalText(row, 'reference'),
    direction: readOptionalText(row, 'direction'),
    status: readOptionalText(row, 'status'),
    failure: failureWords(row),
    text: textOf(row),
    tags: (Array.isArray(tags) ? tags : []).filter((tag) => typeof tag === 'string'),
    createdAt: readOptionalText(row, 'createdAt'),
    lastStatusAt: readOptionalText(row, 'lastStatusAt'),
  };
}

/** The words of a body of any type: they stand in the field of its type's own name. */
export function textOf(message: Body): string | null {
  const type = readOptionalText(message, 'body.type') ?? 'text';
  return readOptionalText(readFields(message, `body.${type}`)['text'], '');
}
