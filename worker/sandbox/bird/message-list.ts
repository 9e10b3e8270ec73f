import type { Answer } from '../platform';
import type { Ask } from './endpoint';
import { invalid } from './errors';
import { page, pagingOf } from './pages';
import type { Channel, Message } from './rows';
import type { Store } from './store';
import { messageView } from './views';

const DAY_MS = 24 * 60 * 60 * 1000;

type Filter = (value: string, store: Store) => (message: Message) => boolean;

/**
 * By query name. Of these `startAt`, `endAt`, `status`, `direction` and `phonenumber` are known from public code; the others
 * are described without their names, which are guesses here. A name that is not known is ignored.
 */
const FILTERS: Readonly<Record<string, Filter>> = {
  startAt: (value) => from(timeOf('startAt', value)),
  endAt: (value) => to(timeOf('endAt', value)),
  status: (value) => (message) => message.status === value,
  direction: (value) => (message) => message.direction === value,
  phonenumber: identifierFilter('phonenumber'),
  emailaddress: identifierFilter('emailaddress'),
  sender: (value, store) => (message) =>
    message.direction === 'outgoing'
      ? store.channels.get(message.channelId)?.identifier === value
      : message.identifier.value === value,
  platformId: (value, store) => (message) =>
    store.channels.get(message.channelId)?.platformId === value,
  tag: (value) => (message) => message.tags.includes(value.toLowerCase()),
  channelId: (value) => (message) => message.channelId === value,
  // No message of this sandbox has either.
  subject: () => () => false,
  batchId: () => () => false,
};

export function listMessages({ store, call }: Ask, channels: readonly Channel[]): Answer {
  const wanted = wantedBy(store, call.query);
  const lag = store.options.listingLagMs ?? 0;
  const shownUntil = store.now() - lag;
  const [only] = channels;
  const rows =
    channels.length === 1 && only !== undefined
      ? only.messages
      : channels
          .flatMap(({ messages }) => messages)
          .sort((a, b) => a.createdMs - b.createdMs || a.seq - b.seq);
  return page(
    rows,
    pagingOf(call.query),
    ({ createdMs, seq }) => ({ atMs: createdMs, seq }),
    (message) => !message.hidden && message.createdMs <= shownUntil && wanted(message),
    (message) => messageView(store, message),
  );
}

function wantedBy(store: Store, query: URLSearchParams): (message: Message) => boolean {
  const { ignoredFilters = [], longestSpanDays = 7 } = store.options;
  const asked = (name: string): string | null =>
    ignoredFilters.includes(name) ? null : query.get(name);
  const start = asked('startAt');
  const end = asked('endAt');
  if (start !== null && end !== null && longestSpanDays !== false) {
    if (timeOf('endAt', end) - timeOf('startAt', start) > longestSpanDays * DAY_MS) {
      throw invalid('endAt', `at most ${longestSpanDays} days after startAt`);
    }
  }
  const tests = Object.entries(FILTERS).flatMap(([name, filter]) => {
    const value = asked(name);
    return value === null ? [] : [filter(value, store)];
  });
  return (message) => tests.every((test) => test(message));
}

function identifierFilter(key: string): Filter {
  return (value) =>
    ({ identifier }) =>
      identifier.key === key && identifier.value === value.toLowerCase();
}

const from = (ms: number) => (message: Message) => message.createdMs >= ms;
const to = (ms: number) => (message: Message) => message.createdMs <= ms;

function timeOf(name: string, value: string): number {
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw invalid(name, 'must be a time');
  return time;
}
