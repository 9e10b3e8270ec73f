import { isProviderError } from '../../core/errors';
import type { Claimed, Landing } from '../ledger';
import { backoffMs } from './backoff';
import { outcomeOf } from './outcome';
import type { Slice } from './send-row';

/** Hands over what became of one row. */
export const landingOf =
  ({ committer }: Slice, { seq }: Claimed) =>
  (landing: Omit<Landing, 'seq' | 'attemptId'>, attemptId: number | null = null): void =>
    committer.land({ seq, attemptId, ...landing });

/** The steps of a row that are finished. */
export type Done = Pick<Landing, 'contactId' | 'conversationId' | 'book'>;

/** What an error means for its row, for the account and for the campaign: the row's landing, a stop, a pause. */
export async function landFailure(
  slice: Slice,
  row: Claimed,
  error: unknown,
  attemptId: number | null,
  done: Done = {},
): Promise<void> {
  const { run, committer, watch } = slice;
  const now = run.clock();
  const { landing, stopUntil, suspect } = outcomeOf(error, {
    now,
    tries: row.tries,
    delivering: attemptId !== null,
    lookup: run.inbox.lookup && run.provider.findSent !== undefined,
    mutant: run.policy.mutant,
  });
  if (stopUntil !== undefined) {
    watch.halt();
    run.brake.stop(stopUntil);
  }
  let final = landing;
  if (isProviderError(error) && error.code === 'unavailable' && run.brake.until() > now) {
    // Held back by the brake: no fault of this row, and no try of it.
    watch.halt();
    final = { ...landing, to: 'pending', notBefore: run.brake.until(), tried: false };
  }
  if (suspect !== undefined) {
    const verdict = await watch.account(suspect);
    if (verdict !== 'fine') {
      // About the account, not about this person: the row waits with everybody else.
      const wait = verdict === 'unsure' ? backoffMs(row.tries) : 0;
      final = { ...landing, to: 'pending', reason: null, notBefore: now + wait, tried: wait > 0 };
    }
  }
  // From here on it is watched, so that the settle delay need not begin with the first look-up.
  if (attemptId !== null && final.result === 'ambiguous')
    run.watched.set(attemptId, run.monotonic());
  const forgets = final.forget === true;
  committer.land({
    seq: row.seq,
    attemptId,
    // A row that comes back goes on behind its last finished step: a contact is not made twice.
    ...(final.to === 'pending' && !forgets ? done : {}),
    ...final,
    ...(forgets ? { book: { address: row.address, watermark: null, verifiedAt: 0 } } : {}),
  });
  if (final.to === 'failed') {
    watch.failed(`${final.reason}: ${final.detail}`, final.reason ?? 'failed');
  }
  // Where nothing can be looked up, a platform that answers nobody would leave the whole list in doubt.
  if (final.to === 'unknown') {
    const status = isProviderError(error) ? (error.status ?? 'none') : 'none';
    watch.failed(`unknown: ${status}`, `messages whose outcome nobody knows (answer: ${status})`);
  }
}
