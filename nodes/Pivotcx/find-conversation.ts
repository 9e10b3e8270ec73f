import { ensureConversation } from '../../activities';
import type { PivotcxProvider } from '../../providers/pivotcx';
import { NO_ID } from '../../providers/pivotcx/conversations';
import { readLimit } from '../shared/lists';
import { type Execution, each, one, type Result } from '../shared/operation';
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

/** As many as are asked for, as far as the credential's pages go. */
export async function getConversations(
  { context, connection, policy }: Execution<PivotcxProvider>,
  item: number,
): Promise<readonly Result[]> {
  const name = readWord(context, item, 'filters.contactName');
  const most = readLimit(context, item);
  const { rows, cut } = await patiently(policy, () =>
    connection.provider.listConversations(name, most),
  );
  if (cut) {
    context.addExecutionHints({
      message: 'The list goes on: raise the number of pages in the credential (Search Pages).',
      location: 'outputPane',
    });
  }
  return each(rows);
}
