/** Forward only. A migration that has shipped is never edited; the next change is the next number. */
export const create = {
  number: 1,
  name: 'create',
  statements: [
    `create table campaigns (
      id integer primary key autoincrement,
      name text not null unique,
      uid text not null,
      kind text not null,
      account text not null,
      state text not null,
      why text,
      paused_by text,
      spec text not null,
      inbox text not null,
      list_path text,
      list_hash text,
      sealed integer not null default 0,
      imported integer not null default 0,
      expires_after_ms integer,
      expires_at integer,
      created_at integer not null,
      started_at integer,
      ended_at integer
    )`,
    `create table recipients (
      campaign_id integer not null references campaigns (id),
      seq integer not null,
      "row" integer not null,
      account text not null,
      "key" text,
      kind text,
      address text,
      raw text not null,
      profile text,
      content text,
      zone text,
      state text not null,
      reason text,
      detail text,
      not_before integer not null default 0,
      attempts integer not null default 0,
      tries integer not null default 0,
      lease_id integer,
      attempt_id integer,
      contact_id text,
      conversation_id text,
      message_id text,
      delivery text,
      updated_at integer not null,
      primary key (campaign_id, seq)
    ) without rowid`,
    // One send a campaign and address: promise 1 begins here.
    `create unique index recipients_key on recipients ("key") where "key" is not null`,
    `create index recipients_due on recipients (campaign_id, not_before, seq) where state = 'pending'`,
    // One address is in work once per account at a time.
    `create unique index recipients_in_work on recipients (account, address) where state in ('claimed', 'sending')`,
    `create table attempts (
      id integer primary key,
      campaign_id integer not null,
      seq integer not null,
      number integer not null,
      lease_id integer not null,
      started_at integer not null,
      send_by integer not null,
      contact_id text,
      conversation_id text,
      watermark text,
      result text,
      code text,
      status integer,
      detail text,
      message_id text,
      ended_at integer,
      looks integer not null default 0,
      look_at integer
    )`,
    `create table leases (
      id integer primary key autoincrement,
      campaign_id integer not null,
      kind text not null,
      holder text not null,
      until integer not null,
      ended integer not null default 0
    )`,
    `create unique index leases_driver on leases (campaign_id) where kind = 'driver' and ended = 0`,
    `create table counters (
      campaign_id integer not null,
      state text not null,
      reason text not null,
      n integer not null,
      primary key (campaign_id, state, reason)
    ) without rowid`,
    `create table limits (
      scope text primary key,
      per_second real not null,
      burst real not null,
      tat real not null
    )`,
    `create table accounts (
      account text primary key,
      stopped_until integer not null,
      why text
    )`,
    `create table contacts (
      account text not null,
      inbox_id text not null,
      address text not null,
      contact_id text not null,
      conversation_id text,
      watermark text,
      verified_at integer not null,
      primary key (account, inbox_id, address)
    ) without rowid`,
    `create table suppressions (
      address text not null,
      account text not null,
      reason text not null,
      source text not null,
      created_at integer not null,
      primary key (address, account)
    ) without rowid`,
    `create table audit (
      id integer primary key autoincrement,
      at integer not null,
      campaign text,
      action text not null,
      who text not null,
      detail text
    )`,
  ],
} as const;
