import type { DeliveryEvent } from '../../core/delivery';
import { behindBy } from '../behind';
import { type Body, readId, readOptionalNumber } from '../read';
import { type Account, failed } from './account';
import {
  type Active,
  type ActivePage,
  activePage,
  backTo,
  isSince,
  mayHaveWritten,
} from './active';
import { saidSince } from './said-since';
import { replyOf, sideOf, statusOf, timeOf } from './told';

/** The server's clock may be ahead of ours by this much; and so late may a message be delivered and still be seen. */
const SLACK_MS = 30_000;
/** Each is as long as what happened during the one before: so many only where more happens than can be read. */
const MOST_ROUNDS = 25;

/**
 * Reads the account's conversations from the newest activity back to the beginning of the window. While a campaign sends, each
 * has an activity of our own, so the messages of one are read only where its row says that the person may have written.
 * What became of a message is told where the row shows it as the last one.
 *
 * Activity moves a conversation to the front, which was read already. So the front is read again, back to what it was,
 * until that takes a single page.
 */
export async function* catchUp(
  account: Account,
  since: number,
  until: number,
): AsyncGenerator<readonly DeliveryEvent[]> {
  let front = await activePage(account, 1);
  const fromMs = since - SLACK_MS - behindBy(front.date, until);
  let isBack = ({ activeMs }: Active) => !isSince(activeMs, fromMs);
  const known = new Map<string, string>();
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    let pages = 0;
    for await (const { rows } of backTo(account, front, isBack)) {
      pages += 1;
      const fresh = rows.filter((each) => !isBack(each) && known.get(each.id) !== stateOf(each));
      for (const each of fresh) known.set(each.id, stateOf(each));
      // Also without any: whoever asks may have to say that it is still at it.
      yield await eventsOf(account, fresh, fromMs);
    }
    if (pages === 1) return;
    isBack = isIn(front);
    front = await activePage(account, 1);
  }
  throw failed(
    account.edition,
    'unavailable',
    'catching up: more happens in conversations than can be read',
  );
}

/** A row as it was there, or one that was active before any of them: everything since is above it. */
function isIn({ rows }: ActivePage): (row: Active) => boolean {
  const states = new Map(rows.map((row) => [row.id, stateOf(row)]));
  const topMs = rows[0]?.activeMs ?? 0;
  return (row) => states.get(row.id) === stateOf(row) || !isSince(row.activeMs, topMs);
}

function stateOf({ activeMs, last }: Active): string {
  return `${activeMs} ${last.map((message) => readId(message, 'id')).join(' ')}`;
}

async function eventsOf(
  account: Account,
  rows: readonly Active[],
  fromMs: number,
): Promise<readonly DeliveryEvent[]> {
  const events = new Map<string, DeliveryEvent>();
  for (const each of rows) {
    const said = mayHaveWritten(each, fromMs) ? await saidSince(account, each.id, fromMs) : [];
    // The rows of the list come last: they alone say when a status was changed.
    for (const message of [...said, ...each.last]) {
      const event = eventOf(message, each, fromMs);
      if (event !== null) events.set(event.id, event);
    }
  }
  return [...events.values()];
}

function eventOf(message: Body, { place }: Active, fromMs: number): DeliveryEvent | null {
  const side = sideOf(message);
  if (side === null) return null;
  const event = side === 'person' ? replyOf(message, place) : statusOf(message, message, place);
  // That it was sent is known to whoever sent it.
  if (event === null || event.kind === 'sent') return null;
  const at = event.at ?? timeOf(readOptionalNumber(message, 'created_at') ?? undefined);
  // What bears a time to come is told as well: their clock may be ahead by any time.
  return at === null || isSince(at, fromMs) ? event : null;
}
