import { setTimeout as wait } from 'node:timers/promises';
import { createMeter, type Progress } from '../campaign/progress';
import { type Campaign, type Ledger, waitingOutbox } from '../ledger';
import type { Driven } from './drive-here';
import { pauseForInterrupt } from './drive-here';
import type { Globals } from './globals';
import { onInterrupt } from './interrupt';
import { readAndStart } from './read-and-start';
import type { View } from './view';
import { waitingFor } from './waiting-for';

export interface WatchOptions {
  readonly ledger: Ledger;
  readonly campaign: Campaign;
  readonly globals: Globals;
  readonly view: View;
  /** Starts the campaign, or resumes it. */
  readonly begin: boolean;
  readonly canary?: number;
  /** Waits until what was on its way is settled, and ends. */
  readonly settleOnly?: boolean;
}

/** After so long in which nobody took a campaign up, a person is told. */
const NOBODY_MS = 5_000;
/** How long an interrupted run waits for what is on its way. */
const DRAIN_MS = 20_000;

/**
 * The same as driving a campaign here, for one that Temporal drives: starts it, shows how it goes, until it ends, pauses
 * itself, or a signal comes. A signal pauses it, in every process, and waits for what is on its way.
 */
export async function watchThere(options: WatchOptions): Promise<Driven> {
  const { ledger, campaign, globals, view, canary } = options;
  const { name } = campaign;
  const meter = createMeter(ledger, name);
  if (options.begin && !(await readAndStart(ledger, campaign, globals, canary))) {
    return { outcome: 'stopped', interrupted: true, progress: await meter.read(null) };
  }
  let interruptedAt = Number.POSITIVE_INFINITY;
  const interrupt = onInterrupt(() => {
    interruptedAt = performance.now();
    view.note(
      'Pausing it, and waiting for what is on its way. Press Ctrl-C again to leave at once.',
    );
    pauseForInterrupt(ledger, name).catch(() => undefined);
  });
  const tellNobody = nobodyNote(ledger, campaign, view);
  try {
    for (;;) {
      const progress = await meter.read(await waitingFor(ledger, name));
      view.show(progress);
      const outcome = outcomeOf(progress, options);
      const drained = progress.tally.counts.claimed + progress.tally.counts.sending === 0;
      if (interrupt.stopping() && outcome !== 'finished') {
        await pauseForInterrupt(ledger, name);
        if (drained || performance.now() - interruptedAt > DRAIN_MS) {
          view.end();
          return { outcome: 'stopped', interrupted: true, progress: await meter.read(null) };
        }
      } else if (outcome !== null) {
        view.end();
        return { outcome, interrupted: false, progress };
      }
      await tellNobody(progress);
      await wait(Math.min(view.everyMs, 500));
    }
  } finally {
    view.end();
    interrupt.off();
  }
}

function outcomeOf(
  { campaign, tally }: Progress,
  { settleOnly, canary }: WatchOptions,
): Driven['outcome'] | null {
  const { state, paused_by: by } = campaign;
  const open = tally.counts.claimed + tally.counts.sending;
  if (state === 'finished') return 'finished';
  if (open > 0) return null;
  if (state === 'cancelled') return 'cancelled';
  if (state !== 'paused') return null;
  if (by === 'self') return settleOnly === true ? 'stopped' : 'paused';
  // Its few are through: somebody is asked now.
  if (settleOnly === true || canary !== undefined) return 'stopped';
  return null;
}

/** Says once when nobody takes up what Temporal is to be told of the campaign. */
function nobodyNote(
  ledger: Ledger,
  { id }: Campaign,
  view: View,
): (now: Progress) => Promise<void> {
  let since = performance.now();
  let last = '';
  let told = false;
  return async ({ tally, campaign }) => {
    const seen = JSON.stringify([tally.counts, campaign.state]);
    const untold = (await waitingOutbox(ledger.db, id)) > 0;
    if (seen !== last || !untold) since = performance.now();
    last = seen;
    if (told || performance.now() - since < NOBODY_MS) return;
    told = true;
    view.note(
      'No worker has taken it up yet. It waits for one that can reach Temporal: campaign worker --engine temporal',
    );
  };
}
