import { setTimeout as wait } from 'node:timers/promises';
import { createMeter, type Progress } from '../campaign/progress';
import type { Connection } from '../engine/connect';
import { type EmbeddedOptions, runEmbedded } from '../engine/embedded';
import { openRun } from '../engine/open-run';
import { type Campaign, control, endCanary, type Ledger, needCampaign } from '../ledger';
import { type Answers, readAnswers } from './answers';
import { type Globals, runOptionsOf } from './globals';
import { type Interrupt, onInterrupt } from './interrupt';
import type { View } from './view';

type Step = Parameters<NonNullable<EmbeddedOptions['onStep']>>[0];

export interface DriveOptions {
  readonly ledger: Ledger;
  readonly campaign: Campaign;
  readonly connection: Connection;
  readonly globals: Globals;
  readonly view: View;
  /** Imports and seals; returns false when it was stopped before the end. */
  readonly importList: (
    stopping: () => boolean,
    waiting: (why: string) => void,
  ) => Promise<boolean>;
  /** Starts the campaign, or resumes it, once this process has the driver's seat. */
  readonly begin: boolean;
  /** Sends to at most so many, in one slice. */
  readonly canary?: number;
  /** Sends nothing: finds out what became of open attempts of a paused campaign, and ends. */
  readonly settleOnly?: boolean;
}

export interface Driven {
  readonly outcome: 'finished' | 'cancelled' | 'stopped' | 'paused';
  readonly interrupted: boolean;
  readonly progress: Progress;
}

/** How long the driver's seat may take before a person is told. */
const SEAT_NOTE_MS = 800;

/**
 * Drives a campaign in this process and shows how it goes, until it ends, pauses itself, or a signal comes. A pause by a
 * person is waited out: whoever resumes it elsewhere lets it go on here.
 *
 * @throws AlreadyDriven when another process drives it.
 */
export async function driveHere(options: DriveOptions): Promise<Driven> {
  const { ledger, campaign, connection, globals, view, canary } = options;
  const { name } = campaign;
  const run = await openRun(ledger, campaign, connection, {
    ...runOptionsOf(globals),
    ...(canary === undefined ? {} : { maxRows: canary }),
  });
  const one = canary === undefined ? run : { ...run, policy: { ...run.policy, parallel: 1 } };
  const meter = createMeter(ledger, name);
  const interrupt = onInterrupt(() => {
    view.note('Finishing what is on its way. Press Ctrl-C again to leave at once.');
    // From this commit on no gate lets a message through, in no process.
    pauseForInterrupt(ledger, name).catch(() => undefined);
  });
  let waiting: string | null = null;
  let begun = !options.begin;
  let beginning = false;
  let pausedBySelf = false;
  const broken: { by?: Error } = {};
  let seated = false;
  let late: NodeJS.Timeout | undefined;

  const embedded: EmbeddedOptions = {
    stopping: () => interrupt.stopping() || broken.by !== undefined,
    endAfterSlice: canary !== undefined,
    async importList() {
      seated = true;
      waiting = 'reading the list';
      const complete = await options.importList(interrupt.stopping, (why) => {
        waiting = why;
      });
      if (complete && options.begin && !interrupt.stopping()) await begin();
    },
    onStep(step) {
      seated = true;
      waiting = describeStep(step);
      if (step.kind !== 'paused' || beginning || begun) return;
      beginning = true;
      begin().catch((error: unknown) => {
        broken.by = error instanceof Error ? error : new Error('the campaign could not be started');
      });
    },
    endWhenPaused: (open) => (options.settleOnly === true ? open === 0 : begun && pausedBySelf),
  };

  async function begin(): Promise<void> {
    const { state } = await needCampaign(ledger.db, name);
    if (state === 'ready' || state === 'paused') {
      const action = state === 'ready' ? 'start' : 'resume';
      const few = canary === undefined ? {} : { canary };
      await control(ledger, name, { action, ...few }, ledger.now());
    } else if (canary === undefined) {
      await endCanary(ledger, campaign.id);
    }
    // Only from here on a pause is somebody's word on this drive, and not what it began with.
    pausedBySelf = false;
    begun = true;
  }

  async function look(): Promise<void> {
    if (!seated) return;
    const progress = await meter.read(waiting);
    pausedBySelf = progress.campaign.state === 'paused' && progress.campaign.paused_by === 'self';
    view.show(progress);
  }

  const looking = watch(view.everyMs, look);
  // A single message is not waited for, and what is only to be settled sends nothing.
  const answers: Answers | null =
    campaign.kind === 'list' && options.begin
      ? readAnswers({ ledger, connection, stopping: interrupt.stopping, view })
      : null;
  try {
    await answers?.first;
    late = setTimeout(() => {
      if (!seated) view.note('Another process ran it last. Looking whether that is still alive …');
    }, SEAT_NOTE_MS);
    const outcome = await runEmbedded(one, embedded);
    if (broken.by !== undefined) throw broken.by;
    if (interrupt.stopping()) await pauseForInterrupt(ledger, name);
    await looking.end();
    view.end();
    const progress = await meter.read(null);
    return { outcome, interrupted: interrupt.stopping(), progress };
  } finally {
    clearTimeout(late);
    await answers?.end();
    await looking.end();
    view.end();
    finish(interrupt);
  }
}

function finish(interrupt: Interrupt): void {
  // A signal that comes while connections close is still the second one.
  if (!interrupt.stopping()) interrupt.off();
}

/** Looks every so often, one look at a time; a look that fails says nothing, as the drive itself will. */
function watch(everyMs: number, look: () => Promise<void>): { end(): Promise<void> } {
  const over = new AbortController();
  const loop = (async () => {
    while (!over.signal.aborted) {
      await look().catch(() => undefined);
      await wait(everyMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    async end() {
      over.abort();
      await loop;
    },
  };
}

/** Leaves a campaign that a person or itself paused as it is, and one that is not sealed yet. */
export async function pauseForInterrupt(ledger: Ledger, name: string): Promise<void> {
  const { state } = await needCampaign(ledger.db, name);
  if (state !== 'running' && state !== 'ready') return;
  await control(
    ledger,
    name,
    { action: 'pause', by: 'interrupt', why: 'its process was interrupted' },
    ledger.now(),
  );
}

function describeStep(step: Step): string | null {
  switch (step.kind) {
    case 'import':
      return 'reading the list';
    case 'wait': {
      const seconds = Math.round((step.untilMs - Date.now()) / 1000);
      return `waiting: ${step.why}${seconds > 1 && seconds < 59 ? ` (${seconds} s)` : ''}`;
    }
    case 'run':
    case 'deliver':
    case 'paused':
    case 'end':
      return null;
  }
}
