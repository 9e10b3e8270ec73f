/** Somebody else's workflow: an order that tells its customer, as one step among others. */
import { executeChild, proxyActivities, sleep } from '@temporalio/workflow';
// Types alone: the workflow itself is the runner's, and runs in its workers.
import type { deliver } from 'campaign-runner/workflows';
import type { OrderActivities } from './activities';

const { writeNotice } = proxyActivities<OrderActivities>({
  startToCloseTimeout: '1 minute',
  summary: 'writes the notice down',
});

export interface Order {
  readonly orderId: string;
  /** Where the runner's workers ask for work. */
  readonly runnerQueue: string;
}

/** Packs an order, tells the customer, and says what became of the notice. */
export async function shipOrder({ orderId, runnerQueue }: Order): Promise<string> {
  await sleep('1 second', { summary: 'packing' });
  // Address and text go into the ledger; this history holds an id.
  const sendId = await writeNotice(orderId);
  const notice = await executeChild<typeof deliver>('deliver', {
    taskQueue: runnerQueue,
    workflowId: `deliver/${sendId}`,
    args: [sendId],
  });
  return notice.state;
}
