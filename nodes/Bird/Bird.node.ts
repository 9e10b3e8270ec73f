import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { bird } from '../../providers/bird';
import { propertiesOf } from '../shared/describe';
import { executeOn } from '../shared/execute';
import type { Platform } from '../shared/platform';
import { birdMethods } from './methods';
import { birdOperations } from './operations';

const platform = {
  definition: bird,
  credentialName: 'birdApi',
  inboxWord: 'Channel',
} satisfies Platform;

export class Bird implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Bird',
    name: 'bird',
    icon: { light: 'file:../../icons/bird.svg', dark: 'file:../../icons/bird.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description:
      'Send messages and files over the channels of a Bird CRM workspace, and manage its contacts',
    defaults: { name: 'Bird' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'birdApi', required: true }],
    properties: propertiesOf(birdOperations),
  };

  methods = birdMethods(platform);

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await executeOn(this, platform, birdOperations)];
  }
}
