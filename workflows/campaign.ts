import { defineSearchAttributeKey } from '@temporalio/common';
import {
  ActivityCancellationType,
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  defineUpdate,
  isCancellation,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { deliverAll } from './deliver-window';
import { type DriveOutcome, type DrivePort, drive, type Step } from './drive';
import { mustBeText } from './must-be-text';
import { nudge } from './nudge';
import type { CampaignActivities, CampaignInput, ControlAction, Counts, Turn } from './ports';

/** How a campaign stands, as its workflow last heard. */
export interface CampaignStatus {
  readonly doing: Step['kind'];
  readonly why: string | null;
  readonly counts: Counts;
}

/** The same as campaign pause, resume and cancel. */
export const control = defineUpdate<CampaignStatus, [{ action: ControlAction }]>('control');
export const status = defineQuery<CampaignStatus>('status');

const ACTIONS: readonly ControlAction[] = ['pause', 'resume', 'cancel'];

/** A worker that cannot do it now, or lacks something, leaves it to another: the ledger is the state, and asks for no order. */
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' } as const;
const QUICK = { startToCloseTimeout: '1 minute', retry } as const;
const { next } = proxyActivities<CampaignActivities>({ ...QUICK, summary: 'what is next' });
const { control: change } = proxyActivities<CampaignActivities>({ ...QUICK, summary: 'control' });
/** A worker that is silent for so long is gone: another one takes over. What it had begun is settled, never repeated. */
const BEATING = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '20s',
  retry,
  // The ledger hears of a cancellation first, so that its gate is shut at once; then what is on its way is waited for there.
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const;
const { importList } = proxyActivities<CampaignActivities>({
  ...BEATING,
  summary: 'read the list',
});
const { slice } = proxyActivities<CampaignActivities>({
  ...BEATING,
  summary: 'send for a minute',
  // Else the worker that took the workflow's task would have all of them: others are to take part, and to go on when it is gone.
  allowEagerDispatch: false,
});

const STATE = defineSearchAttributeKey('CampaignState', 'KEYWORD');

/**
 * Drives a campaign to its end. Its state is in the ledger: this workflow only asks what is next, and does it, so it may be started, nudged or begun anew at any time. Ends
 * with `moved` when another workflow or engine has the campaign.
 *
 * Cancelling the workflow cancels the campaign: who waits is skipped, and what is on its way is settled.
 *
 * @throws ApplicationFailure `INVALID_INPUT` when it is not said which campaign.
 */
export async function runCampaign(input: CampaignInput): Promise<DriveOutcome> {
  mustBeText(input?.campaign);
  let pokes = 0;
  let heard = 0;
  let asked: Turn = {
    step: { kind: 'wait', untilMs: 0, why: 'begins' },
    counts: { sent: 0, failed: 0, skipped: 0, unknown: 0, left: 0 },
  };
  const standing = (): CampaignStatus => {
    const { step, counts } = asked;
    return { doing: step.kind, why: 'why' in step ? step.why : null, counts };
  };
  let shown: string | null = null;
  let saidAt: number | undefined;

  setHandler(nudge, () => {
    pokes += 1;
  });
  setHandler(status, standing);
  setHandler(
    control,
    async ({ action }) => {
      asked = await change({ campaign: input.campaign, action });
      pokes += 1;
      return standing();
    },
    { validator: mustBeAction },
  );

  function take(turn: Turn): Step {
    asked = turn;
    saidAt = turn.at;
    setCurrentDetails(detailsOf(standing()));
    const { kind } = turn.step;
    const state = kind === 'end' ? turn.step.outcome : kind === 'paused' ? 'paused' : 'running';
    if (input.attributes === true && state !== shown) {
      shown = state;
      upsertSearchAttributes([{ key: STATE, value: state }]);
    }
    return turn.step;
  }

  /** What is asked for now answers every nudge until now. */
  async function ask(answer: () => Promise<Turn>): Promise<Step> {
    heard = pokes;
    return take(await answer());
  }

  const port: DrivePort = {
    next: () => ask(() => next({ campaign: input.campaign })),
    importList: () => ask(() => importList({ campaign: input.campaign })),
    slice: () => ask(() => slice({ campaign: input.campaign })),
    async deliver(sends) {
      await deliverAll(sends, () => pokes !== heard);
      return null;
    },
    async sleep(untilMs) {
      const nudged = (): boolean => pokes !== heard;
      if (untilMs === null) return condition(nudged);
      // By the clock that said until when: with the server's, which may be ahead of it, there would be no wait at all.
      const ms = saidAt === undefined ? untilMs - Date.now() : Math.max(100, untilMs - saidAt);
      if (ms > 0) await condition(nudged, ms, { summary: standing().why ?? 'waits' });
    },
    nudged: () => pokes !== heard,
    async rollover() {
      if (!workflowInfo().continueAsNewSuggested) return;
      await condition(allHandlersFinished);
      await startAnew(input);
    },
    stopping: () => false,
  };

  async function driven(): Promise<DriveOutcome> {
    const outcome = await drive(port);
    // Whoever ended it with an update waits for the answer.
    await condition(allHandlersFinished);
    return outcome;
  }

  try {
    return await driven();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(async () => {
      // One that is over already cannot be cancelled, and needs not; nor is one that is another's by now.
      await change({ campaign: input.campaign, action: 'cancel' }).catch(() => undefined);
      return driven();
    });
  }
}

/** By name: what runs here may have been begun by a workflow of another type, such as a schedule's. */
const startAnew = makeContinueAsNewFunc<typeof runCampaign>({ workflowType: 'runCampaign' });

/** Not async: the SDK does not wait for a validator. What it refuses is not in the history; free text would stand there for good. */
function mustBeAction(command: { action: ControlAction }): void {
  const { action, ...more } = command ?? {};
  if (!ACTIONS.includes(action) || Object.keys(more).length > 0) {
    throw new Error(`{"action": …} and nothing else, and action one of ${ACTIONS.join(', ')}`);
  }
}

function detailsOf({ doing, why, counts }: CampaignStatus): string {
  const { sent, failed, skipped, unknown, left } = counts;
  return [
    `**${DOING[doing]}**${why === null ? '' : `: ${why}`}`,
    '',
    // The UI sets the columns of a table without a space between them.
    ...Object.entries({ sent, failed, skipped, unknown, 'to go': left }).map(
      ([name, n]) => `* ${n} ${name}`,
    ),
  ].join('\n');
}

const DOING: Readonly<Record<Step['kind'], string>> = {
  import: 'Reads its list',
  run: 'Sends',
  deliver: 'Sends, with a workflow for each message',
  wait: 'Waits',
  paused: 'Paused',
  end: 'Over',
};
