import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  executeChild,
  ParentClosePolicy,
  sleep,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { deliver } from './deliver';

/** Messages under way at once. */
const WINDOW = 50;
/** Where nothing could be begun, somebody else is at it. */
const OTHERS_MS = 5_000;

/** How many messages came to their end or have to wait, how many had a workflow already, and how many of those here failed. */
export interface Windowed {
  readonly ended: number;
  readonly there: number;
  readonly failed: number;
}

/**
 * Has each of these messages delivered by a workflow of its own, a bounded number at once, and waits for all of them. A
 * message that has a workflow already is left to it, and one whose workflow fails does not hold up the others. None is
 * begun any more once `nudged` says that somebody changed something.
 *
 * A parent that closes or is cancelled asks its messages to end, and they do when what is under way is known. Terminating
 * them instead would leave requests whose end nobody looks at.
 *
 * @throws CancelledFailure as soon as the workflow is cancelled: the ledger is to hear of it at once. The messages end by
 * themselves.
 */
export async function deliverAll(
  sends: readonly string[],
  nudged: () => boolean,
): Promise<Windowed> {
  const waiting = [...sends];
  const count = { ended: 0, there: 0, failed: 0 };

  async function one(send: string): Promise<void> {
    try {
      await executeChild(deliver, {
        workflowId: `deliver/${send}`,
        args: [send, { until: 'due' }],
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        cancellationType: ChildWorkflowCancellationType.TRY_CANCEL,
      });
      count.ended += 1;
    } catch (error) {
      if (CancellationScope.current().consideredCancelled) throw error;
      if (error instanceof WorkflowExecutionAlreadyStartedError) count.there += 1;
      else count.failed += 1;
    }
  }

  async function lane(): Promise<void> {
    while (!nudged()) {
      const send = waiting.shift();
      if (send === undefined) return;
      await one(send);
    }
  }

  const lanes = Array.from({ length: Math.min(WINDOW, sends.length) }, lane);
  const results = await Promise.allSettled(lanes);
  const refused = results.find((result) => result.status === 'rejected');
  if (refused !== undefined) throw refused.reason;
  if (count.ended === 0 && count.there + count.failed > 0) {
    await sleep(OTHERS_MS, { summary: 'each message has a workflow already' });
  }
  return count;
}
