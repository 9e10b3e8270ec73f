/**
 * What platforms tell by themselves, or when they are asked what there is: each thing once, whoever brings it and however
 * often. It moves what is known of a message, proves what was in doubt, and keeps the words of those who answer.
 */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { type DeliveryEvent, type DeliveryState, deliveryAfter } from '../../core/delivery';
import type { Wish } from '../../core/opt-out';
import { count, type Move } from './counters';
import { oneAtATime } from './dialect';
import { emit, type NewEvent } from './events';
import { needOpen } from './identity';
import type { Ledger } from './ledger';
import { rowsOf } from './rows';
import { type Bound, landProofs, proves } from './told-proof';
import { findPeople, findRows, placeOf, type ToldRow } from './told-rows';
import { untilTaken } from './until-taken';
import { applyWishes } from './wishes';

/** One thing that a platform told, and what the person asks for in it. */
export type Told = DeliveryEvent & { readonly wish: Wish | null };

export interface Recorded {
  /** Things that are kept now and were not known before. */
  readonly fresh: number;
  /** Those of them that are about a row of this ledger. */
  readonly matched: number;
}

const MOST_TEXT = 10_000;
/** An id that is longer stands in the ledger by its hash. */
const LONG_ID = 200;

/**
 * Writes down what a platform told of an account, in one transaction. What was known already changes nothing.
 *
 * Kept is what is about a row of this ledger, and that somebody answered, or wants no more messages. What anybody else writes to
 * the account is kept as an answer without its words; what becomes of messages that this ledger has not sent is not kept.
 *
 * @throws LedgerError when the ledger was moved, and the database's own errors.
 */
export async function recordDeliveries(
  ledger: Ledger,
  account: string,
  told: readonly Told[],
  now: number,
): Promise<Recorded> {
  const named = told.map((event) => ({ ...event, id: shortId(event.id) }));
  const distinct = [...new Map(named.toReversed().map((event) => [event.id, event])).values()];
  if (distinct.length === 0) return { fresh: 0, matched: 0 };
  return untilTaken(() =>
    ledger.db.transaction().execute(async (trx) => {
      await needOpen(trx);
      // In turn: of two wishes of one person the later one has to see the earlier one.
      await oneAtATime(trx, `told/${account}`);
      const events = inOrder(await unknownOf(trx, account, distinct), now);
      if (events.length === 0) return { fresh: 0, matched: 0 };
      const spelled = await findPeople(trx, account, events);
      const rows = await findRows(trx, account, events, spelled, now);
      const peopleOf = (event: Told) => {
        const own = rows.get(event.id)?.address ?? null;
        return [...new Set([...(own === null ? [] : [own]), ...spelled(event)])];
      };
      const kept = events.filter((event) => rows.has(event.id) || isWord(event, peopleOf(event)));
      const bound = kept.flatMap((event): Bound[] => {
        const row = rows.get(event.id);
        return row === undefined ? [] : [{ event, row }];
      });
      const proofs = await landProofs(trx, bound, now);
      const { moves, news } = await moveDelivery(trx, account, bound, now);
      for (const id of [...new Set([...proofs.keys(), ...moves.keys()])].sort((a, b) => a - b)) {
        await count(trx, id, [...(proofs.get(id) ?? []), ...(moves.get(id) ?? [])]);
      }
      const wished = await applyWishes(trx, account, { events: kept, peopleOf, now });
      await keep(trx, account, kept, { rows, peopleOf, now });
      await emit(trx, [...news, ...wished], now);
      return { fresh: kept.length, matched: bound.length };
    }),
  );
}

type Trx = Parameters<typeof landProofs>[0];

function shortId(id: string): string {
  return id.length <= LONG_ID ? id : hash('sha256', id, 'base64url');
}

/** Somebody's word, and it is known whose. */
function isWord({ kind }: Told, people: readonly string[]): boolean {
  return (kind === 'replied' || kind === 'opted_out') && people.length > 0;
}

/** As things happened, by the platform's clock. */
function inOrder(events: readonly Told[], now: number): Told[] {
  return events.toSorted((a, b) => (a.at ?? now) - (b.at ?? now) || (a.id < b.id ? -1 : 1));
}

async function unknownOf(trx: Trx, account: string, told: readonly Told[]): Promise<Told[]> {
  const { rows } = await sql<{ id: string }>`
    select v.id from ${rowsOf(trx, { id: 'text' }, told)} as v
    cross join delivery_events d where d.account = ${account} and d.event_id = v.id
  `.execute(trx);
  const known = new Set(rows.map(({ id }) => id));
  return told.filter(({ id }) => !known.has(id));
}

/** What is known of each row only ever grows. */
async function moveDelivery(
  trx: Trx,
  account: string,
  bound: readonly Bound[],
  now: number,
): Promise<{ readonly moves: ReadonlyMap<number, Move[]>; readonly news: readonly NewEvent[] }> {
  const known = new Map<string, { readonly row: ToldRow; readonly to: DeliveryState | null }>();
  const news: NewEvent[] = [];
  for (const { event, row } of bound) {
    const { kind } = event;
    // What was refused at once is told as failed as well; nobody counts it as sent.
    if (kind === 'failed' && row.state !== 'sent' && !proves(event, row)) continue;
    const place = placeOf(row);
    const before = known.get(place)?.to ?? row.delivery;
    const to = deliveryAfter(before, kind);
    const { campaignId, seq } = row;
    // Each answer is news, also the second one.
    if (kind === 'replied' || (to !== before && to !== null && kind !== 'opted_out')) {
      const type = kind === 'replied' ? 'replied' : (to as DeliveryState);
      news.push({ type, campaignId, seq, account, eventId: event.id });
    }
    if (to !== before) known.set(place, { row, to });
  }
  const changed = [...known.values()].map(({ row, to }) => ({ ...row, to }));
  if (changed.length > 0) {
    await sql`
      update recipients set delivery = v."to", updated_at = ${now}
      from ${rowsOf(trx, { campaignId: 'integer', seq: 'integer', to: 'text' }, changed)} as v
      where recipients.campaign_id = v."campaignId" and recipients.seq = v.seq
    `.execute(trx);
  }
  const moves = new Map<number, Move[]>();
  for (const { campaignId, delivery, to } of changed) {
    const own = moves.get(campaignId) ?? [];
    if (delivery !== null) own.push({ from: { state: 'delivery', reason: delivery }, n: 1 });
    own.push({ to: { state: 'delivery', reason: to }, n: 1 });
    moves.set(campaignId, own);
  }
  return { moves, news };
}

interface Keeping {
  readonly rows: ReadonlyMap<string, ToldRow>;
  readonly peopleOf: (event: Told) => readonly string[];
  readonly now: number;
}

/** Words are kept of those whom we wrote to, and where they are a wish: what others write is not for us. */
async function keep(
  trx: Trx,
  account: string,
  events: readonly Told[],
  { rows, peopleOf, now }: Keeping,
): Promise<void> {
  const values = events.map((event) => {
    const row = rows.get(event.id);
    const { kind, at, messageId, conversationId, text, wish } = event;
    return {
      id: event.id,
      kind,
      at,
      campaignId: row?.campaignId,
      seq: row?.seq,
      messageId,
      conversationId,
      address: peopleOf(event)[0],
      text: row === undefined && wish === null ? null : text?.slice(0, MOST_TEXT),
    };
  });
  const columns = {
    id: 'text',
    kind: 'text',
    at: 'integer',
    campaignId: 'integer',
    seq: 'integer',
    messageId: 'text',
    conversationId: 'text',
    address: 'text',
    text: 'text',
  } as const;
  await sql`
    insert into delivery_events
      (account, event_id, kind, at, seen_at, campaign_id, seq, message_id, conversation_id, address, text)
    select ${account}, id, kind, at, ${Math.ceil(now)}, "campaignId", seq, "messageId", "conversationId", address, text
    from ${rowsOf(trx, columns, values as never)} as v where true
    on conflict (account, event_id) do nothing
  `.execute(trx);
}
