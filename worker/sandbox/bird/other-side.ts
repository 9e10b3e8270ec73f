import type { Change, OtherSide } from '../platform';
import type { Setup } from './endpoint';
import type { Message } from './rows';
import type { Seeding } from './seeding';
import type { Store } from './store';

const UNKNOWN_SUBSCRIBER = 15005;

/** What people write, and what carriers report of messages to them. That somebody has read one is an interaction. */
export function createOtherSide(setup: () => Setup, seed: Seeding): OtherSide {
  return {
    reply({ address, text, inboxId }) {
      const channelId = inboxId ?? lastTo(setup().store, address)?.channelId;
      if (channelId === undefined) {
        throw new Error('nobody wrote to this address: name an inboxId');
      }
      return noted(seed.incoming({ channelId, address, text }));
    },
    deliver({ kind, why, ...which }) {
      const message = sought(setup().store, which);
      if (message === undefined) throw new Error('there is no such message');
      if (kind === 'read') seed.interaction(message.id, 'read');
      else if (kind === 'delivered') seed.status(message.id, 'delivered');
      else {
        const description = why ?? 'unknown subscriber';
        const failure = { code: UNKNOWN_SUBSCRIBER, description, source: 'sms-messagebird' };
        seed.status(message.id, 'delivery_failed', failure);
      }
      return noted(message);
    },
  };
}

function noted({ id, conversationId }: Message) {
  return { messageId: id, conversationId };
}

function sought(store: Store, { messageId, address }: Omit<Change, 'kind'>): Message | undefined {
  if (messageId === undefined) return lastTo(store, address ?? '');
  const message = store.messages.get(messageId);
  return message?.direction === 'outgoing' ? message : undefined;
}

/** The last message to a person, by whichever channel. */
function lastTo({ channels }: Store, address: string): Message | undefined {
  const sent = [...channels.values()].flatMap(
    ({ messages }) =>
      messages.findLast(
        ({ direction, identifier }) => direction === 'outgoing' && identifier.value === address,
      ) ?? [],
  );
  return sent.sort((a, b) => a.seq - b.seq).at(-1);
}
