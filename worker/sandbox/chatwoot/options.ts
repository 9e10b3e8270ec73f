import type {
  ChannelType,
  DefinedAttribute,
  Fields,
  Team,
  TwilioTemplate,
  WhatsappTemplate,
} from './rows';

export interface InboxSeed {
  readonly id: number;
  readonly name: string;
  readonly channelType: ChannelType;
  readonly phoneNumber?: string;
  readonly provider?: string;
  readonly medium?: 'sms' | 'whatsapp';
  readonly lockToSingleConversation?: boolean;
  readonly activeBot?: boolean;
  readonly templates?: readonly WhatsappTemplate[];
  readonly contentTemplates?: readonly TwilioTemplate[];
  readonly additionalAttributes?: Fields;
}

/** Somebody who works there, and has no token. */
export interface AgentSeed {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role?: 'administrator' | 'agent';
}

export interface AccountSeed {
  readonly id: number;
  readonly name?: string;
  readonly status?: 'active' | 'suspended';
  /** Language of the account's texts; `en`, `de` and `es` are known. */
  readonly locale?: string;
  /** The default ones, where absent; so with agents and teams. */
  readonly definedAttributes?: readonly DefinedAttribute[];
  /** Beside those who have a token. */
  readonly agents?: readonly AgentSeed[];
  readonly teams?: readonly Team[];
  /** The default inboxes, where absent. */
  readonly inboxes?: readonly InboxSeed[];
}

export interface TokenSeed {
  readonly token: string;
  readonly kind?: 'user' | 'agent_bot';
  readonly role?: 'administrator' | 'agent';
  readonly name?: string;
  readonly email?: string;
  /** All accounts, where absent. */
  readonly accountIds?: readonly number[];
  /** For an agent: the inboxes it is a member of. */
  readonly inboxIds?: readonly number[];
}

export interface ChatwootOptions {
  /** Features follow it: 4.8.0 drops custom content_attributes. */
  readonly version?: string;
  readonly accounts?: readonly AccountSeed[];
  readonly tokens?: readonly TokenSeed[];
  /** Requests to contacts/search per minute and account; 100 by default, false for no limit. */
  readonly searchPerMinute?: number | false;
  /** Messages per rolling minute and conversation; 200 by default. */
  readonly messagesPerMinute?: number;
  /** False: the workers that hand messages to the channels stand still, and rows stay `sent` without a source_id. */
  readonly workers?: boolean;
  /** For tests of windows and ages. */
  readonly now?: () => number;
}

export const DEFAULT_VERSION = '4.15.1';
export const DEFAULT_TOKEN = 'sandbox-token';

const parsedVersions = new Map<string, readonly number[]>();

/** True from the release `since` on. */
export function atLeast(version: string, since: string): boolean {
  const have = partsOf(version);
  const want = partsOf(since);
  for (let part = 0; part < 3; part += 1) {
    const difference = (have[part] ?? 0) - (want[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Remembered: versions are compared several times in every request, and there are only a few. */
function partsOf(version: string): readonly number[] {
  let parts = parsedVersions.get(version);
  if (parts === undefined) {
    parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
    parsedVersions.set(version, parts);
  }
  return parts;
}
