import type { INodeProperties } from 'n8n-workflow';
import type { ChatwootProvider } from '../../providers/chatwoot';
import { collect, readLimit } from '../shared/lists';
import { textProperty } from '../shared/message-properties';
import { type Execution, each, type Operation, one, type Result } from '../shared/operation';
import {
  createOrFindContactOperation,
  findOrCreateConversationOperation,
  sendOperation,
  sendTemplateOperation,
} from '../shared/operations';
import { callOptions } from '../shared/option-properties';
import { readGivenId, readInboxId } from '../shared/parameters';
import { onceTaken, patiently } from '../shared/patience';
import {
  contactIdProperty,
  conversationIdProperty,
  inboxProperty,
  limitProperty,
  returnAllProperty,
} from '../shared/properties';
import { readValue, readWord, refuse } from '../shared/values';

/** Rows of a full page of messages (`providers/chatwoot/messages.ts`). */
const PAGE = 100;

const CONTACT_ID = { name: 'contactId', label: 'Contact ID' };
const CONVERSATION_ID = { name: 'conversationId', label: 'Conversation ID' };

const afterProperty: INodeProperties = {
  displayName: 'After Message ID',
  name: 'after',
  type: 'string',
  default: '',
  placeholder: 'e.g. 1234',
  description:
    'Only messages that are newer than this one, oldest first. If empty, Return All begins with the first message of the conversation, and a limit takes the latest ones (20 at most).',
};

/** Chatwoot's own, and those of every platform that is built on it. */
export const chatwootOperations: readonly Operation<ChatwootProvider>[] = [
  createOrFindContactOperation,
  {
    resource: 'contact',
    value: 'get',
    name: 'Get',
    action: 'Get a contact',
    description: 'Get a contact with its addresses and attributes',
    parameters: [contactIdProperty, callOptions],
    work: getContact,
  },
  findOrCreateConversationOperation,
  {
    resource: 'message',
    value: 'addIncoming',
    name: 'Add Incoming',
    action: 'Add an incoming message',
    description: "Put a person's own message into a conversation of an API inbox; delivers nothing",
    parameters: [conversationIdProperty, textProperty, callOptions],
    work: addIncoming,
  },
  {
    resource: 'message',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many messages',
    description: 'Get the messages of a conversation',
    parameters: [
      conversationIdProperty,
      returnAllProperty,
      limitProperty,
      afterProperty,
      callOptions,
    ],
    work: getMessages,
  },
  sendOperation,
  sendTemplateOperation,
  {
    resource: 'template',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many templates',
    description: 'Get the templates of an inbox with their parameters',
    parameters: [inboxProperty, callOptions],
    work: getTemplates,
  },
];

type Chatwoot = Execution<ChatwootProvider>;

async function getContact({ context, connection, policy }: Chatwoot, item: number) {
  const id = readGivenId(context, item, CONTACT_ID);
  return one(await patiently(policy, () => connection.provider.getContact(id)));
}

/** A lost answer may have left the message behind. */
async function addIncoming({ context, connection, policy }: Chatwoot, item: number) {
  const { provider } = connection;
  const conversationId = readGivenId(context, item, CONVERSATION_ID);
  const text = readValue(context, item, 'text');
  if (text.trim() === '') throw refuse(context, item, "The 'Text' is empty");
  return one(await onceTaken(policy, () => provider.addIncoming(conversationId, text)));
}

async function getMessages(execution: Chatwoot, item: number): Promise<readonly Result[]> {
  const { context, connection, policy } = execution;
  const { provider } = connection;
  const conversationId = readGivenId(context, item, CONVERSATION_ID);
  const after = readWord(context, item, 'after');
  if (after === '' && context.getNodeParameter('returnAll', item, false) !== true) {
    const latest = await patiently(policy, () => provider.listMessages(conversationId));
    return each(latest.slice(-readLimit(context, item)));
  }
  const rows = await collect(execution, item, async (from = after === '' ? '0' : after) => {
    const page = await provider.listMessages(conversationId, from);
    return { rows: page, next: page.length < PAGE ? null : (page.at(-1)?.id ?? null) };
  });
  return each(rows);
}

async function getTemplates(execution: Chatwoot, item: number) {
  const { connection, policy } = execution;
  const inboxId = readInboxId(execution, item);
  return each(await patiently(policy, () => connection.provider.listTemplates(inboxId)));
}
