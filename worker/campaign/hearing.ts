import { setTimeout as wait } from 'node:timers/promises';
import type { Provider } from '../../providers/provider';
import type { Campaign, Ledger } from '../ledger';
import { type CatchUpOptions, catchUp, type OnTrouble } from './catch-up';

/** How long a campaign waits for what people answered before it. */
export const HEAR_MS = 30_000;
/** What was asked for one campaign so short ago counts for the others of the account as well. */
const FRESH_MS = 10_000;
const TURN_MS = 250;
const LOOK_MS = 50;
/** Campaigns that have waited. One that is forgotten waits once more. */
const MOST_REMEMBERED = 10_000;

/** Asks once, however short ago it was asked last; where another process is at it, after that one, if its end comes in time. */
export async function catchUpNow(options: Omit<CatchUpOptions, 'everyMs'>): Promise<void> {
  const until = performance.now() + HEAR_MS;
  for (;;) {
    const turn = await catchUp({ ...options, everyMs: 0 });
    if (turn !== 'not_due' || options.stopping?.() === true || performance.now() > until) return;
    await wait(TURN_MS);
  }
}

export interface Hearing {
  /**
   * Resolves when what people answered before this campaign is known: asked for once in this process; after half a minute or
   * a failure without it, and when `stopping` says so. A single message does not wait. Never throws.
   */
  before(
    campaign: Pick<Campaign, 'id' | 'kind' | 'account'>,
    stopping?: () => boolean,
  ): Promise<void>;
  /** Resolves when nothing is being asked any more. */
  end(): Promise<void>;
}

export interface HearingOptions {
  readonly ledger: Ledger;
  readonly providerOf: (account: string) => Promise<Pick<Provider, 'catchUp'>>;
  readonly stopping: () => boolean;
  readonly onTrouble: OnTrouble;
  readonly withinMs?: number;
}

interface Ask {
  readonly began: number;
  over: boolean;
  readonly done: Promise<void>;
}

/** What a process that sends other people's campaigns asks before the first message of each. */
export function createHearing(options: HearingOptions): Hearing {
  const { ledger, providerOf, onTrouble, withinMs = HEAR_MS } = options;
  const waited = new Set<number>();
  const asks = new Map<string, Ask>();
  let over = false;
  const ending = (): boolean => over || options.stopping();

  async function ask(account: string): Promise<void> {
    try {
      const provider = await providerOf(account);
      await catchUpNow({ ledger, account, provider, stopping: ending, onTrouble });
    } catch {
      // Whoever opens the campaign says what is wrong with its account.
      onTrouble(account, 'internal');
    }
  }

  function asked(account: string): Ask {
    const last = asks.get(account);
    if (last !== undefined && (!last.over || performance.now() - last.began < FRESH_MS))
      return last;
    const done = ask(account).finally(() => {
      fresh.over = true;
    });
    const fresh: Ask = { began: performance.now(), over: false, done };
    asks.set(account, fresh);
    return fresh;
  }

  return {
    async before({ id, kind, account }, stopping = () => false) {
      if (kind === 'single' || waited.has(id)) return;
      const its = asked(account);
      const until = performance.now() + withinMs;
      while (!its.over && performance.now() < until) {
        if (ending() || stopping()) return;
        await wait(LOOK_MS);
      }
      if (!its.over) onTrouble(account, 'slow');
      waited.add(id);
      const [oldest] = waited;
      if (waited.size > MOST_REMEMBERED && oldest !== undefined) waited.delete(oldest);
    },
    async end() {
      over = true;
      await Promise.all([...asks.values()].map(({ done }) => done));
    },
  };
}
