import type { BirdProvider } from '../../providers/bird';
import type { ContactChanges } from '../../providers/bird/contact-changes';
import { attributesProperty, readAttributes } from '../shared/attributes';
import { deleteContactOperation, getContactOperation } from '../shared/by-id';
import { type Execution, type Operation, one } from '../shared/operation';
import { createOrFindContactOperation } from '../shared/operations';
import { callOptions, personOptions } from '../shared/option-properties';
import { readAddress, readGivenId } from '../shared/parameters';
import { patiently } from '../shared/patience';
import {
  contactIdProperty,
  limitProperty,
  nameProperty,
  recipientProperty,
  returnAllProperty,
} from '../shared/properties';
import { readFields, readWord, readWords, refuse } from '../shared/values';
import { getContacts } from './lists';
import {
  channelProperty,
  contactFilters,
  contactUpdateFields,
  newNameProperty,
} from './properties';
import { createContact, searchContacts } from './work';

const CONTACT_ID = { name: 'contactId', label: 'Contact ID' };

export const contactOperations: readonly Operation<BirdProvider>[] = [
  {
    resource: 'contact',
    value: 'create',
    name: 'Create',
    action: 'Create a contact',
    description: 'Create a contact; a phone number or email address that somebody has is refused',
    parameters: [recipientProperty, newNameProperty, attributesProperty, personOptions],
    work: createContact,
  },
  {
    ...createOrFindContactOperation,
    description: 'Create the contact of a phone number or email address, or update it',
    parameters: [
      ...[channelProperty, recipientProperty, nameProperty],
      ...[attributesProperty, personOptions],
    ],
  },
  {
    ...deleteContactOperation,
    description: 'Delete a contact of the workspace',
  },
  {
    ...getContactOperation,
    description: 'Get a contact with its identifiers and attributes',
  },
  {
    resource: 'contact',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many contacts',
    description: 'Get the contacts of the workspace',
    parameters: [returnAllProperty, limitProperty, contactFilters, callOptions],
    work: getContacts,
  },
  {
    resource: 'contact',
    value: 'search',
    name: 'Search',
    action: 'Search contacts',
    description: 'Find the contact that owns a phone number or email address',
    parameters: [recipientProperty, personOptions],
    work: searchContacts,
  },
  {
    resource: 'contact',
    value: 'update',
    name: 'Update',
    action: 'Update a contact',
    description: 'Change a contact: its name, attributes, lists and further addresses',
    parameters: [contactIdProperty, contactUpdateFields, attributesProperty, personOptions],
    async work(execution, item) {
      const { context, connection, policy } = execution;
      const id = readGivenId(context, item, CONTACT_ID);
      const changes = readChanges(execution, item);
      return one(await patiently(policy, () => connection.provider.updateContact(id, changes)));
    },
  },
];

function readChanges({ context }: Execution<BirdProvider>, item: number): ContactChanges {
  const fields = readFields(context, item, 'updateFields');
  const field = (name: string) => `updateFields.${name}`;
  const addAddresses = (
    [
      ['addPhone', 'Add Phone', 'phone'],
      ['addEmail', 'Add Email', 'email'],
    ] as const
  )
    .filter(([name]) => readWord(context, item, field(name)) !== '')
    .map(([name, label, kind]) => readAddress(context, item, { name: field(name), label }, kind));
  const addToLists = readWords(context, item, field('addToLists'));
  const removeFromLists = readWords(context, item, field('removeFromLists'));
  const attributes = readAttributes(context, item);
  const changes: ContactChanges = {
    ...(Object.hasOwn(fields, 'name') && { name: readWord(context, item, field('name')) }),
    ...(addAddresses.length > 0 && { addAddresses }),
    ...(attributes !== undefined && { attributes }),
    ...(addToLists.length > 0 && { addToLists }),
    ...(removeFromLists.length > 0 && { removeFromLists }),
  };
  if (Object.keys(changes).length > 0) return changes;
  throw refuse(context, item, 'There is nothing to change', "Add a field under 'Update Fields'");
}
