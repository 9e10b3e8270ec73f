import type { Conversation } from './rows';

/** The conversations of an account by their last activity, without sorting all of them for every page. */
export interface Recent {
  /** Something happened in this one, now. */
  touch(conversation: Conversation): void;
  /** It is not there any more. */
  forget(conversation: Conversation): void;
  /** Null where time went back in between, as it may in tests: then only sorting helps. */
  newestFirst(): Iterable<Conversation> | null;
}

/** A log of activities, of which the last one of each conversation counts. */
export function createRecent(): Recent {
  let log: Conversation[] = [];
  let known = 0;
  let ordered = true;

  function tidy(): void {
    if (log.length < 1000 || log.length < known * 2) return;
    log = log.filter((conversation, at) => conversation.recentAt === at);
    for (const [at, conversation] of log.entries()) conversation.recentAt = at;
  }

  function* newest(): Generator<Conversation> {
    for (let at = log.length - 1; at >= 0; at -= 1) {
      const conversation = log[at] as Conversation;
      if (conversation.recentAt === at) yield conversation;
    }
  }

  return {
    touch(conversation) {
      const before = log.at(-1);
      if (before !== undefined && before.lastActivityMs > conversation.lastActivityMs) {
        ordered = false;
      }
      if (conversation.recentAt === -1) known += 1;
      conversation.recentAt = log.length;
      log.push(conversation);
      tidy();
    },
    forget(conversation) {
      if (conversation.recentAt !== -1) known -= 1;
      conversation.recentAt = -1;
    },
    newestFirst: () => (ordered ? newest() : null),
  };
}
