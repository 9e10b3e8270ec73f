import type { INodeProperties } from 'n8n-workflow';
import {
  rememberedSendKeyProperty,
  templateParametersProperty,
} from '../shared/message-properties';
import type { Operation } from '../shared/operation';
import { sendTemplateOperation } from '../shared/operations';
import { blindSendingOptions } from '../shared/option-properties';
import {
  collection,
  firstNameProperty,
  lastNameProperty,
  recipientProperty,
} from '../shared/properties';
import { sendContent } from '../shared/steps';
import { readPairs } from '../shared/values';

/** Words and link belong to the touchpoint, so there is nothing to choose. */
const TOUCHPOINT = 'touchpoint';

const additionalFields = collection('Additional Fields', 'additionalFields', 'Add Field', [
  firstNameProperty,
  lastNameProperty,
]);

/** What other platforms call the parameters of a template. */
const attributesProperty: INodeProperties = {
  ...templateParametersProperty,
  displayName: 'Attributes',
  placeholder: 'Add Attribute',
  description:
    'What the touchpoint is told of the person. Names are case sensitive and passed as they are written: another case makes another attribute. Known are company, email, firstname, identifier, lastname and phone.',
  options: [
    {
      displayName: 'Attribute',
      name: 'parameter',
      values: [
        {
          displayName: 'Name',
          name: 'name',
          type: 'string',
          default: '',
          placeholder: 'e.g. SKU',
          description: 'The name of the attribute, to the letter',
        },
        { displayName: 'Value', name: 'value', type: 'string', default: '' },
      ],
    },
  ],
};

export const pressnxpressOperations: readonly Operation[] = [
  {
    ...sendTemplateOperation,
    action: 'Send the message of the touchpoint',
    description:
      'Hand a person to the touchpoint, which sends its own words; never twice by itself',
    parameters: [
      recipientProperty,
      attributesProperty,
      additionalFields,
      rememberedSendKeyProperty,
      blindSendingOptions,
    ],
    work: (execution, item) =>
      sendContent(execution, item, () => ({
        kind: 'template',
        name: TOUCHPOINT,
        params: readPairs(execution.context, item, 'templateParameters.parameter'),
      })),
  },
];
