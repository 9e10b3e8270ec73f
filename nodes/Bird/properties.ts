import type { INodeProperties } from 'n8n-workflow';
import { templateProperty, textProperty } from '../shared/message-properties';
import { inboxProperty } from '../shared/properties';

/** Bird's word for an inbox. Its resource locator keeps the name that it has on other platforms. */
export const channelProperty: INodeProperties = {
  ...inboxProperty,
  displayName: 'Channel',
  description: 'The channel of the workspace: a sender on SMS, WhatsApp, email or another platform',
};

export const newNameProperty: INodeProperties = {
  displayName: 'Name',
  name: 'contactName',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. Nathan Smith',
};

export const messageIdProperty: INodeProperties = {
  displayName: 'Message ID',
  name: 'messageId',
  type: 'string',
  default: '',
  required: true,
  description: 'The ID of the message, as other operations of this node return it',
};

/** May be empty where there is a file. */
export const birdTextProperty: INodeProperties = {
  displayName: textProperty.displayName,
  name: textProperty.name,
  type: 'string',
  typeOptions: { rows: 4 },
  default: '',
  placeholder: 'e.g. Your order is ready',
  description: 'The text of the message, or the caption of its files',
};

export const filesProperty: INodeProperties = {
  displayName: 'Files',
  name: 'files',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  default: {},
  placeholder: 'Add File',
  description:
    'Files to send with the text, 10 at most. Their addresses must be open to everybody, or come from Media: Upload.',
  options: [
    {
      displayName: 'File',
      name: 'file',
      values: [
        {
          displayName: 'Content Type',
          name: 'contentType',
          type: 'string',
          default: '',
          placeholder: 'e.g. image/png',
        },
        {
          displayName: 'File Name',
          name: 'filename',
          type: 'string',
          default: '',
          placeholder: 'e.g. plan.png',
          description: 'What the person sees; if empty, the end of the URL',
        },
        {
          displayName: 'URL',
          name: 'url',
          type: 'string',
          default: '',
          placeholder: 'e.g. https://media.example/plan.png',
        },
      ],
    },
  ],
};

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

const text = (displayName: string, name: string, description: string): INodeProperties => ({
  displayName,
  name,
  type: 'string',
  default: '',
  description,
});

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
export const conversationMessageFilters = filters(
  moment('From', 'dateFrom', 'Only messages from this date and time on'),
  reverse,
);

function filters(...options: readonly INodeProperties[]): INodeProperties {
  return {
    displayName: 'Filters',
    name: 'filters',
    type: 'collection',
    placeholder: 'Add Filter',
    default: {},
    options: [...options],
  };
}
