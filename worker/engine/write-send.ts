import type { Address, Content } from '../../core/message';
import type { Inbox } from '../../providers/provider';
import { InputError } from '../campaign/input-error';
import { findSingle, type MadeSingle, makeSingle, type Single } from '../campaign/single';
import type { Campaign, Ledger } from '../ledger';
import type { Connection } from './connect';
import { checkMessage, probedInbox, theInbox } from './prepare';

/**
 * Writes a single message down, after asking the platform whether its inbox can send it; one with the same key that is
 * there already is that one.
 *
 * @throws InputError when it cannot be sent, or the key stands for another message.
 */
export async function writeSingle(
  ledger: Ledger,
  connection: Connection,
  single: Single,
  how: Omit<MadeSingle, 'inbox'>,
): Promise<Campaign> {
  const before = await findSingle(ledger, single);
  if (before !== undefined) return before;
  const inbox = await probedInbox(connection, await theInbox(connection, single.inboxId));
  refuseKind(inbox, single.address);
  await checkMessage(connection, inbox, templateOf(single.content));
  try {
    return await makeSingle(ledger, single, { ...how, inbox }, ledger.now());
  } catch (error) {
    // Another process may have been faster with the same key.
    const now = await findSingle(ledger, single);
    if (now === undefined) throw error;
    return now;
  }
}

function refuseKind(inbox: Inbox, { kind }: Address): void {
  if (inbox.addressKinds.includes(kind)) return;
  throw new InputError(
    `Inbox "${inbox.id}" (${inbox.channel}) writes to ${inbox.addressKinds.join(' and ')} addresses only.`,
  );
}

function templateOf(content: Content) {
  if (content.kind === 'text') return undefined;
  const { name, language, params } = content;
  return { name, language, params: { ...params } };
}
