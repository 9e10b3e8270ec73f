/**
 * worker/engine: the motors. This one runs in the process that starts it, with nothing but the ledger beside it: after a
 * crash the plan is simply asked again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type DriveOutcome, type DrivePort, drive, type Step } from '../../workflows/drive';
import { plan, type View } from '../campaign/plan';
import type { Run } from '../campaign/run';
import { runSlice } from '../campaign/slice';
import {
  control,
  type DriverLease,
  driverOf,
  end,
  expire,
  needCampaign,
  nextDue,
  nextLook,
  reclaim,
  renew,
  skipWaiting,
  stoppedUntil,
  takeDriver,
  tally,
} from '../ledger';

/** After a slice that found nothing to do although rows were due. */
const IDLE_MS = 1_000;
/** While waiting, the ledger is asked this often whether somebody paused, resumed or cancelled. */
const NOTICE_MS = 250;

export interface EmbeddedOptions {
  /** Reads the list into the ledger; called when the campaign is not sealed. */
  readonly importList: () => Promise<void>;
  /** True from the moment on when the process is to end. */
  readonly stopping: () => boolean;
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

/** Somebody else drives this campaign, and is alive. */
export class AlreadyDriven extends Error {
  override readonly name = 'AlreadyDriven';

  constructor(readonly holder: string) {
    super(`it is being run by ${holder} already`);
  }
}

/**
 * Drives a campaign in this process until it ends, is paused for good, or `stopping` says so.
 *
 * @throws AlreadyDriven when another process drives it; a process that died is waited out (its lease ends in seconds).
 */
export async function runEmbedded(
  run: Run,
  options: EmbeddedOptions,
): Promise<DriveOutcome | 'paused'> {
  const lease = await takeSeat(run, options.stopping);
  let seated = true;
  const renewal = setInterval(() => {
    renew(run.ledger, lease.id, run.clock(), run.policy.leaseMs).then(
      (still) => {
        seated &&= still;
      },
      () => undefined,
    );
  }, run.policy.leaseMs / 5);
  let paused = false;
  let enough = false;
  let broken = false;
  let idleUntil = 0;
  const stopping = (): boolean => options.stopping() || !seated || paused || enough || broken;
  let told = '';
  const port: DrivePort = {
    async next() {
      const { step, open } = await nextStep(run, idleUntil);
      const line = JSON.stringify(step.kind === 'wait' ? { ...step, untilMs: 0 } : step);
      if (line !== told) options.onStep?.(step);
      told = line;
      if (step.kind === 'paused' && options.endWhenPaused?.(open)) paused = true;
      if (step.kind === 'end' && step.outcome === 'finished' && !(await finished(run))) {
        return { kind: 'wait', untilMs: run.clock(), why: 'its state was changed' };
      }
      return step;
    },
    importList: options.importList,
    async slice() {
      try {
        const { claimed, settled } = await runSlice(run, stopping);
        // Rows were due, and none could be had: their people are in work elsewhere. Asking again at once would not help.
        if (claimed + settled === 0) idleUntil = run.clock() + IDLE_MS;
      } catch (error) {
        broken = true;
        throw error;
      }
      enough = options.endAfterSlice === true;
    },
    async sleep(untilMs) {
      if (stopping()) return;
      // Paused: nothing is claimed then, so a slice only settles.
      if (untilMs === null && (await lookIsDue(run))) await runSlice(run, stopping);
      const left = untilMs === null ? NOTICE_MS : untilMs - run.clock();
      await wait(Math.max(10, Math.min(left, NOTICE_MS)));
    },
    rollover: () => Promise.resolve(),
    stopping,
  };
  try {
    const outcome = await drive(port);
    return paused ? 'paused' : outcome;
  } finally {
    clearInterval(renewal);
    await end(run.ledger, lease.id).catch(() => undefined);
  }
}

/** False when somebody paused or reopened it in this very moment: then the plan is asked again. */
async function finished({ ledger, campaign, clock }: Run): Promise<boolean> {
  try {
    await control(ledger, campaign.name, { action: 'finish' }, clock());
    return true;
  } catch (error) {
    const { state } = await needCampaign(ledger.db, campaign.name);
    if (state === 'running') throw error;
    return false;
  }
}

async function lookIsDue({ ledger, campaign, clock }: Run): Promise<boolean> {
  const at = await nextLook(ledger.db, campaign);
  return at !== null && at <= clock();
}

async function nextStep(run: Run, idleUntil: number): Promise<{ step: Step; open: number }> {
  const { ledger, clock } = run;
  const now = clock();
  const campaign = await needCampaign(ledger.db, run.campaign.name);
  await reclaim(ledger, campaign.account, now);
  if (campaign.expires_at !== null && campaign.expires_at <= now)
    await expire(ledger, campaign.id, now);
  // Rows that were claimed when it was cancelled came back since.
  if (campaign.state === 'cancelled') {
    await ledger.db.transaction().execute((trx) => skipWaiting(trx, campaign.id, 'cancelled', now));
  }
  const { counts } = await tally(ledger.db, campaign.id);
  const stop = await stoppedUntil(ledger.db, campaign.account);
  const due = await nextDue(ledger.db, campaign.id);
  const view: View = {
    state: campaign.state,
    why: campaign.why,
    sealed: campaign.sealed === 1,
    pending: counts.pending,
    claimed: counts.claimed,
    sending: counts.sending,
    nextDueAt: due === null ? null : Math.max(due, idleUntil),
    nextLookAt: await nextLook(ledger.db, campaign),
    stoppedUntil: Math.max(stop.until, run.brake.until()),
    parallel: run.policy.parallel,
  };
  return { step: plan(view, now), open: counts.sending };
}

/** Takes the driver's seat. A holder that renews is alive; one that does not is waited out. */
async function takeSeat(run: Run, stopping: () => boolean): Promise<DriverLease> {
  const { ledger, campaign, holder, clock, policy } = run;
  let first: DriverLease | undefined;
  for (;;) {
    const seat = await takeDriver(ledger, campaign.id, holder, clock(), policy.leaseMs);
    if ('taken' in seat) return seat.taken;
    first ??= seat.held;
    if (seat.held.id !== first.id || seat.held.until > first.until || stopping()) {
      throw new AlreadyDriven(seat.held.holder);
    }
    await wait(NOTICE_MS);
  }
}

/** Whether somebody holds the driver's seat of a campaign now, and who. */
export async function whoDrives(
  run: Pick<Run, 'ledger' | 'clock'>,
  campaignId: number,
): Promise<string | null> {
  const lease = await driverOf(run.ledger.db, campaignId);
  return lease !== undefined && lease.until >= run.clock() ? lease.holder : null;
}
