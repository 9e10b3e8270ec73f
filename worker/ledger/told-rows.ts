import { type RawBuilder, sql } from 'kysely';
import type { DeliveryState } from '../../core/delivery';
import type { RecipientState } from '../../core/words';
import { sendKey } from './append-rows';
import type { Told } from './deliveries';
import { campaignLock, forUpdate, heldTogether } from './dialect';
import type { Queries } from './ledger';
import { rowsOf } from './rows';

/** Whoever answers is looked for in campaigns that were started since then, the newest ones first. */
const RECENT_MS = 90 * 24 * 60 * 60_000;
const MOST_CAMPAIGNS = 200;
/** The states in which somebody may have a message. */
const REACHED: readonly RecipientState[] = ['sent', 'sending', 'unknown'];
/** Keys in one question. */
const MOST_KEYS = 10_000;
/** Single messages of one call's people. */
const MOST_SINGLES = 1_000;
/** The platform's clock and ours may differ by this much. */
const CLOCKS_MS = 2 * 60_000;

/** A row that something was told about. */
export interface ToldRow {
  readonly campaignId: number;
  readonly seq: number;
  readonly address: string | null;
  readonly state: RecipientState;
  readonly attemptId: number | null;
  readonly messageId: string | null;
  readonly conversationId: string | null;
  readonly delivery: DeliveryState | null;
  /** When its last attempt began. */
  readonly at: number;
}

export const placeOf = ({ campaignId, seq }: Pick<ToldRow, 'campaignId' | 'seq'>): string =>
  `${campaignId}/${seq}`;

/** In SQL: a row `r` as it is looked at here. */
const ROW = sql`r.campaign_id as "campaignId", r.seq, r.address, r.state, r.attempt_id as "attemptId", r.message_id as "messageId",
  r.conversation_id as "conversationId", r.delivery,
  coalesce((select a.started_at from attempts a where a.id = r.attempt_id), r.updated_at) as "at"`;

/** Who an event is about: their address as it was told, and as our own lists spell it. */
export type PeopleOf = (event: Told) => readonly string[];

/**
 * Whom events are about. A platform may spell an address in its own way, or not tell it at all; but its conversations are in
 * the contact book.
 */
export async function findPeople(
  trx: Queries,
  account: string,
  events: readonly Told[],
): Promise<PeopleOf> {
  const asked = events.filter(({ conversationId }) => conversationId !== null);
  const { rows } = await sql<{ conversationId: string; address: string }>`
    select distinct v."conversationId", c.address
    from ${rowsOf(trx, { conversationId: 'text' }, asked)} as v
    cross join contacts c
    where c.account = ${account} and c.conversation_id = v."conversationId" and c.conversation_id is not null
  `.execute(trx);
  const known = Map.groupBy(rows, ({ conversationId }) => conversationId);
  return ({ conversationId, address }) => {
    const ours = known.get(conversationId ?? '')?.map((each) => each.address) ?? [];
    return [...new Set(address === null ? ours : [...ours, address.value])];
  };
}

/**
 * Finds the row of each event, and holds it until the commit: by the key that its message bears; without one by the id of the
 * message; and for what a person said the last message that they may have got before it.
 */
export async function findRows(
  trx: Queries,
  account: string,
  events: readonly Told[],
  peopleOf: PeopleOf,
  now: number,
): Promise<ReadonlyMap<string, ToldRow>> {
  const byKey = await rowsByKey(trx, account, events);
  const others = events.filter(({ key }) => key === null);
  const people = [...new Set(others.flatMap(peopleOf))];
  const byPerson = Map.groupBy(
    people.length === 0 ? [] : await rowsOfPeople(trx, account, people, now),
    ({ address }) => address,
  );
  const found = new Map<string, ToldRow>();
  for (const event of events) {
    const theirs = () => peopleOf(event).flatMap((address) => byPerson.get(address) ?? []);
    const row = event.key === null ? chosen(event, theirs(), now) : byKey.get(event.key);
    if (row !== undefined) found.set(event.id, row);
  }
  const held = await hold(trx, [...found.values()]);
  // It may have gone in between: then it is nobody's.
  return new Map(
    [...found].flatMap(([id, row]) => {
      const current = held.get(placeOf(row));
      return current === undefined ? [] : [[id, current]];
    }),
  );
}

function chosen(event: Told, rows: readonly ToldRow[], now: number): ToldRow | undefined {
  const { kind, messageId, conversationId, at } = event;
  if (kind !== 'replied' && kind !== 'opted_out') {
    return messageId === null ? undefined : rows.find((row) => row.messageId === messageId);
  }
  const until = (at ?? now) + CLOCKS_MS;
  const before = rows
    .filter((row) => row.at <= until && row.at >= now - RECENT_MS && REACHED.includes(row.state))
    .sort((a, b) => b.at - a.at);
  const same = before.find(
    (row) => conversationId !== null && row.conversationId === conversationId,
  );
  return same ?? before[0];
}

async function rowsByKey(
  trx: Queries,
  account: string,
  events: readonly Told[],
): Promise<ReadonlyMap<string, ToldRow>> {
  const keyed = events.filter(({ key }) => key !== null);
  if (keyed.length === 0) return new Map();
  const { rows } = await sql<ToldRow & { key: string }>`
    select v.key as "key", ${ROW} from ${rowsOf(trx, { key: 'text' }, keyed)} as v
    cross join recipients r where r."key" = v.key and r.account = ${account}
  `.execute(trx);
  return new Map(rows.map((row) => [row.key, row]));
}

/** Keys follow from campaign and address, so that every question is a look-up in the index of keys. */
async function rowsOfPeople(
  trx: Queries,
  account: string,
  people: readonly string[],
  now: number,
): Promise<ToldRow[]> {
  const campaigns = await sql<{ uid: string }>`
    select uid from campaigns where kind = 'list' and account = ${account} and started_at >= ${now - RECENT_MS}
    order by id desc limit ${MOST_CAMPAIGNS}
  `.execute(trx);
  const keys = campaigns.rows.flatMap((campaign) =>
    people.map((address) => ({ key: sendKey(campaign, address) })),
  );
  const found: ToldRow[] = [];
  for (let from = 0; from < keys.length; from += MOST_KEYS) {
    const { rows } = await sql<ToldRow>`
      select ${ROW} from ${rowsOf(trx, { key: 'text' }, keys.slice(from, from + MOST_KEYS))} as v
      cross join recipients r where r."key" = v.key and r.account = ${account}
    `.execute(trx);
    found.push(...rows);
  }
  const singles = await sql<ToldRow>`
    select ${ROW} from ${rowsOf(
      trx,
      { address: 'text' },
      people.map((address) => ({ address })),
    )} as v
    cross join recipients r where r.account = ${account} and r.address = v.address and r.seq = 0
    order by r.campaign_id desc limit ${MOST_SINGLES}
  `.execute(trx);
  const all = [...found, ...singles.rows];
  return [...new Map(all.map((row) => [placeOf(row), row])).values()];
}

/** The campaigns before their rows, and both in one order, as everywhere: two that wait for each other would both be lost time. */
async function hold(trx: Queries, rows: readonly ToldRow[]): Promise<ReadonlyMap<string, ToldRow>> {
  if (rows.length === 0) return new Map();
  const ids = [...new Set(rows.map(({ campaignId }) => campaignId))].sort((a, b) => a - b);
  for (const id of ids) await heldTogether(trx, campaignLock(id));
  const held = await sql<ToldRow>`
    select ${ROW} from recipients r where ${inPlaces(trx, sql`r.campaign_id, r.seq`, rows)}
    order by r.campaign_id, r.seq ${forUpdate(trx)}
  `.execute(trx);
  return new Map(held.rows.map((row) => [placeOf(row), row]));
}

/** In SQL: these two columns name one of the rows. */
export function inPlaces(
  trx: Queries,
  columns: RawBuilder<unknown>,
  rows: readonly Pick<ToldRow, 'campaignId' | 'seq'>[],
): RawBuilder<boolean> {
  const places = rowsOf(trx, { campaignId: 'integer', seq: 'integer' }, rows);
  return sql`(${columns}) in (select p."campaignId", p.seq from ${places} as p)`;
}
