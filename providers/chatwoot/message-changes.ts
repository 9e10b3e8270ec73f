import type { Json } from '../../core/http';
import type { Attachment } from '../../core/message';
import type { Receipt } from '../provider';
import { readId } from '../read';
import type { Account } from './account';
import { isSuccess } from './contact-cards';
import { bodyOf } from './content';
import { inert } from './inert';
import { messagesPath } from './messages';

/** A text with files that goes to nobody. */
export interface Entry {
  readonly text: string;
  readonly attachments?: readonly Attachment[];
}

/** What a gateway tells of a message that it was given. */
export interface MessageStatus {
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  /** Why it failed. */
  readonly error?: string;
}

/**
 * Puts a person's own message into a conversation of an API inbox, as its gateway does. Delivers nothing.
 *
 * @throws ProviderError `rejected`/`not_allowed` in any other inbox.
 */
export async function addIncoming(
  account: Account,
  conversationId: string,
  entry: Entry,
): Promise<Receipt> {
  return add(account, conversationId, 'adding an incoming message', entry, {
    content: entry.text,
    message_type: 'incoming',
  });
}

/** A note that only agents see. It is never delivered; an API inbox's gateway is told of it, marked as private. */
export async function addNote(
  account: Account,
  conversationId: string,
  entry: Entry,
): Promise<Receipt> {
  return add(account, conversationId, 'adding a private note', entry, {
    content: inert(entry.text),
    message_type: 'outgoing',
    private: true,
  });
}

/** Leaves an empty message that is marked as deleted: with its text goes the mark by which a send is found again. */
export async function deleteMessage(
  account: Account,
  conversationId: string,
  messageId: string,
): Promise<void> {
  await account.ask({
    asked: 'deleting a message',
    request: { method: 'DELETE', path: path(account, conversationId, messageId), call: 'message' },
    expects: isSuccess,
    read: () => undefined,
  });
}

/** Of an API inbox only: elsewhere the channel itself tells. Safe to repeat. */
export async function setMessageStatus(
  account: Account,
  conversationId: string,
  messageId: string,
  { status, error }: MessageStatus,
): Promise<Receipt> {
  return account.ask({
    asked: 'setting the status of a message',
    request: {
      method: 'PATCH',
      path: path(account, conversationId, messageId),
      json: { status, ...(error === undefined ? {} : { external_error: error }) },
      call: 'message',
    },
    read: (body) => ({ messageId: readId(body, 'id'), conversationId }),
  });
}

async function add(
  account: Account,
  conversationId: string,
  asked: string,
  { text, attachments }: Entry,
  fields: { readonly [name: string]: Json },
): Promise<Receipt> {
  const content = { kind: 'text', text, ...(attachments && { attachments }) } as const;
  return account.ask({
    asked,
    request: {
      method: 'POST',
      path: messagesPath(account, conversationId),
      call: 'message',
      ...bodyOf(fields, content),
    },
    read: (body) => ({ messageId: readId(body, 'id'), conversationId }),
  });
}

function path(account: Account, conversationId: string, messageId: string): string {
  return `${messagesPath(account, conversationId)}/${encodeURIComponent(messageId)}`;
}
