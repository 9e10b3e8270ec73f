import type { IExecuteFunctions } from 'n8n-workflow';
import { ensureConversation } from '../../activities';
import type { Content } from '../../core/message';
import type { Inbox } from '../../providers/provider';
import { sendKeyFor } from '../../providers/send-key';
import { readTemplate, readText } from './content';
import type { Intended } from './look-back';
import { type Execution, one, type Result } from './operation';
import { readAddress, readKey, readRecipient } from './parameters';
import { onceTaken, patiently } from './patience';
import { alone, findOrCreateContact, sendOnce } from './send';
import { readChoice } from './values';

/** The three steps of a send as operations of a node, the same on each platform that has them. */

export async function createOrFindContact(
  execution: Execution,
  item: number,
): Promise<readonly Result[]> {
  const { connection, policy } = execution;
  const recipient = await patiently(policy, () => readRecipient(execution, item));
  const { id, created, blocked } = await alone(connection, recipient, () =>
    findOrCreateContact(connection, recipient, policy),
  );
  return one({ contactId: id, created, blocked });
}

export async function findOrCreateConversation(
  execution: Execution,
  item: number,
): Promise<readonly Result[]> {
  const { connection, policy } = execution;
  const { provider } = connection;
  const recipient = await patiently(policy, () => readRecipient(execution, item));
  const { address, inbox } = recipient;
  return alone(connection, recipient, async () => {
    const contact = await findOrCreateContact(connection, recipient, policy);
    const found = await patiently(policy, () =>
      ensureConversation(provider, { ...recipient, contact }),
    );
    // A lost answer may have left a conversation behind, and the next run finds it.
    const created =
      found.id === null
        ? await onceTaken(policy, async () =>
            provider.createConversation?.(contact, address, inbox),
          )
        : undefined;
    const { id, canReply } = created ?? found;
    return one({
      contactId: contact.id,
      conversationId: id,
      created: created !== undefined,
      canReply,
      ...(id === null && { createdWithFirstMessage: true }),
    });
  });
}

export function sendText(execution: Execution, item: number): Promise<readonly Result[]> {
  return sendContent(execution, item, () => readText(execution, item));
}

export function sendTemplate(execution: Execution, item: number): Promise<readonly Result[]> {
  return sendContent(execution, item, (inbox) => readTemplate(execution, item, inbox));
}

/** Sends what `read` makes of the parameters, at most once for the item's send key. */
export async function sendContent(
  execution: Execution,
  item: number,
  read: (inbox: Inbox) => Content | Promise<Content>,
): Promise<readonly Result[]> {
  const { context, connection, policy, lookBack } = execution;
  const recipient = await patiently(policy, () => readRecipient(execution, item));
  const content = await patiently(policy, async () => read(recipient.inbox));
  const { key, own } = readKey(context, item);
  const { contactId, receipt, by } = await sendOnce(
    connection,
    { ...recipient, key, content, lookBack: looksUpFirst(context, item, own) ? lookBack : null },
    policy,
  );
  const { conversationId, messageId } = receipt;
  const { contacts } = connection.platform.definition.capabilities;
  return one({
    key,
    contactId: contacts ? contactId : null,
    conversationId,
    messageId,
    status: 'sent',
    by,
  });
}

/** What the items of this execution are to send from an inbox and to look up before, as far as they can be read. */
export function intendedMessages(context: IExecuteFunctions, inboxId: string): readonly Intended[] {
  return [...context.getInputData().keys()].flatMap((item) => {
    try {
      const { key, own } = readKey(context, item);
      if (!looksUpFirst(context, item, own) || readChoice(context, item, 'inbox') !== inboxId) {
        return [];
      }
      const address = readAddress(context, item);
      return [{ key: sendKeyFor(key, inboxId, address), address }];
    } catch {
      // An item that cannot be read fails when its turn comes, with its own words.
      return [];
    }
  });
}

function looksUpFirst(context: IExecuteFunctions, item: number, own: boolean): boolean {
  return Boolean(context.getNodeParameter('options.lookUpFirst', item, own));
}
