import {
  type Body,
  readAny,
  readFields,
  readFlag,
  readId,
  readList,
  readNumber,
  readOptionalNumber,
  readOptionalText,
} from '../read';
import { type Account, read } from './account';

/** Rows that a listing with `after` brings at most (Chatwoot v4.15.1, app/finders/message_finder.rb). */
export const MESSAGE_PAGE = 100;

const TYPES = ['incoming', 'outgoing', 'activity', 'template'] as const;

/** A message as a node shows it. */
export interface ListedMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly type: (typeof TYPES)[number];
  readonly private: boolean;
  readonly content: string;
  /** `sent` is only Chatwoot's acceptance. */
  readonly status: string | null;
  /** The channel's own id: its presence is the channel's acceptance, except on API inboxes. */
  readonly sourceId: string | null;
  /** Why the channel refused it. */
  readonly failure: string | null;
  readonly senderType: string | null;
  readonly senderName: string | null;
  readonly attachments: readonly ListedFile[];
  /** Seconds since the epoch. */
  readonly createdAt: number;
}

export interface ListedFile {
  readonly type: string | null;
  readonly url: string | null;
}

/** A row of a listing, whole. */
export interface MessageRow {
  readonly id: number;
  readonly type: number | null;
  readonly private: boolean;
  readonly fromUser: boolean;
  readonly attributes: Readonly<Record<string, Body>>;
  readonly body: Body;
}

/** Up to 100 messages with a greater id, oldest first; undefined where the conversation is gone. */
export async function messagePage(
  account: Account,
  conversationId: string,
  after: number,
): Promise<readonly MessageRow[] | undefined> {
  return account.ask({
    asked: 'listing messages',
    request: read(messagesPath(account, conversationId), { after }),
    expects: (status) => status === 404,
    read: (body, status) =>
      status === 404 ? undefined : readList(body, 'payload').map(messageRow),
  });
}

/** What was said, oldest first: the latest 20 messages, or up to 100 that are newer than the one with id `after`. */
export async function listMessages(
  account: Account,
  conversationId: string,
  after?: string,
): Promise<readonly ListedMessage[]> {
  return account.ask({
    asked: 'listing messages',
    request: read(messagesPath(account, conversationId), after === undefined ? {} : { after }),
    read: (body) => readList(body, 'payload').map((row) => shown(row, conversationId)),
  });
}

export function messagesPath(account: Account, conversationId: string): string {
  return account.path(`/conversations/${encodeURIComponent(conversationId)}/messages`);
}

function messageRow(row: Body): MessageRow {
  const sender = readOptionalText(row, 'sender.type');
  return {
    id: readNumber(row, 'id'),
    type: readOptionalNumber(row, 'message_type'),
    private: readFlag(row, 'private'),
    fromUser: sender === null || sender === 'user',
    attributes: readFields(row, 'content_attributes'),
    body: row,
  };
}

function shown(row: Body, conversationId: string): ListedMessage {
  const files = readAny(row, 'attachments');
  return {
    id: readId(row, 'id'),
    conversationId,
    type: TYPES[readNumber(row, 'message_type')] ?? 'activity',
    private: readFlag(row, 'private'),
    content: readOptionalText(row, 'content') ?? '',
    status: readOptionalText(row, 'status'),
    sourceId: readOptionalText(row, 'source_id'),
    failure: readOptionalText(readAny(row, 'content_attributes'), 'external_error'),
    senderType: readOptionalText(row, 'sender.type'),
    senderName: readOptionalText(row, 'sender.name'),
    attachments: (Array.isArray(files) ? files : []).map((file) => ({
      type: readOptionalText(file, 'file_type'),
      url: readOptionalText(file, 'data_url'),
    })),
    createdAt: readOptionalNumber(row, 'created_at') ?? 0,
  };
}
