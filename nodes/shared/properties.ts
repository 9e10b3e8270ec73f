import type { INodeProperties } from 'n8n-workflow';

/** Parameters that every platform's node has. Names and texts are the same on each, so that values survive a switch. */

const showsMessage = { resource: ['message'], operation: ['send', 'sendTemplate'] };

export const inboxProperty: INodeProperties = {
  displayName: 'Inbox',
  name: 'inbox',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  description: 'The inbox to send from: a number, a channel or a mailbox of the account',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select an inbox...',
      typeOptions: { searchListMethod: 'searchInboxes', searchable: true },
    },
    { displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 3' },
  ],
};

export const recipientProperties: INodeProperties[] = [
  {
    displayName: 'Recipient',
    name: 'recipient',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. +12125550100',
    description:
      'The phone number or email address of the person. A number without a leading plus sign needs the Default Country.',
  },
  {
    displayName: 'Name',
    name: 'contactName',
    type: 'string',
    default: '',
    placeholder: 'e.g. Nathan Smith',
    description: 'The name of the contact, if one is created',
  },
];

export const messageProperties: INodeProperties[] = [
  {
    displayName: 'Text',
    name: 'text',
    type: 'string',
    typeOptions: { rows: 4 },
    default: '',
    required: true,
    placeholder: 'e.g. Your order is ready',
    description: 'The text of the message',
    displayOptions: { show: { resource: ['message'], operation: ['send'] } },
  },
  {
    displayName: 'Template',
    name: 'template',
    type: 'resourceLocator',
    default: { mode: 'list', value: '' },
    required: true,
    description: 'The approved template to send',
    displayOptions: { show: { resource: ['message'], operation: ['sendTemplate'] } },
    modes: [
      {
        displayName: 'From List',
        name: 'list',
        type: 'list',
        placeholder: 'Select a template...',
        typeOptions: { searchListMethod: 'searchTemplates', searchable: true },
      },
      {
        displayName: 'By Name',
        name: 'name',
        type: 'string',
        placeholder: 'e.g. order_ready|en_US',
        hint: 'The name, a bar and the language',
      },
    ],
  },
  {
    displayName: 'Template Parameters',
    name: 'templateParameters',
    type: 'fixedCollection',
    typeOptions: { multipleValues: true },
    default: {},
    placeholder: 'Add Parameter',
    description: 'What the placeholders of the template are filled with',
    displayOptions: { show: { resource: ['message'], operation: ['sendTemplate'] } },
    options: [
      {
        displayName: 'Parameter',
        name: 'parameter',
        values: [
          {
            displayName: 'Name',
            name: 'name',
            type: 'string',
            default: '',
            placeholder: 'e.g. 1',
            description: 'The name of the placeholder, or its position',
          },
          {
            displayName: 'Value',
            name: 'value',
            type: 'string',
            default: '',
            description: 'What this person gets in its place',
          },
        ],
      },
    ],
  },
  {
    displayName: 'Send Key',
    name: 'sendKey',
    type: 'string',
    default: '',
    placeholder: 'e.g. order-1234-ready',
    description:
      'Names this message: one key is sent to one recipient once. Take something that stays the same when the workflow runs again, such as an order number. If empty, it is made from the execution, the node and the item, and covers retries of the same execution only.',
    displayOptions: { show: showsMessage },
  },
];

export const optionsProperty: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [
    {
      displayName: 'Default Country',
      name: 'defaultCountry',
      type: 'string',
      default: '',
      placeholder: 'e.g. US',
      description:
        'The two-letter code of the country that phone numbers without a leading plus sign belong to',
    },
    {
      displayName: 'Look Up First',
      name: 'lookUpFirst',
      type: 'boolean',
      default: true,
      description:
        "Whether to look for the Send Key in the recipient's conversation before sending, and not to send again when it is there. Without this option that is done if a Send Key is given.",
      displayOptions: { show: { '/resource': ['message'] } },
    },
    {
      displayName: 'Max Concurrency',
      name: 'maxConcurrency',
      type: 'number',
      typeOptions: { minValue: 1 },
      default: 5,
      description: 'How many items are worked on at the same time',
    },
    {
      displayName: 'Max Retries',
      name: 'maxRetries',
      type: 'number',
      typeOptions: { minValue: 0 },
      default: 3,
      description:
        'How often a call is repeated that the platform refused for now, after as long as it asks for. A message that may have been sent is never repeated.',
    },
    {
      displayName: 'Messages per Second',
      name: 'perSecond',
      type: 'number',
      typeOptions: { minValue: 0 },
      default: 0,
      description: 'How many messages are sent per second at most. 0 means no limit.',
      displayOptions: { show: { '/resource': ['message'] } },
    },
    {
      displayName: 'Settle Wait (Seconds)',
      name: 'settleSeconds',
      type: 'number',
      typeOptions: { minValue: 0 },
      default: 100,
      description:
        'How long to look for a message whose answer was lost, before the item is reported as unknown',
      displayOptions: { show: { '/resource': ['message'] } },
    },
    {
      displayName: 'Timeout (Seconds)',
      name: 'timeoutSeconds',
      type: 'number',
      typeOptions: { minValue: 1 },
      default: 60,
      description:
        'How long to wait for each answer of the platform. Giving up before the platform does leaves messages in doubt.',
    },
  ],
};
