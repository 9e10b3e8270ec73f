import { sql } from 'kysely';
import { readWish, type Wish } from '../../core/opt-out';
import { record } from './audit';
import type { Told } from './deliveries';
import type { NewEvent } from './events';
import type { Queries } from './ledger';
import { rowsOf } from './rows';
import type { PeopleOf } from './told-rows';

/** Answers of one person that are looked back at. */
const MOST_ANSWERS = 500;

/** A wish at its moment by the platform's clock, which cannot lie after we heard of it. */
interface Wished {
  readonly address: string;
  readonly wish: Wish;
  readonly at: number;
  readonly source: 'reply' | 'platform';
}

/**
 * Does what people ask for. The last wish counts, by the platform's clock, in whatever order wishes are told: a START from
 * before the STOP undoes nothing, and a STOP from before the START suppresses nobody. At the same moment STOP counts.
 *
 * A STOP suppresses the person in this account. A START takes back what a STOP of theirs did, and nothing else: not what a
 * person or a list wrote down, nor what the platform said.
 *
 * @returns what the feed is to tell.
 */
export async function applyWishes(
  trx: Queries,
  account: string,
  { events, peopleOf, now }: { events: readonly Told[]; peopleOf: PeopleOf; now: number },
): Promise<NewEvent[]> {
  const wishing = events.filter((event) => event.wish !== null && peopleOf(event).length > 0);
  if (wishing.length === 0) return [];
  const all = [
    ...(await wishesBefore(trx, account, [...new Set(wishing.flatMap(peopleOf))])),
    ...wishing.flatMap((event) => peopleOf(event).map((address) => wishOf(event, address, now))),
  ];
  const told: NewEvent[] = [];
  const byPerson = Map.groupBy(wishing, (event) => peopleOf(event).toSorted().join('\n'));
  for (const [, own] of [...byPerson].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [event] = own.toSorted((a, b) => momentOf(b, now) - momentOf(a, now));
    if (event === undefined) continue;
    const people = peopleOf(event);
    const theirs = all
      .filter(({ address }) => people.includes(address))
      .sort((a, b) => b.at - a.at || Number(a.wish === 'start') - Number(b.wish === 'start'));
    const [last] = theirs;
    if (last?.wish === 'stop') {
      await suppressPeople(trx, account, people, theirs, now);
      const stops = own.filter(({ wish }) => wish === 'stop');
      const reason = last.source;
      told.push(...stops.map(({ id }) => optedOut(account, id, reason)));
    } else if (last?.wish === 'start') {
      const n = await unsuppressPeople(trx, account, people, last.at, now);
      if (n > 0) told.push({ type: 'opted_in', account, reason: 'reply', eventId: event.id });
    }
  }
  return told;
}

const optedOut = (account: string, eventId: string, reason: string): NewEvent => ({
  type: 'opted_out',
  account,
  reason,
  eventId,
});

const momentOf = ({ at }: Pick<Told, 'at'>, seenAt: number): number =>
  Math.min(at ?? seenAt, seenAt);

function wishOf(event: Told, address: string, now: number): Wished {
  const source = event.kind === 'opted_out' ? 'platform' : 'reply';
  return { address, wish: event.wish ?? 'stop', at: momentOf(event, now), source };
}

/** What these people asked for before, as their answers say. */
async function wishesBefore(
  trx: Queries,
  account: string,
  people: readonly string[],
): Promise<Wished[]> {
  // As an expression: SQLite would otherwise read all that the account was ever told.
  const { rows } = await sql<{
    address: string;
    kind: string;
    at: number | null;
    seenAt: number;
    text: string | null;
  }>`
    select d.address, d.kind, d.at, d.seen_at as "seenAt", d.text from ${rowsOf(
      trx,
      { address: 'text' },
      people.map((address) => ({ address })),
    )} as v
    cross join delivery_events d
    where d.address = v.address and coalesce(d.account, '') = ${account} and d.kind in ('replied', 'opted_out')
    order by d.seen_at desc limit ${MOST_ANSWERS * people.length}
  `.execute(trx);
  return rows.flatMap(({ address, kind, at, seenAt, text }): Wished[] => {
    const moment = momentOf({ at }, seenAt);
    if (kind === 'opted_out') return [{ address, wish: 'stop', at: moment, source: 'platform' }];
    const wish = readWish(text ?? '');
    return wish === null ? [] : [{ address, wish, at: moment, source: 'reply' }];
  });
}

/** From this commit on no gate of the account lets a message to them through. */
async function suppressPeople(
  trx: Queries,
  account: string,
  people: readonly string[],
  wishes: readonly Wished[],
  now: number,
): Promise<void> {
  const lastStart = wishes.find(({ wish }) => wish === 'start')?.at ?? Number.NEGATIVE_INFINITY;
  const stops = wishes.filter(({ wish, at }) => wish === 'stop' && at >= lastStart);
  const source = stops.some((each) => each.source === 'platform') ? 'platform' : 'reply';
  const at = stops[0]?.at ?? now;
  // What the platform says is no more the person's own to take back.
  const result = await sql`
    insert into suppressions (address, account, reason, source, created_at)
    select address, ${account}, 'opted_out', ${source}, ${Math.ceil(at)}
    from ${rowsOf(
      trx,
      { address: 'text' },
      people.map((address) => ({ address })),
    )} as v where true order by address
    on conflict (address, account) do update set source = excluded.source
      where suppressions.source = 'reply' and excluded.source = 'platform'
  `.execute(trx);
  const n = Number(result.numAffectedRows ?? 0n);
  if (n > 0) await record(trx, { at: now, action: 'suppress', detail: `${n} new, ${source}` });
}

async function unsuppressPeople(
  trx: Queries,
  account: string,
  people: readonly string[],
  at: number,
  now: number,
): Promise<number> {
  const result = await trx
    .deleteFrom('suppressions')
    .where('account', '=', account)
    .where('address', 'in', [...people])
    .where('source', '=', 'reply')
    .where('created_at', '<=', Math.ceil(at))
    .executeTakeFirst();
  const n = Number(result.numDeletedRows);
  if (n > 0) await record(trx, { at: now, action: 'unsuppress', detail: `${n} removed, reply` });
  return n;
}
