import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { propertiesOf } from '../../nodes/shared/describe';
import { executeOn } from '../../nodes/shared/execute';
import { sendKeyProperty, textProperty } from '../../nodes/shared/message-properties';
import type { Operation } from '../../nodes/shared/operation';
import { createOrFindContactOperation, sendOperation } from '../../nodes/shared/operations';
import { personOptions, sendingOptions } from '../../nodes/shared/option-properties';
import type { Platform } from '../../nodes/shared/platform';
import { nameProperty, phoneProperty } from '../../nodes/shared/properties';
import { postbox } from './postbox';

// An account is one sender, so nobody is asked to choose an inbox.
const platform: Platform = {
  definition: postbox,
  credentialName: 'postboxApi',
  inboxWord: null,
};

const person = [phoneProperty, nameProperty];
const operations: readonly Operation[] = [
  { ...createOrFindContactOperation, parameters: [...person, personOptions] },
  {
    ...sendOperation,
    parameters: [...person, textProperty, sendKeyProperty, sendingOptions],
  },
];

export class Postbox implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Postbox',
    name: 'postbox',
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Create people and send letters in Postbox',
    defaults: { name: 'Postbox' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'postboxApi', required: true }],
    properties: propertiesOf(operations),
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await executeOn(this, platform, operations)];
  }
}
