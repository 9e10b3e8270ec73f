import type { Counts } from '../counts';
import type { Answer, Call, Fields } from '../platform';
import { found } from './errors';
import type { KeySeed } from './options';
import type { Channel, Contact, Conversation } from './rows';
import type { Store } from './store';
import type { Tell } from './webhooks';

/** What all endpoints work with. */
export interface Setup {
  readonly store: Store;
  readonly counts: Counts;
  readonly tell: Tell;
}

/** One authorised request within the workspace. */
export interface Ask extends Setup {
  readonly call: Call;
  readonly key: KeySeed;
  readonly path: Readonly<Record<string, string>>;
  readonly fields: Fields;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/workspaces/:workspace`. */
  readonly path: string;
  answer(ask: Ask): Answer;
}

export function ok(json: unknown, status = 200): Answer {
  return { status, json };
}

export function channelOf({ store, path }: Ask): Channel {
  return found(store.channels.get(path.channel ?? ''), 'channel');
}

export function contactOf({ store, path }: Ask): Contact {
  return found(store.contacts.get(path.contact ?? ''), 'contact');
}

export function conversationOf({ store, path }: Ask): Conversation {
  return found(store.conversations.get(path.conversation ?? ''), 'conversation');
}
