import { defineSearchAttributeKey } from '@temporalio/common';
import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { runCampaign } from './campaign';
import type { DriveOutcome } from './drive';
import type { ScheduleActivities, ScheduledInput } from './ports';

/** Tried until the schedule's catch-up window is over, which the ledger knows: then it fails for good. */
const { openOccurrence } = proxyActivities<ScheduleActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s' },
  // What it has opened when the workflow is cancelled is cancelled as well, and not found without a workflow later.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  summary: 'take the list',
});

const NOMINAL = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * One occurrence of a schedule: opens its campaign, and drives it in this same workflow, so that a schedule's overlap counts the campaign
 * itself. Ends with `skipped` where there is nothing to open; fails with a code when it cannot be opened.
 */
export async function runScheduled(input: ScheduledInput): Promise<DriveOutcome | 'skipped'> {
  const { startTime, typedSearchAttributes } = workflowInfo();
  const startedAt = startTime.getTime();
  const nominal = typedSearchAttributes.get(NOMINAL)?.getTime();
  const opened = await openOccurrence({
    ...{ ...input, startedAt },
    at: input.at ?? nominal ?? startedAt,
  });
  if ('skipped' in opened) return 'skipped';
  return runCampaign({ campaign: opened.campaign });
}
