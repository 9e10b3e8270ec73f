import { type Body, readList, readNumber } from '../read';
import { type Account, read } from './account';
import { isSince } from './active';
import { messagesPath } from './messages';

/** Rows of a page that begins at the end (Chatwoot v4.15.1, app/finders/message_finder.rb). */
const PAGE = 20;
/** Of one conversation, which may get 200 messages a minute (lib/limits.rb): an odd one must not hold up all others. */
const MOST_PAGES = 100;

/** What was said in a conversation since, in no order; nothing of one that is gone. */
export async function saidSince(
  account: Account,
  conversationId: string,
  fromMs: number,
): Promise<readonly Body[]> {
  const said: Body[] = [];
  let before: number | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const rows = await latest(account, conversationId, before);
    const since = rows.filter(({ at }) => isSince(at * 1000, fromMs));
    said.push(...since.map(({ body }) => body));
    const first = Math.min(...rows.map(({ id }) => id));
    // An id that does not go down: the server takes no notice of `before`.
    const stuck = before !== undefined && first >= before;
    if (since.length < rows.length || rows.length < PAGE || stuck) break;
    before = first;
  }
  return said;
}

/** The last messages, or the last before an id. */
async function latest(account: Account, conversationId: string, before: number | undefined) {
  return account.ask({
    asked: 'listing the latest messages',
    request: read(messagesPath(account, conversationId), before === undefined ? {} : { before }),
    expects: (status) => status === 404,
    read: (body, status) =>
      (status === 404 ? [] : readList(body, 'payload')).map((row) => ({
        id: readNumber(row, 'id'),
        at: readNumber(row, 'created_at'),
        body: row,
      })),
  });
}
