/**
 * core: words, errors and addresses. Pure: no clock, no environment, no I/O, nobody else's folder.
 *
 * This file holds the closed sets of words. One word per thing, in code, JSON, SQL and docs (docs/concepts.md).
 */

export const PROVIDERS = ['chatwoot', 'bevatel', 'bird', 'pivotcx', 'pressnxpress'] as const;
export type ProviderId = (typeof PROVIDERS)[number];

/** How a message reaches a person. `api` is an inbox whose gateway is somebody's own program. */
export const CHANNELS = ['sms', 'whatsapp', 'mail', 'api', 'chat'] as const;
export type Channel = (typeof CHANNELS)[number];

export const ADDRESS_KINDS = ['phone', 'email'] as const;
export type AddressKind = (typeof ADDRESS_KINDS)[number];

/** Kinds of call; an account has one limit for each. `lookup` covers every read, listing and polling. */
export const CALL_KINDS = ['contact', 'conversation', 'message', 'lookup'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

export const RECIPIENT_STATES = [
  'pending',
  'claimed',
  'sending',
  'sent',
  'failed',
  'unknown',
  'skipped',
] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];

/** The states that a finished campaign's recipients are in. `unknown` waits for a person, and is final for the run. */
export const FINAL_STATES = ['sent', 'failed', 'unknown', 'skipped'] as const;
export type FinalState = (typeof FINAL_STATES)[number];

export const CAMPAIGN_STATES = [
  'importing',
  'ready',
  'running',
  'paused',
  'finished',
  'cancelled',
] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** Why a row is skipped: nothing was sent, and nothing will be. */
export const SKIP_REASONS = [
  'no_address',
  'invalid_address',
  'invalid_row',
  'duplicate',
  'no_opt_in',
  'suppressed',
  'opted_out',
  'missing_variable',
  'invalid_content',
  'invalid_time_zone',
  'blocked',
  'excluded',
  'expired',
  'cancelled',
  'forgotten',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Why a platform refused one recipient's message. */
export const REJECT_REASONS = [
  'invalid_address',
  'opted_out',
  'blocked',
  'outside_window',
  'template',
  'content',
  'not_allowed',
  'other',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];
