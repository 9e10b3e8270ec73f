import { ApplicationFailure } from '@temporalio/common';
import type { SendActivities } from '../../../workflows/ports';
import { createSendSteps, type SendSteps } from '../../campaign/one-send';
import { NoSuchSend } from '../../campaign/the-send';
import type { Deps } from './deps';
import { beating } from './heart';

/** What the workflow of one message asks for. An id that is none fails for good; anything else may be asked for again. */
export function createSendActivities(deps: Deps): SendActivities {
  const { ledger, stopping } = deps;
  const steps = createSendSteps({
    ...{ ledger, stopping },
    async open(campaign) {
      await deps.hear?.(campaign, stopping);
      return deps.open(campaign);
    },
  });

  // Not told of a cancellation: what was begun is finished, and that takes seconds.
  const step = (name: keyof SendSteps) => (send: string) =>
    beating(async () => {
      const turn = await steps[name](send);
      return turn.state === 'not_before' ? { ...turn, now: ledger.now() } : turn;
    }).catch((error: unknown) => {
      throw error instanceof NoSuchSend
        ? ApplicationFailure.nonRetryable('', 'NO_SUCH_SEND')
        : error;
    });

  return {
    ensureContact: step('ensureContact'),
    ensureConversation: step('ensureConversation'),
    sendMessage: step('sendMessage'),
    settle: step('settle'),
    cancelSend: step('cancelSend'),
  };
}
