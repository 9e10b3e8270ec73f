import { ensureContact, ensureConversation, sendMessage } from '../../activities';
import { isProviderError } from '../../core/errors';
import type { Address, Content } from '../../core/message';
import type { Contact, Conversation, Inbox, Profile, Trace } from '../../providers/provider';
import { sendKeyFor } from '../../providers/send-key';
import {
  foundAs,
  lookBefore,
  mayResend,
  provenUnsent,
  rememberSent,
  type Sent,
  settleRemembered,
  unsettled,
  whyOpen,
} from './earlier';
import type { LookBack } from './look-back';
import { forget, inTurn, recall, remember } from './memory';
import { type Policy, patiently } from './patience';
import type { Connection } from './platform';
import { settle } from './settle';

export interface Recipient {
  readonly address: Address;
  readonly profile: Profile;
  readonly inbox: Inbox;
}

export interface Message extends Recipient {
  /** As the user gave it, or derived; one message for each key, inbox and address. */
  readonly key: string;
  readonly content: Content;
  /** Ask the platform for the key before anything is sent; null where that is not wanted. */
  readonly lookBack: LookBack | null;
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
  const { address, inbox, lookBack } = message;
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
    if (lookBack !== null && remembered === undefined && !contact.created) {
      const before = await lookBefore(connection, key, trace, lookBack, policy);
      if (before !== undefined) return rememberSent(send, before);
    }
    const prepared: Prepared = { message, contact, conversation, trace, key, send };
    return rememberSent(send, await deliver(connection, prepared, policy));
  });
}

/** Nobody else of this process works on the recipient meanwhile. Not to be nested. */
export function alone<T>(
  { account }: Connection,
  { address }: Pick<Recipient, 'address'>,
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
  const { inbox, address, content, profile } = message;
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
      profile,
    }),
  ]);
  if (outcome.status === 'fulfilled') return foundAs(outcome.value, contact.id, 'accepted');
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
    throw unsettled(connection, inbox, whyOpen(finding), error);
  }
  forget(send);
  throw provenUnsent(connection, error);
}

function traceOf({ inbox, address }: Message, contact: Contact, conversation: Conversation): Trace {
  const { id, watermark } = conversation;
  const now = Date.now();
  const trace = { inbox, address, contactId: contact.id, conversationId: id, watermark };
  return { ...trace, since: now, until: now };
}
