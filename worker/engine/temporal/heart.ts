import { Context } from '@temporalio/activity';

/** Often enough that a dead worker is noticed soon; the SDK sends only some of them on. */
const BEAT_MS = 2_000;

/**
 * Runs an activity with a heartbeat. `cancelled` tells when Temporal no longer waits for it: then it ends early, in order.
 * What it reports is in its result alone: a heartbeat's details would stand in the history for everybody to read.
 */
export async function beating<T>(work: (cancelled: () => boolean) => Promise<T>): Promise<T> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), BEAT_MS);
  try {
    return await work(() => context.cancellationSignal.aborted);
  } finally {
    clearInterval(beat);
  }
}
