import { type Kysely, sql, type Transaction } from 'kysely';
import type { DeliveryKind } from '../../core/delivery';
import type { Group } from './commit';
import type { Move } from './counters';
import type { Told } from './deliveries';
import { type Landing, land, TOLD } from './land';
import type { Schema } from './schema';
import { inPlaces, placeOf, type ToldRow } from './told-rows';

type Trx = Transaction<Schema>;

/** An event with the row that it is about. */
export interface Bound {
  readonly event: Told;
  readonly row: ToldRow;
}

/** A message that came so far was accepted, whatever else is known of it. */
const ON_ITS_WAY: readonly DeliveryKind[] = ['sent', 'delivered', 'read'];
/** In these nobody knows yet whether the platform accepted it. */
const IN_DOUBT = ['sending', 'unknown'];

/**
 * Whether an event proves that the platform accepted the row's message: it bears our key. What was refused at once is told as
 * failed as well: that proves something only of a row that is in doubt. An answer proves nothing, as it may be to anything.
 */
export function proves({ kind, key, messageId }: Told, { state }: Pick<ToldRow, 'state'>): boolean {
  if (key === null || messageId === null || state === 'sent') return false;
  return ON_ITS_WAY.includes(kind) || (kind === 'failed' && IN_DOUBT.includes(state));
}

/**
 * Lands what events prove, by the same rules as an answer or a look-up. Two ids that the platform tells of one key are two
 * messages: a double. The id in the answer to a request is no such id, as a platform may have several for one message.
 *
 * @returns what moves, by campaign.
 */
export async function landProofs(
  trx: Trx,
  bound: readonly Bound[],
  now: number,
): Promise<Map<number, Move[]>> {
  const landings = new Map<number, Landing[]>();
  const add = ({ campaignId }: ToldRow, landing: Landing) =>
    landings.set(campaignId, [...(landings.get(campaignId) ?? []), landing]);
  const proven = new Set<string>();
  for (const { event, row } of bound) {
    if (proven.has(placeOf(row)) || !proves(event, row)) continue;
    proven.add(placeOf(row));
    add(row, proofOf(row, row.attemptId, event));
  }
  for (const { row, messageId } of await doublesIn(trx, bound)) {
    // Of no attempt: the row's own has its message already.
    add(row, proofOf(row, null, { messageId, conversationId: null }));
  }
  const moves = new Map<number, Move[]>();
  for (const [campaignId, own] of [...landings].sort(([a], [b]) => a - b)) {
    moves.set(campaignId, await land(trx, await groupOf(trx, campaignId, own, now)));
  }
  return moves;
}

function proofOf(
  { seq }: ToldRow,
  attemptId: number | null,
  { messageId, conversationId }: Pick<Told, 'messageId' | 'conversationId'>,
): Landing {
  return {
    seq,
    attemptId,
    to: 'sent',
    result: 'accepted',
    detail: TOLD,
    messageId,
    ...(conversationId === null ? {} : { conversationId }),
  };
}

async function groupOf(
  trx: Kysely<Schema>,
  campaignId: number,
  landings: readonly Landing[],
  now: number,
): Promise<Group> {
  const campaign = await trx
    .selectFrom('campaigns')
    .selectAll()
    .where('id', '=', campaignId)
    .executeTakeFirstOrThrow();
  const { id: inboxId } = JSON.parse(campaign.inbox) as { readonly id?: string };
  // No lease: nothing is claimed under it.
  const lease = { id: -1, campaignId, until: 0 };
  return { campaign, inboxId: inboxId ?? '', lease, now, landings, gates: [], scopes: [] };
}

/** Messages beyond the first one of a key, each when it is first told of. */
async function doublesIn(
  trx: Trx,
  bound: readonly Bound[],
): Promise<readonly { readonly row: ToldRow; readonly messageId: string }[]> {
  const named = bound.flatMap(({ event: { key, kind, messageId }, row }) =>
    key !== null && messageId !== null && ON_ITS_WAY.includes(kind) ? [{ row, messageId }] : [],
  );
  if (named.length === 0) return [];
  const places = named.map(({ row }) => row);
  const before = await sql<{ campaignId: number; seq: number; messageId: string }>`
    select campaign_id as "campaignId", seq, message_id as "messageId" from delivery_events
    where ${inPlaces(trx, sql`campaign_id, seq`, places)} and campaign_id is not null and message_id is not null
      and kind in (${sql.join(ON_ITS_WAY)}) order by seen_at, event_id
  `.execute(trx);
  const told = new Map<string, Set<string>>();
  const idsOf = (place: string) => told.get(place) ?? told.set(place, new Set()).get(place);
  for (const each of before.rows) idsOf(placeOf(each))?.add(each.messageId);
  const doubles: { row: ToldRow; messageId: string }[] = [];
  for (const { row, messageId } of named) {
    const ids = idsOf(placeOf(row)) ?? new Set();
    if (ids.has(messageId)) continue;
    const [first] = ids;
    ids.add(messageId);
    if (first === undefined) continue;
    doubles.push({ row, messageId: messageId === row.messageId ? first : messageId });
  }
  return doubles.length === 0 ? [] : unlessCounted(trx, doubles);
}

/** What an attempt of the row is known to have led to was weighed when that became known. */
async function unlessCounted<T extends { readonly row: ToldRow; readonly messageId: string }>(
  trx: Trx,
  doubles: readonly T[],
): Promise<readonly T[]> {
  // No index leads there; but this is not to happen.
  const { rows } = await sql<{ campaignId: number; seq: number; messageId: string }>`
    select campaign_id as "campaignId", seq, message_id as "messageId" from attempts
    where message_id is not null and ${inPlaces(
      trx,
      sql`campaign_id, seq`,
      doubles.map(({ row }) => row),
    )}
  `.execute(trx);
  const known = new Set(rows.map((each) => `${placeOf(each)} ${each.messageId}`));
  return doubles.filter(({ row, messageId }) => !known.has(`${placeOf(row)} ${messageId}`));
}
