import { type RawBuilder, sql } from 'kysely';
import { needOpen } from './identity';
import type { Ledger, Queries } from './ledger';
import { rowsOf } from './rows';

/** Delivery events that are looked at in one commit. */
const PAGE = 5_000;
/** No platform tells a thing again that is older: what is known of it by its id may go. */
const TOLD_AGAIN_MS = 30 * 24 * 60 * 60_000;
/** An answer by its key of idempotency is given up when somebody is forgotten, unless it is as young as this. */
const ANSWERED_MS = 24 * 60 * 60_000;

/** What it says of a person becomes empty. Its id stays, so that the platform cannot tell it a second time. */
const ERASE = sql`address = null, text = null, message_id = null, conversation_id = null`;

/** Erases what platforms told of a person: by the address, by their rows, and by their conversations. Before those are erased. */
export async function eraseToldOf(
  trx: Queries,
  address: string,
  rows: readonly { readonly campaignId: number; readonly seq: number }[],
): Promise<void> {
  await eraseTold(trx, inConversationsOf(sql`contacts where address = ${address}`));
  await eraseTold(trx, sql`address = ${address}`);
  if (rows.length === 0) return;
  const places = rowsOf(trx, { campaignId: 'integer', seq: 'integer' }, rows);
  const theirs = sql`(campaign_id, seq) in (select v."campaignId", v.seq from ${places} as v)`;
  await eraseTold(trx, inConversationsOf(sql`recipients where ${theirs}`));
  // For the database's planner: the index has only those that have a row.
  await eraseTold(trx, sql`campaign_id is not null and ${theirs}`);
}

/** One table at a time: of two at once SQLite makes a list, and compares it with all that was ever told. */
const inConversationsOf = (them: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`conversation_id is not null and (account, conversation_id) in (
    select account, conversation_id from ${them} and conversation_id is not null)`;

export async function eraseTold(trx: Queries, which: RawBuilder<unknown>): Promise<void> {
  await sql`update delivery_events set ${ERASE} where ${which}`.execute(trx);
}

/**
 * Erases what platforms told before a moment of people who stand on no list, page by page; and takes away what is old of them and of
 * campaigns that are forgotten.
 */
export async function eraseOldTold(ledger: Ledger, before: number, now: number): Promise<void> {
  const old = Math.min(before, now - TOLD_AGAIN_MS);
  for (let after = sql`('', '')`; ; ) {
    const { rows } = await sql<{ account: string; eventId: string }>`
      select account, event_id as "eventId" from delivery_events
      where (account, event_id) > ${after} order by account, event_id limit ${PAGE}
    `.execute(ledger.db);
    const last = rows.at(-1);
    if (last === undefined) return;
    const end = sql`(${last.account}, ${last.eventId})`;
    const page = sql`(account, event_id) > ${after} and (account, event_id) <= ${end}`;
    await ledger.db.transaction().execute(async (trx) => {
      await needOpen(trx);
      await eraseTold(trx, sql`${page} and campaign_id is null and seen_at < ${before}`);
      await sql`
        delete from delivery_events where ${page} and seen_at < ${old} and (campaign_id is null
          or campaign_id in (select id from campaigns where forgotten_at is not null))
      `.execute(trx);
    });
    after = end;
  }
}

/**
 * Answers that are kept for a repeated request should say nothing of anybody; their keys were chosen by others, who may name a
 * person in them. Old ones go, and those in which this address stands.
 */
export async function eraseAnswers(
  trx: Queries,
  now: number,
  address: string | null = null,
): Promise<void> {
  await trx
    .deleteFrom('idempotency')
    .where('at', '<', now - ANSWERED_MS)
    .execute();
  await trx
    .updateTable('occurrences')
    .set({ asked_by: null })
    .where('asked_by', 'is not', null)
    .where('nominal_at', '<', now - ANSWERED_MS)
    .execute();
  if (address === null) return;
  // In a key a number may stand without its +, and an address in any case.
  const theirs = `%${address.replace(/^\+/, '').toLowerCase()}%`;
  await sql`
    delete from idempotency where lower("key") like ${theirs} or lower(body) like ${theirs}
  `.execute(trx);
}
