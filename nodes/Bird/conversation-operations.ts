import type { BirdProvider } from '../../providers/bird';
import type { ConversationChanges } from '../../providers/bird/conversation-changes';
import { getConversationOperation } from '../shared/by-id';
import { type Execution, type Operation, one } from '../shared/operation';
import { findOrCreateConversationOperation } from '../shared/operations';
import { callOptions, personOptions } from '../shared/option-properties';
import { readConversationId } from '../shared/parameters';
import { patiently } from '../shared/patience';
import {
  limitProperty,
  nameProperty,
  recipientProperty,
  returnAllProperty,
} from '../shared/properties';
import { readFields, readWord, refuse } from '../shared/values';
import { getConversationMessages, getConversations } from './lists';
import {
  channelProperty,
  conversationFilters,
  conversationMessageFilters,
  conversationProperty,
  conversationUpdateFields,
} from './properties';
import { findOrCreateConversation } from './work';

const page = [returnAllProperty, limitProperty];

export const conversationOperations: readonly Operation<BirdProvider>[] = [
  {
    ...findOrCreateConversationOperation,
    description: "Find the recipient's conversation in the shared inbox, or create it empty",
    parameters: [channelProperty, recipientProperty, nameProperty, personOptions],
    work: findOrCreateConversation,
  },
  {
    ...getConversationOperation,
    description: 'Get a conversation of the shared inbox',
    parameters: [conversationProperty, callOptions],
  },
  {
    resource: 'conversation',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many conversations',
    description: 'Get the conversations of the workspace, or those of one person',
    parameters: [...page, conversationFilters, personOptions],
    work: getConversations,
  },
  {
    resource: 'conversation',
    value: 'getMessages',
    name: 'Get Messages',
    action: 'Get the messages of a conversation',
    description: 'Get the messages of a conversation',
    parameters: [conversationProperty, ...page, conversationMessageFilters, callOptions],
    work: getConversationMessages,
  },
  {
    resource: 'conversation',
    value: 'update',
    name: 'Update',
    action: 'Update a conversation',
    description: 'Close or open a conversation, or change its name and description',
    parameters: [conversationProperty, conversationUpdateFields, callOptions],
    async work(execution, item) {
      const { context, connection, policy } = execution;
      const id = readConversationId(context, item);
      const changes = readChanges(execution, item);
      return one(
        await patiently(policy, () => connection.provider.updateConversation(id, changes)),
      );
    },
  },
];

function readChanges({ context }: Execution<BirdProvider>, item: number): ConversationChanges {
  const fields = readFields(context, item, 'updateFields');
  const names = ['name', 'description', 'status'].filter((name) => Object.hasOwn(fields, name));
  if (names.length === 0) {
    throw refuse(context, item, 'There is nothing to change', "Add a field under 'Update Fields'");
  }
  return Object.fromEntries(
    names.map((name) => [name, readWord(context, item, `updateFields.${name}`)]),
  );
}
