import { pause } from '../campaign/pause';
import { type Ledger, sweepEvents, sweepOnce } from '../ledger';

const EVERY_MS = 60 * 60_000;

/** Removes, once an hour, what is kept for some days only: events, and answers to requests that had a key. Until `stopping` says so. */
export async function keepSwept(ledger: Ledger, stopping: () => boolean): Promise<void> {
  while (!stopping()) {
    // The next time comes anyway.
    await sweep(ledger).catch(() => undefined);
    await pause(EVERY_MS, stopping);
  }
}

async function sweep(ledger: Ledger): Promise<void> {
  await sweepEvents(ledger, ledger.now());
  await sweepOnce(ledger, ledger.now());
}
