import type { Generated } from 'kysely';
import type { AddressKind, CampaignState, RecipientState } from '../../core/words';

/** Times are milliseconds since the epoch. JSON is kept as text. */
export interface Schema {
  campaigns: CampaignsTable;
  recipients: RecipientsTable;
  attempts: AttemptsTable;
  leases: LeasesTable;
  counters: CountersTable;
  limits: LimitsTable;
  accounts: AccountsTable;
  contacts: ContactsTable;
  suppressions: SuppressionsTable;
  identity: IdentityTable;
  audit: AuditTable;
}

export interface CampaignsTable {
  id: Generated<number>;
  name: string;
  /** 128 random bits: with an address it makes a send's key, which nobody can turn back into the address. */
  uid: string;
  kind: 'list' | 'single';
  account: string;
  state: CampaignState;
  /** Why it is paused, for a person. */
  why: string | null;
  /** Who paused it: a person, a run that was interrupted, or the campaign itself. */
  paused_by: 'operator' | 'interrupt' | 'self' | null;
  /** What is sent and how: the parsed campaign file. */
  spec: string;
  /** The inbox as the platform described it when the campaign was made. */
  inbox: string;
  list_path: string | null;
  list_hash: string | null;
  /** 1 when every row of the list is in: only then can the campaign end. */
  sealed: number;
  imported: number;
  expires_after_ms: number | null;
  expires_at: number | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  /** 1: whoever imports it starts it as well. */
  autostart: Generated<number>;
  /** How many are written to first, by one process alone; null when everybody's turn is. */
  canary: number | null;
  /** Since then each of its rows is looked up before it is sent. */
  restored_at: number | null;
  /** Counts at its last start: failures are judged from there on. */
  judged_sent: Generated<number>;
  judged_failed: Generated<number>;
  /** Since then nothing of it says who its people were. */
  forgotten_at: number | null;
}

export interface RecipientsTable {
  campaign_id: number;
  seq: number;
  /** The spreadsheet's row number. */
  row: number;
  account: string;
  key: string | null;
  kind: AddressKind | null;
  address: string | null;
  raw: string;
  profile: string | null;
  /** Rendered content as JSON; null where every recipient gets the campaign's own. */
  content: string | null;
  zone: string | null;
  /** What the list says of this person's opt-in. */
  consent: string | null;
  state: RecipientState;
  reason: string | null;
  detail: string | null;
  not_before: number;
  /** Attempts that passed the gate and may have been sent. */
  attempts: number;
  /** Times put back without anything sent; the backoff grows with it. */
  tries: number;
  lease_id: number | null;
  attempt_id: number | null;
  contact_id: string | null;
  conversation_id: string | null;
  message_id: string | null;
  delivery: string | null;
  updated_at: number;
  /** When a person ruled that it is sent again. */
  ruled_at: number | null;
}

export type AttemptResult =
  | 'accepted'
  | 'refused'
  | 'not_sent'
  | 'ambiguous'
  | 'absent'
  | 'unclear'
  | 'decided';

export interface AttemptsTable {
  id: number;
  campaign_id: number;
  seq: number;
  number: number;
  lease_id: number;
  started_at: number;
  send_by: number;
  /** What the look-up needs: where the message would be, and the newest message id before it. */
  contact_id: string | null;
  conversation_id: string | null;
  watermark: string | null;
  /** Null while no result has landed. */
  result: AttemptResult | null;
  code: string | null;
  status: number | null;
  detail: string | null;
  message_id: string | null;
  ended_at: number | null;
  looks: Generated<number>;
  /** When the platform is asked next what became of it. */
  look_at: number | null;
}

export interface LeasesTable {
  id: Generated<number>;
  campaign_id: number;
  kind: 'driver' | 'slice';
  holder: string;
  until: number;
  ended: Generated<number>;
}

export interface CountersTable {
  campaign_id: number;
  state: RecipientState | 'double';
  reason: string;
  n: number;
}

export interface LimitsTable {
  scope: string;
  per_second: number;
  /** GCRA's theoretical arrival time, milliseconds. */
  tat: number;
  /** The part of it that was used at `slowed_at`, after a 429; it climbs back to 1. */
  share: Generated<number>;
  slowed_at: Generated<number>;
}

export interface AccountsTable {
  account: string;
  stopped_until: number;
  why: string | null;
}

export interface ContactsTable {
  account: string;
  inbox_id: string;
  address: string;
  contact_id: string;
  conversation_id: string | null;
  watermark: string | null;
  /** When the platform last confirmed the conversation. */
  verified_at: number;
}

export interface SuppressionsTable {
  /** Empty: holds for every account. */
  account: string;
  address: string;
  reason: string;
  source: string;
  created_at: number;
}

/** One row: which ledger this is, so that a copy of it is noticed. */
export interface IdentityTable {
  id: number;
  state: 'open' | 'moving' | 'moved' | 'filling';
  /** Where it was moved to, for a person. */
  detail: string | null;
  /** What it lay on when it was last opened. */
  fingerprint: string | null;
  /** When it was last found to be a copy: what was sent after the copy was made is not in it. */
  restored_at: number | null;
  /** The move that it is the source of, or is filled by. */
  move_id: string | null;
}

export interface AuditTable {
  id: Generated<number>;
  at: number;
  campaign: string | null;
  action: string;
  who: string;
  detail: string | null;
}
