import type { Fields, Value } from '../platform';
import type { Recent } from './recent';

export type ChannelType =
  | 'Channel::Api'
  | 'Channel::Whatsapp'
  | 'Channel::Sms'
  | 'Channel::TwilioSms'
  | 'Channel::Email'
  | 'Channel::WebWidget';

export const CONVERSATION_STATES = ['open', 'resolved', 'pending', 'snoozed'] as const;
export type ConversationState = (typeof CONVERSATION_STATES)[number];

/** As integers on the wire, in this order. */
export const MESSAGE_TYPES = ['incoming', 'outgoing', 'activity', 'template'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

export const MESSAGE_STATES = ['sent', 'delivered', 'read', 'failed'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** A WhatsApp template as an inbox caches it, in Meta's shape. */
export interface WhatsappTemplate {
  readonly name: string;
  readonly status: string;
  readonly language: string;
  readonly category: string;
  readonly parameter_format: 'POSITIONAL' | 'NAMED';
  readonly components: readonly { readonly type: string; readonly text?: string }[];
}

/** A Twilio content template as an inbox caches it. */
export interface TwilioTemplate {
  readonly friendly_name: string;
  readonly content_sid: string;
  readonly status: string;
  readonly language: string;
  readonly body: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface Inbox {
  readonly id: number;
  readonly accountId: number;
  readonly name: string;
  readonly channelType: ChannelType;
  readonly phoneNumber: string | null;
  readonly provider: string | null;
  readonly medium: 'sms' | 'whatsapp' | null;
  readonly lockToSingleConversation: boolean;
  /** A bot makes new conversations `pending`. */
  readonly activeBot: boolean;
  readonly templates: readonly WhatsappTemplate[];
  readonly contentTemplates: readonly TwilioTemplate[];
  readonly additionalAttributes: Fields;
}

export interface Contact {
  readonly id: number;
  readonly accountId: number;
  name: string;
  email: string | null;
  phoneNumber: string | null;
  identifier: string | null;
  blocked: boolean;
  additionalAttributes: Fields;
  customAttributes: Fields;
  labels: string[];
  lastActivityMs: number | null;
  readonly createdMs: number;
  readonly sessions: Session[];
  readonly conversations: Conversation[];
}

/** Chatwoot's contact_inbox: the contact's address within one inbox. */
export interface Session {
  readonly id: number;
  readonly contact: Contact;
  readonly inbox: Inbox;
  sourceId: string;
  readonly hmacVerified: boolean;
  readonly conversations: Conversation[];
}

export interface Conversation {
  /** Global; the API shows `displayId` only. */
  readonly id: number;
  readonly displayId: number;
  readonly uuid: string;
  readonly accountId: number;
  readonly session: Session;
  status: ConversationState;
  priority: string | null;
  labels: string[];
  customAttributes: Fields;
  additionalAttributes: Fields;
  assignee: User | null;
  team: Team | null;
  snoozedUntilMs: number | null;
  readonly createdMs: number;
  updatedMs: number;
  lastActivityMs: number;
  waitingSinceMs: number;
  firstReplyMs: number;
  lastIncomingMs: number | null;
  /** Its place in the account's log of activities; -1 before the first. */
  recentAt: number;
  /** Ascending by id. */
  readonly messages: Message[];
}

export interface Attachment {
  readonly id: number;
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
}

export interface Message {
  readonly id: number;
  readonly conversation: Conversation;
  content: string | null;
  readonly messageType: MessageType;
  contentType: string;
  contentAttributes: Fields;
  readonly additionalAttributes: Fields;
  status: MessageState;
  readonly private: boolean;
  sourceId: string | null;
  readonly sender: Sender | null;
  attachments: Attachment[];
  readonly createdMs: number;
  updatedMs: number;
}

export type Sender =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'agent_bot'; readonly user: User }
  | { readonly kind: 'contact'; readonly contact: Contact };

/** An agent or administrator, or the owner of a bot's token. */
export interface User {
  readonly id: number;
  readonly kind: 'user' | 'agent_bot';
  readonly name: string;
  readonly email: string;
  readonly role: 'administrator' | 'agent';
  readonly accountIds: readonly number[];
  /** The inboxes that an agent is a member of; an administrator uses all. */
  readonly inboxIds: readonly number[];
}

export interface Label {
  readonly id: number;
  readonly title: string;
  readonly description: string | null;
  readonly color: string;
  readonly show_on_sidebar: boolean;
}

export interface Team {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  /** Ids of agents. */
  readonly memberIds: readonly number[];
}

export interface DefinedAttribute {
  readonly of: 'contact' | 'conversation';
  readonly key: string;
  readonly name: string;
  readonly type: 'text' | 'number' | 'link' | 'date' | 'list' | 'checkbox';
  /** Of a list. */
  readonly values?: readonly string[];
}

export interface Account {
  readonly id: number;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly locale: string;
  /** Custom attributes that have a definition: only those can be filtered by. */
  readonly definedAttributes: readonly DefinedAttribute[];
  /** Everybody who works in it, by id: whoever has a token, and those who are only there to be assigned. */
  readonly agents: ReadonlyMap<number, User>;
  readonly teams: ReadonlyMap<number, Team>;
  readonly inboxes: Map<number, Inbox>;
  readonly contacts: Map<number, Contact>;
  readonly conversations: Map<number, Conversation>;
  readonly recent: Recent;
  readonly labels: Label[];
}

export type { Fields, Value };
