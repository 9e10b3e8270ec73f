import type { INodeProperties } from 'n8n-workflow';
import { each, one } from '../shared/operation';
import { maxConcurrency, optionsOf } from '../shared/option-properties';
import { collection, limitProperty, returnAllProperty } from '../shared/properties';
import { readWord, readWords } from '../shared/values';
import type { Campaign, CampaignCheck, GetCampaignsResponse } from './api';
import { listed } from './listed';
import type { CampaignExecution, CampaignOperation } from './operation';
import { campaignProperty, readCampaign } from './properties';
import { pathOf, type RunnerRequest } from './request';
import { maxRetries, timeoutSeconds } from './run-options';
import { showCampaign } from './shape';

/** Of what asks for one thing for each item. */
export const askOptions = optionsOf(maxConcurrency, maxRetries, timeoutSeconds);

const why: INodeProperties = {
  displayName: 'Reason',
  name: 'why',
  type: 'string',
  default: '',
  placeholder: 'e.g. wrong date in the text',
  description: 'Shown to whoever looks at the campaign',
};

const failedFor: INodeProperties = {
  displayName: 'Reason',
  name: 'reason',
  type: 'string',
  default: '',
  placeholder: 'e.g. unavailable',
  description: "Only recipients that failed for this reason, as 'Get Status' has it; all if empty",
};

const states: INodeProperties = {
  displayName: 'States',
  name: 'states',
  type: 'multiOptions',
  default: [],
  description: 'Only campaigns in one of these states',
  options: [
    { name: 'Cancelled', value: 'cancelled' },
    { name: 'Finished', value: 'finished' },
    { name: 'Importing', value: 'importing' },
    { name: 'Paused', value: 'paused' },
    { name: 'Ready', value: 'ready' },
    { name: 'Running', value: 'running' },
  ],
};

/** What is done with one campaign, and how it stands then. */
type Act = Pick<
  CampaignOperation,
  'value' | 'name' | 'action' | 'description' | 'forAgents' | 'each'
>;

function acting(act: Act, ...more: readonly INodeProperties[]): CampaignOperation {
  return { resource: 'campaign', parameters: [campaignProperty, ...more, askOptions], ...act };
}

/** The path of the chosen campaign. */
export function campaignPath({ context }: Pick<CampaignExecution, 'context'>, item: number) {
  return pathOf(readCampaign(context, item));
}

function post<T>(
  execution: CampaignExecution,
  item: number,
  action: string,
  more: Pick<RunnerRequest, 'json' | 'once'> = {},
): Promise<T> {
  const path = `${campaignPath(execution, item)}/${action}`;
  return execution.runner.ask<T>({ method: 'POST', path, ...more }, item);
}

function posting(
  action: string,
  more?: Pick<RunnerRequest, 'once'>,
): NonNullable<CampaignOperation['each']> {
  return async (execution, item) =>
    one(showCampaign(await post<Campaign>(execution, item, action, more)));
}

export const manageOperations: readonly CampaignOperation[] = [
  acting({
    ...{ value: 'cancel', name: 'Cancel', action: 'Cancel a campaign', forAgents: false },
    description: 'End a campaign for good; whoever was not written to yet is skipped',
    each: posting('cancel'),
  }),
  acting({
    ...{ value: 'check', name: 'Check', action: 'Check a campaign', forAgents: true },
    description:
      'Say what would become of a campaign without sending: who is ready, who is skipped and why, previews and time',
    each: async (execution, item) => one(await post<CampaignCheck>(execution, item, 'check')),
  }),
  acting({
    ...{ value: 'complete', name: 'Complete', action: 'Complete a campaign', forAgents: false },
    description:
      "Say that all recipients are in: a campaign of 'Create and Start' begins, any other can be started",
    each: posting('seal'),
  }),
  {
    ...{ resource: 'campaign', value: 'getMany', name: 'Get Many', forAgents: true },
    action: 'Get many campaigns',
    description: 'Get the campaigns of the runner, the newest first',
    parameters: [
      ...[returnAllProperty, limitProperty],
      collection('Filters', 'filters', 'Add Filter', [states]),
      askOptions,
    ],
    async each(execution, item) {
      const state = readWords(execution.context, item, 'filters.states').join(',');
      const query = { state: state || undefined };
      return each(
        await listed<GetCampaignsResponse>(execution, item, { path: '/campaigns', query }),
      );
    },
  },
  acting({
    ...{ value: 'getStatus', name: 'Get Status', action: 'Get the status of a campaign' },
    description: 'Say how a campaign stands: how many are sent, failed or waiting, and why',
    forAgents: true,
    async each(execution, item) {
      const path = campaignPath(execution, item);
      return one(showCampaign(await execution.runner.ask<Campaign>({ method: 'GET', path }, item)));
    },
  }),
  acting(
    {
      ...{ value: 'pause', name: 'Pause', action: 'Pause a campaign', forAgents: true },
      description: 'Stop a campaign from sending; what is on its way already is finished',
      async each(execution, item) {
        const reason = readWord(execution.context, item, 'why');
        const more = reason === '' ? {} : { json: { why: reason } };
        return one(showCampaign(await post<Campaign>(execution, item, 'pause', more)));
      },
    },
    why,
  ),
  acting({
    ...{ value: 'resume', name: 'Resume', action: 'Resume a campaign', forAgents: false },
    description: 'Let a paused campaign go on',
    // A person may have paused it again since.
    each: posting('resume', { once: true }),
  }),
  acting(
    {
      ...{ value: 'retry', name: 'Retry Failed', action: 'Retry failed recipients of a campaign' },
      description:
        'Give failed recipients another chance; nothing was sent to them before, and those with an unknown outcome are left alone',
      forAgents: false,
      async each(execution, item) {
        const reason = readWord(execution.context, item, 'reason');
        const json = reason === '' ? undefined : { reason };
        const { n, campaign } = await post<{ n: number; campaign: Campaign }>(
          // Again it would be another chance for those that failed again, and count none.
          ...([execution, item, 'retry', { ...(json && { json }), once: true }] as const),
        );
        return one({ retried: n, ...showCampaign(campaign) });
      },
    },
    failedFor,
  ),
  acting({
    ...{ value: 'start', name: 'Start', action: 'Start a campaign', forAgents: false },
    description: 'Start the sending of a campaign whose list is complete',
    each: posting('start'),
  }),
];
