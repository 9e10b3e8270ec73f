export interface ChannelSeed {
  readonly id: string;
  readonly name: string;
  /** `sms`, `whatsapp`, `email`, or one that the runner does not write to. */
  readonly platformId: string;
  /** The number or address that it sends from. */
  readonly identifier?: string;
  readonly status?: string;
}

export interface ProjectSeed {
  readonly id: string;
  readonly name: string;
  readonly templates: readonly TemplateSeed[];
}

export interface TemplateSeed {
  /** Also its version, in this sandbox. */
  readonly id: string;
  readonly status: string;
  readonly defaultLocale: string;
  readonly locales: readonly string[];
  readonly parameters: readonly string[];
  readonly description: string;
}

export interface KeySeed {
  readonly key: string;
  /** What a conversation knows its owner by. */
  readonly id: string;
  /** A regular expression on the paths below the workspace that it may not use. */
  readonly denied?: string;
}

/** What a channel's list shows of a message that was sent in a conversation; no document says. */
export type ConversationMessages = 'same_id' | 'other_id' | 'hidden';

/** Where Bird's answer is not documented, the default is a guess that a test or a rehearsal can change. */
export interface BirdOptions {
  readonly workspaceId?: string;
  readonly keys?: readonly KeySeed[];
  readonly channels?: readonly ChannelSeed[];
  readonly projects?: readonly ProjectSeed[];
  /** Attributes that contacts may have, with their types; others are refused. False: any. */
  readonly attributes?: Readonly<Record<string, 'string' | 'boolean' | 'number'>> | false;
  /** How long a list does not show a new message. Not documented; 0 by default. */
  readonly listingLagMs?: number;
  /** Query names that lists ignore without a word, such as `startAt`. */
  readonly ignoredFilters?: readonly string[];
  /** The longest time between `startAt` and `endAt`, in days; 7 by a connector's note. False: any. */
  readonly longestSpanDays?: number | false;
  /** Addresses whose messages are taken and rejected in the same answer. */
  readonly rejected?: readonly string[];
  /** Addresses whose messages are taken, and whose delivery fails. */
  readonly undeliverable?: readonly string[];
  /** Messages to contacts that have unsubscribed are rejected; false, as no document says so. */
  readonly enforcesConsent?: boolean;
  readonly conversationMessages?: ConversationMessages;
  /** Whether the conflict of a second conversation names the first. */
  readonly conflictNamesId?: boolean;
  /** 50 reads and 500 other requests a second and workspace, with 429 beyond. Off by default, so that a rehearsal may be fast. */
  readonly limits?: boolean;
  /** For tests of windows and ages. */
  readonly now?: () => number;
}

export const WORKSPACE = 'b1bd0000-0000-4000-8000-000000000001';
export const KEYS: readonly KeySeed[] = [
  { key: 'sandbox-key', id: 'acce5500-0000-4000-8000-000000000001' },
];
export const SMS = 'c4a00000-0000-4000-8000-000000000001';
export const WHATSAPP = 'c4a00000-0000-4000-8000-000000000002';
export const MAIL = 'c4a00000-0000-4000-8000-000000000003';

export const CHANNELS: readonly ChannelSeed[] = [
  { id: SMS, name: 'SMS', platformId: 'sms', identifier: '+12025550190' },
  { id: WHATSAPP, name: 'WhatsApp', platformId: 'whatsapp', identifier: '+12025550191' },
  { id: MAIL, name: 'E-mail', platformId: 'email', identifier: 'shop@example.org' },
  {
    id: 'c4a00000-0000-4000-8000-000000000004',
    name: 'Old number',
    platformId: 'sms',
    identifier: '+12025550192',
    status: 'inactive',
  },
  { id: 'c4a00000-0000-4000-8000-000000000005', name: 'Telegram', platformId: 'telegram' },
];

export const PROJECT = 'd4000000-0000-4000-8000-000000000001';

export const PROJECTS: readonly ProjectSeed[] = [
  {
    id: PROJECT,
    name: 'Order update',
    templates: [
      {
        id: 'd5000000-0000-4000-8000-000000000001',
        status: 'active',
        defaultLocale: 'en',
        locales: ['en', 'es'],
        parameters: ['name', 'order'],
        description: 'Hi {{name}}, your order {{order}} is ready.',
      },
    ],
  },
];

export const ATTRIBUTES: NonNullable<BirdOptions['attributes']> = {
  firstName: 'string',
  lastName: 'string',
  city: 'string',
  subscribedSms: 'boolean',
  subscribedWhatsapp: 'boolean',
  subscribedEmail: 'boolean',
};
