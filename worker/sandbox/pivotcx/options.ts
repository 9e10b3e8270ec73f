/**
 * What no public document says of PivotCX is a guess here, and an option: the first value of each is what happens by
 * itself.
 */
export interface PivotcxOptions {
  readonly userId?: string;
  readonly teamId?: string;
  readonly username?: string;
  readonly password?: string;
  /** The envelope of a list: counted pages, only `results`, or the bare rows of everything. */
  readonly envelope?: 'page' | 'results' | 'list';
  /** 100. */
  readonly pageSize?: number;
  /** The origin of the links to other pages, where it is not the sandbox's own. */
  readonly linkOrigin?: string;
  readonly spelling?: 'camel' | 'snake';
  /** What a conversation shows of its contact. */
  readonly shows?: 'contact' | 'contact_id' | 'name';
  /** The list of conversations takes no notice of the name. */
  readonly ignoresName?: boolean;
  /** How long after its contact a conversation is listed; 0. */
  readonly conversationAfterMs?: number;
  /** The status of an error about a number that is taken. */
  readonly takenStatus?: 400 | 409;
  /** Fields that a contact needs beside its number; none. */
  readonly needs?: readonly ('firstName' | 'lastName' | 'primaryEmail')[];
  /** Numbers that are refused as not real, beside those that cannot be. */
  readonly refuses?: readonly string[];
  /** Numbers whose people have texted STOP. */
  readonly stopped?: readonly string[];
  /** Whether a path may lack its slash at the end; else it is redirected to the one that has it. */
  readonly slash?: 'needed' | 'optional';
  /** What a message is answered with. */
  readonly sendAnswer?: 'message' | 'conversation' | 'nothing';
  /**
   * Whether there is a list of a conversation's messages, at `messages/` below it; then a conversation also says when it was
   * last written in, as `lastMessageAt`.
   */
  readonly listsMessages?: boolean;
  readonly now?: () => number;
}

/** Where the platform is in the sandbox. */
export const MOUNT = '/pivotcx';
export const DEFAULT_USER = '7';
export const DEFAULT_TEAM = '42';
export const DEFAULT_USERNAME = 'sandbox';
export const DEFAULT_PASSWORD = 'sandbox-password';
