import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { ensureConversation } from '../../activities';
import { createPace } from './pace';
import {
  type Catalogue,
  createCatalogue,
  type RunOptions,
  readKey,
  readRecipient,
  readRunOptions,
  readTemplate,
  readText,
} from './parameters';
import { type Connection, connectAccount, type Platform } from './platform';
import { runItems } from './run';
import { alone, findOrCreateContact, type Policy, patiently, sendOnce } from './send';

interface Execution {
  readonly context: IExecuteFunctions;
  readonly connection: Connection;
  readonly catalogue: Catalogue;
  readonly policy: Policy;
}

type Operation = (execution: Execution, item: number) => Promise<IDataObject>;

/** By resource and operation, as the parameters of a node name them. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'contact:createOrFind': createOrFindContact,
  'conversation:findOrCreate': findOrCreateConversation,
  'message:send': sendMessage,
  'message:sendTemplate': sendMessage,
};

/** The whole `execute` of a platform's node. */
export async function executeOn(
  context: IExecuteFunctions,
  platform: Platform,
): Promise<INodeExecutionData[]> {
  if (context.getInputData().length === 0) return [];
  const options = readRunOptions(context);
  const execution = await begin(context, platform, options);
  return runItems(context, options.maxConcurrency, (item) =>
    operationOf(context, item)(execution, item),
  );
}

async function begin(
  context: IExecuteFunctions,
  platform: Platform,
  options: RunOptions,
): Promise<Execution> {
  const signal = context.getExecutionCancelSignal();
  const pace = createPace(options.perSecond, signal);
  const connection = await connectAccount(context, platform, options.timeoutMs, pace.around);
  return {
    context,
    connection,
    catalogue: createCatalogue(connection.provider),
    policy: { pace, signal, maxRetries: options.maxRetries, waitMs: options.settleMs },
  };
}

function operationOf(context: IExecuteFunctions, item: number): Operation {
  const name = `${String(context.getNodeParameter('resource', item))}:${String(context.getNodeParameter('operation', item))}`;
  const operation = OPERATIONS[name];
  if (operation !== undefined) return operation;
  throw new NodeOperationError(context.getNode(), `There is no operation '${name}'`, {
    itemIndex: item,
  });
}

async function createOrFindContact(
  { context, connection, catalogue, policy }: Execution,
  item: number,
): Promise<IDataObject> {
  const recipient = await patiently(policy, () => readRecipient(context, item, catalogue));
  const { id, created, blocked } = await alone(connection, recipient, () =>
    findOrCreateContact(connection, recipient, policy),
  );
  return { contactId: id, created, blocked };
}

async function findOrCreateConversation(
  { context, connection, catalogue, policy }: Execution,
  item: number,
): Promise<IDataObject> {
  const { provider } = connection;
  const recipient = await patiently(policy, () => readRecipient(context, item, catalogue));
  const { address, inbox } = recipient;
  return alone(connection, recipient, async () => {
    const contact = await findOrCreateContact(connection, recipient, policy);
    const found = await patiently(policy, () =>
      ensureConversation(provider, { contact, address, inbox }),
    );
    // Creating is not repeated: a lost answer may have left a conversation behind, and the next run finds it.
    const created =
      found.id === null ? await provider.createConversation?.(contact, address, inbox) : undefined;
    const { id, canReply } = created ?? found;
    return {
      contactId: contact.id,
      conversationId: id,
      created: created !== undefined,
      canReply,
      ...(id === null && { createdWithFirstMessage: true }),
    };
  });
}

async function sendMessage(
  { context, connection, catalogue, policy }: Execution,
  item: number,
): Promise<IDataObject> {
  const recipient = await patiently(policy, () => readRecipient(context, item, catalogue));
  const content =
    context.getNodeParameter('operation', item) === 'send'
      ? readText(context, item)
      : await patiently(policy, () => readTemplate(context, item, catalogue, recipient.inbox));
  const { key, own } = readKey(context, item);
  const lookUpFirst = Boolean(context.getNodeParameter('options.lookUpFirst', item, own));
  const { contactId, receipt, by } = await sendOnce(
    connection,
    { ...recipient, key, content, lookUpFirst },
    policy,
  );
  const { conversationId, messageId } = receipt;
  return { key, contactId, conversationId, messageId, status: 'sent', by };
}
