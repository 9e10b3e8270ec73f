/**
 * worker/engine: the motors. This one runs in the process that starts it, with nothing but the ledger beside it: after a
 * crash the plan is simply asked again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type DriveOutcome, type DrivePort, drive, type Step } from '../../workflows/drive';
import type { Run } from '../campaign/run';
import { type Campaign, driverOf, isAlive, isAway, nextLook } from '../ledger';
import { askPlan, finish, IDLE_MS } from './ask-plan';
import { takeSeat } from './seat';
import { tracedSlice } from './trace';

export { AlreadyDriven } from './seat';

/** While waiting, the ledger is asked this often whether somebody paused, resumed or cancelled. */
const NOTICE_MS = 250;
/** How long each further slice of a campaign is left to other processes, before this one opens it as well. */
const OTHERS_MS = 1_500;
/** A ledger that is away is asked at least this often. */
const AWAY_MS = 5_000;

export interface EmbeddedOptions {
  /** Reads the list into the ledger; called when the campaign is not sealed. */
  readonly importList: () => Promise<void>;
  /** True from the moment on when the process is to end. */
  readonly stopping: () => boolean;
  /** Does not wait whether the process that has the driver's seat is still alive. */
  readonly impatient?: boolean;
  /** Told when this process has the driver's seat. */
  readonly onSeat?: () => void;
  /** Told what the campaign does next, whenever that changes. */
  readonly onStep?: (step: Step) => void;
  /**
   * Ends the drive when the campaign is paused, instead of waiting for somebody to resume it. `open` is how many
   * attempts are still to be settled: that goes on while it is paused.
   */
  readonly endWhenPaused?: (open: number) => boolean;
  /** Ends the drive after one slice (a canary). */
  readonly endAfterSlice?: boolean;
}

/**
 * Drives a campaign in this process until it ends, is paused for good, or `stopping` says so. A ledger that goes away is
 * waited for.
 *
 * @throws AlreadyDriven when another process drives it; a process that died is waited out (its lease ends in seconds).
 */
export async function runEmbedded(
  run: Run,
  options: EmbeddedOptions,
): Promise<Exclude<DriveOutcome, 'moved'> | 'paused'> {
  const seat = await takeSeat(run, () => options.impatient === true || options.stopping());
  options.onSeat?.();
  let over: 'paused' | 'enough' | 'broken' | 'unseated' | null = null;
  let slices = 0;
  let idleUntil = 0;
  const stopping = (): boolean => options.stopping() || over !== null;
  let told = '';
  const tell = (step: Step): void => {
    const line = JSON.stringify(step.kind === 'wait' ? { ...step, untilMs: 0 } : step);
    if (line !== told) options.onStep?.(step);
    told = line;
  };
  const port: DrivePort = {
    async next() {
      const asked = await untilBack(run, stopping, tell, async () => {
        if (!(await seat.held())) return null;
        const { step: asked, counts } = await askPlan(run, idleUntil);
        const next = { step: asked, open: counts.sending };
        if (asked.kind !== 'end' || asked.outcome !== 'finished') return next;
        if (await finish(run)) return next;
        const step: Step = { kind: 'wait', untilMs: run.clock(), why: 'its state was changed' };
        return { ...next, step };
      });
      if (asked === null) {
        over ??= 'unseated';
        return { kind: 'wait', untilMs: run.clock(), why: 'another process took over' };
      }
      const { step, open } = asked;
      tell(step);
      if (step.kind === 'paused' && options.endWhenPaused?.(open)) over = 'paused';
      return step;
    },
    async importList() {
      await options.importList();
      return null;
    },
    async slice() {
      // The first one begins at once; more of them only where no other process takes them.
      const others = slices;
      let ran = false;
      slices += 1;
      try {
        for (let waited = 0; others > 0 && waited < others * OTHERS_MS && !stopping(); ) {
          await wait(NOTICE_MS);
          waited += NOTICE_MS;
        }
        if (stopping()) return null;
        const report = await tracedSlice(run, stopping);
        ran = report !== null;
        // Rows were due, and none could be had: their people are in work elsewhere. Asking again at once would not help.
        if (others === 0 && (report === null || report.claimed + report.settled === 0)) {
          idleUntil = run.clock() + IDLE_MS;
        }
      } catch (error) {
        // The plan is asked again, and waits until the ledger is back.
        if (isAway(error)) return null;
        over = 'broken';
        throw error;
      } finally {
        slices -= 1;
      }
      if (options.endAfterSlice === true && ran) over = 'enough';
      return null;
    },
    deliver: () => Promise.reject(new Error('a workflow for each message needs Temporal')),
    async sleep(untilMs) {
      if (stopping()) return;
      // Paused: nothing is claimed then, so a slice only settles.
      if (untilMs === null) await settleWhilePaused(run, stopping);
      const left = untilMs === null ? NOTICE_MS : untilMs - run.clock();
      await wait(Math.max(10, Math.min(left, NOTICE_MS)));
    },
    // Whatever changes is in the ledger, and that is asked every time.
    nudged: () => false,
    rollover: () => Promise.resolve(),
    stopping,
  };
  try {
    const outcome = await drive(port);
    if (over === 'paused') return 'paused';
    return outcome === 'moved' ? 'stopped' : outcome;
  } finally {
    await seat.leave();
  }
}

/** Asks again until the ledger can be reached; null when the process is to end meanwhile. */
async function untilBack<T>(
  run: Run,
  stopping: () => boolean,
  tell: (step: Step) => void,
  ask: () => Promise<T>,
): Promise<T | null> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (stopping()) return null;
      const ms = Math.min(AWAY_MS, NOTICE_MS * 2 ** tries);
      tell({ kind: 'wait', untilMs: run.clock() + ms, why: 'the ledger cannot be reached' });
      await wait(ms);
    }
  }
}

async function settleWhilePaused(run: Run, stopping: () => boolean): Promise<void> {
  try {
    const at = await nextLook(run.ledger.db, run.campaign, run.clock());
    if (at !== null && at <= run.clock()) await tracedSlice(run, stopping);
  } catch (error) {
    if (!isAway(error)) throw error;
  }
}

/** Who drives a campaign now, for a person: a process that is alive, or its workflow; null: nobody. */
export async function whoDrives(
  { ledger, clock }: Pick<Run, 'ledger' | 'clock'>,
  campaign: Pick<Campaign, 'id' | 'workflow_id'>,
): Promise<string | null> {
  if (campaign.workflow_id !== null) return `Temporal, workflow ${campaign.workflow_id}`;
  const lease = await driverOf(ledger.db, campaign.id);
  return lease !== undefined && isAlive(lease, clock()) ? lease.holder : null;
}
