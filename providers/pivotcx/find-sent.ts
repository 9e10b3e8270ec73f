import type { Finding, Trace } from '../provider';
import { type Account, pagesOf } from './lists';
import { momentOf, readEither } from './rows';

/** The platform's clock may differ from the one that noted when the attempt began. */
const CLOCKS_APART_MS = 10 * 60_000;

/**
 * Looks at a conversation after a lost answer, where the account's schema has a list of messages. A message carries no
 * mark, and an equal text proves nothing, so nothing is ever found: where any message was made since, that may be it, and
 * only a complete list of older ones says that it is absent.
 */
export async function findSent(account: Account, trace: Trace): Promise<Finding> {
  const { messagesPath, messageCreatedPath } = account.settings;
  const { conversationId, since } = trace;
  if (messagesPath === null || conversationId === null) {
    return unclear('this account lists no messages (messagesPath)');
  }
  const pages = pagesOf(account, 'listing messages', {
    path: messagesPath(conversationId),
    query: {},
  });
  for (;;) {
    const { value, done } = await pages.next();
    if (done) return value.whole ? { kind: 'absent' } : unclear('the list of messages goes on');
    for (const row of value) {
      const madeAt = momentOf(readEither(row, messageCreatedPath));
      if (madeAt === null) {
        return unclear('a message does not say when it was made (messageCreatedPath)');
      }
      if (madeAt > since - CLOCKS_APART_MS) {
        return unclear('a message was made in the conversation since, and it may be this one');
      }
    }
  }
}

function unclear(why: string): Finding {
  return { kind: 'unclear', why };
}
