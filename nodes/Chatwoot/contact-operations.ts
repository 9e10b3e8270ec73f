import type { ChatwootProvider } from '../../providers/chatwoot';
import type { ContactChanges } from '../../providers/chatwoot/contact-cards';
import { attributesProperty, readAttributes } from '../shared/attributes';
import { deleteContactOperation, getContactOperation } from '../shared/by-id';
import { numberedPages } from '../shared/lists';
import { type Execution, each, type Operation, one } from '../shared/operation';
import { createOrFindContactOperation } from '../shared/operations';
import { callOptions, personOptions } from '../shared/option-properties';
import { readAddress, readGivenId } from '../shared/parameters';
import { patiently } from '../shared/patience';
import {
  contactIdProperty,
  inboxProperty,
  limitProperty,
  nameProperty,
  recipientProperty,
  returnAllProperty,
} from '../shared/properties';
import { readFields, readWord, readWords, refuse } from '../shared/values';
import { contactFilters, contactUpdateFields } from './contact-properties';
import { contactAttributesProperty } from './properties';

type Chatwoot = Execution<ChatwootProvider>;

/** Rows of a full page of contacts (`providers/chatwoot/contact-cards.ts`). */
const PAGE = 15;
const CONTACT_ID = { name: 'contactId', label: 'Contact ID' };

/** By the names of this node, and of the platform. */
const ADDITIONAL = {
  city: 'city',
  company: 'company_name',
  country: 'country_code',
  description: 'description',
} as const;

export const contactOperations: readonly Operation<ChatwootProvider>[] = [
  {
    ...createOrFindContactOperation,
    parameters: [
      ...[inboxProperty, recipientProperty, nameProperty],
      ...[contactAttributesProperty, attributesProperty, personOptions],
    ],
  },
  {
    ...deleteContactOperation,
    description: 'Delete a contact and its conversations; administrators only',
  },
  getContactOperation,
  {
    resource: 'contact',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many contacts',
    description: 'Get the contacts of the account, or those that contain a text',
    parameters: [returnAllProperty, limitProperty, contactFilters, callOptions],
    work: getContacts,
  },
  {
    resource: 'contact',
    value: 'search',
    name: 'Search',
    action: 'Search contacts',
    description: 'Find the contact that has exactly this phone number or email address',
    parameters: [recipientProperty, personOptions],
    async work({ context, connection, policy }, item) {
      const address = readAddress(context, item);
      return each(await patiently(policy, () => connection.provider.searchContacts(address)));
    },
  },
  {
    resource: 'contact',
    value: 'update',
    name: 'Update',
    action: 'Update a contact',
    description: 'Change a contact: name, addresses, attributes, labels, blocked or not',
    parameters: [
      ...[contactIdProperty, contactUpdateFields, contactAttributesProperty, attributesProperty],
      personOptions,
    ],
    async work(execution, item) {
      const { context, connection, policy } = execution;
      const id = readGivenId(context, item, CONTACT_ID);
      const changes = readChanges(execution, item);
      return one(await patiently(policy, () => connection.provider.updateContact(id, changes)));
    },
  },
];

async function getContacts(execution: Chatwoot, item: number) {
  const { context, connection } = execution;
  const [text, label, sort] = ['text', 'label', 'sort'].map((name) =>
    readWord(context, item, `filters.${name}`),
  ) as [string, string, string];
  return each(
    await numberedPages(execution, item, PAGE, (page) =>
      connection.provider.listContacts({ page, text, label, sort }),
    ),
  );
}

/** What stands in the collection is changed, also to nothing; what does not stays. */
function readChanges({ context }: Chatwoot, item: number): ContactChanges {
  const fields = readFields(context, item, 'updateFields');
  const given = (name: string) => Object.hasOwn(fields, name);
  const text = (name: string) => readWord(context, item, `updateFields.${name}`);
  const additional = Object.entries(ADDITIONAL)
    .filter(([name]) => given(name))
    .map(([name, theirs]) => [theirs, text(name)] as const);
  const attributes = readAttributes(context, item);
  const changes: ContactChanges = {
    ...(given('name') && { name: text('name') }),
    ...(given('phone') && { phone: addressOrNull('phone', 'Phone') }),
    ...(given('email') && { email: addressOrNull('email', 'Email') }),
    ...(given('identifier') && { identifier: text('identifier') || null }),
    ...(given('blocked') && { blocked: fields['blocked'] === true }),
    ...(attributes !== undefined && { attributes }),
    ...(additional.length > 0 && { additionalAttributes: Object.fromEntries(additional) }),
    ...(given('addLabels') && { addLabels: readWords(context, item, 'updateFields.addLabels') }),
    ...(given('removeLabels') && {
      removeLabels: readWords(context, item, 'updateFields.removeLabels'),
    }),
  };
  if (Object.keys(changes).length > 0) return changes;
  throw refuse(context, item, 'There is nothing to change', "Add a field under 'Update Fields'");

  function addressOrNull(kind: 'phone' | 'email', label: string): string | null {
    const name = `updateFields.${kind}`;
    return text(kind) === '' ? null : readAddress(context, item, { name, label }, kind).value;
  }
}
