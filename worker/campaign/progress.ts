import { type Campaign, type Ledger, needCampaign, type Tally, tally } from '../ledger';

/** How a campaign stands at one moment. */
export interface Progress {
  readonly at: number;
  readonly campaign: Campaign;
  readonly tally: Tally;
  /** Rows in a final state. */
  readonly done: number;
  readonly left: number;
  /** Rows that became final per second, lately; null while that cannot be told. */
  readonly perSecond: number | null;
  readonly finishAt: number | null;
  /** What it does or waits for, when it does not send. */
  readonly waiting: string | null;
}

/** How far back the rate looks. */
const WINDOW_MS = 10_000;

/** Tells from what was done at some moments how fast it goes. */
export interface RateMeter {
  /** Rows per second, lately; null while that cannot be told. */
  add(at: number, done: number, running: boolean): number | null;
}

export function createRateMeter(): RateMeter {
  const seen: { at: number; done: number }[] = [];
  return {
    add(at, done, running) {
      // A pause is not a slow time: the rate begins anew after it.
      if (!running) seen.length = 0;
      seen.push({ at, done });
      while (seen.length > 2 && at - (seen[1]?.at ?? at) >= WINDOW_MS) seen.shift();
      const first = seen[0] ?? { at, done };
      const ms = at - first.at;
      return ms < 1_000 ? null : Math.max(0, ((done - first.done) * 1000) / ms);
    },
  };
}

export interface Meter {
  /** Looks at the ledger. */
  read(waiting: string | null): Promise<Progress>;
}

export function createMeter(ledger: Ledger, name: string): Meter {
  const rate = createRateMeter();
  return {
    async read(waiting) {
      const campaign = await needCampaign(ledger.db, name);
      const current = await tally(ledger.db, campaign.id);
      const { pending, claimed, sending, total } = current.counts;
      const left = pending + claimed + sending;
      const done = total - left;
      const at = Date.now();
      const perSecond = rate.add(at, done, campaign.state === 'running');
      const sends = campaign.state === 'running' && perSecond !== null && perSecond > 0;
      return {
        at,
        campaign,
        tally: current,
        done,
        left,
        perSecond,
        finishAt: sends && left > 0 ? at + (left / perSecond) * 1000 : null,
        waiting,
      };
    },
  };
}
