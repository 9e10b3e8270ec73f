/**
 * The feed: what happened, in the order of commits. An event is written without a position, in the transaction of what it
 * tells of; whoever reads next gives positions to all that is there by then (feed-order.ts). So an event that commits late
 * comes after what was read before, however low its number is, and no reader misses one.
 */
import { sql } from 'kysely';
import type { Campaign } from './campaigns';
import type { Queries } from './ledger';
import { rowsOf } from './rows';
import type { EventType } from './schema';

export interface NewEvent {
  readonly type: EventType;
  readonly campaignId?: number | null;
  readonly seq?: number | null;
  readonly account?: string | null;
  /** A code, never a person's words. */
  readonly reason?: string | null;
  /** With `account`: the delivery event that it is about. */
  readonly eventId?: string | null;
}

const COLUMNS = {
  type: 'text',
  campaignId: 'integer',
  seq: 'integer',
  account: 'text',
  reason: 'text',
  eventId: 'text',
} as const;

/** Writes events down, in this order, in the transaction of what they tell of. */
export async function emit(trx: Queries, events: readonly NewEvent[], now: number): Promise<void> {
  if (events.length === 0) return;
  const rows = events as readonly Required<NewEvent>[];
  await sql`
    insert into events (at, type, campaign_id, seq, account, reason, event_id)
    select ${Math.ceil(now)}, type, "campaignId", seq, account, reason, "eventId" from ${rowsOf(trx, COLUMNS, rows)} as v
  `.execute(trx);
}

/** What a campaign with a list has become. Of a single message only its row's end is told. */
export async function emitCampaign(
  trx: Queries,
  { id, kind, account }: Pick<Campaign, 'id' | 'kind' | 'account'>,
  type: EventType,
  now: number,
  reason: string | null = null,
): Promise<void> {
  if (kind === 'list') await emit(trx, [{ type, campaignId: id, account, reason }], now);
}
