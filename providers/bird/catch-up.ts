import type { DeliveryEvent } from '../../core/delivery';
import { ProviderError } from '../../core/errors';
import { behindBy } from '../behind';
import type { Inbox } from '../provider';
import { type Body, readOptionalText } from '../read';
import type { Account, Query } from './account';
import { channels } from './inboxes';
import { listedBetween } from './messages';
import { type List, PAGE, readAll, readPage } from './pages';
import { PROVIDER } from './settings';
import { answerOf, statusOf } from './webhook';
import { windowsOf } from './windows';

/**
 * Their clock may be ahead of ours by this much. A list goes by the time at which a message was made, so that this is also how
 * late one may be delivered and still be seen. At a hundred messages a second it is 60 pages.
 */
const SLACK_MS = 60_000;
/** Pages of nothing but other times: a filter whose name Bird ignores makes a list as long as all that was ever sent. */
const MOST_STRANGE_PAGES = 500;
const MOST_CHANNELS = 10_000;

type Direction = 'incoming' | 'outgoing';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Lists what every channel got, and then what became of what it sent. Every row is looked at here: what a filter leaves out
 * is Bird's to say, what is told is not. Reading and clicking are in a list of each message, and are not asked for.
 */
export async function* catchUp(
  account: Account,
  since: number,
  until: number,
): AsyncGenerator<readonly DeliveryEvent[]> {
  const { inboxes, date } = await writable(account);
  const span = { fromMs: since - SLACK_MS - behindBy(date, until), toMs: until + SLACK_MS };
  // Answers first: one of them may be a STOP.
  for (const direction of ['incoming', 'outgoing'] as const) {
    for (const inbox of inboxes) yield* eventsOf(account, inbox, { direction, span });
  }
}

/** The channels that people are written to by, and the time there. */
async function writable(account: Account) {
  const inboxes = new Map<string, Inbox>();
  let date: string | undefined;
  await readAll(account, channels(account), MOST_CHANNELS / PAGE, ({ rows, headers }) => {
    date ??= headers['date'];
    for (const each of rows) if (each.addressKinds.length > 0) inboxes.set(each.id, each);
  });
  return { inboxes: [...inboxes.values()], date };
}

async function* eventsOf(
  account: Account,
  inbox: Inbox,
  { direction, span }: { direction: Direction; span: Span },
): AsyncGenerator<readonly DeliveryEvent[]> {
  const windows = windowsOf(span.fromMs, span.toMs);
  if (windows === undefined) throw failed('invalid_input', 'the time is too long');
  for (const { start, end } of windows) {
    const list = listedBetween(account, inbox.id, { start, end, direction });
    for await (const rows of pagesOf(account, list, span.fromMs)) {
      // Also without any event: whoever asks may have to say that it is still at it.
      yield rows.flatMap((row) => eventOf(row, inbox, { direction, span }) ?? []);
    }
  }
}

function eventOf(
  row: Body,
  inbox: Inbox,
  { direction, span }: { direction: Direction; span: Span },
): DeliveryEvent | undefined {
  if ((readOptionalText(row, 'channelId') ?? inbox.id) !== inbox.id) return undefined;
  if ((readOptionalText(row, 'direction') ?? direction) !== direction) return undefined;
  const event = direction === 'incoming' ? answerOf(row) : statusOf(row);
  // That it was sent is known to whoever sent it.
  if (event === undefined || event.kind === 'sent') return undefined;
  const { at } = event;
  // What bears a time to come is told as well: their clock may be ahead by any time.
  return at === null || at >= span.fromMs ? event : undefined;
}

/** The pages of a list, to its end, or as far back as is asked where the filter is ignored and the newest come first. */
async function* pagesOf(
  account: Account,
  list: List<Body>,
  fromMs: number,
): AsyncGenerator<readonly Body[]> {
  const tokens = new Set<string>();
  let query: Query = { limit: PAGE, ...list.query };
  for (let strange = 0; strange < MOST_STRANGE_PAGES; ) {
    const { rows, nextPageToken } = await readPage(account, { ...list, query });
    yield rows;
    const made = rows.map((row) => Date.parse(readOptionalText(row, 'createdAt') ?? ''));
    const past = made.every((at) => at < fromMs);
    const older = past && (made.at(-1) ?? 0) < (made[0] ?? 0);
    if (nextPageToken === null || older) return;
    if (tokens.has(nextPageToken)) {
      throw failed('unexpected_response', 'the list begins again and again');
    }
    tokens.add(nextPageToken);
    if (past) strange += 1;
    query = { ...query, pageToken: nextPageToken };
  }
  throw failed('unavailable', 'the list shows other times than those asked for; see filters');
}

function failed(code: 'invalid_input' | 'unavailable' | 'unexpected_response', why: string) {
  return new ProviderError(code, `${PROVIDER}: catching up: ${why}`, { provider: PROVIDER });
}
