import type { INodeProperties } from 'n8n-workflow';
import { each, type Result } from '../shared/operation';
import { collection, limitProperty, returnAllProperty } from '../shared/properties';
import { isTool } from '../shared/tool';
import { readChoice, readWord, readWords, refuse } from '../shared/values';
import type { GetCampaignsByNameResultsResponse } from './api';
import { listed } from './listed';
import { askOptions, campaignPath } from './manage-operations';
import type { CampaignExecution, CampaignOperation } from './operation';
import { campaignProperty, shownFor } from './properties';

const output: INodeProperties = {
  displayName: 'Output',
  name: 'output',
  type: 'options',
  noDataExpression: true,
  default: 'items',
  options: [
    {
      name: 'CSV File',
      value: 'file',
      description: 'One item with a file of all rows, however many they are',
    },
    { name: 'Items', value: 'items', description: 'An item for each row' },
  ],
};

const fileField: INodeProperties = {
  displayName: 'Put Output File in Field',
  name: 'outputField',
  type: 'string',
  default: 'data',
  required: true,
  hint: 'The name of the output field to put the file in',
};

const states: INodeProperties = {
  displayName: 'States',
  name: 'states',
  type: 'multiOptions',
  default: [],
  description: 'Only recipients in one of these states',
  options: [
    { name: 'Being Prepared', value: 'claimed' },
    { name: 'Being Sent', value: 'sending' },
    { name: 'Failed', value: 'failed' },
    { name: 'Pending', value: 'pending' },
    { name: 'Sent', value: 'sent' },
    { name: 'Skipped', value: 'skipped' },
    { name: 'Unknown', value: 'unknown' },
  ],
};

const reason: INodeProperties = {
  displayName: 'Reason',
  name: 'reason',
  type: 'string',
  default: '',
  placeholder: 'e.g. suppressed',
  description: 'Only recipients with this reason',
};

const asItems = { output: ['items'] };

export const resultsOperations: readonly CampaignOperation[] = [
  {
    ...{ resource: 'campaign', value: 'getResults', name: 'Get Results', forAgents: true },
    action: 'Get the results of a campaign',
    description: 'Get every recipient of a campaign with what became of it, and why',
    parameters: [
      ...[campaignProperty, output, shownFor(returnAllProperty, asItems)],
      ...[shownFor(limitProperty, asItems), shownFor(fileField, { output: ['file'] })],
      collection('Filters', 'filters', 'Add Filter', [reason, states]),
      askOptions,
    ],
    each: (execution, item) =>
      execution.context.getNodeParameter('output', item, 'items') === 'file'
        ? resultsFile(execution, item)
        : resultRows(execution, item),
  },
];

async function resultRows(execution: CampaignExecution, item: number): Promise<readonly Result[]> {
  const path = `${campaignPath(execution, item)}/results`;
  const query = filtersOf(execution, item);
  return each(await listed<GetCampaignsByNameResultsResponse>(execution, item, { path, query }));
}

/** Goes from the runner to where n8n keeps files, without being held as a whole. */
async function resultsFile(
  { context, runner }: CampaignExecution,
  item: number,
): Promise<readonly Result[]> {
  if (isTool(context)) {
    const message = "As a tool of an agent 'Get Results' gives items, not a file";
    throw refuse(context, item, message, "Set 'Output' to Items");
  }
  const campaign = readChoice(context, item, 'campaign');
  const path = `${campaignPath({ context }, item)}/results.csv`;
  const query = filtersOf({ context }, item);
  const bytes = await runner.download({ method: 'GET', path, query }, item);
  const name = `${campaign}-results.csv`;
  const [kept] = await Promise.allSettled([
    context.helpers.prepareBinaryData(bytes, name, 'text/csv'),
  ]);
  if (kept.status === 'rejected') {
    const message = 'The file of the results could not be taken as a whole';
    const why = 'The connection to the runner broke off, or n8n cannot keep the file. Try it again';
    throw refuse(context, item, message, why);
  }
  const field = readWord(context, item, 'outputField') || 'data';
  return [{ json: { campaign, fileName: name }, binary: { [field]: kept.value } }];
}

function filtersOf({ context }: Pick<CampaignExecution, 'context'>, item: number) {
  return {
    state: readWords(context, item, 'filters.states').join(',') || undefined,
    reason: readWord(context, item, 'filters.reason') || undefined,
  };
}
