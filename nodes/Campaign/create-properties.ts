import type { INodeProperties } from 'n8n-workflow';
import {
  templateParametersProperty,
  templateProperty,
  textProperty,
} from '../shared/message-properties';
import { campaignOptions } from './create-options';
import {
  accountProperty,
  inboxProperty,
  messageTypeProperty,
  shownFor,
  templateVariablesProperty,
} from './properties';

/** What a new campaign is asked for by. */

const campaignName: INodeProperties = {
  displayName: 'Name',
  name: 'name',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. spring-recall',
  description:
    'The name of the campaign. The same name is the same campaign: run again with the same recipients, nobody is added or written to twice; other recipients are refused.',
};

const definition: INodeProperties = {
  displayName: 'Campaign From',
  name: 'definition',
  type: 'options',
  noDataExpression: true,
  default: 'fields',
  options: [
    { name: 'Campaign File', value: 'file', description: 'A file in YAML or JSON, as it is' },
    { name: 'Fields Below', value: 'fields', description: 'What is filled in here' },
  ],
};

const audience: INodeProperties = {
  displayName: 'Recipients From',
  name: 'audience',
  type: 'options',
  noDataExpression: true,
  default: 'items',
  options: [
    {
      name: 'Address in Campaign File',
      value: 'address',
      description: 'A list at the https address that the campaign file names',
      displayOptions: { show: { '/definition': ['file'] } },
    },
    {
      name: 'File',
      value: 'file',
      description: 'A list of any size in CSV, or in XLSX, in a binary field of the item',
    },
    {
      name: 'Input Items',
      value: 'items',
      description: 'All items that come in: one campaign, a recipient for each item',
    },
  ],
};

const listField: INodeProperties = shownFor(
  {
    displayName: 'List Field',
    name: 'listField',
    type: 'string',
    default: 'data',
    required: true,
    hint: 'The name of the input field that holds the list',
    description: 'Each item is a campaign with a name and a list of its own',
  },
  { audience: ['file'] },
);

const byFields = { definition: ['fields'] };
const byFile = { definition: ['file'] };
const LIQUID =
  "Liquid, filled in by the runner for each recipient: {{ firstName }} is the field 'firstName' or 'First name'. An expression of n8n would give everybody the same.";

const campaignText: INodeProperties = {
  ...textProperty,
  noDataExpression: true,
  placeholder: "e.g. Hi {{ firstName | default: 'there' }}, your order is ready.",
  description: `The text of the message. ${LIQUID}`,
};

const templateVariables = templateVariablesProperty(
  `What the placeholders of the template are filled with. ${LIQUID}`,
);

const consentMethod: INodeProperties = {
  displayName: 'Consent',
  name: 'consentMethod',
  type: 'string',
  default: '',
  placeholder: 'e.g. Signup form 2026',
  description:
    "How these people agreed to be written to, in your words. If each has evidence in a field, name it under 'Consent Field' in the campaign options.",
};

const campaignFileFrom: INodeProperties = {
  displayName: 'Campaign File',
  name: 'campaignFileFrom',
  type: 'options',
  noDataExpression: true,
  default: 'text',
  options: [
    { name: 'Binary Field', value: 'binary', description: 'A file of the item' },
    { name: 'Text Below', value: 'text' },
  ],
};

const campaignFile: INodeProperties = {
  displayName: 'Text of the File',
  name: 'campaignFile',
  type: 'string',
  typeOptions: { rows: 8 },
  noDataExpression: true,
  default: '',
  required: true,
  placeholder: 'e.g. account: support-inbox',
  description:
    'The campaign file in YAML or JSON, as for the command line. Its name, and where it says that its list is, give way to what is chosen here.',
};

const campaignFileField: INodeProperties = {
  displayName: 'Campaign File Field',
  name: 'campaignFileField',
  type: 'string',
  default: 'campaign',
  required: true,
  hint: 'The name of the input field that holds the campaign file',
};

const fromText = { definition: ['file'], campaignFileFrom: ['text'] };
const fromBinary = { definition: ['file'], campaignFileFrom: ['binary'] };
const text = { definition: ['fields'], messageType: ['text'] };
const template = { definition: ['fields'], messageType: ['template'] };

export const createProperties: readonly INodeProperties[] = [
  ...[campaignName, definition],
  ...[shownFor(campaignFileFrom, byFile), shownFor(campaignFile, fromText)],
  ...[shownFor(campaignFileField, fromBinary), audience, listField],
  ...[accountProperty, inboxProperty, messageTypeProperty].map((it) => shownFor(it, byFields)),
  shownFor(campaignText, text),
  ...[templateProperty, templateVariables, fixedTexts(templateParametersProperty)].map((it) =>
    shownFor(it, template),
  ),
  ...[consentMethod, campaignOptions].map((it) => shownFor(it, byFields)),
];

/** Values by name that no expression can stand in: they are the same for all, and filled in by the runner. */
function fixedTexts(property: INodeProperties): INodeProperties {
  const options = (property.options ?? []).map((option) =>
    'values' in option
      ? { ...option, values: option.values.map((each) => ({ ...each, noDataExpression: true })) }
      : option,
  );
  return { ...property, description: LIQUID, options };
}
