import type { INodeProperties } from 'n8n-workflow';

export const textProperty: INodeProperties = {
  displayName: 'Text',
  name: 'text',
  type: 'string',
  typeOptions: { rows: 4 },
  default: '',
  required: true,
  placeholder: 'e.g. Your order is ready',
  description: 'The text of the message',
};

/** May be empty where there is a file. */
export const optionalTextProperty: INodeProperties = {
  displayName: 'Text',
  name: 'text',
  type: 'string',
  typeOptions: { rows: 4 },
  default: '',
  placeholder: 'e.g. Your order is ready',
  description: 'The text of the message, or what goes with its files',
};

export const templateProperty: INodeProperties = {
  displayName: 'Template',
  name: 'template',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  description: 'The approved template to send',
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
};

export const templateParametersProperty: INodeProperties = {
  displayName: 'Template Parameters',
  name: 'templateParameters',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  default: {},
  placeholder: 'Add Parameter',
  description: 'What the placeholders of the template are filled with',
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
};

export const sendKeyProperty: INodeProperties = {
  displayName: 'Send Key',
  name: 'sendKey',
  type: 'string',
  default: '',
  placeholder: 'e.g. order-1234-ready',
  description:
    'Names this message: one key is sent to one recipient once. Take something that stays the same when the workflow runs again, such as an order number. If empty, it is made from the execution, the node and the item, and covers retries of the same execution only.',
};

/** For platforms that cannot be asked for a message. */
export const rememberedSendKeyProperty: INodeProperties = {
  displayName: 'Send Key',
  name: 'sendKey',
  type: 'string',
  default: '',
  placeholder: 'e.g. order-1234-ready',
  description:
    'Names this message: as long as this process of n8n remembers it (24 hours at most), one key is sent to one recipient once. The platform cannot be asked, so a restart forgets it. If empty, it is made from the execution, the node and the item.',
};
