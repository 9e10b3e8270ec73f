import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { RecipientState } from '../../core/words';
import { record } from './audit';
import { count, type Move } from './counters';
import { forUpdate } from './dialect';
import { LedgerError } from './errors';
import { eraseAnswers, eraseOldTold, eraseTold, eraseToldOf } from './forget-told';
import { highestAttempt, needOpen } from './identity';
import type { Ledger, Queries } from './ledger';
import { IN_WORK, rowsOf } from './rows';
import type { CampaignsTable } from './schema';

/** Rows that are erased in one commit. */
const PAGE = 5_000;

export interface Forgotten {
  readonly rows: number;
  readonly campaigns: number;
  /** Erased as well, though nobody knows whether they were sent: a person can still rule on them, but not send them again. */
  readonly unknown: number;
  /** Entries of the suppression list that name the person, and stay. */
  readonly suppressions: number;
  /** Campaigns that have not read their list to the end: it may bring the person in again. */
  readonly unread: readonly string[];
  /** Schedules that keep an uploaded list, where the person may stand. */
  readonly uploads: readonly string[];
}

/** What a row says of a person becomes empty; what became of it stays, so that every count stays true. */
const ERASE = sql`
  raw = '', address = null, profile = null, content = null, zone = null, consent = null, "key" = null, detail = null,
  contact_id = null, conversation_id = null, message_id = null, lease_id = null,
  state = case when state in ('pending', 'claimed') then 'skipped' else state end,
  reason = case when state in ('pending', 'claimed') then 'forgotten' else reason end`;

/**
 * Erases what the ledger knows of one person, in one commit. Whoever still waited is skipped. The suppression list keeps
 * them unless `suppression` says so: whoever is not on it can be written to again.
 *
 * @throws LedgerError when a message to them is on its way or being settled.
 */
export async function forgetPerson(
  ledger: Ledger,
  address: string,
  { suppression }: { readonly suppression: boolean },
  now: number,
): Promise<Forgotten> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const { rows } = await sql<{
      campaignId: number;
      seq: number;
      state: RecipientState;
      alive: number;
    }>`
      select campaign_id as "campaignId", seq, state,
        case when exists (select 1 from leases l where l.id = recipients.lease_id and l.ended = 0 and l.until >= ${now})
          then 1 else 0 end as alive
      from recipients where address = ${address} order by campaign_id, seq ${forUpdate(trx)}
    `.execute(trx);
    // A claimed row whose slice has died waits like any other: nothing of it was sent.
    const busy = rows.find(
      ({ state, alive }) => state === 'sending' || (state === 'claimed' && alive === 1),
    );
    if (busy !== undefined) await refuseBusy(trx, busy.campaignId);
    await eraseToldOf(trx, address, rows);
    await eraseRows(trx, rows, now);
    const singles = await eraseSingles(trx, address, rows, now);
    await trx.deleteFrom('contacts').where('address', '=', address).execute();
    await eraseWords(trx);
    await eraseAnswers(trx, now, address);
    const listed = suppression
      ? await trx.deleteFrom('suppressions').where('address', '=', address).execute()
      : await trx
          .selectFrom('suppressions')
          .select('account')
          .where('address', '=', address)
          .execute();
    const campaigns = new Set([...rows.map(({ campaignId }) => campaignId), ...singles]).size;
    await record(trx, {
      at: now,
      action: 'forget',
      detail: `${rows.length} rows in ${campaigns} campaigns${suppression ? ', and the suppressions' : ''}`,
    });
    return {
      rows: rows.length,
      campaigns,
      unknown: rows.filter(({ state }) => state === 'unknown').length,
      suppressions: suppression ? 0 : listed.length,
      unread: (await unreadLists(trx)).map(({ name }) => name),
      uploads: await schedulesWithUpload(trx),
    };
  });
}

async function refuseBusy(trx: Queries, campaignId: number): Promise<never> {
  const { rows } = await sql<{ name: string }>`
    select name from campaigns where id = ${campaignId}
  `.execute(trx);
  throw new LedgerError(
    `a message of campaign "${rows[0]?.name}" to this address is in work now, or its outcome is still being settled. Nothing was erased. Give the same command again in a minute, while the campaign runs`,
  );
}

interface Place {
  readonly campaignId: number;
  readonly seq: number;
  readonly state: RecipientState;
}

async function eraseRows(trx: Queries, rows: readonly Place[], now: number): Promise<void> {
  if (rows.length === 0) return;
  const places = rowsOf(trx, { campaignId: 'integer', seq: 'integer' }, rows);
  const theirs = sql`(campaign_id, seq) in (select v."campaignId", v.seq from ${places} as v)`;
  await sql`update recipients set ${ERASE}, updated_at = ${now} where ${theirs}`.execute(trx);
  await eraseAttempts(trx, theirs);
  const byCampaign = Map.groupBy(rows, ({ campaignId }) => campaignId);
  for (const [campaignId, own] of [...byCampaign].sort(([a], [b]) => a - b)) {
    await count(trx, campaignId, skips(own));
  }
}

/** Why a schedule could not send may quote its list: the names of columns, where a list has none, are somebody's row. */
async function eraseWords(trx: Queries): Promise<void> {
  await trx
    .updateTable('occurrences')
    .set({ detail: null })
    .where('detail', 'is not', null)
    .execute();
}

function skips(rows: readonly Pick<Place, 'state'>[]): Move[] {
  return (['pending', 'claimed'] as const).map((state) => ({
    from: { state },
    to: { state: 'skipped', reason: 'forgotten' },
    n: rows.filter((row) => row.state === state).length,
  }));
}

async function eraseAttempts(trx: Queries, which: RawBuilder<unknown>): Promise<void> {
  await sql`
    update attempts set contact_id = null, conversation_id = null, watermark = null, detail = null, message_id = null
    where ${which}
  `.execute(trx);
}

/** A single send holds its person and text beside its row, and before there is a row. Returns the campaigns. */
async function eraseSingles(
  trx: Queries,
  address: string,
  rows: readonly Place[],
  now: number,
): Promise<number[]> {
  const ids = new Set(rows.map(({ campaignId }) => campaignId));
  const found = await sql<Pick<Selectable<CampaignsTable>, 'id' | 'spec' | 'sealed'>>`
    select id, spec, sealed from campaigns where kind = 'single'
      and (sealed = 0 or id in (select v.id from ${rowsOf(
        trx,
        { id: 'integer' },
        [...ids].map((id) => ({ id })),
      )} as v))
  `.execute(trx);
  const theirs = found.rows.filter(({ spec }) => addressIn(spec) === address);
  for (const { id, spec, sealed } of theirs) {
    await trx
      .updateTable('campaigns')
      .set({
        spec: withoutPerson(spec),
        forgotten_at: now,
        // It has no row that could be skipped.
        ...(sealed === 0 ? { state: 'cancelled', ended_at: now } : {}),
      })
      .where('id', '=', id)
      .execute();
  }
  return theirs.map(({ id }) => id);
}

interface OfSingle {
  readonly single?: {
    readonly key: string;
    readonly account: string;
    readonly inboxId: string;
    readonly address?: { readonly value: string };
  };
}

function addressIn(spec: string): string | undefined {
  return (JSON.parse(spec) as OfSingle).single?.address?.value;
}

/** The key stays: it must not send again. */
function withoutPerson(spec: string): string {
  const { single, ...rest } = JSON.parse(spec) as OfSingle;
  const { key, account, inboxId } = single ?? {};
  return JSON.stringify({
    ...rest,
    content: { kind: 'text', text: '' },
    single: { key, account, inboxId },
  });
}

/** Campaigns whose list is still to be read, with where its copy is. */
export async function unreadLists(
  db: Queries,
): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const { rows } = await sql<{ name: string; path: string }>`
    select name, list_path as path from campaigns
    where sealed = 0 and state = 'importing' and list_path is not null order by id
  `.execute(db);
  return rows;
}

async function schedulesWithUpload(db: Queries): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from schedules where upload_hash is not null and state <> 'deleted' order by id
  `.execute(db);
  return rows.map(({ name }) => name);
}

/**
 * Erases everybody in campaigns that ended before a moment, page by page, with their attempts and what platforms told of them,
 * what they told of others until then, and what the contact book has not confirmed since. Counts and reasons stay.
 */
export async function forgetEnded(
  ledger: Ledger,
  before: number,
  now: number,
): Promise<Pick<Forgotten, 'rows' | 'campaigns' | 'unknown'>> {
  const ended = await sql<Pick<Selectable<CampaignsTable>, 'id' | 'kind' | 'account'>>`
    select id, kind, account from campaigns c
    where state in ('finished', 'cancelled') and ended_at < ${before} and forgotten_at is null
      and not exists (select 1 from recipients r
        where r.account = c.account and r.${IN_WORK} and r.campaign_id = c.id) order by id
  `.execute(ledger.db);
  let rows = 0;
  let unknown = 0;
  for (const campaign of ended.rows) {
    const erased = await eraseCampaign(ledger, campaign, now);
    rows += erased.rows;
    unknown += erased.unknown;
  }
  await pruneAttempts(ledger);
  await eraseOldTold(ledger, before, now);
  await ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    await trx.deleteFrom('contacts').where('verified_at', '<', before).execute();
    await pruneLeases(trx, before);
    await eraseWords(trx);
    await eraseAnswers(trx, now);
    await record(trx, {
      at: now,
      action: 'forget',
      detail: `${rows} rows in ${ended.rows.length} campaigns that ended before ${new Date(before).toISOString()}`,
    });
  });
  return { rows, campaigns: ended.rows.length, unknown };
}

async function eraseCampaign(
  ledger: Ledger,
  { id, kind }: Pick<Selectable<CampaignsTable>, 'id' | 'kind'>,
  now: number,
): Promise<{ rows: number; unknown: number }> {
  const last = await sql<{ seq: number | null }>`
    select max(seq) as seq from recipients where campaign_id = ${id}
  `.execute(ledger.db);
  let rows = 0;
  let unknown = 0;
  for (let from = 0; from <= (last.rows[0]?.seq ?? -1); from += PAGE) {
    await ledger.db.transaction().execute(async (trx) => {
      await needOpen(trx);
      const page = sql`campaign_id = ${id} and seq >= ${from} and seq < ${from + PAGE}`;
      const states = await sql<{ state: RecipientState; n: number }>`
        select state, count(*) as n from recipients where ${page} group by state
      `.execute(trx);
      const of = (state: RecipientState) => states.rows.find((row) => row.state === state)?.n ?? 0;
      await sql`update recipients set ${ERASE}, updated_at = ${now} where ${page}`.execute(trx);
      await eraseTold(trx, page);
      await count(
        trx,
        id,
        (['pending', 'claimed'] as const).map((state) => ({
          from: { state },
          to: { state: 'skipped', reason: 'forgotten' },
          n: of(state),
        })),
      );
      rows += states.rows.reduce((sum, { n }) => sum + n, 0);
      unknown += of('unknown');
    });
  }
  // Last: a process that dies before it begins this campaign anew.
  await ledger.db.transaction().execute(async (trx) => {
    const held = await sql<{ spec: string }>`
      select spec from campaigns where id = ${id} ${forUpdate(trx)}
    `.execute(trx);
    const spec = held.rows[0]?.spec ?? '{}';
    await trx.deleteFrom('chunks').where('campaign_id', '=', id).execute();
    await trx
      .updateTable('campaigns')
      .set({ forgotten_at: now, ...(kind === 'single' ? { spec: withoutPerson(spec) } : {}) })
      .where('id', '=', id)
      .execute();
  });
  return { rows, unknown };
}

/** The newest attempt stays, without what it says of anybody: by its id an older copy of this ledger is told. */
async function pruneAttempts(ledger: Ledger): Promise<void> {
  const newest = await highestAttempt(ledger.db);
  if (newest === null) return;
  const gone = sql`campaign_id in (
    select id from campaigns where forgotten_at is not null and state in ('finished', 'cancelled'))`;
  for (let after = -1; ; ) {
    const page = await sql<{ last: number | null }>`
      select max(id) as last from (select id from attempts where id > ${after} order by id limit ${PAGE}) as page
    `.execute(ledger.db);
    const last = page.rows[0]?.last ?? null;
    if (last === null) break;
    await sql`delete from attempts where id > ${after} and id <= ${last} and id <> ${newest} and ${gone}`.execute(
      ledger.db,
    );
    after = last;
  }
  await eraseAttempts(ledger.db, sql`id = ${newest} and ${gone}`);
}

/** A lease that a row in work was claimed or sent under is still asked for. */
async function pruneLeases(trx: Queries, before: number): Promise<void> {
  await sql`
    delete from leases where (ended = 1 or until < ${before})
      and id not in (select lease_id from recipients where ${IN_WORK} and lease_id is not null)
  `.execute(trx);
}
