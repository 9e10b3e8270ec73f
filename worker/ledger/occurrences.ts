import { type Selectable, sql } from 'kysely';
import { localAskedBy } from './asked-by';
import { type Campaign, type NewCampaign, writeCampaign } from './campaigns';
import { oneAtATime } from './dialect';
import { LedgerError } from './errors';
import { needOpen } from './identity';
import { holdsList } from './kept-lists';
import type { Ledger, Queries } from './ledger';
import { pauseIn, type Schedule } from './schedules';
import type { OccurrencesTable } from './schema';

export type Occurrence = Readonly<Selectable<OccurrencesTable>>;

/** One local date and time of one schedule. */
export interface Place {
  readonly scheduleId: number;
  readonly local: string;
}

export async function findOccurrence(
  db: Queries,
  { scheduleId, local }: Place,
): Promise<Occurrence | undefined> {
  return db
    .selectFrom('occurrences')
    .selectAll()
    .where('schedule_id', '=', scheduleId)
    .where('local', '=', local)
    .executeTakeFirst();
}

export interface Asked {
  readonly local: string;
  readonly nominalAt: number;
  /** Now, whatever the clock says; else it makes up for a time that has passed. */
  readonly manual: boolean;
  readonly sameOk?: boolean;
  /** The request, where the same one may come again. */
  readonly by?: string | null;
}

/**
 * Writes down what a person asks for. Those that are there already stay as they are. Returns which are new, or were asked for by the same
 * request before.
 */
export async function askFor(
  ledger: Ledger,
  scheduleId: number,
  asked: readonly Asked[],
  now: number,
): Promise<string[]> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    await oneAtATime(trx, scheduleLock(scheduleId));
    const added: string[] = [];
    for (const { local, nominalAt, manual, sameOk = false, by = null } of asked) {
      const same = by === null ? undefined : await localAskedBy(trx, scheduleId, by, now);
      if (same !== undefined) {
        added.push(same);
        continue;
      }
      // One that was passed over by the clock may be asked for after all; one that was opened is never opened again.
      const before = await findOccurrence(trx, { scheduleId, local });
      if (before !== undefined && before.state !== 'skipped' && before.state !== 'failed') continue;
      if (before !== undefined) {
        await trx
          .deleteFrom('occurrences')
          .where('schedule_id', '=', scheduleId)
          .where('local', '=', local)
          .execute();
      }
      await trx
        .insertInto('occurrences')
        .values({
          ...blank(scheduleId, local, nominalAt, now),
          manual: manual ? 1 : 0,
          asked: 1,
          asked_by: by,
          same_ok: sameOk ? 1 : 0,
          state: 'asked',
        })
        .execute();
      added.push(local);
    }
    return added;
  });
}

/** What was asked for, or is kept until the one before is over, and is not open yet; oldest first. */
export async function askedOccurrences(
  db: Queries,
  engine: Schedule['engine'],
): Promise<(Occurrence & { readonly ref: string })[]> {
  return db
    .selectFrom('occurrences as o')
    .innerJoin('schedules as s', 's.id', 'o.schedule_id')
    .selectAll('o')
    .select('s.ref')
    .where('s.engine', '=', engine)
    .where('s.state', '<>', 'deleted')
    .where((eb) => eb.or([eb('o.asked', '=', 1), eb('o.told', '=', 1)]))
    .where('o.state', 'in', ['asked', 'trying'])
    .orderBy('o.nominal_at')
    .execute();
}

/** A campaign of another occurrence of the schedule that is not over. */
export async function underWay(
  db: Queries,
  { scheduleId, local }: Place,
): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select c.name from occurrences o join campaigns c on c.id = o.campaign_id
    where o.schedule_id = ${scheduleId} and o.local <> ${local} and c.state not in ('finished', 'cancelled') limit 1
  `.execute(db);
  return rows[0]?.name;
}

/** The content of the last one that was opened. */
export async function lastContent(db: Queries, scheduleId: number): Promise<string | undefined> {
  const { rows } = await sql<{ hash: string }>`
    select content_hash as hash from occurrences
    where schedule_id = ${scheduleId} and state = 'opened' and content_hash is not null order by at desc, local desc limit 1
  `.execute(db);
  return rows[0]?.hash;
}

/** Runs with the schedule's occurrences to itself, until the commit. */
export function withOccurrences<T>(
  ledger: Ledger,
  scheduleId: number,
  use: (trx: Queries) => Promise<T>,
): Promise<T> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    await oneAtATime(trx, scheduleLock(scheduleId));
    return use(trx);
  });
}

export type Mark = Partial<
  Pick<
    Occurrence,
    'state' | 'why' | 'detail' | 'failing_since' | 'manual' | 'asked' | 'told' | 'workflow_id'
  >
>;

/** Writes down how an occurrence stands, whether it is there already or not. */
export async function markOccurrence(
  trx: Queries,
  { scheduleId, local }: Place,
  nominalAt: number,
  mark: Mark & Pick<Occurrence, 'state'>,
  now: number,
): Promise<void> {
  await trx
    .insertInto('occurrences')
    .values({ ...blank(scheduleId, local, nominalAt, now), ...mark })
    .onConflict((conflict) =>
      conflict.columns(['schedule_id', 'local']).doUpdateSet({ ...mark, at: now }),
    )
    .execute();
}

/**
 * Writes the campaign and that it is this occurrence's, in one commit. Whoever comes second gets the first one's.
 *
 * @returns null when the ledger no longer keeps the list: it has to be kept again; `not now` when another campaign of the schedule is
 * under way that it is not to run beside, or when nobody asked for it and it is too late.
 * @throws LedgerError when there is a campaign of this name that is not the schedule's.
 */
export async function openInLedger(
  ledger: Ledger,
  place: Place & {
    readonly nominalAt: number;
    readonly contentHash: string;
    readonly alone: boolean;
    /** For one that comes by the clock. */
    readonly notAfter: number | null;
  },
  campaign: NewCampaign & { readonly listHash: string },
  now: number,
): Promise<Pick<Campaign, 'ref' | 'list_path'> | 'not now' | null> {
  return withOccurrences(ledger, place.scheduleId, async (trx) => {
    const before = await campaignOf(trx, place);
    if (before !== undefined) return before;
    await needWanted(trx, place);
    if (place.alone && (await underWay(trx, place)) !== undefined) return 'not now';
    if (place.notAfter !== null && now > place.notAfter && !(await isKept(trx, place)))
      return 'not now';
    if (!(await holdsList(trx, campaign.listHash))) return null;
    const written = await writeCampaign(trx, campaign, now);
    const { workflowId = null } = campaign;
    const mark = {
      state: 'opened',
      why: null,
      detail: null,
      campaign_id: written.id,
      content_hash: place.contentHash,
      workflow_id: workflowId,
    } as const;
    await markOccurrence(trx, place, place.nominalAt, mark, now);
    return written;
  });
}

/** Asked for by a person, or kept until the one before was over: it is not too late. */
async function isKept(trx: Queries, place: Place): Promise<boolean> {
  const before = await findOccurrence(trx, place);
  return before?.asked === 1 || before?.told === 1;
}

/** @throws LedgerError when the schedule was paused or deleted while the list was being read. */
async function needWanted(trx: Queries, place: Place): Promise<void> {
  const before = await findOccurrence(trx, place);
  const { state } = await trx
    .selectFrom('schedules')
    .select('state')
    .where('id', '=', place.scheduleId)
    .executeTakeFirstOrThrow();
  if (state === 'active' || (state === 'paused' && before?.asked === 1)) return;
  throw new LedgerError(`the schedule was ${state} meanwhile`);
}

/** The campaign that an occurrence has opened. */
export async function campaignOf(
  db: Queries,
  { scheduleId, local }: Place,
): Promise<Pick<Campaign, 'ref' | 'name' | 'state' | 'list_path'> | undefined> {
  return db
    .selectFrom('occurrences as o')
    .innerJoin('campaigns as c', 'c.id', 'o.campaign_id')
    .select(['c.ref', 'c.name', 'c.state', 'c.list_path'])
    .where('o.schedule_id', '=', scheduleId)
    .where('o.local', '=', local)
    .executeTakeFirst();
}

/** The options of the schedule that opened a campaign by the clock; undefined: none did, or a person asked for it. */
export async function clockOf(db: Queries, campaignId: number): Promise<string | undefined> {
  const found = await db
    .selectFrom('occurrences as o')
    .innerJoin('schedules as s', 's.id', 'o.schedule_id')
    .select('s.spec')
    .where('o.campaign_id', '=', campaignId)
    .where('o.asked', '=', 0)
    .executeTakeFirst();
  return found?.spec;
}

/** It could not be opened, and is given up. The schedule is paused as well where `pause` says so. */
export async function giveUp(
  trx: Queries,
  place: Place,
  nominalAt: number,
  because: { readonly why: string; readonly detail: string | null; readonly pause: boolean },
  now: number,
): Promise<void> {
  const { why, detail, pause } = because;
  await markOccurrence(trx, place, nominalAt, { state: 'failed', why, detail }, now);
  if (pause)
    await pauseIn(trx, place.scheduleId, `${place.local} could not be opened: ${why}`, now);
}

/** The newest occurrences of a schedule, with their campaigns, newest first. */
export async function listOccurrences(
  db: Queries,
  scheduleId: number,
  limit: number,
): Promise<
  (Occurrence & { readonly campaign: string | null; readonly campaignState: string | null })[]
> {
  return db
    .selectFrom('occurrences as o')
    .leftJoin('campaigns as c', 'c.id', 'o.campaign_id')
    .selectAll('o')
    .select(['c.name as campaign', 'c.state as campaignState'])
    .where('o.schedule_id', '=', scheduleId)
    .orderBy('o.nominal_at', 'desc')
    .limit(limit)
    .execute();
}

const scheduleLock = (scheduleId: number): string => `occurrences ${scheduleId}`;

function blank(scheduleId: number, local: string, nominalAt: number, now: number) {
  return {
    schedule_id: scheduleId,
    local,
    nominal_at: nominalAt,
    why: null,
    detail: null,
    failing_since: null,
    campaign_id: null,
    content_hash: null,
    workflow_id: null,
    at: now,
  };
}
