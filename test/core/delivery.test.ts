import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DELIVERY_KINDS, type DeliveryState, deliveryAfter } from '../../core/delivery';

const after = (kinds: readonly (typeof DELIVERY_KINDS)[number][]): DeliveryState | null =>
  kinds.reduce<DeliveryState | null>(deliveryAfter, null);

it('goes forward only: what is told late takes nothing back', () => {
  expect(after(['sent'])).toBeNull();
  expect(after(['sent', 'delivered', 'read'])).toBe('read');
  expect(after(['read', 'delivered', 'sent'])).toBe('read');
  expect(after(['replied', 'read'])).toBe('replied');
});

it('believes that a message came before it believes that it failed', () => {
  expect(after(['failed'])).toBe('delivery_failed');
  expect(after(['failed', 'delivered'])).toBe('delivered');
  expect(after(['delivered', 'failed'])).toBe('delivered');
});

it('comes to the same in whatever order and however often things are told', () => {
  const events = fc.array(fc.constantFrom(...DELIVERY_KINDS), { maxLength: 8 });
  fc.assert(
    fc.property(events, fc.infiniteStream(fc.nat()), (told, draws) => {
      const shuffled = [...told, ...told]
        .map((kind) => ({ kind, at: draws.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ kind }) => kind);
      expect(after(shuffled)).toBe(after(told));
    }),
  );
});
