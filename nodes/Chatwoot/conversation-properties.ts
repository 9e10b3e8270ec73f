import type { INodeProperties } from 'n8n-workflow';
import { collection } from '../shared/properties';
import {
  addLabelsProperty,
  assigneeProperty,
  removeLabelsProperty,
  teamProperty,
  word,
} from './properties';

const STATUS: INodeProperties = {
  displayName: 'Status',
  name: 'status',
  type: 'options',
  default: 'open',
  description: 'Open: with a person. Pending: with a bot, if the inbox has one.',
  options: [
    { name: 'Open', value: 'open' },
    { name: 'Pending', value: 'pending' },
    { name: 'Resolved', value: 'resolved' },
    { name: 'Snoozed', value: 'snoozed' },
  ],
};

export const conversationFilters = collection('Filters', 'filters', 'Add Filter', [
  {
    displayName: 'Assigned',
    name: 'assigned',
    type: 'options',
    default: 'unassigned',
    options: [
      { name: 'To Anybody', value: 'assigned' },
      { name: 'To Me', value: 'me' },
      { name: 'To Nobody', value: 'unassigned' },
    ],
  },
  word(
    'Contact ID',
    'contactId',
    'Only those of this contact: its last 20, of which Inbox ID and Status pick some',
  ),
  word('Inbox ID', 'inboxId', 'Only those of this inbox', 'e.g. 3'),
  word('Label', 'label', 'Only those with this label'),
  word('Search Text', 'text', 'Words of a message'),
  {
    displayName: 'Sort By',
    name: 'sort',
    type: 'options',
    default: 'created_at_desc',
    options: [
      { name: 'Created, Newest First', value: 'created_at_desc' },
      { name: 'Created, Oldest First', value: 'created_at_asc' },
      { name: 'Last Activity, Latest First', value: 'last_activity_at_desc' },
      { name: 'Last Activity, Oldest First', value: 'last_activity_at_asc' },
    ],
  },
  STATUS,
  word('Team ID', 'teamId', 'Only those of this team', 'e.g. 2'),
]);

export const conversationUpdateFields = collection('Update Fields', 'updateFields', 'Add Field', [
  addLabelsProperty,
  assigneeProperty,
  {
    displayName: 'Priority',
    name: 'priority',
    type: 'options',
    default: 'high',
    options: [
      { name: 'High', value: 'high' },
      { name: 'Low', value: 'low' },
      { name: 'Medium', value: 'medium' },
      { name: 'None', value: 'none' },
      { name: 'Urgent', value: 'urgent' },
    ],
  },
  removeLabelsProperty,
  {
    displayName: 'Snoozed Until',
    name: 'snoozedUntil',
    type: 'dateTime',
    default: '',
    description: 'When it opens again, with the status Snoozed; if empty, at the next answer',
  },
  STATUS,
  teamProperty,
]);
