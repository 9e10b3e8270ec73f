import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as N8nCore from 'n8n-core';
import {
  createRunExecutionData,
  type ICredentialDataDecryptedObject,
  ICredentialsHelper,
  type ICredentialType,
  type IDataObject,
  type IHttpRequestOptions,
  type INode,
  type INodeExecutionData,
  type INodeProperties,
  type INodeType,
  type IRun,
  type ITaskData,
  type IWorkflowExecuteAdditionalData,
  NodeHelpers,
  Workflow,
} from 'n8n-workflow';
import { afterAll } from 'vitest';

// n8n-core writes its settings on import; not into the home of whoever runs the tests.
const home = mkdtempSync(join(tmpdir(), 'campaign-runner-n8n-home-'));
process.env['N8N_USER_FOLDER'] = home;
afterAll(() => rmSync(home, { recursive: true, force: true }));
process.env['N8N_LOG_LEVEL'] = 'silent';
const core = createRequire(__filename)('n8n-core') as typeof N8nCore;

interface RunOptions {
  readonly parameters: INode['parameters'];
  readonly items: readonly INodeExecutionData['json'][];
  /** Files of every item. */
  readonly binary?: NonNullable<INodeExecutionData['binary']>;
  readonly credentials: ICredentialDataDecryptedObject;
  /** Settings of the node, such as `onError` and `retryOnFail`. */
  readonly settings?: Partial<INode>;
  readonly executionId?: string;
}

interface NodeRun {
  readonly run: IRun;
  readonly result: ITaskData;
  /** The items of the first output. */
  readonly items: readonly INodeExecutionData[];
}

export type RunNode = (options: RunOptions) => Promise<NodeRun>;

/** n8n's own loader and engine around one node of an installed package; only the vault is ours. */
export async function loadNode(
  folder: string,
  name: string,
  credential: string,
  as: (node: INodeType, credential: ICredentialType) => INodeType = (node) => node,
): Promise<RunNode> {
  const loader = new core.PackageDirectoryLoader(folder);
  await loader.loadAll();
  const credentialType = loader.getCredential(credential).type;
  const typeOf = (version?: number): INodeType =>
    as(NodeHelpers.getVersionedNodeType(loader.getNode(name).type, version), credentialType);

  return async ({ parameters, items, binary, credentials, settings, executionId }) => {
    const node: INode = {
      ...{
        id: 'n1',
        name: 'Node',
        type: `p.${name}`,
        typeVersion: 1,
        position: [0, 0],
        parameters,
      },
      credentials: { [credential]: { id: '1', name: 'Account' } },
      ...settings,
    };
    const workflow = workflowOf(node, typeOf);
    const additional = additionalOf(new Vault(credentialType, credentials), executionId);
    const data = createRunExecutionData({
      executionData: {
        ...{ contextData: {}, metadata: {}, waitingExecution: {}, waitingExecutionSource: null },
        nodeExecutionStack: [
          {
            node,
            data: { main: [items.map((json) => ({ json, ...(binary && { binary }) }))] },
            source: null,
          },
        ],
      },
    });
    const run = await new core.WorkflowExecute(additional, 'trigger', data).processRunExecutionData(
      workflow,
    );
    const result = run.data.resultData.runData['Node']?.at(-1);
    if (result === undefined) throw new Error('the node did not run');
    return { run, result, items: result.data?.['main']?.[0] ?? [] };
  };
}

/** A node that n8n polls, in n8n's own context. */
export interface Poller {
  /** The items that a workflow would be started with; null: it is not started. */
  poll(mode?: 'trigger' | 'manual'): Promise<INodeExecutionData[] | null>;
  /** What n8n keeps for the workflow, as it would read it from its database after a restart. */
  kept(): IDataObject;
}

interface PollerOptions {
  readonly parameters: INode['parameters'];
  readonly credentials: ICredentialDataDecryptedObject;
  readonly kept?: IDataObject;
}

/** A trigger of ours, as it stands in the sources. */
export function pollerOf(
  type: INodeType,
  credentialType: ICredentialType,
  { parameters, credentials, kept }: PollerOptions,
): Poller {
  const [{ name: credential }] = type.description.credentials as [{ name: string }];
  const node: INode = {
    ...{ id: 'n1', name: 'Node', type: `p.${type.description.name}`, typeVersion: 1 },
    ...{ position: [0, 0], parameters },
    credentials: { [credential]: { id: '1', name: 'Account' } },
  };
  const workflow = workflowOf(node, () => type, kept);
  const additional = additionalOf(new Vault(credentialType, credentials));
  return {
    async poll(mode = 'trigger') {
      const activation = mode === 'manual' ? 'manual' : 'activate';
      const context = new core.PollContext(workflow, node, additional, mode, activation);
      const outputs = (await type.poll?.call(context as never)) ?? null;
      return outputs?.[0] ?? null;
    },
    kept: () => JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject,
  };
}

/** The same of an installed package. */
export async function loadPoller(
  folder: string,
  name: string,
  credential: string,
): Promise<(options: PollerOptions) => Poller> {
  const loader = new core.PackageDirectoryLoader(folder);
  await loader.loadAll();
  const type = NodeHelpers.getVersionedNodeType(loader.getNode(name).type);
  return (options) => pollerOf(type, loader.getCredential(credential).type, options);
}

/** A workflow of this node alone. */
function workflowOf(
  node: INode,
  typeOf: (version?: number) => INodeType,
  staticData: IDataObject = {},
): Workflow {
  return new Workflow({
    ...{ id: 'w1', active: false, nodes: [node], connections: {}, staticData },
    nodeTypes: {
      getByName: () => typeOf(),
      getByNameAndVersion: (_type, version) => typeOf(version),
      getKnownTypes: () => ({}),
    },
    settings: { executionOrder: 'v1' },
  });
}

/** What n8n lends to an execution. */
function additionalOf(vault: Vault, executionId = '1'): IWorkflowExecuteAdditionalData {
  const url = 'http://localhost/n8n';
  return {
    hooks: new core.ExecutionLifecycleHooks('trigger', executionId, {} as never),
    credentialsHelper: vault,
    executionId,
    ...{ webhookWaitingBaseUrl: url, formWaitingBaseUrl: url, variables: {} },
    sendDataToUI() {},
    logAiEvent() {},
  } as unknown as IWorkflowExecuteAdditionalData;
}

/**
 * The same node as an agent calls it, by n8n's own way of doing so. Each call is what the agent asks for; the answer is what it
 * reads.
 */
export async function loadTool(
  folder: string,
  name: string,
  credential: string,
): Promise<(options: Omit<RunOptions, 'items'>) => (asked: object) => Promise<string>> {
  const { PackageDirectoryLoader, SupplyDataContext } = core;
  const loader = new PackageDirectoryLoader(folder);
  await loader.loadAll();
  const credentialType = loader.getCredential(credential).type;
  const nodeType = NodeHelpers.getVersionedNodeType(loader.getNode(name).type);
  const { makeHandleToolInvocation } = createRequire(__filename)(
    'n8n-core/dist/execution-engine/node-execution-context/utils/get-input-connection-data.js',
  ) as { makeHandleToolInvocation: (...of: unknown[]) => (asked: object) => Promise<string> };

  return ({ parameters, credentials, settings, executionId }) => {
    const node: INode = {
      ...{ id: 't1', name: 'Tool', type: `p.${name}`, typeVersion: 1, position: [0, 0] },
      ...{ parameters, credentials: { [credential]: { id: '1', name: 'Account' } } },
      ...settings,
    };
    const workflow = workflowOf(node, () => nodeType);
    const additional = additionalOf(new Vault(credentialType, credentials), executionId);
    const data = createRunExecutionData({ resultData: { runData: {} } });
    const items = [{ json: {} }];
    const context = (runIndex: number) =>
      new SupplyDataContext(
        ...([workflow, node, additional, 'trigger', data, runIndex, items, {}] as const),
        'ai_tool',
        { node, data: { main: [items] }, source: null },
        [],
      );
    return makeHandleToolInvocation(context, workflow.getNode('Tool'), nodeType, data);
  };
}

/** What n8n does when somebody saves a credential: it makes the request of the credential's `test`, by a node of its own. */
export function loadCredentialTest(
  folder: string,
  name: string,
  credential: string,
): Promise<RunNode> {
  return loadNode(folder, name, credential, ({ description }, { test }) => {
    if (test === undefined) throw new Error(`${credential} has no test`);
    const properties: INodeProperties[] = [
      {
        ...{ displayName: 'Temp', name: 'temp', type: 'string', default: '' },
        routing: { request: test.request },
      },
    ];
    const credentials = [{ name: credential, required: true }];
    return { description: { ...description, credentials, properties } };
  });
}

class Vault extends ICredentialsHelper {
  constructor(
    private readonly type: ICredentialType,
    private readonly fields: ICredentialDataDecryptedObject,
  ) {
    super();
  }
  getParentTypes(): string[] {
    return [];
  }
  isCredentialUsableByNode(): boolean {
    return true;
  }
  async authenticate(
    fields: ICredentialDataDecryptedObject,
    _type: string,
    options: IHttpRequestOptions,
  ): Promise<IHttpRequestOptions> {
    const { authenticate } = this.type;
    if (typeof authenticate === 'function') return authenticate(fields, options);
    // As n8n does for a description: what is in it are expressions over the fields.
    const { headers = {} } = authenticate?.properties ?? {};
    const filled = Object.entries(headers).map(([name, value]) => [
      name,
      (value as string)
        .replace(/^=/, '')
        .replace(
          /\{\{ \$credentials\.(\w+) \}\}/g,
          (_all, field: string) => fields[field] as string,
        ),
    ]);
    return { ...options, headers: { ...options.headers, ...Object.fromEntries(filled) } };
  }
  async preAuthentication(): Promise<undefined> {
    return undefined;
  }
  async runPreAuthentication(): Promise<undefined> {
    return undefined;
  }
  async getCredentials(): Promise<never> {
    throw new Error('not used');
  }
  async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
    return { ...this.fields };
  }
  async updateCredentials(): Promise<void> {}
  async updateCredentialsOauthTokenData(): Promise<void> {}
  getCredentialsProperties() {
    return this.type.properties;
  }
}
