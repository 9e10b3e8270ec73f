import type { INodeProperties } from 'n8n-workflow';
import { collection } from '../shared/properties';
import { addLabelsProperty, removeLabelsProperty, word } from './properties';

const blockedProperty: INodeProperties = {
  displayName: 'Blocked',
  name: 'blocked',
  type: 'boolean',
  default: true,
  description: 'Whether the contact is blocked: nothing is sent to it then',
};

export const contactUpdateFields = collection('Update Fields', 'updateFields', 'Add Field', [
  addLabelsProperty,
  blockedProperty,
  word('City', 'city', 'Where the person lives'),
  word('Company', 'company', 'Where the person works'),
  word('Country Code', 'country', 'The two letters of the country', 'e.g. US'),
  word('Description', 'description', 'What agents see of the person'),
  {
    ...word('Email', 'email', 'Empty takes it away', 'e.g. nathan@email.com'),
    placeholder: 'e.g. nathan@email.com',
  },
  word('Identifier', 'identifier', 'Your own ID of the person. Empty takes it away.'),
  word('Name', 'name', 'What the contact is called', 'e.g. Nathan Smith'),
  word('Phone', 'phone', 'Empty takes it away', 'e.g. +12125550100'),
  removeLabelsProperty,
]);

export const contactFilters = collection('Filters', 'filters', 'Add Filter', [
  word('Label', 'label', 'Only those with this label; not together with Search Text'),
  word(
    'Search Text',
    'text',
    'A part of a name, a phone number, an email address or an identifier',
  ),
  {
    displayName: 'Sort By',
    name: 'sort',
    type: 'options',
    default: 'name',
    options: [
      { name: 'Last Activity, Latest First', value: '-last_activity_at' },
      { name: 'Last Activity, Oldest First', value: 'last_activity_at' },
      { name: 'Name', value: 'name' },
    ],
  },
]);
