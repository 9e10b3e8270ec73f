/** What the ledger needs so that a campaign can be driven by Temporal, and a single message by a workflow of its own. */
export const engines = {
  number: 3,
  name: 'engines',
  statements: [
    // Names the campaign outside the ledger, in workflow ids and histories: says nothing of it, and opens no send key.
    `alter table campaigns add column ref text`,
    `update campaigns set ref = lower(hex(randomblob(8)))`,
    `create unique index campaigns_ref on campaigns (ref)`,
    // Who may drive it. On Temporal that is one workflow id, and without end: a lease of minutes would add nothing.
    `alter table campaigns add column engine text not null default 'embedded'`,
    `alter table campaigns add column workflow_id text`,
    // Whether slices send its rows, or a workflow for each.
    `alter table campaigns add column orchestrate text not null default 'slice'`,
    // What the engine is still to be told. Written with the change itself, so that neither is without the other.
    `create table outbox (
      id integer primary key autoincrement,
      campaign_id integer not null,
      seq integer,
      workflow_id text,
      at integer not null,
      not_before integer not null,
      tries integer not null default 0
    )`,
    `create index outbox_due on outbox (not_before, id)`,
  ],
} as const;
