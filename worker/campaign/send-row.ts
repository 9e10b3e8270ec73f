import type pLimit from 'p-limit';
import { ensureContact, ensureConversation, sendMessage } from '../../activities';
import { isProviderError } from '../../core/errors';
import type { Deadline } from '../../core/http';
import type { Address, Content } from '../../core/message';
import type { Contact, Conversation, Profile } from '../../providers/provider';
import type { Claimed, Landing } from '../ledger';
import { backoffMs } from './backoff';
import type { Committer } from './committer';
import { outcomeOf } from './outcome';
import type { Pace } from './pace';
import { isInDoubt, lookUpRestored } from './restored';
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
}

/** Takes one row as far as it goes; whatever happens ends as a landing. */
export async function sendRow(slice: Slice, row: Claimed): Promise<void> {
  const { run } = slice;
  const land = landingOf(slice, row);
  const now = run.clock();
  const place = row.zone ?? run.place;
  const hours = run.quiet === null || place === null ? null : run.quiet(place, now);
  if (hours !== null && !hours.allowed) {
    if (hours.nextMs === null) land({ to: 'skipped', reason: 'invalid_time_zone' });
    else land({ to: 'pending', notBefore: hours.nextMs });
    return;
  }

  const doubted = isInDoubt(slice.restoredAt, row) ? slice.restoredAt : null;
  const askableAt = doubted === null ? 0 : doubted + run.policy.settleDelayMs;
  if (now < askableAt) {
    // What was on its way when the copy was put back may still arrive on the platform.
    land({ to: 'pending', notBefore: askableAt });
    return;
  }

  const content = contentOf(run, row);
  const address: Address = { kind: row.kind, value: row.address };
  const prepared = await prepare(slice, row, address, content);
  if (prepared === null) return;
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
  const ready: Ready = {
    ...prepared,
    address,
    content,
    closesAt: hours === null ? null : hours.untilMs,
  };
  // Whoever dies behind the gate leaves a doubt, and where nothing can be looked up it stays one. There a row passes the
  // gate only with its place among the requests in flight, so that next to nothing lies between the gate and the request.
  if (run.inbox.lookup) await deliver(slice, row, ready, slice.delivering);
  else await slice.delivering(() => deliver(slice, row, ready, (send) => send()));
}

interface Ready extends Prepared {
  readonly address: Address;
  readonly content: Content;
  /** When the quiet hours of this recipient begin, or null. */
  readonly closesAt: number | null;
}

/** The gate and the request; `inTurn` makes the request when it may be in flight. */
async function deliver(
  slice: Slice,
  row: Claimed,
  { address, content, contact, conversation, verifiedAt, closesAt }: Ready,
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
    await landFailure(slice, row, error, attemptId);
  }
}

const landingOf =
  ({ committer }: Slice, { seq }: Claimed) =>
  (landing: Omit<Landing, 'seq' | 'attemptId'>, attemptId: number | null = null): void =>
    committer.land({ seq, attemptId, ...landing });

interface Prepared {
  readonly contact: Contact;
  readonly conversation: Conversation;
  /** When the platform last confirmed the conversation. */
  readonly verifiedAt: number;
}

/** Steps one and two; null when the row ended there. What the contact book knows and may be believed costs no call. */
async function prepare(
  slice: Slice,
  row: Claimed,
  address: Address,
  content: Content,
): Promise<Prepared | null> {
  const { run, preparing, blocked } = slice;
  const { provider, inbox } = run;
  const now = run.clock();
  // Beyond its age an entry is only a memory: the number may be another person's by now, on the platform.
  const entry =
    row.book !== null && blocked !== null && now - row.book.verifiedAt < run.policy.bookMs
      ? row.book
      : null;
  const known: Contact | null =
    entry === null
      ? null
      : { id: entry.contactId, created: false, blocked: blocked?.has(entry.contactId) ?? false };
  // A reply window opens and closes with the other side's messages: only a look tells.
  const looks = inbox.replyWindow && content.kind === 'text';
  const step = { address, inbox, content, profile: profileOf(row) };
  try {
    if (known !== null && entry !== null && entry.conversationId !== null && !looks) {
      const { conversationId, watermark, verifiedAt } = entry;
      const conversation = await ensureConversation(provider, {
        ...step,
        contact: known,
        known: { id: conversationId, watermark, canReply: true, blocked: false },
      });
      return { contact: known, conversation, verifiedAt };
    }
    return await preparing(async () => {
      const contact = await ensureContact(provider, {
        ...step,
        ...(known === null ? {} : { known }),
      });
      const conversation = await ensureConversation(provider, { ...step, contact });
      return { contact, conversation, verifiedAt: now };
    });
  } catch (error) {
    await landFailure(slice, row, error, null);
    return null;
  }
}

async function landFailure(
  slice: Slice,
  row: Claimed,
  error: unknown,
  attemptId: number | null,
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
    ...final,
    ...(forgets ? { book: { address: row.address, watermark: null, verifiedAt: 0 } } : {}),
  });
  if (final.to === 'failed') {
    watch.failed(`${final.reason}: ${final.detail}`, final.reason ?? 'failed');
  }
}

function contentOf({ content, attachments }: Run, row: Claimed): Content {
  const own = row.content === null ? content : (JSON.parse(row.content) as Content);
  return own.kind === 'text' && attachments.length > 0 ? { ...own, attachments } : own;
}

function profileOf(row: Claimed): Profile {
  return row.profile === null ? {} : (JSON.parse(row.profile) as Profile);
}
