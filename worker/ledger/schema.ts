import type { Generated } from 'kysely';
import type { DeliveryKind } from '../../core/delivery';
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
  outbox: OutboxTable;
  audit: AuditTable;
  schedules: SchedulesTable;
  occurrences: OccurrencesTable;
  lists: ListsTable;
  media: MediaTable;
  delivery_events: DeliveryEventsTable;
  events: EventsTable;
  feed: FeedTable;
  api_keys: ApiKeysTable;
  idempotency: IdempotencyTable;
  chunks: ChunksTable;
  polls: PollsTable;
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
  /** What it is called outside the ledger, in workflow ids and histories. */
  ref: string;
  /** Who may drive it. */
  engine: Generated<Engine>;
  /** On Temporal: the workflow that drives it, or is to; null as long as nobody has said which. */
  workflow_id: string | null;
  /** What sends its rows: slices, or a workflow for each. */
  orchestrate: Generated<Orchestrate>;
  /** How its audience comes in over HTTP: as one list, or in chunks; null: from a file of the machine's own. */
  intake: Intake | null;
}

export type Engine = 'embedded' | 'temporal';
export type Orchestrate = 'slice' | 'message';
export type Intake = 'upload' | 'chunks';

/** What Temporal is still to be told: that a campaign has changed, or that a message of its own is to be sent. */
export interface OutboxTable {
  id: Generated<number>;
  campaign_id: number;
  /** The row whose workflow is meant; null: the campaign's. */
  seq: number | null;
  /** This workflow alone, and only if it is there: it is to notice that the campaign has gone to another engine. */
  workflow_id: string | null;
  at: number;
  not_before: number;
  tries: Generated<number>;
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
  kind: 'driver' | 'slice' | 'send';
  holder: string;
  until: number;
  ended: Generated<number>;
}

export interface CountersTable {
  campaign_id: number;
  /** `delivery`: rows of which is known what `reason` says; they are counted by their own state as well. */
  state: RecipientState | 'double' | 'delivery';
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

/** A campaign that is opened again and again, by the clock. */
export interface SchedulesTable {
  id: Generated<number>;
  /** What it is called outside the ledger, as with a campaign. */
  ref: string;
  /** 128 random bits, of which its campaigns' own follow: an occurrence that is opened again in a restored ledger has the same keys. */
  uid: string;
  /** Null once it is deleted: its name is free again. */
  name: string | null;
  engine: Engine;
  /** The parsed campaign file. */
  file: string;
  /** When: the parsed options. */
  spec: string;
  /** The list that was uploaded with it; null: taken anew each time from where the file says. */
  upload_hash: string | null;
  /** Deleted ones stay for their occurrences, and until Temporal has heard of it. */
  state: 'active' | 'paused' | 'deleted';
  /** Why it is paused, for a person. */
  why: string | null;
  created_at: number;
  /** On the embedded engine: the next time, without jitter. */
  next_at: number | null;
  /** Grows with every change that Temporal has to hear of; `told` is the last one that it has. */
  revision: Generated<number>;
  told: Generated<number>;
}

/** One local date and time of a schedule, or one that a person asked for. */
export interface OccurrencesTable {
  schedule_id: number;
  /** In the schedule's zone, like 2026-03-29T02:30. */
  local: string;
  nominal_at: number;
  /** 1: a person wants it now, whatever the clock says. */
  manual: Generated<number>;
  /** 1: a person asked for it (by hand or as a backfill): it cannot be too late, and a pause does not keep it back. */
  asked: Generated<number>;
  /** By which request: a salted hash of its key. Null: by none that has one. */
  asked_by: string | null;
  /** 1: that person knows that the content is the same as last time. */
  same_ok: Generated<number>;
  state: 'asked' | 'trying' | 'opened' | 'skipped' | 'failed';
  /** A code. */
  why: string | null;
  /** The words of the last failure, for a person. */
  detail: string | null;
  failing_since: number | null;
  campaign_id: number | null;
  /** Of the list and the message. */
  content_hash: string | null;
  /** On Temporal: the workflow that opened it, or is at work on that. */
  workflow_id: string | null;
  /** 1: Temporal has been told to begin what was asked for. Also what nobody asked for, and what waits for the one before. */
  told: Generated<number>;
  /** 1: it was seen that its campaign paused itself. */
  noticed: Generated<number>;
  at: number;
}

/** Lists that are kept in the ledger until they are read, so that a worker on any machine can. */
export interface ListsTable {
  hash: string;
  piece: number;
  /** 1: it is complete with this piece. */
  last: number;
  /** Base64. */
  bytes: string;
  at: number;
  /** Until then it is kept, whether or not anything needs it yet. */
  held_until: Generated<number>;
}

/** Where a campaign's files are on its platform. */
export interface MediaTable {
  campaign_id: number;
  /** Of the file's bytes. */
  hash: string;
  url: string;
  at: number;
}

/** What a platform told, once. */
export interface DeliveryEventsTable {
  account: string;
  /** The platform's; unique within the account. */
  event_id: string;
  kind: DeliveryKind;
  /** By the platform's clock. */
  at: number | null;
  seen_at: number;
  /** The row that it is about, where one is known. */
  campaign_id: number | null;
  seq: number | null;
  message_id: string | null;
  conversation_id: string | null;
  address: string | null;
  /** What the person wrote, or why it failed in the platform's words. */
  text: string | null;
}

/** What others may follow: codes and numbers, nothing of anybody. */
export interface EventsTable {
  id: Generated<number>;
  /** In the order of commits; null until somebody has read on to here. */
  position: number | null;
  at: number;
  type: EventType;
  campaign_id: number | null;
  seq: number | null;
  account: string | null;
  /** A code. */
  reason: string | null;
  /** With `account`: what the platform told. */
  event_id: string | null;
}

/** Of campaigns, of messages, of people. */
export const EVENT_TYPES = [
  'ready',
  'started',
  'paused',
  'resumed',
  'cancelled',
  'finished',
  'failed',
  'unknown',
  'delivered',
  'read',
  'delivery_failed',
  'replied',
  'opted_out',
  'opted_in',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface FeedTable {
  id: number;
  /** Another one once the ledger was restored: positions begin to differ there. */
  epoch: string;
  last: number;
  dropped: number;
}

export const API_SCOPES = ['read', 'send', 'admin'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export interface ApiKeysTable {
  /** Public; the first part of the key. */
  id: string;
  name: string;
  scope: ApiScope;
  /** SHA-256 of the secret part, in hex. */
  hash: string;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
}

/** A request that creates something, by the key that its sender gave it. */
export interface IdempotencyTable {
  /** Whose key it is. */
  scope: string;
  key: string;
  /** Of the request. */
  fingerprint: string;
  /** Null while it is being answered. */
  status: number | null;
  body: string | null;
  /** When it was answered; until then, when somebody last was at it. */
  at: number;
}

export interface ChunksTable {
  campaign_id: number;
  /** Salted hashes of what the sender said. */
  key: string;
  fingerprint: string;
  /** `seq` of its first row. */
  first: number;
  n: number;
  /** Rows of it whose address was in the campaign already. */
  duplicates: number;
  at: number;
}

export interface PollsTable {
  account: string;
  /** What happened before is known. */
  since: number;
  holder: string | null;
  /** Until then it is the holder's. */
  until: number;
}
