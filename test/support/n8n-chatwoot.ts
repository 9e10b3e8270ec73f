import type { IHttpRequestOptions } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { BevatelApi } from '../../credentials/BevatelApi.credentials';
import { ChatwootApi } from '../../credentials/ChatwootApi.credentials';
import { Bevatel } from '../../nodes/Bevatel/Bevatel.node';
import { Chatwoot } from '../../nodes/Chatwoot/Chatwoot.node';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { type NodeOnSandbox, onSandbox, type RunOnSandbox } from './n8n-sandbox';

type Answer = ReturnType<NonNullable<NodeOnSandbox['intercept']>>;

export interface OnChatwoot {
  readonly sandbox: () => Sandbox;
  readonly platforms: readonly [name: string, start: () => RunOnSandbox][];
  /** What was asked of the part that the sandbox has not: method, path below the account, body. */
  readonly asked: readonly (readonly [string, string, unknown])[];
  /** The node and its credential fields, for what the editor asks. */
  readonly nodes: () => readonly { node: Chatwoot | Bevatel; fields: Record<string, string> }[];
}

const account = { accountId: '1', token: 'sandbox-token' };

export const AGENTS = [
  { id: 1, name: 'Sandbox Admin', role: 'administrator' },
  { id: 7, name: 'Grace', role: 'agent' },
];
export const TEAMS = [{ id: 2, name: 'billing' }];
const DEFINED = {
  1: [
    ...[
      ['city', 'City', 'text'],
      ['visits', 'Visits', 'number'],
    ].map(definition),
    { ...definition(['plan', 'Plan', 'list']), attribute_values: ['free', 'paid'] },
    ...[
      ['vip', 'VIP', 'checkbox'],
      ['since', 'Since', 'date'],
    ].map(definition),
  ],
  0: [definition(['order', 'Order', 'text'])],
};

function definition([key, name, type]: readonly string[]) {
  return {
    ...{ attribute_key: key, attribute_display_name: name, attribute_display_type: type },
    attribute_values: [],
  };
}

/** Chatwoot and Bevatel on the sandbox; agents, teams, assignments and what is defined are answered here, as Chatwoot does. */
export function onChatwoot(): OnChatwoot {
  let sandbox: Sandbox;
  const asked: [string, string, unknown][] = [];
  beforeAll(async () => {
    const roomy = { messagesPerMinute: 1_000 };
    sandbox = await startSandbox({ chatwoot: roomy, bevatel: roomy });
  });
  afterEach(() => {
    asked.length = 0;
    sandbox.reset();
  });
  afterAll(() => sandbox.close());

  const intercept = (request: IHttpRequestOptions): Answer => {
    const url = new URL(request.url);
    const path = url.pathname.replace(/^.*\/accounts\/1/, '');
    const method = request.method ?? 'GET';
    const answer = answerTo(method, `${path}${url.search}`, bodyOf(request));
    if (answer !== undefined) asked.push([method, path, bodyOf(request)]);
    return answer;
  };
  const nodes = () => [
    { node: new Chatwoot(), fields: { ...account, url: sandbox.url } },
    { node: new Bevatel(), fields: { ...account, url: `${sandbox.url}/bevatel` } },
  ];
  const start = (index: 0 | 1) => () => {
    const { node, fields } = nodes()[index] ?? expectNode();
    const credential = index === 0 ? new ChatwootApi() : new BevatelApi();
    return onSandbox({ node, credential, fields, intercept });
  };
  return {
    sandbox: () => sandbox,
    platforms: [
      ['Chatwoot', start(0)],
      ['Bevatel', start(1)],
    ],
    asked,
    nodes,
  };
}

/** What the sandbox has not: null for somebody who is not there, as Chatwoot answers. */
export function answerTo(method: string, path: string, body: unknown): Answer {
  const json = (value: unknown) => ({ statusCode: 200, body: JSON.stringify(value) });
  if (path === '/agents') return json(AGENTS);
  if (path === '/teams') return json(TEAMS);
  const of = /^\/custom_attribute_definitions\?attribute_model=([01])$/.exec(path)?.[1];
  if (of !== undefined) return json(DEFINED[of === '1' ? 1 : 0]);
  if (method === 'DELETE' && /^\/contacts\/\d+$/.test(path)) return { statusCode: 200, body: '' };
  if (!/^\/conversations\/\d+\/assignments$/.test(path)) return undefined;
  const { assignee_id: agent, team_id: team } = body as Record<string, number | null>;
  if (agent !== undefined) return json(AGENTS.find(({ id }) => id === agent) ?? null);
  return json(TEAMS.find(({ id }) => id === team) ?? null);
}

function bodyOf({ body }: IHttpRequestOptions): unknown {
  return typeof body === 'string' ? JSON.parse(body) : body;
}

function expectNode(): never {
  throw new Error('no such node');
}
