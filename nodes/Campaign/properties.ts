import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { locatorProperty } from '../shared/locators';
import { mapperProperty } from '../shared/mapped';
import { needed, readChoice } from '../shared/values';

/** Something of the runner that is chosen from a list, or given by its name. */
function namedLocator(
  property: Pick<INodeProperties, 'displayName' | 'name' | 'description'>,
  { method, one, example }: { method: string; one: string; example: string },
): INodeProperties {
  return {
    ...property,
    type: 'resourceLocator',
    default: { mode: 'list', value: '' },
    required: true,
    modes: [
      {
        displayName: 'From List',
        name: 'list',
        type: 'list',
        placeholder: `Select ${one}...`,
        typeOptions: { searchListMethod: method, searchable: true },
      },
      { displayName: 'By Name', name: 'name', type: 'string', placeholder: `e.g. ${example}` },
    ],
  };
}

export const campaignProperty: INodeProperties = namedLocator(
  {
    displayName: 'Campaign',
    name: 'campaign',
    description: 'The campaign, from the newest ones or by its name',
  },
  { method: 'searchCampaigns', one: 'a campaign', example: 'spring-recall' },
);

/** The name of the chosen campaign. */
export function readCampaign(context: IExecuteFunctions, item: number): string {
  return needed(context, item, { value: readChoice(context, item, 'campaign'), label: 'Campaign' });
}

export const accountProperty: INodeProperties = namedLocator(
  {
    displayName: 'Account',
    name: 'account',
    description: "The account to send with, as the runner's accounts file calls it",
  },
  { method: 'searchAccounts', one: 'an account', example: 'support-inbox' },
);

export const inboxProperty: INodeProperties = locatorProperty({
  displayName: 'Inbox',
  name: 'inbox',
  description: 'The inbox to send from: a number, a channel or a mailbox of the account',
  method: 'searchInboxes',
  one: 'an inbox',
  idExample: '3',
  required: true,
});

export const messageTypeProperty: INodeProperties = {
  displayName: 'Message Type',
  name: 'messageType',
  type: 'options',
  noDataExpression: true,
  default: 'text',
  options: [
    { name: 'Template', value: 'template', description: 'A template that the platform approved' },
    { name: 'Text', value: 'text', description: 'A text of your own' },
  ],
};

/** A field for each variable of the chosen template. */
export function templateVariablesProperty(description: string): INodeProperties {
  return mapperProperty(
    { displayName: 'Template Variables', name: 'templateVariables', description },
    {
      ...{ method: 'getTemplateVariables', singular: 'variable', plural: 'variables' },
      dependsOn: ['account.value', 'inbox.value', 'template.value'],
    },
  );
}

/** The same property, shown only for these values of others. */
export function shownFor(
  property: INodeProperties,
  show: NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>,
): INodeProperties {
  const before = property.displayOptions?.show;
  return {
    ...property,
    displayOptions: { ...property.displayOptions, show: { ...before, ...show } },
  };
}
