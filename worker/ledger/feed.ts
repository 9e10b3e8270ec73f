import { type RawBuilder, sql } from 'kysely';
import { needCampaign } from './campaigns';
import { needKept, readCursor, writeCursor } from './feed-cursor';
import { type FeedEvent, type Lean, withDetails } from './feed-details';
import { numberFresh } from './feed-order';
import type { Ledger, Queries } from './ledger';
import type { EventType, FeedTable } from './schema';

/** Which events are wanted; without any of these, all. */
export interface EventFilter {
  readonly types?: readonly EventType[];
  /** By its name. */
  readonly campaign?: string;
  readonly account?: string;
}

export interface Wanted extends EventFilter {
  /** A cursor; `latest`: only what comes from now on; null: from the oldest that is kept. */
  readonly after: string | null;
  readonly limit: number;
}

export interface EventPage {
  readonly events: readonly FeedEvent[];
  /** What to ask after next. It moves over what the filter kept back, too. */
  readonly next: string;
  /** There is more at once. Where the filter lets little through, a page may be empty and this still true. */
  readonly more: boolean;
}

/** Events that are looked at in one statement, and for one page. */
const PAGE = 1_000;
const MOST_LOOKS = 10;
/** Commits that a reader of a page gives positions in, where many have none. */
const MOST_BATCHES = 10;
/** The same of whoever wants to begin at the end: of what is not numbered by then, some comes to them although it is older. */
const MOST_TO_THE_END = 100;

/**
 * One page of the feed, in the order of commits: whoever always asks after the `next` of the page before misses nothing, and
 * gets nothing twice.
 *
 * @throws FeedCursorError when `after` cannot be gone on from.
 * @throws LedgerError when there is no campaign of that name.
 */
export async function readEvents(
  ledger: Ledger,
  { after, limit, ...filter }: Wanted,
): Promise<EventPage> {
  const cursor = after === null || after === 'latest' ? null : readCursor(after);
  const wanted = await wantedBy(ledger.db, filter);
  if (after === 'latest') return atTheEnd(ledger);
  const complete = await numberFresh(ledger, MOST_BATCHES);
  const found: Lean[] = [];
  let at = cursor;
  for (let looks = 0; ; looks += 1) {
    const { feed, rows } = await lookAfter(ledger.db, at?.position ?? 0);
    at ??= { epoch: feed.epoch, position: feed.dropped };
    needKept(at, feed);
    const passed = rows.filter(wanted).slice(0, limit - found.length);
    found.push(...passed);
    const full = found.length >= limit;
    const last = full ? passed.at(-1) : rows.at(-1);
    at = { epoch: feed.epoch, position: last?.position ?? at.position };
    const over = rows.length < PAGE && !full;
    if (!over && !full && looks + 1 < MOST_LOOKS) continue;
    return {
      events: await withDetails(ledger.db, feed.epoch, found),
      next: writeCursor(at),
      more: at.position < feed.last || !complete,
    };
  }
}

/** The newest events, newest first, of those that were looked at; `next` is what to ask `readEvents` after. */
export async function latestEvents(
  ledger: Ledger,
  limit: number,
  filter: EventFilter = {},
): Promise<Pick<EventPage, 'events' | 'next'>> {
  const wanted = await wantedBy(ledger.db, filter);
  await numberFresh(ledger, MOST_TO_THE_END);
  const { epoch, last } = await feedOf(ledger.db);
  const found: Lean[] = [];
  let before = last + 1;
  for (let looks = 0; looks < MOST_LOOKS && found.length < limit; looks += 1) {
    const { rows } = await sql<Lean>`
      select ${LEAN} from events where position < ${before} order by position desc limit ${PAGE}
    `.execute(ledger.db);
    found.push(...rows.filter(wanted).slice(0, limit - found.length));
    before = rows.at(-1)?.position ?? 0;
    if (rows.length < PAGE) break;
  }
  return {
    events: await withDetails(ledger.db, epoch, found),
    next: writeCursor({ epoch, position: last }),
  };
}

async function atTheEnd(ledger: Ledger): Promise<EventPage> {
  const complete = await numberFresh(ledger, MOST_TO_THE_END);
  const { epoch, last } = await feedOf(ledger.db);
  return { events: [], next: writeCursor({ epoch, position: last }), more: !complete };
}

async function wantedBy(
  db: Queries,
  { types, campaign, account }: EventFilter,
): Promise<(event: Lean) => boolean> {
  const campaignId = campaign === undefined ? null : (await needCampaign(db, campaign)).id;
  return (event) =>
    (types === undefined || types.includes(event.type)) &&
    (campaignId === null || event.campaignId === campaignId) &&
    (account === undefined || event.account === account);
}

type Feed = Omit<FeedTable, 'id'>;

const LEAN: RawBuilder<unknown> = sql`
  position, at, type, campaign_id as "campaignId", seq, account, reason, event_id as "eventId"`;

/** The feed and its next events as of one moment: nothing can be dropped between the two. */
async function lookAfter(db: Queries, position: number): Promise<{ feed: Feed; rows: Lean[] }> {
  const { rows } = await sql<Feed & (Lean | { position: null })>`
    select f.epoch, f.last, f.dropped, e.*
    from feed f left join (
      select ${LEAN} from events where position > ${position} order by position limit ${PAGE}) e on true
    where f.id = 1 order by e.position
  `.execute(db);
  const [{ epoch, last, dropped } = NO_FEED] = rows;
  const found = rows.filter((row): row is Feed & Lean => row.position !== null);
  return { feed: { epoch, last, dropped }, rows: found };
}

const NO_FEED: Feed = { epoch: '', last: 0, dropped: 0 };

async function feedOf(db: Queries): Promise<Feed> {
  return db.selectFrom('feed').select(['epoch', 'last', 'dropped']).executeTakeFirstOrThrow();
}
