import type {
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
  IPollFunctions,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { campaignMethods } from '../Campaign/methods';
import { pollEvents } from './poll';
import { triggerProperties } from './properties';

const { searchAccounts, searchCampaigns } = campaignMethods.listSearch;

export class CampaignTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Campaign Trigger',
    name: 'campaignTrigger',
    icon: {
      light: 'file:../../icons/campaign-runner.svg',
      dark: 'file:../../icons/campaign-runner.dark.svg',
    },
    group: ['trigger'],
    version: 1,
    subtitle: '={{ $parameter["events"].join(", ") }}',
    description:
      'Starts the workflow when people reply or opt out, when messages are delivered or fail, and when campaigns of the runner start, pause or finish',
    defaults: { name: 'Campaign Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'campaignRunnerApi', required: true }],
    properties: triggerProperties,
  };

  methods = { listSearch: { searchAccounts, searchCampaigns } };

  async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
    const events = await pollEvents(this);
    return events.length === 0 ? null : [events.map((json) => ({ json }))];
  }
}
