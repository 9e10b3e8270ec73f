import type { Fields, Value } from '../platform';

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly platformId: string;
  readonly identifier: string | null;
  readonly status: string;
  readonly createdMs: number;
  /** By time of creation, then in order of arrival. */
  readonly messages: Message[];
}

export interface Identifier {
  readonly key: string;
  readonly value: string;
}

export interface Contact {
  readonly id: string;
  displayName: string | null;
  attributes: Fields;
  readonly identifiers: Identifier[];
  readonly listIds: string[];
  readonly createdMs: number;
  updatedMs: number;
  /** When the person last wrote, by channel. */
  readonly lastWroteMs: Map<string, number>;
}

export interface Failure {
  readonly code: number;
  readonly description: string;
  readonly source: string;
}

export interface Message {
  readonly id: string;
  /** Grows with every message: orders those of one moment. */
  readonly seq: number;
  readonly channelId: string;
  readonly contactId: string;
  readonly identifier: Identifier;
  readonly direction: 'incoming' | 'outgoing';
  readonly reference: string | null;
  readonly tags: readonly string[];
  /** Body or template, as it was sent. */
  readonly content: { readonly body?: Value; readonly template?: Value };
  readonly createdMs: number;
  status: string;
  /** When it got that. */
  statusMs: number;
  failure: Failure | null;
  readonly conversationId: string | null;
  readonly interactions: { readonly id: string; readonly type: string; readonly atMs: number }[];
  /** Not in the channel's list. */
  readonly hidden: boolean;
}

export interface Conversation {
  readonly id: string;
  readonly name: string;
  readonly channelId: string;
  readonly contactId: string;
  status: string;
  readonly createdMs: number;
  readonly messages: ConversationMessage[];
}

export interface ConversationMessage {
  readonly id: string;
  readonly message: Message;
}
