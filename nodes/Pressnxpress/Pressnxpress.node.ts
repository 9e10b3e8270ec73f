import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { pressnxpress } from '../../providers/pressnxpress';
import { propertiesOf } from '../shared/describe';
import { executeOn } from '../shared/execute';
import type { Platform } from '../shared/platform';
import { testFields } from './credential-test';
import { pressnxpressOperations } from './operations';

const platform = {
  definition: pressnxpress,
  credentialName: 'pressnxpressApi',
  inboxWord: null,
} satisfies Platform;

export class Pressnxpress implements INodeType {
  description: INodeTypeDescription = {
    displayName: "Press'nXPress",
    name: 'pressnxpress',
    icon: {
      light: 'file:../../icons/pressnxpress.svg',
      dark: 'file:../../icons/pressnxpress.dark.svg',
    },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: "Hand people to an SMS or mail touchpoint of Press'nXPress",
    defaults: { name: "Press'nXPress" },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pressnxpressApi', required: true, testedBy: 'pressnxpressApiTest' }],
    properties: propertiesOf(pressnxpressOperations),
  };

  methods = { credentialTest: { pressnxpressApiTest: testFields } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await executeOn(this, platform, pressnxpressOperations)];
  }
}
