/** What the ledger needs to be shared by several processes, restored, moved and forgotten from. */
export const depth = {
  number: 2,
  name: 'depth',
  statements: [
    // Whoever imports it starts it as well: no start is lost with the process that asked for it.
    `alter table campaigns add column autostart integer not null default 0`,
    // While its first few are tried, no other process takes part in it.
    `alter table campaigns add column canary integer`,
    // Since then every row is looked up before it is sent: it may have been sent by what the copy does not know.
    `alter table campaigns add column restored_at integer`,
    // Failures are judged from the last start on, not over all time.
    `alter table campaigns add column judged_sent integer not null default 0`,
    `alter table campaigns add column judged_failed integer not null default 0`,
    // What the list says of this person's opt-in.
    `alter table recipients add column consent text`,
    // A person ruled that it is sent again: no look-up after a restore asks anew.
    `alter table recipients add column ruled_at integer`,
    // Since then nothing of it says who its people were.
    `alter table campaigns add column forgotten_at integer`,
    `alter table limits drop column burst`,
    // After a 429 a limit is used in part, and climbs back.
    `alter table limits add column share real not null default 1`,
    `alter table limits add column slowed_at integer not null default 0`,
    `create index leases_open on leases (campaign_id) where ended = 0`,
    `create table identity (
      id integer primary key,
      state text not null,
      detail text,
      fingerprint text,
      restored_at integer,
      move_id text
    )`,
  ],
} as const;
