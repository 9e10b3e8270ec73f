import { setTimeout as wait } from 'node:timers/promises';

/** How often somebody who is to end looks whether that is so. */
const LOOK_MS = 250;

/** Waits for so long, or until shortly after `stopping` says so. */
export async function pause(ms: number, stopping: () => boolean): Promise<void> {
  const until = performance.now() + ms;
  while (!stopping() && performance.now() < until) {
    await wait(Math.min(LOOK_MS, Math.max(1, until - performance.now())));
  }
}
