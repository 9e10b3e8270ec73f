import { sql } from 'kysely';
import type { DeliveryKind } from '../../core/delivery';
import { readWish, type Wish } from '../../core/opt-out';
import type { RecipientState } from '../../core/words';
import { writeCursor } from './feed-cursor';
import type { Queries } from './ledger';
import { rowsOf } from './rows';
import type { EventType } from './schema';

/** An event as it is followed. What it says of a person is as the ledger knows it now: of somebody who was forgotten, nothing. */
export interface FeedEvent {
  /** Reading goes on after it. */
  readonly cursor: string;
  readonly at: number;
  readonly type: EventType;
  readonly account: string | null;
  /** A code: why a row failed, or who paused a campaign. */
  readonly reason: string | null;
  readonly campaign: {
    readonly name: string;
    readonly ref: string;
    readonly kind: 'list' | 'single';
  } | null;
  /** The row that it is about, as it is by now. */
  readonly recipient: {
    readonly seq: number;
    /** The spreadsheet's row number. */
    readonly row: number;
    /** As it stood in the list. */
    readonly raw: string;
    readonly address: string | null;
    readonly state: RecipientState;
    readonly reason: string | null;
    readonly messageId: string | null;
    readonly conversationId: string | null;
    readonly delivery: string | null;
  } | null;
  /** The delivery event behind it. */
  readonly told: {
    readonly kind: DeliveryKind;
    /** By the platform's clock. */
    readonly at: number | null;
    readonly text: string | null;
    readonly messageId: string | null;
    readonly conversationId: string | null;
    readonly address: string | null;
    /** What was asked for by it; null: nothing, or it is not known any more. */
    readonly wish: Wish | null;
  } | null;
}

/** An event as it stands in its own table. */
export interface Lean {
  readonly position: number;
  readonly at: number;
  readonly type: EventType;
  readonly campaignId: number | null;
  readonly seq: number | null;
  readonly account: string | null;
  readonly reason: string | null;
  readonly eventId: string | null;
}

/** Adds what is known of each event's campaign, row and person. */
export async function withDetails(
  db: Queries,
  epoch: string,
  events: readonly Lean[],
): Promise<FeedEvent[]> {
  if (events.length === 0) return [];
  const [campaigns, recipients, told] = [
    await campaignsOf(db, events),
    await recipientsOf(db, events),
    await toldOf(db, events),
  ];
  return events.map(({ position, at, type, account, reason }) => ({
    cursor: writeCursor({ epoch, position }),
    at,
    type,
    account,
    reason,
    campaign: campaigns.get(position) ?? null,
    recipient: recipients.get(position) ?? null,
    told: told.get(position) ?? null,
  }));
}

type Placed<T> = NonNullable<T> & { readonly position: number };

function byPosition<T>(rows: readonly Placed<T>[]): Map<number, NonNullable<T>> {
  return new Map(
    rows.map(({ position, ...rest }) => [position, rest as unknown as NonNullable<T>]),
  );
}

async function campaignsOf(db: Queries, events: readonly Lean[]) {
  const columns = { position: 'integer', campaignId: 'integer' } as const;
  const { rows } = await sql<Placed<FeedEvent['campaign']>>`
    select v.position, c.name, c.ref, c.kind
    from ${rowsOf(db, columns, events)} as v join campaigns c on c.id = v."campaignId"
  `.execute(db);
  return byPosition<FeedEvent['campaign']>(rows);
}

async function recipientsOf(db: Queries, events: readonly Lean[]) {
  const about = events.filter(({ seq }) => seq !== null);
  if (about.length === 0) return byPosition<FeedEvent['recipient']>([]);
  const columns = { position: 'integer', campaignId: 'integer', seq: 'integer' } as const;
  const { rows } = await sql<Placed<FeedEvent['recipient']>>`
    select v.position, r.seq, r."row", r.raw, r.address, r.state, r.reason, r.message_id as "messageId",
      r.conversation_id as "conversationId", r.delivery
    from ${rowsOf(db, columns, about)} as v
      join recipients r on r.campaign_id = v."campaignId" and r.seq = v.seq
  `.execute(db);
  return byPosition<FeedEvent['recipient']>(rows);
}

async function toldOf(db: Queries, events: readonly Lean[]) {
  const about = events.filter(({ eventId }) => eventId !== null);
  if (about.length === 0) return byPosition<FeedEvent['told']>([]);
  const columns = { position: 'integer', account: 'text', eventId: 'text' } as const;
  const { rows } = await sql<Placed<Omit<NonNullable<FeedEvent['told']>, 'wish'>>>`
    select v.position, d.kind, d.at, d.text, d.message_id as "messageId", d.conversation_id as "conversationId", d.address
    from ${rowsOf(db, columns, about)} as v
      join delivery_events d on d.account = v.account and d.event_id = v."eventId"
  `.execute(db);
  return byPosition<FeedEvent['told']>(rows.map((row) => ({ ...row, wish: wishOf(row) })));
}

function wishOf({ kind, text }: { kind: DeliveryKind; text: string | null }): Wish | null {
  if (kind === 'opted_out') return 'stop';
  return kind === 'replied' ? readWish(text ?? '') : null;
}
