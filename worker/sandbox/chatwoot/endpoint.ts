import type { Counts } from '../counts';
import type { Answer, Call } from '../platform';
import type { BotAccess } from './access';
import { asId } from './casts';
import { found, NOT_ALLOWED, Refusal } from './errors';
import { mayUse } from './inboxes';
import type { Committer } from './messages';
import type { Account, Contact, Conversation, Fields, User } from './rows';
import type { Store } from './store';

/** What all endpoints work with. */
export interface Setup {
  readonly store: Store;
  readonly counts: Counts;
  readonly committer: Committer;
  readonly messagesPerMinute: number;
}

/** One authorised request within an account. */
export interface Ask extends Setup {
  readonly call: Call;
  readonly account: Account;
  readonly user: User;
  readonly path: Readonly<Record<string, string>>;
  readonly params: Fields;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1/accounts/:account`. */
  readonly path: string;
  /** The first release that has it. */
  readonly since?: string;
  readonly access?: BotAccess;
  answer(ask: Ask): Answer;
}

/** Every success of this API is a 200. */
export function ok(json: unknown): Answer {
  return { status: 200, json };
}

/** `head :ok`: a 200 without a body. */
export const EMPTY: Answer = { status: 200, text: '' };

export function contactOf(ask: Ask): Contact {
  return found(ask.account.contacts.get(asId(ask.path.id) ?? 0));
}

/** The conversation of the path; a token's owner who is not a member of its inbox gets a 401. */
export function conversationOf(ask: Ask): Conversation {
  const conversation = found(ask.account.conversations.get(asId(ask.path.id) ?? 0));
  if (!mayUse(conversation.session.inbox, ask.user)) throw new Refusal(NOT_ALLOWED);
  return conversation;
}
