import { defineSearchAttributeKey } from '@temporalio/common';
import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { type CampaignStatus, control, runCampaign, status } from './campaign';
import type { DriveOutcome } from './drive';
import type { OccurrenceInput, ScheduleActivities, ScheduledInput } from './ports';

/** Tried until the schedule's catch-up window is over, which the ledger knows: then it fails for good. */
const { openOccurrence } = proxyActivities<ScheduleActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s' },
  // What it has opened when the workflow is cancelled is cancelled as well, and not found without a workflow later.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  summary: 'take the list',
});
const { cancelOccurrence } = proxyActivities<ScheduleActivities>({
  startToCloseTimeout: '1 minute',
  summary: 'pass it over',
});

const NOMINAL = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
const NAME = defineSearchAttributeKey('CampaignName', 'KEYWORD');

/** As long as there is no campaign. */
const OPENING: CampaignStatus = {
  doing: 'wait',
  why: 'its list is being taken',
  counts: { sent: 0, failed: 0, skipped: 0, unknown: 0, left: 0 },
};

/**
 * One occurrence of a schedule: opens its campaign, and drives it in this same workflow, so that a schedule's overlap counts the campaign
 * itself. Ends with `skipped` where there is nothing to open; fails with a code when it cannot be opened.
 */
export async function runScheduled(input: ScheduledInput): Promise<DriveOutcome | 'skipped'> {
  const { attributes = false, ...which } = input;
  // It may take hours, and whoever asks meanwhile is answered: a nudge is kept for the campaign, which has handlers of its own.
  setHandler(status, () => OPENING);
  setHandler(control, (_: unknown) => OPENING, { validator: refuse });
  setCurrentDetails('**Takes its list**');
  const { startTime, typedSearchAttributes } = workflowInfo();
  const startedAt = startTime.getTime();
  const nominal = typedSearchAttributes.get(NOMINAL)?.getTime();
  const occurrence = { ...which, at: which.at ?? nominal ?? startedAt };
  const opened = await openOccurrence({ ...occurrence, startedAt }).catch((error: unknown) =>
    unlessCancelled(error, occurrence),
  );
  if ('skipped' in opened) return 'skipped';
  const { campaign, name } = opened;
  if (!attributes) return runCampaign({ campaign });
  upsertSearchAttributes([{ key: NAME, value: name }]);
  return runCampaign({ campaign, attributes });
}

/** Cancelled between two tries, it has the last one's error: that is no failure of the schedule. */
async function unlessCancelled(error: unknown, occurrence: OccurrenceInput): Promise<never> {
  if (!CancellationScope.current().consideredCancelled) throw error;
  await CancellationScope.nonCancellable(() => cancelOccurrence(occurrence));
  throw new CancelledFailure('cancelled before it was opened');
}

function refuse(_: unknown): void {
  throw new Error(
    'its campaign is not open yet: cancel this workflow, or pause its schedule with campaign schedule pause',
  );
}
