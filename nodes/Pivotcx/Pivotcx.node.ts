import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { pivotcx } from '../../providers/pivotcx';
import { propertiesOf } from '../shared/describe';
import { executeOn } from '../shared/execute';
import type { Platform } from '../shared/platform';
import { pivotcxOperations } from './operations';

const platform = {
  definition: pivotcx,
  credentialName: 'pivotcxApi',
  inboxWord: null,
} satisfies Platform;

export class Pivotcx implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'PivotCX',
    name: 'pivotcx',
    icon: { light: 'file:../../icons/pivotcx.svg', dark: 'file:../../icons/pivotcx.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Create contacts, find their conversations and send text messages in PivotCX',
    defaults: { name: 'PivotCX' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pivotcxApi', required: true }],
    properties: propertiesOf(pivotcxOperations),
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await executeOn(this, platform, pivotcxOperations)];
  }
}
