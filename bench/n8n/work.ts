import type { Execution } from '../../test/support/n8n-execution';
import {
  type Credential,
  connectionTo,
  type N8nWorkflow,
  OUR_NODES,
  type WorkflowNode,
} from '../../test/support/n8n-workflows';
import type { CountedMessage, FaultRule } from '../../worker/sandbox';

/** One way to send a message to everybody in a list. */
export interface Way {
  readonly name: string;
  /** Connected in this order, behind the list. */
  readonly nodes: (sandbox: string, settings: object) => readonly WorkflowNode[];
  /** Where the last node's output has the id of the message, if it has one. */
  readonly messageId: string;
}

/** Numbers that a checker takes for real: this traffic never leaves the machine. */
export const phone = (n: number): string => `+1212${2_000_000 + n}`;

const TEXT = '=Hi, your order {{ $json.order }} is ready.';

/** Chatwoot's API needs a contact and a conversation before a message; what is new is looked for first. */
const ours = (name: string, options: object): Way => ({
  name,
  messageId: 'messageId',
  nodes: (_, settings) => [
    {
      ...{ id: 'ours', name: 'Chatwoot', type: `${OUR_NODES}chatwoot`, typeVersion: 1 },
      position: [600, 0],
      parameters: {
        inbox: { __rl: true, mode: 'id', value: '1' },
        ...{ recipient: '={{ $json.phone }}', text: TEXT, options },
      },
      credentials: { chatwootApi: { id: '', name: '' } },
      ...settings,
    },
  ],
});

export const OURS = ours('Chatwoot, Message: Send', {});
export const oursAtOnce = (maxConcurrency: number): Way =>
  ours(`${OURS.name}, ${maxConcurrency} at once`, { maxConcurrency });

/** What n8n's own node has for a token in a header. */
export const HEADER: Credential = {
  ...{ id: 'header', name: 'Header', type: 'httpHeaderAuth' },
  data: { name: 'api_access_token', value: 'sandbox-token' },
};

export const HTTP_REQUEST: Way = {
  name: 'HTTP Request, three of them',
  messageId: 'id',
  nodes: (sandbox, settings) => {
    const post = (name: string, path: string, jsonBody: string, n: number): WorkflowNode => ({
      ...{ id: name, name, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2 },
      position: [600 + 200 * n, 0],
      parameters: {
        ...{ method: 'POST', url: `=${sandbox}/api/v1/accounts/1/${path}`, options: {} },
        ...{ authentication: 'genericCredentialType', genericAuthType: HEADER.type },
        ...{ sendBody: true, specifyBody: 'json', jsonBody },
      },
      credentials: { [HEADER.type]: { id: '', name: '' } },
      ...settings,
    });
    const contact = '={{ { inbox_id: 1, phone_number: $json.phone } }}';
    const conversation =
      '={{ { inbox_id: 1, contact_id: $json.payload.contact.id, source_id: $json.payload.contact_inbox.source_id } }}';
    const message =
      '={{ { content: "Hi, your order " + $("Rows").item.json.order + " is ready." } }}';
    return [
      post('Contact', 'contacts', contact, 0),
      post('Conversation', 'conversations', conversation, 1),
      post('Message', 'conversations/{{ $json.id }}/messages', message, 2),
    ];
  },
};

/** A list of so many people, and a way behind it. */
export function workflowOf(
  way: Way,
  sandbox: string,
  items: number,
  settings: object,
): N8nWorkflow {
  const rows = Array.from({ length: items }, (_, n) => ({ phone: phone(n), order: n }));
  const begin: WorkflowNode[] = [
    {
      ...{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 },
      ...{ position: [0, 0], parameters: {} },
    },
    {
      ...{ id: 'list', name: 'List', type: 'n8n-nodes-base.set', typeVersion: 3.4 },
      position: [200, 0],
      parameters: { mode: 'raw', jsonOutput: JSON.stringify({ rows }), options: {} },
    },
    {
      ...{ id: 'rows', name: 'Rows', type: 'n8n-nodes-base.splitOut', typeVersion: 1 },
      ...{ position: [400, 0], parameters: { fieldToSplitOut: 'rows', options: {} } },
    },
  ];
  const nodes = [...begin, ...way.nodes(sandbox, settings)];
  const connections = Object.fromEntries(
    nodes.slice(1).map(({ name }, n) => [nodes[n]?.name ?? '', connectionTo(name)]),
  );
  return { name: way.name, nodes, connections, settings: { executionOrder: 'v1' } };
}

/** One in a hundred of the requests that deliver, of four kinds. */
export const FAULTS: readonly FaultRule[] = (
  ['drop_after_commit', 'error_after_commit', 'drop_before_commit', 'rate_limited'] as const
).map((fault) => ({ match: { delivers: true, probability: 0.0025 }, fault }));

export interface Outcome {
  readonly status: string;
  readonly seconds: number;
  /** Of n8n's process, in bytes. */
  readonly peak: number;
  /** Messages that the platform took, and people with more than one. */
  readonly accepted: number;
  readonly doubled: number;
  /** Items of the output that say that their message was sent; that say that it was not, or that nobody knows. */
  readonly reported: number;
  readonly failed: number;
  /** Whether each item of the output belongs to the item in its place of the input, and names its message; null without output. */
  readonly inOrder: boolean | null;
  /** Nobody's message, and no item of the output that says so. */
  readonly lost: number;
}

export function outcomeOf(
  execution: Execution,
  { way, items }: { readonly way: Way; readonly items: number },
  messages: readonly CountedMessage[],
): Outcome {
  const last = way.nodes('', {}).at(-1)?.name ?? '';
  const output = execution.paired(last);
  const recipientOf = new Map(messages.map(({ messageId, recipient }) => [messageId, recipient]));
  const counts = new Map<string, number>();
  for (const { recipient } of messages) counts.set(recipient, (counts.get(recipient) ?? 0) + 1);
  const idOf = (n: number): unknown => output[n]?.json[way.messageId];
  const reported = output.filter((_, n) => idOf(n) !== undefined && idOf(n) !== null);
  const inPlace = ({ pairedItem, json }: (typeof output)[number], n: number): boolean =>
    itemOf(pairedItem) === n &&
    (json['error'] !== undefined || recipientOf.get(String(idOf(n))) === phone(n));
  const silent = Array.from({ length: items }, (_, n) => n).filter(
    (n) => !counts.has(phone(n)) && output[n]?.json['error'] === undefined,
  );
  return {
    status: execution.status,
    seconds: execution.ms / 1_000,
    peak: execution.peak,
    accepted: messages.length,
    doubled: [...counts.values()].filter((count) => count > 1).length,
    reported: reported.length,
    failed: output.length - reported.length,
    inOrder: output.length === 0 ? null : output.every(inPlace),
    lost: silent.length,
  };
}

function itemOf(paired: unknown): unknown {
  const one: unknown = Array.isArray(paired) ? paired[0] : paired;
  return typeof one === 'object' && one !== null ? (one as { item?: unknown }).item : one;
}
