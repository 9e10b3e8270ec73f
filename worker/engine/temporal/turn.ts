import { Context } from '@temporalio/activity';
import type { Step } from '../../../workflows/drive';
import type { Counts, Turn } from '../../../workflows/ports';
import type { Run } from '../../campaign/run';
import { control, dueSends, nextLook, stoppedUntil } from '../../ledger';
import { type Asked, askPlan, finish } from '../ask-plan';

/** Nobody has to be asked more often: whoever changes something sends a nudge. A wait costs eleven events. */
const LONGEST_WAIT_MS = 30 * 60_000;
/** Messages in one step, where each is a workflow. */
const SENDS = 200;

/** Asks the plan, ends the campaign where it says so, and puts the answer into words that may stand in a history. */
export async function takeTurn(run: Run, idleUntil = 0): Promise<Turn> {
  for (;;) {
    const asked = await askPlan(run, idleUntil, LONGEST_WAIT_MS);
    const { step, counts, campaign } = asked;
    // Whoever stays for long may have lost it meanwhile: from then on it is another's to send and to end.
    if (campaign.engine !== 'temporal' || campaign.workflow_id !== workflowId()) {
      return { step: { kind: 'end', outcome: 'moved' }, counts: NOTHING, at: run.clock() };
    }
    if (step.kind === 'end' && step.outcome === 'finished' && !(await finish(run))) continue;
    if (step.kind === 'run' && canaryLeft(asked) <= 0) {
      const { canary, name } = campaign;
      const why = `its canary of ${canary} is through`;
      await control(run.ledger, name, { action: 'pause', why }, run.clock());
      continue;
    }
    const { sent, failed, skipped, unknown, pending, claimed, sending } = counts;
    return {
      step: await publicStep(run, asked),
      counts: { sent, failed, skipped, unknown, left: pending + claimed + sending },
      at: run.clock(),
    };
  }
}

/** The workflow that asks. */
export const workflowId = (): string => Context.current().info.workflowExecution?.workflowId ?? '';

/** How many more a canary may write to that goes message by message; a slice counts by itself. */
function canaryLeft({ campaign, counts }: Asked): number {
  const { canary, orchestrate, judged_sent: sentBefore, judged_failed: failedBefore } = campaign;
  if (canary === null || orchestrate !== 'message') return Number.POSITIVE_INFINITY;
  const { sent, failed, unknown, claimed, sending } = counts;
  return canary - (sent - sentBefore + failed - failedBefore + unknown + claimed + sending);
}

async function publicStep(run: Run, asked: Asked): Promise<Step> {
  const { step, campaign, counts } = asked;
  const { ledger, clock } = run;
  if (step.kind === 'paused') {
    // Paused or not, what was on its way is settled.
    const look = counts.sending === 0 ? null : await nextLook(ledger.db, campaign, clock());
    if (look === null) return { kind: 'paused', why: PAUSED_BY[campaign.paused_by ?? 'operator'] };
    // While the account stays away from the platform, nothing is looked up either.
    const stop = await stoppedUntil(ledger.db, campaign.account);
    const at = Math.max(look, stop.until, run.brake.until());
    if (at <= clock()) return { kind: 'run', slices: 1 };
    return { kind: 'wait', untilMs: at, why: 'settling what was on its way' };
  }
  if (step.kind === 'run' && campaign.orchestrate === 'message') {
    const most = Math.min(SENDS, canaryLeft(asked));
    const sends = await dueSends(ledger.db, campaign, most, clock());
    // None is due: then it is a look-up that is.
    return sends.length === 0 ? { kind: 'run', slices: 1 } : { kind: 'deliver', sends };
  }
  // A canary is one slice's matter.
  if (step.kind === 'run' && campaign.canary !== null) return { kind: 'run', slices: 1 };
  // Another campaign's name may be anything, a single message's key among them.
  if (step.kind === 'wait' && step.why.startsWith('the same people')) {
    return { ...step, why: 'the same people are in work in another campaign' };
  }
  return step;
}

/** Why somebody paused it is for those who may read the ledger. */
const PAUSED_BY = {
  operator: 'paused by a person',
  interrupt: 'its process was interrupted',
  self: 'it paused itself: campaign status says why',
} as const;

export const NOTHING: Counts = { sent: 0, failed: 0, skipped: 0, unknown: 0, left: 0 };
