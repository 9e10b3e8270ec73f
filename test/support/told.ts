import type { DeliveryKind } from '../../core/delivery';
import { readWish } from '../../core/opt-out';
import type { Told } from '../../worker/ledger';

/** Something that a platform tells. */
export function told(kind: DeliveryKind, it: Partial<Told> & { readonly to?: string } = {}): Told {
  const { to, ...rest } = it;
  const event = {
    kind,
    messageId: null,
    conversationId: null,
    key: null,
    address: to === undefined ? null : ({ kind: 'phone', value: to } as const),
    at: null,
    text: null,
    ...rest,
  };
  return {
    wish: kind === 'replied' ? readWish(event.text ?? '') : kind === 'opted_out' ? 'stop' : null,
    id: [kind, event.key, event.messageId, to, event.at, event.text].join('/'),
    ...event,
  };
}
