import { setTimeout as wait } from 'node:timers/promises';
import { type Ledger, readEvents } from '../ledger';

/** Tells those who wait for events when there are new ones: one look for all of them, and none while nobody waits. */
export interface FeedWatch {
  /** Whether the feed has gone on from this cursor within so long. */
  beyond(cursor: string, withinMs: number): Promise<boolean>;
}

const LOOK_MS = 500;

export function createFeedWatch(ledger: Ledger): FeedWatch {
  const waiting = new Map<(isBeyond: boolean) => void, string>();
  let looking = false;

  async function look(): Promise<void> {
    looking = true;
    while (waiting.size > 0) {
      await wait(LOOK_MS);
      try {
        const { next } = await readEvents(ledger, { after: 'latest', limit: 1 });
        for (const [wake, cursor] of waiting) if (cursor !== next) wake(true);
      } catch {
        // A ledger that is away now: whoever waits asks it again in time, and hears of it then.
      }
    }
    looking = false;
  }

  return {
    beyond(cursor, withinMs) {
      return new Promise<boolean>((resolve) => {
        const wake = (isBeyond: boolean): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve(isBeyond);
        };
        const timer = setTimeout(() => wake(false), withinMs);
        waiting.set(wake, cursor);
        if (!looking) void look();
      });
    },
  };
}
