export interface Touchpoint {
  readonly token: string;
  readonly channel: 'sms' | 'mail';
}

/**
 * What no public document says of Press'nXPress (every status, and who is refused) is a guess here, and an option: the
 * first value of each is what happens by itself.
 */
export interface PressnxpressOptions {
  readonly apiKey?: string;
  readonly touchpoints?: readonly Touchpoint[];
  /** Errors come with a status of their own, or all with 200: their shape is that of a success in any case. */
  readonly errors?: 'by_status' | 'with_200';
  /** What a call with a wrong key or token is answered with: an error, or a redirect to the page to log in. */
  readonly strangers?: 'refused' | 'redirected';
  /** Addresses that nothing is sent to. */
  readonly suppressed?: readonly string[];
  /** 200. */
  readonly successStatus?: number;
  readonly now?: () => number;
}

/** Where the platform is in the sandbox; stands for `/api/v2`. */
export const MOUNT = '/pressnxpress';
export const DEFAULT_KEY = 'sandbox-api-key';
export const DEFAULT_TOUCHPOINTS: readonly Touchpoint[] = [
  { token: 'sandbox-sms-touchpoint', channel: 'sms' },
  { token: 'sandbox-mail-touchpoint', channel: 'mail' },
];
/** The one message of a success; no document shows a real one. */
export const QUEUED = 'Queued successfully';
