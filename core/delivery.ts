import type { Address } from './message';

/** What a platform tells of a message after it was accepted, and of a person. */
export const DELIVERY_KINDS = [
  'sent',
  'delivered',
  'read',
  'failed',
  'replied',
  'opted_out',
] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** One thing that a platform told. */
export interface DeliveryEvent {
  /** The same whenever the platform tells it again. */
  readonly id: string;
  readonly kind: DeliveryKind;
  /** The message that it is about; for `replied` the person's own message. */
  readonly messageId: string | null;
  readonly conversationId: string | null;
  /** The key of the send, where the platform kept it. */
  readonly key: string | null;
  /** The person's address, where it is told. */
  readonly address: Address | null;
  /** Milliseconds since the epoch, by the platform's clock; null where it does not say. */
  readonly at: number | null;
  /** The platform's words: why it failed, or what the person wrote. Personal: for the ledger, never for a log. */
  readonly text: string | null;
}

/** What is known of a message beyond its acceptance; null: nothing. */
export type DeliveryState = 'delivery_failed' | 'delivered' | 'read' | 'replied';

const STATE_OF: Readonly<Record<DeliveryKind, DeliveryState | null>> = {
  // Accepted and sent is the same to us: neither says that it came.
  sent: null,
  failed: 'delivery_failed',
  delivered: 'delivered',
  read: 'read',
  replied: 'replied',
  opted_out: 'replied',
};
const ORDER = [null, 'delivery_failed', 'delivered', 'read', 'replied'] as const;

/**
 * The state after an event, in whatever order events arrive: a late "delivered" takes nothing back from "read", and who
 * has read a message has got it, whatever a carrier reported meanwhile.
 */
export function deliveryAfter(
  state: DeliveryState | null,
  kind: DeliveryKind,
): DeliveryState | null {
  const told = STATE_OF[kind];
  return ORDER.indexOf(told) > ORDER.indexOf(state) ? told : state;
}
