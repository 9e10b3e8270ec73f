import { setTimeout as wait } from 'node:timers/promises';
import { type Deadline, type Http, NoAnswer } from '../../core/http';
import type { CallKind } from '../../core/words';
import { type Ledger, type Token, takeTokens } from '../ledger';

/** Tokens asked for at a time, so that not every call is a commit. */
const WANTED = 64;

/**
 * Charges every call to its account's limit before it is made, and makes it while its token holds. A delivering request
 * passes: its token was taken at the gate, in the commit that allowed it.
 */
export function throttledHttp(
  http: Http,
  {
    ledger,
    account,
    limits,
    clock,
  }: {
    readonly ledger: Ledger;
    readonly account: string;
    /** Per second; a kind without a limit passes. */
    readonly limits: Readonly<Partial<Record<CallKind, number>>>;
    readonly clock: () => number;
  },
): Http {
  const queues = new Map<CallKind, Queue>();

  function queueOf(kind: CallKind): Queue {
    let queue = queues.get(kind);
    if (queue === undefined) {
      const scope = `account/${account}/${kind}`;
      queue = createQueue((wanted) => takeTokens(ledger, scope, wanted, clock()), clock);
      queues.set(kind, queue);
    }
    return queue;
  }

  return async (request) => {
    if (request.delivers !== undefined || limits[request.call] === undefined) return http(request);
    for (;;) {
      const startBy = await queueOf(request.call).next();
      try {
        return await http({ ...request, startBy });
      } catch (error) {
        // It waited too long for its socket, and never began: it needs another token.
        if (!(error instanceof NoAnswer) || error.why !== 'TOO_LATE') throw error;
      }
    }
  };
}

/** A token by the monotonic clock: a wall clock that is set back must not hold it back for as long as that. */
interface Timed {
  readonly startsAt: number;
  readonly startBy: Deadline;
}

interface Queue {
  /** The next token, at its moment: until when it may be used. */
  next(): Promise<Deadline>;
}

/** Hands tokens out one by one, in the order of who asked: nobody overtakes while another waits. */
function createQueue(
  take: (wanted: number) => Promise<{ tokens: readonly Token[]; nextAt: number }>,
  clock: () => number,
): Queue {
  let block: Timed[] = [];
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function one(): Promise<Deadline> {
    for (;;) {
      const token = block.shift();
      if (token === undefined) {
        const toMonotonic = performance.now() - clock();
        const { tokens, nextAt } = await take(Math.min(WANTED, waiting));
        block = tokens.map(({ at, useBy }) => ({
          startsAt: at + toMonotonic,
          startBy: { wallMs: useBy, monotonicMs: useBy + toMonotonic },
        }));
        if (tokens.length === 0) await wait(Math.max(1, nextAt + toMonotonic - performance.now()));
        continue;
      }
      const early = token.startsAt - performance.now();
      if (early > 0) await wait(early);
      if (performance.now() <= token.startBy.monotonicMs) return token.startBy;
    }
  }

  return {
    next() {
      waiting += 1;
      const turn = last.then(one).finally(() => {
        waiting -= 1;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
