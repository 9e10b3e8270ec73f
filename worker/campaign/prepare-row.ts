import { ensureContact, ensureConversation } from '../../activities';
import type { Address, Content } from '../../core/message';
import type { Contact, Conversation, Profile } from '../../providers/provider';
import type { BookEntry, Claimed } from '../ledger';
import { isInDoubt } from './restored';
import { type Done, landFailure, landingOf } from './row-landing';
import type { Run } from './run';
import type { Slice } from './send-row';

/** A row that may be worked on now. */
export interface Allowed {
  readonly address: Address;
  readonly content: Content;
  readonly profile: Profile;
  /** When the quiet hours of this recipient begin, or null. */
  readonly closesAt: number | null;
  /** When the ledger was found to be a copy that may not know of an earlier send of this row; null: it knows. */
  readonly doubted: number | null;
}

/** Whether anything may be done for a row now; null when it ended here: it waits for its hours, or for what is not sent yet to arrive. */
export function allow(slice: Slice, row: Claimed): Allowed | null {
  const { run } = slice;
  const land = landingOf(slice, row);
  const now = run.clock();
  const place = row.zone ?? run.place;
  const hours = run.quiet === null || place === null ? null : run.quiet(place, now);
  if (hours !== null && !hours.allowed) {
    if (hours.nextMs === null) land({ to: 'skipped', reason: 'invalid_time_zone' });
    else land({ to: 'pending', notBefore: hours.nextMs });
    return null;
  }
  const doubted = isInDoubt(slice.restoredAt, row) ? slice.restoredAt : null;
  const askableAt = doubted === null ? 0 : doubted + run.policy.settleDelayMs;
  if (now < askableAt) {
    // What was on its way when the copy was put back may still arrive on the platform.
    land({ to: 'pending', notBefore: askableAt });
    return null;
  }
  return {
    address: { kind: row.kind, value: row.address },
    content: contentOf(run, row),
    profile: profileOf(run, row),
    closesAt: hours === null ? null : hours.untilMs,
    doubted,
  };
}

export interface Prepared {
  readonly contact: Contact;
  readonly conversation: Conversation;
  /** When the platform last confirmed the conversation. */
  readonly verifiedAt: number;
}

/** Step one; null when the row ended there. `asked`: the platform was. */
export async function prepareContact(
  slice: Slice,
  row: Claimed,
  { address, content, profile }: Allowed,
): Promise<{ readonly contact: Contact; readonly asked: boolean } | null> {
  const { run, preparing } = slice;
  const { provider, inbox } = run;
  const step = { address, inbox, content, profile };
  const { contact: known } = knownOf(slice, row, run.clock());
  try {
    if (known !== null) {
      return { contact: await ensureContact(provider, { ...step, known }), asked: false };
    }
    const contact = await preparing(() => ensureContact(provider, step));
    // What is known of it is not handed to the next step: that it is blocked has to be said here.
    if (contact.blocked) throw provider.refuse('blocked', 'the contact is blocked');
    return { contact, asked: true };
  } catch (error) {
    await landFailure(slice, row, error, null);
    return null;
  }
}

/** Steps one and two; null when the row ended there. What the contact book knows and may be believed costs no call. */
export async function prepare(
  slice: Slice,
  row: Claimed,
  { address, content, profile }: Allowed,
): Promise<Prepared | null> {
  const { run, preparing } = slice;
  const { provider, inbox } = run;
  const now = run.clock();
  const { contact: known, entry, done } = knownOf(slice, row, now);
  // A reply window opens and closes with the other side's messages: only a look tells.
  const looks = inbox.replyWindow && content.kind === 'text' && !done;
  const step = { address, inbox, content, profile };
  let made: Contact | null = null;
  try {
    if (known !== null && entry !== null && (done || (entry.conversationId !== null && !looks))) {
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
      if (!contact.blocked) made = contact;
      const conversation = await ensureConversation(provider, { ...step, contact });
      return { contact, conversation, verifiedAt: now };
    });
  } catch (error) {
    await landFailure(slice, row, error, null, doneWith(row, made, now));
    return null;
  }
}

/** Step one alone: of its conversation nothing is known yet. */
function doneWith(row: Claimed, contact: Contact | null, verifiedAt: number): Done {
  if (contact === null) return {};
  const book = { address: row.address, watermark: null, verifiedAt };
  return { contactId: contact.id, conversationId: null, book };
}

interface Known {
  readonly contact: Contact | null;
  readonly entry: BookEntry | null;
  /** Step two was done for this very row just now: what it found need not be looked at again. */
  readonly done: boolean;
}

/** What the contact book says, as far as it is believed: by its age, or because a step wrote it for this very row just now. */
function knownOf({ run, blocked, steps }: Slice, row: Claimed, now: number): Known {
  const { book } = row;
  const age = book === null ? Number.POSITIVE_INFINITY : now - book.verifiedAt;
  // Beyond its age an entry is only a memory: the number may be another person's by now, on the platform.
  const believed = blocked !== null && age < run.policy.bookMs;
  const own =
    steps !== null && book !== null && row.contactId === book.contactId && age < steps.freshMs;
  if (book === null || (!believed && !own)) return { contact: null, entry: null, done: false };
  const isBlocked = blocked?.has(book.contactId) ?? false;
  return {
    contact: { id: book.contactId, created: false, blocked: isBlocked },
    entry: book,
    done:
      own &&
      (book.conversationId === null
        ? steps.noneOpen(row.seq)
        : book.conversationId === row.conversationId),
  };
}

function contentOf({ content, attachments }: Run, row: Claimed): Content {
  const own = row.content === null ? content : (JSON.parse(row.content) as Content);
  return own.kind === 'text' && attachments.length > 0 ? { ...own, attachments } : own;
}

function profileOf({ optIn }: Run, row: Claimed): Profile {
  const own = row.profile === null ? {} : (JSON.parse(row.profile) as Profile);
  return optIn === null ? own : { ...own, optIn };
}
