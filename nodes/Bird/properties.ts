import type { INodeProperties } from 'n8n-workflow';
import { filesProperty } from '../shared/files';
import { conversationLocator, locatorProperty } from '../shared/locators';
import { templateProperty } from '../shared/message-properties';
import { collection, inboxLocator } from '../shared/properties';

/** Bird's word for an inbox. Its resource locator keeps the name that it has on other platforms. */
export const channelProperty: INodeProperties = locatorProperty({
  ...inboxLocator,
  displayName: 'Channel',
  description: 'The channel of the workspace: a sender on SMS, WhatsApp, email or another platform',
  one: 'a channel',
  idExample: '5f1c6c0e-0000-4000-8000-000000000000',
});

export const newNameProperty: INodeProperties = {
  displayName: 'Name',
  name: 'contactName',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. Nathan Smith',
};

export const conversationProperty = locatorProperty({
  ...conversationLocator,
  idExample: '5f1c6c0e-0000-4000-8000-000000000000',
});

export const birdFilesProperty: INodeProperties = {
  ...filesProperty,
  description:
    'Files to send with the text, 10 at most: those of the item, which are uploaded first, or by addresses that are open to everybody or come from Media: Upload',
};

export const contactUpdateFields = collection('Update Fields', 'updateFields', 'Add Field', [
  text('Add Email', 'addEmail', 'One more email address of the person'),
  text('Add Phone', 'addPhone', 'One more phone number of the person'),
  text('Add to Lists', 'addToLists', 'IDs of lists, with commas between them'),
  text('Name', 'name', 'What the contact is called'),
  text('Remove From Lists', 'removeFromLists', 'IDs of lists, with commas between them'),
]);

export const conversationUpdateFields = collection('Update Fields', 'updateFields', 'Add Field', [
  text('Description', 'description', 'What agents see of the conversation'),
  text('Name', 'name', 'What the conversation is called; the subject, on an email channel'),
  {
    displayName: 'Status',
    name: 'status',
    type: 'options',
    default: 'closed',
    description: 'In a closed conversation nothing can be sent',
    options: [
      { name: 'Active', value: 'active' },
      { name: 'Closed', value: 'closed' },
    ],
  },
]);

export const birdTemplateProperty: INodeProperties = {
  ...templateProperty,
  description: 'The project of the template, with its version and its language',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select a template...',
      typeOptions: { searchListMethod: 'searchTemplates', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. 5f1c6c0e-0000-4000-8000-000000000000|en',
      hint: 'The project ID, a colon and the version if it is not the latest, a bar and the language',
    },
  ],
};

const direction: INodeProperties = {
  displayName: 'Direction',
  name: 'direction',
  type: 'options',
  default: 'outgoing',
  options: [
    { name: 'Incoming', value: 'incoming' },
    { name: 'Outgoing', value: 'outgoing' },
  ],
};

const moment = (displayName: string, name: string, description: string): INodeProperties => ({
  displayName,
  name,
  type: 'dateTime',
  default: '',
  description,
});

const batchId = text('Batch ID', 'batchId', 'Only messages of this batch');
const channelId = text('Channel ID', 'channelId', 'Only those of this channel');
const reverse: INodeProperties = {
  displayName: 'Reverse Order',
  name: 'reverse',
  type: 'boolean',
  default: false,
  description: 'Whether to list in the opposite order',
};
const status = text('Status', 'status', 'Only those with this status, in the word of the platform');

const ofMessages: readonly INodeProperties[] = [
  direction,
  moment('End', 'end', 'Only messages before this date and time'),
  text('Platform', 'platform', 'Only messages of this platform, such as sms or whatsapp'),
  text('Recipient', 'recipient', 'The phone number or email address that messages were sent to'),
  reverse,
  text('Sender', 'sender', 'The identifier that messages were sent from'),
  moment('Start', 'start', 'Only messages from this date and time on'),
  status,
  text('Subject', 'subject', 'Words in the subject of an email'),
  text('Tag', 'tag', 'Only messages with this tag'),
];

export const channelFilters = filters(batchId, ...ofMessages);
export const workspaceFilters = filters(channelId, ...ofMessages);
export const conversationFilters = filters(
  channelId,
  text('Participant', 'participant', 'The phone number or email address of a person'),
  ...[reverse, status],
);
export const contactFilters = filters(reverse);
export const conversationMessageFilters = filters(
  moment('From', 'dateFrom', 'Only messages from this date and time on'),
  reverse,
);

function text(displayName: string, name: string, description: string): INodeProperties {
  return { displayName, name, type: 'string', default: '', description };
}

function filters(...options: readonly INodeProperties[]): INodeProperties {
  return collection('Filters', 'filters', 'Add Filter', options);
}
