import {
  type Body,
  readAny,
  readId,
  readList,
  readNumber,
  readOptionalNumber,
  readOptionalText,
} from '../read';
import { type Account, failed, read } from './account';
import { type Place, sideOf } from './told';

/** Pages in a row that show nothing which the pages before have not shown. */
const MOST_REPEATS = 20;

/** A conversation in which something happened lately. */
export interface Active {
  readonly id: string;
  readonly activeMs: number;
  /** Its last messages as the list shows them, whole, each once. */
  readonly last: readonly Body[];
  readonly place: Place;
  readonly row: Body;
}

export interface ActivePage {
  readonly rows: readonly Active[];
  /** The time at the server, where it is told. */
  readonly date: string | undefined;
}

/** One page of the account's conversations, the newest activity first. */
export async function activePage(account: Account, page: number): Promise<ActivePage> {
  return account.ask({
    asked: 'listing conversations by activity',
    request: read(account.path('/conversations'), {
      status: 'all',
      sort_by: 'last_activity_at_desc',
      page,
    }),
    read: (body, _status, headers) => ({
      rows: readList(body, 'data.payload').map(activeOf),
      date: headers['date'],
    }),
  });
}

/** The pages from the first one, which is given, back to a row that says so: whatever follows it is older. */
export async function* backTo(
  account: Account,
  first: ActivePage,
  isBack: (row: Active) => boolean,
): AsyncGenerator<ActivePage> {
  const shown = new Set<string>();
  let repeats = 0;
  let ordered = true;
  let page = first;
  for (let next = 2; ; next += 1) {
    yield page;
    // One row tells of all that follow, in a list that is in order; in any other a whole page of such rows has to.
    ordered &&= isOrdered(page);
    if (page.rows.every(isBack) || (ordered && page.rows.some(isBack))) return;
    repeats = page.rows.every(({ id }) => shown.has(id)) ? repeats + 1 : 0;
    if (repeats >= MOST_REPEATS) {
      throw failed(
        account.edition,
        'unexpected_response',
        'listing conversations by activity: the list begins again and again',
      );
    }
    for (const { id } of page.rows) shown.add(id);
    page = await activePage(account, next);
  }
}

function isOrdered({ rows }: ActivePage): boolean {
  return rows.every(({ activeMs }, at) => activeMs <= (rows[at - 1]?.activeMs ?? activeMs));
}

function activeOf(row: Body): Active {
  const id = readId(row, 'id');
  const messages = readAny(row, 'messages');
  const shown = [
    ...(Array.isArray(messages) ? messages : []),
    readAny(row, 'last_non_activity_message'),
  ].filter((message) => typeof message === 'object' && message !== null);
  const byId = new Map<string, Body>(shown.map((message) => [readId(message, 'id'), message]));
  // Older servers have it under the second name only.
  const active = readOptionalNumber(row, 'last_activity_at') ?? readNumber(row, 'timestamp');
  return {
    id,
    activeMs: active * 1000,
    last: [...byId.values()],
    place: {
      conversationId: id,
      channel: readOptionalText(row, 'meta.channel'),
      contact: readAny(row, 'meta.sender'),
    },
    row,
  };
}

/**
 * Whether the person may have written since, whoever wrote after: the contact says when that was (Chatwoot v4.15.1,
 * app/models/message.rb, `update_contact_activity`), and so does a conversation that waits for an answer. A contact that says
 * nothing, as one does that cannot be saved, is judged by what no agent has looked at.
 */
export function mayHaveWritten({ row, last, place }: Active, fromMs: number): boolean {
  const wrote = readOptionalNumber(place.contact, 'last_activity_at');
  const waits = readOptionalNumber(row, 'waiting_since');
  if (wrote === null && (readOptionalNumber(row, 'unread_count') ?? 0) > 0) return true;
  const theirs = last
    .filter((message) => sideOf(message) === 'person')
    .map((message) => readOptionalNumber(message, 'created_at'));
  return [wrote, waits, ...theirs].some((at) => at !== null && isSince(at * 1000, fromMs));
}

/** Times come in whole seconds: such a one may be anywhere in its second. */
export function isSince(ms: number, fromMs: number): boolean {
  return ms + 999 >= fromMs;
}
