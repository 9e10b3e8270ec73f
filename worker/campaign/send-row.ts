import type pLimit from 'p-limit';
import { ensureContact, ensureConversation, sendMessage } from '../../activities';
import { isProviderError } from '../../core/errors';
import type { Address, Content } from '../../core/message';
import type { Contact, Conversation, Profile } from '../../providers/provider';
import type { Claimed, Landing } from '../ledger';
import { backoffMs } from './backoff';
import type { Committer } from './committer';
import { outcomeOf } from './outcome';
import type { Pace } from './pace';
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
  readonly nextAttempt: () => number;
  readonly pace: Pace;
}

/** Takes one row as far as it goes; whatever happens ends as a landing. */
export async function sendRow(slice: Slice, row: Claimed): Promise<void> {
  const { run, committer } = slice;
  const land = (
    landing: Omit<Landing, 'seq' | 'attemptId'>,
    attemptId: number | null = null,
  ): void => committer.land({ seq: row.seq, attemptId, ...landing });

  const now = run.clock();
  const place = row.zone ?? run.place;
  const hours = run.quiet === null || place === null ? null : run.quiet(place, now);
  if (hours !== null && !hours.allowed) {
    if (hours.nextMs === null) land({ to: 'skipped', reason: 'invalid_time_zone' });
    else land({ to: 'pending', notBefore: hours.nextMs });
    return;
  }

  const content = contentOf(run, row);
  const address: Address = { kind: row.kind, value: row.address };
  const prepared = await prepare(slice, row, address, content);
  if (prepared === null) return;
  const { contact, conversation, verifiedAt } = prepared;

  const book = { address: row.address, watermark: conversation.watermark, verifiedAt };
  const attemptId = slice.nextAttempt();
  let sendBy: number;
  try {
    const answer = await committer.gate({
      seq: row.seq,
      attemptId,
      number: row.attempts + 1,
      contactId: contact.id,
      conversationId: conversation.id,
      watermark: conversation.watermark,
      closesAt: hours === null ? null : hours.untilMs,
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
    sendBy = answer.sendBy;
  } catch {
    // The gate's commit is in doubt, so nothing is sent. The slice ends with the ledger's error when it drains.
    slice.watch.halt();
    return;
  }

  const deadline = { wallMs: sendBy, monotonicMs: performance.now() + (sendBy - run.clock()) };
  try {
    const receipt = await slice.delivering(async () => {
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
          sendBy: deadline,
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
    await landFailure(slice, row, error, attemptId);
  }
}

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
