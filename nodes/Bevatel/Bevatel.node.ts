import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { bevatel } from '../../providers/bevatel';
import { chatwootMethods } from '../Chatwoot/methods';
import { bevatelOperations } from '../Chatwoot/operations';
import { propertiesOf } from '../shared/describe';
import { executeOn } from '../shared/execute';
import type { Platform } from '../shared/platform';

const platform = { definition: bevatel, credentialName: 'bevatelApi' } satisfies Platform;

export class Bevatel implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Bevatel',
    name: 'bevatel',
    icon: { light: 'file:../../icons/bevatel.svg', dark: 'file:../../icons/bevatel.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Manage contacts and conversations and send messages in Bevatel',
    defaults: { name: 'Bevatel' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'bevatelApi', required: true }],
    properties: propertiesOf(bevatelOperations),
  };

  methods = chatwootMethods(platform);

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await executeOn(this, platform, bevatelOperations)];
  }
}
