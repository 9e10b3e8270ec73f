import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { PROVIDERS, type ProviderId } from '../../core/words';
import type { Sandbox } from '../../worker/sandbox';
import { REHEARSALS } from '../../worker/sandbox/rehearsals';

export interface WorkflowNode {
  readonly name: string;
  readonly type: string;
  readonly typeVersion: number;
  readonly position: readonly [number, number];
  readonly parameters: object;
  readonly credentials?: Readonly<Record<string, { readonly id: string; readonly name: string }>>;
  readonly [setting: string]: unknown;
}

/** As n8n exports one. */
export interface N8nWorkflow {
  readonly id?: string;
  readonly name: string;
  readonly nodes: readonly WorkflowNode[];
  readonly connections: Readonly<Record<string, object>>;
  readonly [field: string]: unknown;
}

export interface Credential {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly data: object;
}

/** One for each platform, for the sandbox. By their types they take the place of whatever a workflow was saved with. */
export const sandboxCredentials = (sandbox: Pick<Sandbox, 'url'>): Credential[] =>
  PROVIDERS.map((id) => sandboxCredential(id, sandbox));

export function sandboxCredential(id: ProviderId, { url }: Pick<Sandbox, 'url'>): Credential {
  const { mount, credentials } = REHEARSALS[id];
  return {
    ...{ id: `sandbox-${id}`, name: 'Sandbox', type: `${id}Api` },
    data: { url: `${url}${mount}`, ...credentials },
  };
}

export const OUR_NODES = 'n8n-nodes-campaign-runner.';

/** The workflow as n8n's import needs it: with an id, not yet published, and with credentials that are there. */
export function ready(
  workflow: N8nWorkflow,
  { id, credentials }: { readonly id: string; readonly credentials: readonly Credential[] },
): N8nWorkflow {
  const nodes = workflow.nodes.map((node) => withCredentials(node, credentials));
  return { ...workflow, id, active: false, nodes };
}

/**
 * The workflow as n8n's `execute` needs it: with a manual trigger in the place of any other. Under the trigger's name a
 * node gives out `item`, where there is one.
 */
export function byHand(workflow: N8nWorkflow, item?: object): N8nWorkflow {
  if (workflow.nodes.some(({ type }) => type === MANUAL || type === BY_WORKFLOW)) return workflow;
  const trigger = workflow.nodes.find(({ type }) => isTrigger(type));
  if (trigger === undefined) throw new Error(`${workflow.name} has no trigger`);
  const nodes = workflow.nodes.flatMap((node) =>
    node === trigger ? inPlaceOf(node, item) : [node],
  );
  const begin = item === undefined ? {} : { [BY_HAND]: connectionTo(trigger.name) };
  return { ...workflow, nodes, connections: { ...workflow.connections, ...begin } };
}

const MANUAL = 'n8n-nodes-base.manualTrigger';
const BY_WORKFLOW = 'n8n-nodes-base.executeWorkflowTrigger';
const BY_HAND = 'By hand';

const isTrigger = (type: string): boolean =>
  /Trigger$/i.test(type) || type === 'n8n-nodes-base.webhook';

export const connectionTo = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });

function withCredentials(node: WorkflowNode, credentials: readonly Credential[]): WorkflowNode {
  if (node.credentials === undefined) return node;
  const types = Object.keys(node.credentials);
  const chosen = types.map((type) => {
    const found = credentials.find((credential) => credential.type === type);
    if (found === undefined) throw new Error(`${node.name} needs a credential of type ${type}`);
    return [type, { id: found.id, name: found.name }] as const;
  });
  return { ...node, credentials: Object.fromEntries(chosen) };
}

function inPlaceOf({ name, position }: WorkflowNode, item: object | undefined): WorkflowNode[] {
  const manual = { type: MANUAL, typeVersion: 1, position, parameters: {} };
  if (item === undefined) return [{ ...manual, id: 'by-hand', name }];
  const parameters = { mode: 'raw', jsonOutput: JSON.stringify(item), options: {} };
  return [
    { ...manual, id: 'by-hand', name: BY_HAND },
    { ...{ id: 'item', name, type: 'n8n-nodes-base.set', typeVersion: 3.4 }, position, parameters },
  ];
}

const EXAMPLES = join(__dirname, '..', '..', 'examples', 'n8n');

/** The workflows that we give out, by their file's name without its end; none where there is no such folder. */
export function exampleWorkflows(): ReadonlyMap<string, N8nWorkflow> {
  const files = exampleFiles().filter((file) => extname(file) === '.json');
  return new Map(
    files.map((file) => [
      file.slice(0, -'.json'.length),
      JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')) as N8nWorkflow,
    ]),
  );
}

/** The folder that n8n's own container may read. */
const CONTAINER_FILES = '/home/node/.n8n-files';

/** One of them, with its lists in this folder. */
export function exampleIn(files: string, name: string): N8nWorkflow {
  const text = JSON.stringify(exampleWorkflows().get(name));
  return JSON.parse(text.replaceAll(CONTAINER_FILES, files)) as N8nWorkflow;
}

/** Puts what they read into this folder. */
export function copyExampleData(files: string): void {
  for (const file of exampleFiles()) {
    if (!['.json', '.md'].includes(extname(file))) {
      copyFileSync(join(EXAMPLES, file), join(files, file));
    }
  }
}

const exampleFiles = (): string[] => (existsSync(EXAMPLES) ? readdirSync(EXAMPLES).sort() : []);
