/** What the ledger needs to open campaigns by the clock, and to hand their lists to a worker on another machine. */
export const schedules = {
  number: 4,
  name: 'schedules',
  statements: [
    `create table schedules (
      id integer primary key autoincrement,
      ref text not null unique,
      uid text not null,
      name text unique,
      engine text not null,
      file text not null,
      spec text not null,
      upload_hash text,
      state text not null,
      why text,
      created_at integer not null,
      next_at integer,
      revision integer not null default 1,
      told integer not null default 0
    )`,
    // One for each local date and time: a repeated autumn hour, a backfill and a retry are the same one.
    `create table occurrences (
      schedule_id integer not null,
      local text not null,
      nominal_at integer not null,
      manual integer not null default 0,
      asked integer not null default 0,
      same_ok integer not null default 0,
      state text not null,
      why text,
      detail text,
      failing_since integer,
      campaign_id integer,
      content_hash text,
      workflow_id text,
      told integer not null default 0,
      noticed integer not null default 0,
      at integer not null,
      primary key (schedule_id, local)
    ) without rowid`,
    `create index occurrences_open on occurrences (schedule_id, local) where state in ('asked', 'trying')`,
    // The bytes of a list in pieces, as base64: text goes the same way in both databases.
    `create table lists (
      hash text not null,
      piece integer not null,
      last integer not null,
      bytes text not null,
      at integer not null,
      primary key (hash, piece)
    ) without rowid`,
  ],
} as const;
