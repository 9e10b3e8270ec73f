import type pLimit from 'p-limit';
import { sendMessage } from '../../activities';
import { isProviderError } from '../../core/errors';
import type { Deadline } from '../../core/http';
import type { Claimed } from '../ledger';
import { backoffMs } from './backoff';
import type { Committer } from './committer';
import type { Pace } from './pace';
import { type Allowed, allow, type Prepared, prepare } from './prepare-row';
import { lookUpRestored } from './restored';
import { landFailure, landingOf } from './row-landing';
import type { Run } from './run';
import type { Watch } from './watch';

/** What the rows of one slice share. */
export interface Slice {
  readonly run: Run;
  readonly committer: Committer;
  readonly watch: Watch;
  /** Steps one and two, and step three: apart, so that a message whose gate is passed waits for nobody's contact. */
  readonly preparing: ReturnType<typeof pLimit>;
  readonly delivering: ReturnType<typeof pLimit>;
  /** Contacts that the platform has blocked; null: the contact book cannot be believed in this slice. */
  readonly blocked: ReadonlySet<string> | null;
  /** When the ledger was found to be a restored copy; null: it never was. */
  readonly restoredAt: number | null;
  readonly nextAttempt: () => number;
  readonly pace: Pace;
  /** Where the steps of a row are taken one by one: how long each is believed; null where they follow each other at once. */
  readonly steps: Steps | null;
}

export interface Steps {
  readonly freshMs: number;
  /** Whether step two found just now that the message itself is to open the conversation. */
  noneOpen(seq: number): boolean;
}

/** Takes one row as far as it goes; whatever happens ends as a landing. */
export async function sendRow(slice: Slice, row: Claimed): Promise<void> {
  const { run } = slice;
  const land = landingOf(slice, row);
  const allowed = allow(slice, row);
  if (allowed === null) return;
  const prepared = await prepare(slice, row, allowed);
  if (prepared === null) return;
  const { address, doubted } = allowed;
  if (doubted !== null) {
    try {
      const contactId = prepared.contact.id;
      const ends = await slice.preparing(() => lookUpRestored(run, row, { address, contactId }));
      for (const end of ends) land(end);
      if (ends.length > 0) return;
    } catch (error) {
      await landFailure(slice, row, error, null);
      return;
    }
  }
  const ready: Ready = { ...prepared, ...allowed };
  // Whoever dies behind the gate leaves a doubt, and where nothing can be looked up it stays one. There a row passes the
  // gate only with its place among the requests in flight, so that next to nothing lies between the gate and the request.
  if (run.inbox.lookup) await deliver(slice, row, ready, slice.delivering);
  else await slice.delivering(() => deliver(slice, row, ready, (send) => send()));
}

type Ready = Prepared & Allowed;

/** The gate and the request; `inTurn` makes the request when it may be in flight. */
async function deliver(
  slice: Slice,
  row: Claimed,
  { address, content, profile, contact, conversation, verifiedAt, closesAt }: Ready,
  inTurn: <T>(send: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const { run } = slice;
  const land = landingOf(slice, row);
  const book = { address: row.address, watermark: conversation.watermark, verifiedAt };
  const attemptId = slice.nextAttempt();
  let sendAt: number;
  let deadline: Deadline;
  try {
    const answer = await slice.committer.gate({
      seq: row.seq,
      attemptId,
      number: row.attempts + 1,
      contactId: contact.id,
      conversationId: conversation.id,
      watermark: conversation.watermark,
      closesAt,
    });
    if (!answer.go) {
      if (answer.why === 'skipped') return;
      // Not this row's matter: whoever comes next would hear the same.
      if (answer.why !== 'closed') slice.watch.halt();
      if (answer.why === 'lost') return;
      const notBefore =
        'retryAt' in answer && answer.why === 'stopped' ? answer.retryAt : undefined;
      land({
        to: 'pending',
        contactId: contact.id,
        conversationId: conversation.id,
        book,
        ...(notBefore === undefined ? {} : { notBefore }),
      });
      return;
    }
    ({ sendAt, deadline } = answer);
  } catch {
    // The gate's commit is in doubt, so nothing is sent, and that is known: the row need not be looked up where it did happen.
    // The slice ends with the ledger's error when it drains.
    slice.watch.halt();
    land({ to: 'pending', result: 'not_sent', notBefore: run.clock() }, attemptId);
    return;
  }

  try {
    // By the monotonic clock: a wall clock that is set back must not hold the row for as long as that.
    const startsAt = deadline.monotonicMs - (deadline.wallMs - sendAt);
    await slice.pace.rest(startsAt - performance.now());
    const receipt = await inTurn(async () => {
      const sendBegan = performance.now();
      try {
        return await sendMessage(run.provider, {
          key: row.key,
          attempt: row.attempts + 1,
          inbox: run.inbox,
          address,
          contact,
          conversation,
          content,
          profile,
          ...(run.policy.mutant === 'no-send-by' ? {} : { sendBy: deadline }),
        });
      } finally {
        slice.pace.answered(performance.now() - sendBegan);
      }
    });
    const conversationId = receipt.conversationId ?? conversation.id;
    land(
      {
        to: 'sent',
        result: 'accepted',
        messageId: receipt.messageId,
        contactId: contact.id,
        conversationId,
        // A believed entry stays as it is: its watermark is older, and as good a place to begin a look-up from.
        ...(conversationId === null || verifiedAt === row.book?.verifiedAt
          ? {}
          : { book: { ...book, watermark: receipt.messageId ?? book.watermark } }),
      },
      attemptId,
    );
    slice.watch.succeeded();
  } catch (error) {
    if (isProviderError(error) && error.code === 'unavailable' && run.clock() > deadline.wallMs) {
      // Its moment passed before its first byte, on a busy machine or one that slept: no fault of this row or the platform.
      land(
        {
          to: 'pending',
          result: 'not_sent',
          code: error.code,
          detail: 'its moment passed before it had a connection',
          // Where that is so every time, as with connections that take long to open, it must not go round and round.
          notBefore: run.clock() + (row.tries < 3 ? 0 : backoffMs(row.tries - 3)),
          tried: true,
        },
        attemptId,
      );
      return;
    }
    const { id: conversationId } = conversation;
    await landFailure(slice, row, error, attemptId, {
      contactId: contact.id,
      conversationId,
      book,
    });
  }
}
