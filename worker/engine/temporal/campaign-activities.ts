import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/activity';
import type { CampaignActivities, Turn } from '../../../workflows/ports';
import { importList } from '../../campaign/import-list';
import type { Run } from '../../campaign/run';
import {
  campaignOfRef,
  control,
  LedgerError,
  needCampaign,
  takeWorkflowSeat,
  tally,
  type WorkflowSeat,
} from '../../ledger';
import { IDLE_MS, startIfAsked } from '../ask-plan';
import { tracedSlice } from '../trace';
import type { Deps } from './deps';
import { beating } from './heart';
import { NOTHING, takeTurn, workflowId } from './turn';

/** An activity sends, and waits for what is due soon, for about so long: then the workflow takes its next step. */
const SLICE_MS = 60_000;
/** While it waits, the plan is asked this often. */
const NOTICE_MS = 500;
/** A campaign in which nothing can be done for long, though rows are due, is looked at this seldom. */
const LONGEST_IDLE_MS = 30 * 60_000;

/**
 * What the campaign workflow asks for, on this process's ledger and accounts. Every answer is ids, counters, codes and times; every one may be
 * asked for again at any time, as the ledger is the state.
 */
export function createCampaignActivities(deps: Deps): CampaignActivities {
  const { ledger } = deps;
  /** Since when nothing could be done of a campaign, though something was due. */
  const idleSince = new Map<number, number>();

  /** A campaign that this ledger does not know, as after a restore, is known to no other try either. */
  const seatOf = (ref: string): Promise<WorkflowSeat> =>
    takeWorkflowSeat(ledger, ref, workflowId(), ledger.now()).catch((error: unknown) => {
      throw error instanceof LedgerError
        ? ApplicationFailure.nonRetryable('', 'NO_SUCH_CAMPAIGN')
        : error;
    });

  /** Does it with the campaign's run, if this workflow drives the campaign. */
  async function seated(ref: string, use: (run: Run) => Promise<Turn>): Promise<Turn> {
    const seat = await seatOf(ref);
    const said = { counts: NOTHING, at: ledger.now() };
    if (seat.kind === 'moved') return { step: { kind: 'end', outcome: 'moved' }, ...said };
    if (seat.kind === 'held') {
      const why = 'another process still reads its list';
      return { step: { kind: 'wait', untilMs: seat.until, why }, ...said };
    }
    return use(await deps.open(seat.campaign));
  }

  async function slice(run: Run, stopping: () => boolean): Promise<Turn> {
    const { id, name, canary, state, orchestrate } = run.campaign;
    // While it is paused, what they left open is settled like anything else.
    if (canary !== null && state === 'running' && orchestrate === 'slice') {
      return firstFew(run, canary, stopping);
    }
    const began = performance.now();
    const over = (): boolean => stopping() || performance.now() - began > SLICE_MS;
    let turn: Turn;
    do {
      const report = await tracedSlice(run, stopping);
      const busy = report !== null && report.claimed + report.settled > 0;
      if (busy) idleSince.delete(id);
      else if (!idleSince.has(id)) idleSince.set(id, run.clock());
      turn = await takeTurn(run, busy ? 0 : run.clock() + IDLE_MS);
      // Something is due, and somebody else is at it: asking at once would say the same, thousands of times.
      if (!busy && turn.step.kind === 'run') await wait(NOTICE_MS);
      // What is due soon is worth staying for: to leave and come back costs a dozen events.
      while (!over() && isNear(turn, run.clock() + SLICE_MS - (performance.now() - began))) {
        await wait(NOTICE_MS);
        turn = await takeTurn(run);
      }
      // Resumed with a canary meanwhile: that is counted from its beginning.
    } while (
      !over() &&
      turn.step.kind === 'run' &&
      (await needCampaign(ledger.db, name)).canary === null
    );
    return seldom(turn, run.clock(), idleSince.get(id));
  }

  return {
    next: ({ campaign }) =>
      seated(campaign, async (run) => {
        // Its list was complete, and whoever was about to start it died.
        await startIfAsked(ledger, run.campaign.name, ledger.now());
        return takeTurn(run);
      }),

    importList: ({ campaign }) =>
      beating((cancelled) =>
        seated(campaign, async (run) => {
          const { name } = run.campaign;
          const stopping = (): boolean => deps.stopping() || cancelled();
          const complete = await importList(ledger, run.campaign, { clock: ledger.now, stopping });
          if (complete) await startIfAsked(ledger, name, ledger.now());
          return takeTurn(run);
        }),
      ),

    slice: ({ campaign }) =>
      beating((cancelled) =>
        seated(campaign, async (run) => {
          const stopping = (): boolean => deps.stopping() || cancelled();
          await deps.hear?.(run.campaign, stopping);
          return slice(run, stopping);
        }),
      ),

    async control({ campaign, action }) {
      // A workflow that has lost it says nothing about it any more: whoever cancels that one tidies up.
      const seat = await seatOf(campaign);
      const { name } = await campaignOfRef(ledger.db, campaign);
      if (seat.kind === 'moved') throw ApplicationFailure.nonRetryable('', 'MOVED');
      const why = 'asked for in Temporal';
      await control(ledger, name, { action, why }, ledger.now()).catch((error: unknown) => {
        // A finished campaign cannot be paused, however often it is tried.
        if (error instanceof LedgerError) throw ApplicationFailure.nonRetryable('', 'NOT_POSSIBLE');
        throw error;
      });
      return seated(campaign, takeTurn);
    },
  };
}

/** Writes to the first few, and lets somebody look at them. */
async function firstFew(run: Run, canary: number, stopping: () => boolean): Promise<Turn> {
  const { ledger, campaign, policy } = run;
  const { counts } = await tally(ledger.db, campaign.id);
  // Those whom a worker wrote to that died on the way count.
  const done = counts.sent - campaign.judged_sent + counts.sending;
  const maxRows = Math.max(0, canary - done);
  if (maxRows > 0) {
    const few = { ...run, policy: { ...policy, maxRows, parallel: 1 } };
    if ((await tracedSlice(few, stopping)) === null) {
      // Others are at it: how many they reach is not known yet.
      await wait(NOTICE_MS);
      return takeTurn(run);
    }
  }
  const why = `its canary of ${canary} is through`;
  if (!stopping()) await control(ledger, campaign.name, { action: 'pause', why }, ledger.now());
  return takeTurn(run);
}

function isNear({ step }: Turn, until: number): boolean {
  return step.kind === 'wait' && step.untilMs <= until;
}

/** The longer nothing could be done, the more seldom it is tried. */
function seldom(turn: Turn, now: number, since: number | undefined): Turn {
  const { step } = turn;
  if (since === undefined || now - since < SLICE_MS) return turn;
  if (step.kind !== 'run' && step.kind !== 'wait') return turn;
  const atLeast = now + Math.min(LONGEST_IDLE_MS, now - since);
  if (step.kind === 'wait' && step.untilMs >= atLeast) return turn;
  const why = step.kind === 'wait' ? step.why : 'what is due cannot be done now';
  return { ...turn, step: { kind: 'wait', untilMs: atLeast, why } };
}
