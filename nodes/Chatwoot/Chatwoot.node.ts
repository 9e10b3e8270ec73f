import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { chatwoot } from '../../providers/chatwoot';
import { propertiesOf } from '../shared/describe';
import { executeOn } from '../shared/execute';
import type { Platform } from '../shared/platform';
import { chatwootMethods } from './methods';
import { chatwootOperations } from './operations';

const platform = { definition: chatwoot, credentialName: 'chatwootApi' } satisfies Platform;

export class Chatwoot implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Chatwoot',
    name: 'chatwoot',
    icon: { light: 'file:../../icons/chatwoot.svg', dark: 'file:../../icons/chatwoot.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Manage contacts and conversations and send messages in Chatwoot',
    defaults: { name: 'Chatwoot' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'chatwootApi', required: true }],
    properties: propertiesOf(chatwootOperations),
  };

  methods = chatwootMethods(platform);

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await executeOn(this, platform, chatwootOperations)];
  }
}
