import type { ChatwootProvider } from '../../providers/chatwoot';
import type { ConversationChanges } from '../../providers/chatwoot/hand-off';
import { attributesProperty, readAttributes } from '../shared/attributes';
import { getConversationOperation } from '../shared/by-id';
import { numberedPages, readLimit } from '../shared/lists';
import { type Execution, each, type Operation, one } from '../shared/operation';
import { findOrCreateConversationOperation } from '../shared/operations';
import { callOptions } from '../shared/option-properties';
import { readConversationId } from '../shared/parameters';
import { patiently } from '../shared/patience';
import { limitProperty, returnAllProperty } from '../shared/properties';
import { readChoice, readFields, readMoment, readWord, readWords, refuse } from '../shared/values';
import { conversationFilters, conversationUpdateFields } from './conversation-properties';
import { NOBODY } from './lists';
import { conversationAttributesProperty, conversationProperty } from './properties';

type Chatwoot = Execution<ChatwootProvider>;

/** Rows of a full page of conversations (`providers/chatwoot/conversation-cards.ts`). */
const PAGE = 25;

export const conversationOperations: readonly Operation<ChatwootProvider>[] = [
  findOrCreateConversationOperation,
  {
    ...getConversationOperation,
    description: 'Get a conversation: its contact, status, assignee, labels and attributes',
    parameters: [conversationProperty, callOptions],
  },
  {
    resource: 'conversation',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many conversations',
    description: 'Get the conversations of the account, or those of one contact',
    parameters: [returnAllProperty, limitProperty, conversationFilters, callOptions],
    work: getConversations,
  },
  {
    resource: 'conversation',
    value: 'update',
    name: 'Update',
    action: 'Update a conversation',
    description: 'Hand a conversation to a person or a team, close or open it, label it',
    parameters: [
      ...[conversationProperty, conversationUpdateFields],
      ...[conversationAttributesProperty, attributesProperty, callOptions],
    ],
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

async function getConversations(execution: Chatwoot, item: number) {
  const { context, connection, policy } = execution;
  const { provider } = connection;
  const given = <Name extends string>(name: Name) => {
    const text = readWord(context, item, `filters.${name}`);
    return (text === '' ? {} : { [name]: text }) as Partial<Record<Name, string>>;
  };
  const { contactId } = given('contactId');
  const { inboxId, status } = { ...given('inboxId'), ...given('status') };
  if (contactId !== undefined) {
    const all = await patiently(policy, () => provider.listContactConversations(contactId));
    const wanted = all.filter(
      (row) =>
        (inboxId === undefined || row.inboxId === inboxId) &&
        (status === undefined || row.status === status),
    );
    return each(wanted.slice(0, readLimit(context, item)));
  }
  const query = {
    ...{ ...given('inboxId'), ...given('status'), ...given('assigned'), ...given('teamId') },
    ...{ ...given('label'), ...given('text'), ...given('sort') },
  };
  return each(
    await numberedPages(execution, item, PAGE, (page) =>
      provider.listConversations({ ...query, page }),
    ),
  );
}

function readChanges({ context }: Chatwoot, item: number): ConversationChanges {
  const fields = readFields(context, item, 'updateFields');
  const given = (name: string) => Object.hasOwn(fields, name);
  const text = (name: string) => readWord(context, item, `updateFields.${name}`);
  const until = readMoment(context, item, 'updateFields.snoozedUntil');
  const attributes = readAttributes(context, item);
  const priority = given('priority') ? text('priority') : undefined;
  const changes: ConversationChanges = {
    ...(given('status') && { status: text('status') }),
    ...(until !== undefined && { snoozedUntil: Math.trunc(Date.parse(until) / 1_000) }),
    ...(priority !== undefined && { priority: priority === 'none' ? null : priority }),
    ...(given('team') && { teamId: chosen('team', 'Team') }),
    ...(given('assignee') && { assigneeId: chosen('assignee', 'Assignee') }),
    ...(given('addLabels') && { addLabels: readWords(context, item, 'updateFields.addLabels') }),
    ...(given('removeLabels') && {
      removeLabels: readWords(context, item, 'updateFields.removeLabels'),
    }),
    ...(attributes !== undefined && { attributes }),
  };
  if (changes.snoozedUntil !== undefined && changes.status !== 'snoozed') {
    throw refuse(context, item, "'Snoozed Until' needs the status Snoozed");
  }
  if (Object.keys(changes).length > 0) return changes;
  throw refuse(context, item, 'There is nothing to change', "Add a field under 'Update Fields'");

  function chosen(name: string, label: string): string | null {
    const id = readChoice(context, item, `updateFields.${name}`);
    if (id === NOBODY) return null;
    if (/^\d+$/.test(id)) return id;
    throw refuse(context, item, `The '${label}' is no ID`, 'Choose one from the list');
  }
}
