import { ensureConversation } from '../../activities';
import { NO_ID } from '../../providers/pivotcx/conversations';
import { type Execution, one, type Result } from '../shared/operation';
import { readRecipient } from '../shared/parameters';
import { patiently } from '../shared/patience';
import { readWord } from '../shared/values';

/** Creates nothing: a conversation comes with its contact, some moments later. */
export async function findConversation(
  execution: Execution,
  item: number,
): Promise<readonly Result[]> {
  const { context, connection, policy } = execution;
  const recipient = await patiently(policy, () => readRecipient(execution, item));
  const contactId = readWord(context, item, 'contactId');
  const contact = { id: contactId || NO_ID, created: false, blocked: false };
  const { id } = await patiently(policy, () =>
    ensureConversation(connection.provider, { ...recipient, contact }),
  );
  return one({ contactId: contactId || null, conversationId: id });
}
