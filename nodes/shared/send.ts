import { ensureContact, ensureConversation, findSent, sendMessage } from '../../activities';
import { ERROR_CODES, isProviderError, ProviderError } from '../../core/errors';
import type { Address, Content } from '../../core/message';
import type {
  Contact,
  Conversation,
  Inbox,
  Profile,
  Receipt,
  Trace,
} from '../../providers/provider';
import { sendKeyFor } from '../../providers/send-key';
import { forget, inTurn, type Remembered, recall, remember } from './memory';
import { backoffMs, type Pace, pause } from './pace';
import type { Connection } from './platform';
import { type Settling, settle } from './settle';

/** A recipient whom the platform asks to wait longer for is reported at once instead. */
const MAX_WAIT_MS = 5 * 60 * 1_000;

export interface Recipient {
  readonly address: Address;
  readonly profile: Profile;
  readonly inbox: Inbox;
}

export interface Message extends Recipient {
  /** As the user gave it, or derived; one message for each key, inbox and address. */
  readonly key: string;
  readonly content: Content;
  /** Ask the platform for the key before anything is sent. */
  readonly lookUpFirst: boolean;
}

export interface Policy extends Settling {
  readonly maxRetries: number;
  readonly pace: Pace;
}

export interface Sent {
  readonly contactId: string;
  readonly receipt: Receipt;
  /** How it is known: the platform accepted it now, a look-up found it, or it was sent by an earlier run. */
  readonly by: 'accepted' | 'looked_up' | 'sent_before';
}

/**
 * Sends one message, at most once for its key as far as the platform and this process can tell.
 *
 * @throws ProviderError; `outcome_unknown` only after the settling came to no result.
 */
export async function sendOnce(
  connection: Connection,
  message: Message,
  policy: Policy,
): Promise<Sent> {
  const { account } = connection;
  const { address, inbox } = message;
  const key = sendKeyFor(message.key, inbox.id, address);
  const send = `${account}/${key}`;
  return alone(connection, message, async () => {
    const remembered = recall(send);
    if (remembered !== undefined) {
      const before = await settleRemembered(connection, key, send, remembered, policy);
      if (before !== undefined) return before;
    }
    const contact = await findOrCreateContact(connection, message, policy);
    const conversation = await patiently(policy, () =>
      ensureConversation(connection.provider, { ...message, contact }),
    );
    const trace = traceOf(message, contact, conversation);
    if (message.lookUpFirst && remembered === undefined && !contact.created) {
      const before = await lookBefore(connection, key, trace, policy);
      if (before !== undefined) return rememberSent(send, before);
    }
    const prepared: Prepared = { message, contact, conversation, trace, key, send };
    return rememberSent(send, await deliver(connection, prepared, policy));
  });
}

/** Nobody else of this process works on the recipient meanwhile. Not to be nested. */
export function alone<T>(
  { account }: Connection,
  { address }: Recipient,
  work: () => Promise<T>,
): Promise<T> {
  return inTurn(`${account}/${address.value}`, work);
}

/** The first step by itself, with the same patience. */
export function findOrCreateContact(
  connection: Connection,
  recipient: Recipient,
  policy: Policy,
): Promise<Contact> {
  return patiently(policy, () => ensureContact(connection.provider, recipient));
}

/** Repeats what is safe to repeat: a call that the platform refused for now, or that never reached it. */
export async function patiently<T>(policy: Policy, call: () => Promise<T>): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    const [outcome] = await Promise.allSettled([call()]);
    if (outcome.status === 'fulfilled') return outcome.value;
    if (!(await waitForRetry(outcome.reason, retry, policy))) throw outcome.reason;
  }
}

/** Whether the call may be made again; the wait is over then. */
async function waitForRetry(error: unknown, retry: number, policy: Policy): Promise<boolean> {
  if (!isProviderError(error) || ERROR_CODES[error.code].retry !== 'later') return false;
  if (retry >= policy.maxRetries || (error.retryAfterMs ?? 0) > MAX_WAIT_MS) return false;
  const waitMs = error.retryAfterMs ?? backoffMs(retry);
  if (error.code === 'rate_limited') policy.pace.stop(waitMs);
  return pause(waitMs, policy.signal);
}

interface Prepared {
  readonly message: Message;
  readonly contact: Contact;
  readonly conversation: Conversation;
  readonly trace: Trace;
  /** What the platform stores with the message. */
  readonly key: string;
  /** Key and account: the name of this send in the memory of the process. */
  readonly send: string;
}

/** Makes the delivering request, again only where it is proven that nothing went out. */
function deliver(connection: Connection, prepared: Prepared, policy: Policy): Promise<Sent> {
  let attempt = 0;
  return patiently(policy, () => {
    attempt += 1;
    return deliverOnce(connection, prepared, attempt, policy);
  });
}

async function deliverOnce(
  connection: Connection,
  { message, contact, conversation, trace, key, send }: Prepared,
  attempt: number,
  policy: Policy,
): Promise<Sent> {
  const { inbox, address, content } = message;
  // Noted before the request: whatever happens to this item, a retry knows that it was begun.
  remember(send, { kind: 'unsettled', trace, endedMs: performance.now() });
  const [outcome] = await Promise.allSettled([
    sendMessage(connection.provider, {
      key,
      attempt,
      inbox,
      address,
      contact,
      conversation,
      content,
    }),
  ]);
  if (outcome.status === 'fulfilled') {
    return { contactId: contact.id, receipt: outcome.value, by: 'accepted' };
  }
  const error: unknown = outcome.reason;
  const endedMs = performance.now();
  remember(send, { kind: 'unsettled', trace, endedMs });
  if (!isProviderError(error)) throw error;
  if (error.code !== 'outcome_unknown') {
    forget(send);
    throw error;
  }
  const finding = await settle(connection, key, trace, endedMs, policy);
  if (finding.kind === 'found') return foundAs(finding.receipts[0], contact.id, 'looked_up');
  if (finding.kind === 'unclear' || !mayResend(connection)) {
    throw unsettled(connection, whyOpen(finding), error);
  }
  forget(send);
  throw provenUnsent(connection, error);
}

/** The result of an earlier attempt of this process; undefined when it is proven that nothing went out. */
async function settleRemembered(
  connection: Connection,
  key: string,
  send: string,
  remembered: Remembered,
  policy: Policy,
): Promise<Sent | undefined> {
  if (remembered.kind === 'sent') {
    return foundAs(remembered.receipt, remembered.contactId, 'sent_before');
  }
  const { trace, endedMs } = remembered;
  const finding = await settle(connection, key, trace, endedMs, policy);
  if (finding.kind === 'found') {
    return rememberSent(send, foundAs(finding.receipts[0], trace.contactId, 'looked_up'));
  }
  if (finding.kind === 'unclear' || !mayResend(connection)) {
    throw unsettled(connection, whyOpen(finding));
  }
  forget(send);
  return undefined;
}

/** The message of an earlier run, another process or a crashed one. An inbox that cannot be looked up is not asked. */
async function lookBefore(
  { provider, platform }: Connection,
  key: string,
  trace: Trace,
  policy: Policy,
): Promise<Sent | undefined> {
  if (!trace.inbox.lookup || provider.findSent === undefined) return undefined;
  // In every conversation of the person in this inbox, from its beginning: the newest need not be the one of then.
  const all: Trace = { ...trace, conversationId: null, watermark: null };
  const finding = await patiently(policy, () => findSent(provider, key, all));
  switch (finding.kind) {
    case 'found':
      return foundAs(finding.receipts[0], trace.contactId, 'sent_before');
    case 'absent':
      return undefined;
    case 'unclear':
      throw new ProviderError(
        'unavailable',
        `cannot tell whether this send key was used before (${finding.why}); nothing was sent`,
        { provider: platform.definition.id },
      );
  }
}

function rememberSent(send: string, sent: Sent): Sent {
  remember(send, { kind: 'sent', receipt: sent.receipt, contactId: sent.contactId });
  return sent;
}

function foundAs(receipt: Receipt, contactId: string, by: Sent['by']): Sent {
  return { contactId, receipt, by };
}

function traceOf({ inbox, address }: Message, contact: Contact, conversation: Conversation): Trace {
  const { id, watermark } = conversation;
  return { inbox, address, contactId: contact.id, conversationId: id, watermark };
}

function mayResend({ platform }: Connection): boolean {
  return platform.definition.capabilities.onAbsent === 'resend';
}

function whyOpen(finding: { kind: 'absent' } | { kind: 'unclear'; why: string }): string {
  return finding.kind === 'unclear'
    ? finding.why
    : 'not found, but this platform may lose its mark';
}

function unsettled({ platform }: Connection, why: string, cause?: ProviderError): ProviderError {
  const { id, displayName } = platform.definition;
  return new ProviderError(
    'outcome_unknown',
    `${displayName} gave no answer and the message could not be looked up (${why}): it may have been sent, and is not sent again`,
    { provider: id, ...(cause?.status !== undefined && { status: cause.status }), cause },
  );
}

function provenUnsent({ platform }: Connection, cause: ProviderError): ProviderError {
  const { id, displayName } = platform.definition;
  return new ProviderError('unavailable', `${displayName} did not take the message`, {
    provider: id,
    ...(cause.status !== undefined && { status: cause.status }),
    cause,
  });
}
