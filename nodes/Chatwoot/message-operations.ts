import type { INodeProperties } from 'n8n-workflow';
import type { ChatwootProvider } from '../../providers/chatwoot';
import type { Entry, MessageStatus } from '../../providers/chatwoot/message-changes';
import { readMessage } from '../shared/content';
import { filesProperty } from '../shared/files';
import { collect, readLimit } from '../shared/lists';
import { optionalTextProperty, sendKeyProperty } from '../shared/message-properties';
import { type Execution, each, type Operation, one, type Result } from '../shared/operation';
import { sendOperation } from '../shared/operations';
import { callOptions, sendingOptions } from '../shared/option-properties';
import { readConversationId, readGivenId } from '../shared/parameters';
import { onceTaken, patiently } from '../shared/patience';
import {
  inboxProperty,
  limitProperty,
  messageIdProperty,
  nameProperty,
  recipientProperty,
  returnAllProperty,
} from '../shared/properties';
import { sendContent } from '../shared/steps';
import { readWord } from '../shared/values';
import { conversationProperty, word } from './properties';

type Chatwoot = Execution<ChatwootProvider>;

/** Rows of a full page of messages (`providers/chatwoot/messages.ts`). */
const PAGE = 100;
const MESSAGE_ID = { name: 'messageId', label: 'Message ID' };

const afterProperty = word(
  'After Message ID',
  'after',
  'Only messages that are newer than this one, oldest first. If empty, Return All begins with the first message of the conversation, and a limit takes the latest ones (20 at most).',
  'e.g. 1234',
);

const statusProperty: INodeProperties = {
  displayName: 'Status',
  name: 'status',
  type: 'options',
  default: 'delivered',
  options: [
    { name: 'Delivered', value: 'delivered' },
    { name: 'Failed', value: 'failed' },
    { name: 'Read', value: 'read' },
    { name: 'Sent', value: 'sent' },
  ],
};

const failureProperty: INodeProperties = {
  ...word('Failure', 'failure', 'Why it failed, as agents see it', 'e.g. number not in service'),
  displayOptions: { show: { status: ['failed'] } },
};

export const messageOperations: readonly Operation<ChatwootProvider>[] = [
  {
    resource: 'message',
    value: 'addIncoming',
    name: 'Add Incoming',
    action: 'Add an incoming message',
    description: "Put a person's own message into a conversation of an API inbox; delivers nothing",
    parameters: [conversationProperty, optionalTextProperty, filesProperty, callOptions],
    work: (execution, item) =>
      add(execution, item, (id, entry) => execution.connection.provider.addIncoming(id, entry)),
  },
  {
    resource: 'message',
    value: 'addNote',
    name: 'Add Note',
    action: 'Add a private note',
    description: 'Tell agents something in a conversation; it is never delivered',
    parameters: [conversationProperty, optionalTextProperty, filesProperty, callOptions],
    work: (execution, item) =>
      add(execution, item, (id, entry) => execution.connection.provider.addNote(id, entry)),
  },
  {
    resource: 'message',
    value: 'delete',
    name: 'Delete',
    action: 'Delete a message',
    description: 'Empty a message in the conversation; who has received it keeps it',
    parameters: [conversationProperty, messageIdProperty, callOptions],
    async work({ context, connection, policy }, item) {
      const id = readConversationId(context, item);
      const messageId = readGivenId(context, item, MESSAGE_ID);
      await onceTaken(policy, () => connection.provider.deleteMessage(id, messageId));
      return one({ deleted: true });
    },
  },
  {
    resource: 'message',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many messages',
    description: 'Get the messages of a conversation',
    parameters: [
      ...[conversationProperty, returnAllProperty, limitProperty],
      ...[afterProperty, callOptions],
    ],
    work: getMessages,
  },
  {
    ...sendOperation,
    description: 'Send a text, with files if there are any, at most once for its send key',
    parameters: [
      ...[inboxProperty, recipientProperty, nameProperty],
      ...[optionalTextProperty, filesProperty, sendKeyProperty, sendingOptions],
    ],
    work: (execution, item) => sendContent(execution, item, () => readMessage(execution, item)),
  },
  {
    resource: 'message',
    value: 'updateStatus',
    name: 'Update Status',
    action: 'Update the status of a message',
    description: 'Tell what became of a message of an API inbox, as its gateway',
    parameters: [
      ...[conversationProperty, messageIdProperty, statusProperty, failureProperty],
      callOptions,
    ],
    async work({ context, connection, policy }, item) {
      const id = readConversationId(context, item);
      const messageId = readGivenId(context, item, MESSAGE_ID);
      const status = readWord(context, item, 'status') as MessageStatus['status'];
      const error = status === 'failed' ? readWord(context, item, 'failure') : '';
      const change = { status, ...(error !== '' && { error }) };
      const { provider } = connection;
      const { messageId: changed } = await patiently(policy, () =>
        provider.setMessageStatus(id, messageId, change),
      );
      return one({ conversationId: id, messageId: changed, status });
    },
  },
];

/** A lost answer may have left the message behind. */
async function add(
  execution: Chatwoot,
  item: number,
  call: (conversationId: string, entry: Entry) => Promise<object>,
): Promise<readonly Result[]> {
  const { context, policy } = execution;
  const id = readConversationId(context, item);
  const content = await patiently(policy, () => readMessage(execution, item));
  const files = content.kind === 'text' ? content.attachments : undefined;
  const entry = { text: content.text ?? '', ...(files !== undefined && { attachments: files }) };
  return one(await onceTaken(policy, () => call(id, entry)));
}

async function getMessages(execution: Chatwoot, item: number): Promise<readonly Result[]> {
  const { context, connection, policy } = execution;
  const { provider } = connection;
  const id = readConversationId(context, item);
  const after = readWord(context, item, 'after');
  if (after === '' && context.getNodeParameter('returnAll', item, false) !== true) {
    const latest = await patiently(policy, () => provider.listMessages(id));
    return each(latest.slice(-readLimit(context, item)));
  }
  const rows = await collect(execution, item, async (from = after === '' ? '0' : after) => {
    const page = await provider.listMessages(id, from);
    return { rows: page, next: page.length < PAGE ? null : (page.at(-1)?.id ?? null) };
  });
  return each(rows);
}
