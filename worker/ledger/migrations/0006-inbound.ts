/** What platforms tell of messages and people, what others may follow of it, and who may ask over HTTP. */
export const inbound = {
  number: 6,
  name: 'inbound',
  statements: [
    // One for each thing that a platform told, however often it tells it.
    `create table delivery_events (
      account text not null,
      event_id text not null,
      kind text not null,
      at integer,
      seen_at integer not null,
      campaign_id integer,
      seq integer,
      message_id text,
      conversation_id text,
      address text,
      text text,
      primary key (account, event_id)
    ) without rowid`,
    `create index delivery_events_address on delivery_events (address, seen_at) where address is not null`,
    `create index delivery_events_row on delivery_events (campaign_id, seq) where campaign_id is not null`,
    `create index delivery_events_conversation on delivery_events (account, conversation_id) where conversation_id is not null`,
    // The feed. What has no position yet gets the next ones when somebody reads, one reader at a time: so positions are in the order of commits.
    `create table events (
      id integer primary key autoincrement,
      position integer,
      at integer not null,
      type text not null,
      campaign_id integer,
      seq integer,
      account text,
      reason text,
      event_id text
    )`,
    `create unique index events_position on events (position) where position is not null`,
    `create index events_fresh on events (id) where position is null`,
    // One row: which feed it is, the last position given out, and the last one that is not kept any more.
    `create table feed (
      id integer primary key,
      epoch text not null,
      last integer not null,
      dropped integer not null
    )`,
    `insert into feed values (1, lower(hex(randomblob(8))), 0, 0)`,
    `create table api_keys (
      id text primary key,
      name text not null,
      scope text not null,
      hash text not null,
      created_at integer not null,
      expires_at integer,
      used_at integer
    ) without rowid`,
    `create table idempotency (
      scope text not null,
      "key" text not null,
      fingerprint text not null,
      status integer,
      body text,
      at integer not null,
      primary key (scope, "key")
    ) without rowid`,
    `create index idempotency_at on idempotency (at)`,
    // Pieces of an audience that were handed over one by one.
    `create table chunks (
      campaign_id integer not null,
      "key" text not null,
      fingerprint text not null,
      first integer not null,
      n integer not null,
      duplicates integer not null,
      at integer not null,
      primary key (campaign_id, "key")
    ) without rowid`,
    // Until when each account has been asked for what it told nobody, and who is at it.
    `create table polls (
      account text primary key,
      since integer not null,
      holder text,
      until integer not null default 0
    ) without rowid`,
    // How its audience comes in where it is no file of ours: 'upload' or 'chunks'.
    `alter table campaigns add column intake text`,
    // Single messages are campaigns as well, and may be very many.
    `create index campaigns_lists on campaigns (id) where kind = 'list'`,
    // A single message has one row alone: who answers one is found by it. Rows of lists are found by their keys.
    `create index recipients_first on recipients (account, address) where seq = 0`,
    // Whom a conversation is with, as our own lists spell the address.
    `create index contacts_conversation on contacts (account, conversation_id) where conversation_id is not null`,
    // Which request asked for it, so that the same one again asks for nothing more.
    `alter table occurrences add column asked_by text`,
    `create index occurrences_asked_by on occurrences (schedule_id, asked_by) where asked_by is not null`,
    // Until then a list is kept for somebody who has not said yet what it is for.
    `alter table lists add column held_until integer not null default 0`,
    // Whose people may answer.
    `create index campaigns_inbound on campaigns (account, ended_at)`,
  ],
} as const;
