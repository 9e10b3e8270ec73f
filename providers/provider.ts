/**
 * providers: one file per platform. Pure translation between the seam in this file and a platform's HTTP API: no
 * retries, no logging, no clock, no environment, and never a secret (the transport adds `authorize`'s result).
 */

import type { DeliveryEvent, DeliveryKind } from '../core/delivery';
import type { ProviderError } from '../core/errors';
import type { Deadline, Http, HttpRequest, Json } from '../core/http';
import type { Address, Attachment, Content } from '../core/message';
import type { AddressKind, CallKind, Channel, ProviderId, RejectReason } from '../core/words';

/** What an account's requests are given by the transport. Everything in it may be secret. */
export interface Authorization {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** What belongs into `{name}` of a request's path, on platforms that have a secret there. */
  readonly path?: Readonly<Record<string, string>>;
}

/** One field of a platform's credentials; the accounts file and the n8n credential use the same names. */
export interface CredentialField {
  readonly name: string;
  readonly label: string;
  readonly secret?: true;
  readonly required?: true;
  readonly default?: string;
  readonly help: string;
}

/** What a platform can do, as data. Checked against a campaign before it starts. */
export interface Capabilities {
  readonly channels: readonly Channel[];
  readonly addressKinds: readonly AddressKind[];
  readonly text: boolean;
  readonly template: boolean;
  /** What of a template beside its body can be filled; absent: nothing. */
  readonly templateParts?: readonly ('header' | 'buttons')[];
  /** Files with a text; null where the platform takes none. */
  readonly attachments: Media | null;
  /** Whether the platform knows contacts, and conversations, that can be asked for; else a message needs neither. */
  readonly contacts: boolean;
  readonly conversations: boolean;
  /** What to do instead of what it cannot: a sentence for the check of a campaign. */
  readonly instead?: Readonly<Partial<Record<'text' | 'template' | 'attachments', string>>>;
  /** What its webhooks tell of; empty where it has none that are described. */
  readonly deliveryEvents: readonly DeliveryKind[];
  /** What its listings tell of later (`catchUp`); empty where they tell nothing of it. */
  readonly catchesUp: readonly DeliveryKind[];
  /** How a lost answer is settled: by repeating the key, by looking the message up, or not at all. */
  readonly deduplicates: 'by_key' | 'by_lookup' | 'no';
  /** What a proven absence leads to by default: send again, or leave it to a person. */
  readonly onAbsent: 'resend' | 'park';
  /** How long after `sendBy` the platform may still commit a request: only a later look-up proves absence. */
  readonly settleDelayMs: number;
  /** Default limits per second for each kind of call; absent means unlimited. */
  readonly limits: Readonly<Partial<Record<CallKind, number>>>;
  /**
   * Calls per recipient: `cold` for one whom neither we nor the platform knows, `found` for one whom only the platform
   * knows, `warm` for one whose contact and conversation are in the contact book.
   */
  readonly calls: {
    readonly cold: readonly CallKind[];
    readonly found: readonly CallKind[];
    readonly warm: readonly CallKind[];
  };
}

/** What files a platform takes. */
export interface Media {
  /** Of one file. */
  readonly mostBytes: number;
  /** Content types, or their beginnings (`image/`). */
  readonly types: readonly string[];
  /** Files of one message. */
  readonly most: number;
  /** Whether a web address that is open to everybody may stand for a file. */
  readonly addresses: boolean;
}

/** The sending identity, as the platform describes it. Kept with the campaign as JSON. */
export interface Inbox {
  readonly id: string;
  readonly name: string;
  readonly channel: Channel;
  /** Kinds of address that this inbox can write to. */
  readonly addressKinds: readonly AddressKind[];
  readonly text: boolean;
  readonly template: boolean;
  /** True where free text is accepted only for some hours after the person's last message. */
  readonly replyWindow: boolean;
  /** Whether a look-up can prove absence here (a marker survives); else a lost answer stays `unknown`. */
  readonly lookup: boolean;
  /** What the platform asks of a person beside the name; absent: nothing, and then nothing of it is kept. */
  readonly asks?: readonly ('firstName' | 'lastName' | 'email')[];
  /** The adapter's own facts about the inbox; nobody else reads them. */
  readonly facts: Readonly<Record<string, Json>>;
}

export interface Template {
  readonly name: string;
  readonly language: string;
  readonly status: string;
  readonly category?: string;
  /** Names or positions of the body parameters, in order. */
  readonly params: readonly string[];
  readonly body?: string;
}

/** Why people may be written to, in the words of the campaign. */
export interface OptIn {
  readonly method: string;
  readonly detail: string;
}

/** The recipient as the platform's contact is made from it; beside the name only what the inbox asks for. */
export interface Profile {
  readonly name?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** Of somebody who is written to by phone. Only for platforms that ask for it: elsewhere it is one address, one contact. */
  readonly email?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** Why this person may be written to, as the campaign states it. */
  readonly optIn?: OptIn;
}

export interface Contact {
  readonly id: string;
  /** True when this very call created it: then it can have no conversation yet. */
  readonly created: boolean;
  readonly blocked: boolean;
}

export interface Conversation {
  /** Null where none is open to reuse: `sendMessage` creates it together with the message. */
  readonly id: string | null;
  /** The highest message id known before the send; null where there is no conversation. */
  readonly watermark: string | null;
  /** False when the platform would not deliver free text now (reply window closed). */
  readonly canReply: boolean;
  /** The contact is blocked, as far as this look saw it. */
  readonly blocked: boolean;
}

export interface Send {
  /** Stable for this message through every attempt; opaque; at most 40 characters of [A-Za-z0-9_-]. */
  readonly key: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly inbox: Inbox;
  readonly address: Address;
  readonly contact: Contact;
  readonly conversation: Conversation;
  readonly content: Content;
  /** For platforms without contacts, which are told of the person with the message. */
  readonly profile?: Profile;
  readonly sendBy?: Deadline;
}

/** A platform's acceptance. Accepted is not delivered. */
export interface Receipt {
  readonly messageId: string | null;
  readonly conversationId: string | null;
}

/** What is remembered of an attempt, so that it can be looked up later, by any process. */
export interface Trace {
  readonly inbox: Inbox;
  readonly address: Address;
  readonly contactId: string;
  /** Null when the attempt would have created the conversation. */
  readonly conversationId: string | null;
  readonly watermark: string | null;
  /** Milliseconds since the epoch: the message cannot have been sent before. */
  readonly since: number;
  /** When the look-up begins, by the same clock. */
  readonly until: number;
}

/** One of the messages that a look-up asks for. */
export interface Sought {
  readonly key: string;
  readonly trace: Trace;
}

export type Finding =
  | { readonly kind: 'found'; readonly receipts: readonly [Receipt, ...Receipt[]] }
  /** The listing was complete and the message is not in it (yet): proof only after the settle delay. */
  | { readonly kind: 'absent' }
  /** Nothing can be concluded; `why` is for a person. */
  | { readonly kind: 'unclear'; readonly why: string };

export interface Identity {
  /** Who the credentials belong to, for a person to recognise; no address. */
  readonly name: string;
  readonly version?: string;
  /** What the credentials may not do, one sentence each; empty when all is well. */
  readonly warnings: readonly string[];
}

/** A provider connected to one account. Every method throws `ProviderError` and nothing else. */
export interface Provider {
  /** A refusal of one recipient, in this platform's name; to be thrown. */
  refuse(reason: RejectReason, detail: string): ProviderError;
  /** The cheapest authenticated read. Absent where the platform has none. */
  ping?(): Promise<Identity>;
  listInboxes(): Promise<readonly Inbox[]>;
  listTemplates?(inboxId: string): Promise<readonly Template[]>;
  /** Finds the contact of an address or creates it. Safe to repeat. */
  ensureContact(address: Address, profile: Profile, inbox: Inbox): Promise<Contact>;
  /**
   * Looks for a conversation that may be reused; creates one only where that is not part of sending. `kind` is what is to be
   * sent, where that is known: for a template no reply window need be looked at. `profile` is for platforms that list
   * conversations by a person's name.
   */
  ensureConversation(
    contact: Contact,
    address: Address,
    inbox: Inbox,
    kind?: Content['kind'],
    profile?: Profile,
  ): Promise<Conversation>;
  /** An empty conversation, for whoever asks for one without a message. Not safe to repeat. */
  createConversation?(contact: Contact, address: Address, inbox: Inbox): Promise<Conversation>;
  /** Makes exactly one request flagged `delivers`. */
  sendMessage(send: Send): Promise<Receipt>;
  /** Looks for the message with this key among everything newer than the trace's watermark. */
  findSent?(key: string, trace: Trace): Promise<Finding>;
  /**
   * The same for many at once, where one listing shows all of them: so that reads do not grow with the messages in doubt.
   * Answers in the order of the question.
   */
  findAllSent?(sought: readonly Sought[]): Promise<readonly Finding[]>;
  /**
   * Puts a file where the platform's messages can point at it. Once for a campaign, and safe to repeat. Absent where a
   * file goes with the message itself.
   */
  uploadMedia?(file: Attachment, inbox: Inbox): Promise<string>;
  /**
   * Finds out by trying what the platform keeps of a message in this inbox, where its version does not tell; writes and
   * removes something that reaches nobody. Returns the inbox with what is proven.
   */
  probe?(inbox: Inbox): Promise<Inbox>;
  /** Ids of contacts that must not be written to; lets a warm recipient go without a look-up of its own. */
  listBlocked?(): Promise<ReadonlySet<string>>;
  /**
   * What became of messages and what people answered from `since` to `until`, in pages, of which some may be empty; milliseconds
   * since the epoch. For whoever gets no webhooks, or has lost some. Ids are those of the webhook's events: telling a thing
   * again is fine.
   */
  catchUp?(since: number, until: number): AsyncGenerator<readonly DeliveryEvent[]>;
}

export interface ProviderDefinition<P extends Provider = Provider> {
  readonly id: ProviderId;
  readonly displayName: string;
  readonly capabilities: Capabilities;
  readonly credentials: readonly CredentialField[];
  /** The only authentication code. Throws `ProviderError` (`invalid_input`) that names the missing field. */
  authorize(credentials: Readonly<Record<string, string>>): Authorization;
  /** `settings` are the account's non-secret fields (the account id, options with defaults). */
  connect(http: Http, settings: Readonly<Record<string, string>>): P;
  /** The request of `ping`, as data: n8n's credential test makes it as well. Absent with `ping`. */
  readonly ping?: (settings: Readonly<Record<string, string>>) => HttpRequest;
  /** What the platform tells of by itself. Absent where no document says how. */
  readonly webhook?: Webhook;
}

/** A call of the platform's to us, as it came in. */
export interface WebhookRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole address that the platform was given, with its query: some sign it. */
  readonly url: string;
  /** Byte for byte: what is signed. */
  readonly rawBody: Uint8Array;
  /** Milliseconds since the epoch, for platforms whose signature has an age. */
  readonly receivedAt: number;
}

/** Both pure. */
export interface Webhook {
  /** Whether the platform sent it; compared in constant time. Absent where the platform signs nothing. */
  readonly verify?: (request: WebhookRequest, secret: string) => boolean;
  /** True where older servers sign nothing: a secret in the address counts as well then. */
  readonly mayBeUnsigned?: true;
  /**
   * What it tells; empty for events of no interest.
   *
   * @throws ProviderError `unexpected_response` for a body that is not the platform's.
   */
  readonly parse: (rawBody: Uint8Array) => readonly DeliveryEvent[];
}

/** Keeps the literal's own type, so that an adapter's further operations stay visible to its node. */
export function defineProvider<P extends Provider>(
  definition: ProviderDefinition<P>,
): ProviderDefinition<P> {
  return definition;
}

/** What an adapter may see of an account's fields: all but the secret ones, with their defaults. */
export function settingsOf(
  definition: Pick<ProviderDefinition, 'credentials'>,
  fields: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const field of definition.credentials) {
    const value = fields[field.name] ?? field.default;
    if (field.secret !== true && value !== undefined) settings[field.name] = value;
  }
  return settings;
}
