import type { ChatwootOptions } from '../chatwoot';

export interface BevatelOptions extends ChatwootOptions {
  /** Paths below the account that Chatwoot has and this server has not, such as `/contacts/filter`. None by default. */
  readonly without?: readonly string[];
  readonly developer?: DeveloperOptions;
}

/** What is known of the developer API from others' programs only, or from nobody. */
export interface DeveloperOptions {
  /** What its paths begin with; `/developer/api/v1` by default. */
  readonly path?: string;
  /** The shape of a template that it takes; `documented` by default. */
  readonly body?: 'documented' | 'white-label';
  /** What it says to a message that it took: a sentence (the documented answer), the message too, or its number. */
  readonly answers?: 'sentence' | 'data' | 'message_id';
  /** Requests a second; 5 and 10 by default, as documented. False for no limit. */
  readonly limits?: { readonly contact: number; readonly message: number } | false;
}

/** Nobody says how it is counted: here as many at once as a second allows. */
export const DOCUMENTED_LIMITS = { contact: 5, message: 10 };
export const DEVELOPER_PATH = '/developer/api/v1';
/** Older than 4.9: a message's own attributes are dropped. */
export const DEFAULT_VERSION = '4.8.0';
