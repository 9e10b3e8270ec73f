import { ApplicationFailure, Context } from '@temporalio/activity';
import type { ScheduleActivities } from '../../../workflows/ports';
import { cancelOccurrence } from '../../campaign/cancel-occurrence';
import { type Opening, openOccurrence } from '../../campaign/occurrence';
import { campaignOfRef, type Ledger } from '../../ledger';
import { beating } from './heart';

export interface ScheduleDeps {
  readonly ledger: Ledger;
  readonly opening: Opening;
}

/** What the workflow of a schedule asks for. The campaign that it opens is driven by the workflow that asked. */
export function createScheduleActivities({ ledger, opening }: ScheduleDeps): ScheduleActivities {
  return {
    openOccurrence: ({ schedule, local, at, startedAt }) =>
      beating(async () => {
        const { workflowExecution } = Context.current().info;
        const opened = await openOccurrence(ledger, opening, {
          ...{ schedule, nominalMs: at, startedMs: Math.max(at, startedAt) },
          ...(local === undefined ? {} : { local }),
          workflowId: workflowExecution?.workflowId ?? '',
        });
        if ('skipped' in opened) return opened;
        if ('campaign' in opened) {
          const { ref: campaign, name } = await campaignOfRef(ledger.db, opened.campaign);
          return { campaign, name };
        }
        if ('failed' in opened) {
          throw ApplicationFailure.nonRetryable('', opened.failed.toUpperCase());
        }
        // Tried again after a while, which leaves nothing in the history.
        throw ApplicationFailure.retryable('', 'OVERLAPS');
      }),

    cancelOccurrence: ({ schedule, local, at }) =>
      cancelOccurrence(ledger, {
        ...{ schedule, nominalMs: at },
        ...(local === undefined ? {} : { local }),
      }),
  };
}
