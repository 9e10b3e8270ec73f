import { setTimeout as wait } from 'node:timers/promises';
import type { Http } from '../../core/http';
import type { CallKind } from '../../core/words';
import { type Ledger, takeTokens } from '../ledger';

/** Tokens are taken for this long ahead, so that not every call is a commit; what is not used is lost, never late. */
const BLOCK_MS = 200;

/**
 * Charges every call to its account's limit before it is made. A delivering request passes: its token was taken at the
 * gate, in the commit that allowed it.
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
  const blocks = new Map<CallKind, { left: number; until: number }>();
  const queues = new Map<CallKind, Promise<void>>();

  async function token(kind: CallKind, perSecond: number): Promise<void> {
    for (;;) {
      const now = clock();
      const block = blocks.get(kind);
      if (block !== undefined && block.left > 0 && block.until >= now) {
        block.left -= 1;
        return;
      }
      const wanted = Math.max(1, Math.floor((perSecond * BLOCK_MS) / 1000));
      const { granted, nextAt } = await takeTokens(
        ledger,
        `account/${account}/${kind}`,
        wanted,
        now,
      );
      if (granted > 0) blocks.set(kind, { left: granted, until: now + BLOCK_MS });
      else await wait(Math.max(1, nextAt - now));
    }
  }

  return async (request) => {
    const perSecond = limits[request.call];
    if (request.delivers === undefined && perSecond !== undefined) {
      // One at a time, in order: nobody overtakes while another waits for the next token.
      const turn = (queues.get(request.call) ?? Promise.resolve()).then(() =>
        token(request.call, perSecond),
      );
      queues.set(
        request.call,
        turn.catch(() => undefined),
      );
      await turn;
    }
    return http(request);
  };
}
