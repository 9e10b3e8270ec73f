import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { propertiesOf } from '../shared/describe';
import { executeCampaign } from './execute';
import { campaignMethods } from './methods';
import { campaignOperations } from './operations';

export class Campaign implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Campaign',
    name: 'campaign',
    icon: {
      light: 'file:../../icons/campaign-runner.svg',
      dark: 'file:../../icons/campaign-runner.dark.svg',
    },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description:
      'Send messages to lists of any size through the campaign runner: at most once to each person, at a set rate',
    defaults: { name: 'Campaign' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'campaignRunnerApi', required: true }],
    properties: propertiesOf(campaignOperations),
  };

  methods = campaignMethods;

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await executeCampaign(this, campaignOperations)];
  }
}
