import {
  connectionTo,
  type N8nWorkflow,
  OUR_NODES,
  type WorkflowNode,
} from '../../test/support/n8n-workflows';

/** The node that hands it over. */
export const CAMPAIGN = 'Campaign';

/** One way for a list to come to the runner. */
export interface Handing {
  readonly name: string;
  /** Behind the node that reads the file. */
  readonly nodes: readonly WorkflowNode[];
}

const rows: WorkflowNode = {
  ...{ id: 'rows', name: 'Rows', type: 'n8n-nodes-base.extractFromFile', typeVersion: 1 },
  position: [400, 0],
  parameters: { operation: 'csv', binaryPropertyName: 'data', options: {} },
};

const campaign = (audience: object): WorkflowNode => ({
  ...{ id: 'campaign', name: CAMPAIGN, type: `${OUR_NODES}campaign`, typeVersion: 1 },
  position: [600, 0],
  parameters: {
    ...{ resource: 'campaign', operation: 'createAndStart', name: 'bench' },
    account: { __rl: true, mode: 'name', value: 'support-inbox' },
    inbox: { __rl: true, mode: 'id', value: '1' },
    text: 'Hi {{ name }}, your order {{ order }} is ready.',
    ...audience,
  },
  credentials: { campaignRunnerApi: { id: '', name: '' } },
});

/** What the list costs n8n by itself. */
export const LIST_ALONE: Handing = { name: 'the list as items, and no more', nodes: [rows] };

export const handings: readonly Handing[] = [
  LIST_ALONE,
  { name: 'Campaign, from items', nodes: [rows, campaign({ audience: 'items' })] },
  { name: 'Campaign, from the file', nodes: [campaign({ audience: 'file' })] },
];

/** `list`: its path, in the folder that n8n may read. */
export function workflowWith({ name, nodes }: Handing, list: string): N8nWorkflow {
  const begin: WorkflowNode[] = [
    {
      ...{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 },
      ...{ position: [0, 0], parameters: {} },
    },
    {
      ...{ id: 'file', name: 'File', type: 'n8n-nodes-base.readWriteFile', typeVersion: 1 },
      position: [200, 0],
      parameters: { operation: 'read', fileSelector: list, options: {} },
    },
  ];
  const all = [...begin, ...nodes];
  const connections = Object.fromEntries(
    all.slice(1).map(({ name: to }, n) => [all[n]?.name ?? '', connectionTo(to)]),
  );
  return { name, nodes: all, connections, settings: { executionOrder: 'v1' } };
}
