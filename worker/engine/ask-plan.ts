import type { Step } from '../../workflows/drive';
import { plan, type View } from '../campaign/plan';
import type { Run } from '../campaign/run';
import { specOfSchedule } from '../campaign/schedule-spec';
import {
  type Campaign,
  clockOf,
  control,
  expire,
  holderOfPeople,
  type Ledger,
  LedgerError,
  needCampaign,
  nextDue,
  nextLook,
  reclaim,
  recount,
  skipWaiting,
  stoppedUntil,
  type Tally,
  tally,
} from '../ledger';

/** After a slice that found nothing to do although rows were due. */
export const IDLE_MS = 1_000;

export interface Asked {
  readonly step: Step;
  readonly campaign: Campaign;
  readonly counts: Tally['counts'];
}

/**
 * What a campaign does next, on any engine: puts right what time has changed (rows of dead leases, an expiry), and asks the
 * plan. Rows that are due do not count before `idleUntil`.
 */
export async function askPlan(run: Run, idleUntil: number, longestWaitMs?: number): Promise<Asked> {
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
  // A moment further ahead comes from a clock that was set back since.
  const idle = idleUntil > now && idleUntil <= now + IDLE_MS;
  const view: View = {
    state: campaign.state,
    why: campaign.why,
    sealed: campaign.sealed === 1,
    pending: counts.pending,
    claimed: counts.claimed,
    sending: counts.sending,
    nextDueAt: due === null ? null : Math.max(due, idle ? idleUntil : due),
    heldBy: idle ? await holderOfPeople(ledger.db, campaign) : null,
    nextLookAt: await nextLook(ledger.db, campaign, now),
    stoppedUntil: Math.max(stop.until, run.brake.until()),
    parallel: run.policy.parallel,
    ...(longestWaitMs === undefined ? {} : { longestWaitMs }),
  };
  return { step: plan(view, now), campaign, counts };
}

/** Ends a campaign. False when somebody paused or reopened it in this very moment: then the plan is asked again. */
export async function finish({ ledger, campaign, clock }: Run): Promise<boolean> {
  try {
    await control(ledger, campaign.name, { action: 'finish' }, clock());
    return true;
  } catch (error) {
    const { state } = await needCampaign(ledger.db, campaign.name);
    if (state === 'running') {
      if (!(error instanceof LedgerError)) throw error;
      // The counters say that it is over, and the rows that it is not: the rows are right.
      await recount(ledger, campaign.id);
    }
    return false;
  }
}

/** A long list may take its time, however short the schedule's window is. */
const LEAST_WINDOW_MS = 15 * 60_000;

/**
 * Starts a campaign that was asked to start when its list is complete. One that was opened by the clock, and whose list is complete
 * only when the schedule's window is over once more, pauses itself instead: no worker was there, and nobody wants it at night.
 */
export async function startIfAsked(ledger: Ledger, name: string, now: number): Promise<void> {
  const { id, autostart, state, created_at: openedAt } = await needCampaign(ledger.db, name);
  if (autostart !== 1 || state !== 'ready') return;
  const spec = await clockOf(ledger.db, id);
  if (spec !== undefined) {
    const window = Math.max(LEAST_WINDOW_MS, specOfSchedule({ spec }).catchUpMs);
    if (now > openedAt + window) {
      const why =
        'it was opened in time, and its list was read only much later: resume it if it is still to be sent, or cancel it';
      await control(ledger, name, { action: 'pause', by: 'self', why }, now);
      return;
    }
  }
  // A person may have paused it meanwhile, or asked for it without a start.
  await control(ledger, name, { action: 'start', byItself: true }, now);
}
