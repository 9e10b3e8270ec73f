import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { TemplateButton, TemplateHeader } from '../../core/message';
import type { ChatwootProvider } from '../../providers/chatwoot';
import { readTemplate } from '../shared/content';
import { mapperProperty } from '../shared/mapped';
import {
  sendKeyProperty,
  templateParametersProperty,
  templateProperty,
} from '../shared/message-properties';
import { each, type Operation } from '../shared/operation';
import { sendTemplateOperation } from '../shared/operations';
import { callOptions, sendingOptions } from '../shared/option-properties';
import { readInboxId } from '../shared/parameters';
import { patiently } from '../shared/patience';
import { inboxProperty, nameProperty, recipientProperty } from '../shared/properties';
import { sendContent } from '../shared/steps';
import { readWord, refuse } from '../shared/values';
import { word } from './properties';

export const templateVariablesProperty = mapperProperty(
  {
    displayName: 'Template Variables',
    name: 'templateVariables',
    description: 'What the placeholders of the template are filled with',
  },
  {
    method: 'getTemplateVariables',
    singular: 'variable',
    plural: 'variables',
    dependsOn: ['inbox.value', 'template.value'],
  },
);

const moreParametersProperty: INodeProperties = {
  ...templateParametersProperty,
  description:
    'Values by name, for a template that an expression chooses. One that stands here wins over Template Variables.',
};

/** What a template has beside its body, where the platform takes it. */
const templatePartsProperty: INodeProperties = {
  displayName: 'Header and Buttons',
  name: 'templateParts',
  type: 'collection',
  placeholder: 'Add Part',
  default: {},
  description: 'What the template has beside its text; WhatsApp by Meta only',
  options: [
    {
      displayName: 'Buttons',
      name: 'buttons',
      type: 'fixedCollection',
      typeOptions: { multipleValues: true },
      default: {},
      description: 'What each button is filled with, in the order of the template',
      options: [
        {
          displayName: 'Button',
          name: 'button',
          values: [
            {
              displayName: 'Type',
              name: 'type',
              type: 'options',
              default: 'url',
              options: [
                { name: 'Copy Code', value: 'copy_code' },
                { name: 'URL', value: 'url' },
              ],
            },
            {
              displayName: 'Value',
              name: 'parameter',
              type: 'string',
              default: '',
              description: 'The code, or what the address of the button ends with',
            },
          ],
        },
      ],
    },
    word('Header File Name', 'headerName', 'What a document is called', 'e.g. invoice.pdf'),
    {
      displayName: 'Header Type',
      name: 'headerType',
      type: 'options',
      default: 'image',
      options: [
        { name: 'Document', value: 'document' },
        { name: 'Image', value: 'image' },
        { name: 'Video', value: 'video' },
      ],
    },
    word(
      'Header URL',
      'headerUrl',
      'The address of the picture, film or document, open to everybody',
      'e.g. https://media.example/plan.png',
    ),
  ],
};

/** `parts`: whether a header and buttons can be filled. */
export function templateOperations(parts: boolean): readonly Operation<ChatwootProvider>[] {
  return [
    {
      ...sendTemplateOperation,
      parameters: [
        ...[inboxProperty, recipientProperty, nameProperty, templateProperty],
        ...[templateVariablesProperty, moreParametersProperty],
        ...(parts ? [templatePartsProperty] : []),
        ...[sendKeyProperty, sendingOptions],
      ],
      work: (execution, item) =>
        sendContent(execution, item, async (inbox) => ({
          ...(await readTemplate(execution, item, inbox)),
          ...readParts(execution.context, item),
        })),
    },
    {
      resource: 'template',
      value: 'getMany',
      name: 'Get Many',
      action: 'Get many templates',
      description: 'Get the templates of an inbox with their parameters',
      parameters: [inboxProperty, callOptions],
      async work(execution, item) {
        const { connection, policy } = execution;
        const inboxId = readInboxId(execution, item);
        return each(await patiently(policy, () => connection.provider.listTemplates(inboxId)));
      },
    },
  ];
}

function readParts(
  context: IExecuteFunctions,
  item: number,
): { header?: TemplateHeader; buttons?: readonly TemplateButton[] } {
  const read = (name: string) => readWord(context, item, `templateParts.${name}`);
  const [mediaUrl, mediaName] = [read('headerUrl'), read('headerName')];
  const type = read('headerType') || 'image';
  const given = context.getNodeParameter('templateParts.buttons.button', item, []);
  const buttons = (given as { type?: unknown; parameter?: unknown }[]).map((row) => {
    const parameter = typeof row.parameter === 'string' ? row.parameter.trim() : '';
    if (parameter === '') throw refuse(context, item, "A button of 'Buttons' has no value");
    return { type: row.type === 'copy_code' ? 'copy_code' : 'url', parameter } as const;
  });
  return {
    ...(mediaUrl !== '' && {
      header: {
        mediaUrl,
        mediaType: type as TemplateHeader['mediaType'],
        ...(mediaName !== '' && { mediaName }),
      },
    }),
    ...(buttons.length > 0 && { buttons }),
  };
}
