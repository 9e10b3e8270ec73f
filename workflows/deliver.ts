import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { mustBeText } from './must-be-text';
import { nudge } from './nudge';
import type { SendActivities, SendOutcome, SendTurn } from './ports';

/** A worker that is silent for so long is taken for dead. */
const HEARTBEAT = '15 seconds';
/** Steps that may be repeated are, for as long as it takes. */
const RETRY = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' };

/** A step that was begun is waited for, also when the workflow is cancelled: the row is free then. Said here, as the SDK's own default does not wait. */
const STEP = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: HEARTBEAT,
  retry: RETRY,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

const { ensureContact } = proxyActivities<SendActivities>({
  ...STEP,
  summary: 'finds or creates the contact',
});
const { ensureConversation } = proxyActivities<SendActivities>({
  ...STEP,
  summary: 'finds the conversation',
});
const { sendMessage } = proxyActivities<SendActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: HEARTBEAT,
  // Never a blind second try: whatever is not known afterwards, settle finds out.
  retry: { maximumAttempts: 1 },
  // The ledger hears of a cancellation first, so that its gate is shut at once; then what is on its way is seen to its end.
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  summary: 'sends the message',
});
const { settle } = proxyActivities<SendActivities>({
  // Another process would have to watch the settle delay from its beginning: it ends this itself.
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: HEARTBEAT,
  retry: RETRY,
  summary: 'finds out what became of it',
});
const { cancelSend } = proxyActivities<SendActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: HEARTBEAT,
  retry: RETRY,
  summary: 'cancels the message',
});

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Who waits to be nudged looks by itself this often. */
const FALLBACK_MS = 30 * MINUTE_MS;
/** Who waits for others again and again asks less and less often, down to this. */
const SELDOM_MS = 30_000;

export interface DeliverOptions {
  /**
   * `final`, where nothing is said: stays until the message has its end. `due`: gives back a message that has to wait for
   * longer than a minute, or for somebody to resume its campaign; whoever began it begins it again.
   */
  readonly until?: 'final' | 'due';
}

/** What `deliver` ends with; only until it is due also with a wait. */
export type Delivered = SendOutcome | Extract<SendTurn, { state: 'not_before' | 'halted' }>;

/**
 * Delivers one message, by the id of its row in the ledger: contact, conversation, message, each an activity of its own.
 * It may be begun as often as anybody likes: what was done is in the ledger, and a message that has its end answers with it.
 *
 * Cancelling the workflow cancels a message that is sent by itself; one of a campaign's is the campaign's to cancel. A
 * request that is under way is still seen to its end, and answered with.
 *
 * @throws CancelledFailure when it was cancelled before it was sent, ApplicationFailure `NO_SUCH_SEND` when no such message is to be delivered in this way, and
 * `INVALID_INPUT` when it is not said which.
 */
export async function deliver(send: string, options: DeliverOptions = {}): Promise<Delivered> {
  mustBeText(send);
  try {
    return await untilItsEnd(send, options ?? {});
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const turn = await CancellationScope.nonCancellable(() => callOff(send));
    if (turn?.state === 'sent' || turn?.state === 'failed' || turn?.state === 'unknown')
      return turn;
    throw error;
  }
}

async function untilItsEnd(send: string, options: DeliverOptions): Promise<Delivered> {
  const { until = 'final' } = options;
  let nudged = false;
  setHandler(nudge, () => {
    nudged = true;
  });
  let prepared = false;
  let failures = 0;
  let behindOthers = 0;
  for (;;) {
    nudged = false;
    let turn: SendTurn = prepared ? { state: 'ready' } : await prepare(send);
    if (turn.state === 'ready' || turn.state === 'open') {
      const seen = await seeThrough(send, turn);
      failures = seen.failed ? failures + 1 : 0;
      turn = seen.turn;
    }
    switch (turn.state) {
      case 'sent':
      case 'failed':
      case 'skipped':
      case 'unknown':
        return turn;
      case 'halted':
        if (until === 'due') return turn;
        await condition(() => nudged, FALLBACK_MS, { summary: `until nudged: ${turn.why}` });
        break;
      case 'not_before': {
        behindOthers = OTHERS.includes(turn.why) ? behindOthers + 1 : 0;
        // By the clock that said it: the server's may be far from it.
        const waits = Math.max(
          turn.at - (turn.now ?? Date.now()),
          backoffMs(failures),
          Math.min(SELDOM_MS, backoffMs(behindOthers) / 2),
        );
        if (until === 'due' && waits > MINUTE_MS) return turn;
        await condition(() => nudged, Math.max(50, Math.min(waits, DAY_MS)), {
          summary: `not yet: ${turn.why}`,
        });
        // Whoever waited for a token is as far as before; after anything else the ledger is asked how far it is.
        prepared = turn.why === 'throttled';
        break;
      }
      case 'ready':
      case 'open':
        break;
    }
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof deliver>(send, options);
    }
  }
}

async function prepare(send: string): Promise<SendTurn> {
  const turn = await ensureContact(send);
  return turn.state === 'ready' ? ensureConversation(send) : turn;
}

/** Sends, and stays until it is known what became of the request. */
async function seeThrough(
  send: string,
  from: SendTurn,
): Promise<{ readonly turn: SendTurn; readonly failed: boolean }> {
  let turn = from;
  let failed = false;
  if (turn.state === 'ready') {
    try {
      turn = await sendMessage(send);
    } catch {
      if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
      // Its worker is gone or slow, or could not say: it may have been sent.
      failed = true;
      turn = { state: 'open' };
    }
  }
  return { turn: await CancellationScope.nonCancellable(() => settled(send, turn)), failed };
}

/** Stays until it is known what became of a request that was begun, also when this workflow is cancelled meanwhile. */
async function settled(send: string, from: SendTurn): Promise<SendTurn> {
  let turn = from;
  while (turn.state === 'open') {
    turn = await settle(send);
    if (turn.state === 'open') await sleep('1 second', { summary: 'not settled yet' });
  }
  return turn;
}

/** From now on nothing of it begins; what is on its way is seen to its end. Null: there is no such message. */
async function callOff(send: string): Promise<SendTurn | null> {
  try {
    return await settled(send, await cancelSend(send));
  } catch {
    return null;
  }
}

/** Waits that end when others are done: no moment is known, and every question is some ten events. */
const OTHERS: readonly string[] = ['throttled', 'in_work'];

const backoffMs = (failures: number): number =>
  failures === 0 ? 0 : Math.min(5 * MINUTE_MS, 1_000 * 2 ** Math.min(failures - 1, 10));
