import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { executeInN8n } from '../support/n8n-execution';
import { logIn } from '../support/n8n-owner';
import { importIntoN8n } from '../support/n8n-process';
import {
  connectionTo,
  type N8nWorkflow,
  OUR_NODES,
  ready,
  sandboxCredentials,
} from '../support/n8n-workflows';
import { installed, place } from './here';

/** The packed package in a real n8n: imported, executed and published by n8n's own means, against the sandbox. */
const phone = (n: number) => `+1202555${String(100 + n).padStart(4, '0')}`;
const people = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ phone: phone(n), order: n }));

const ours = (type: string, parameters: object, more: object = {}) => ({
  ...{ id: type, name: 'Ours', type: `${OUR_NODES}${type}`, typeVersion: 1 },
  ...{ position: [600, 0] as const, parameters },
  credentials: { [`${type}Api`]: { id: '', name: '' } },
  ...more,
});

const send = (more: object = {}) => ({
  resource: 'message',
  operation: 'send',
  inbox: { __rl: true, mode: 'id', value: '1' },
  recipient: '={{ $json.phone }}',
  text: '=Order {{ $json.order }} is ready',
  ...more,
});

/** A trigger, a list, and a node of ours. */
const sending = (node: N8nWorkflow['nodes'][number], rows: readonly object[]): N8nWorkflow => ({
  name: 'A list',
  settings: { executionOrder: 'v1' },
  nodes: [
    {
      ...{ id: 't', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 },
      ...{ position: [0, 0], parameters: {} },
    },
    {
      ...{ id: 'l', name: 'List', type: 'n8n-nodes-base.set', typeVersion: 3.4 },
      position: [200, 0],
      parameters: { mode: 'raw', jsonOutput: JSON.stringify({ rows }), options: {} },
    },
    {
      ...{ id: 's', name: 'Rows', type: 'n8n-nodes-base.splitOut', typeVersion: 1 },
      ...{ position: [400, 0], parameters: { fieldToSplitOut: 'rows', options: {} } },
    },
    node,
  ],
  connections: {
    Start: connectionTo('List'),
    List: connectionTo('Rows'),
    Rows: connectionTo(node.name),
  },
});

describe.skipIf(installed === undefined)('in a real n8n', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
    await importIntoN8n(place, 'credentials', sandboxCredentials(sandbox));
  });
  afterEach(() => sandbox.reset());
  afterAll(() => sandbox.close());

  const put = (workflow: N8nWorkflow, id: string) =>
    importIntoN8n(place, 'workflow', [
      ready(workflow, { id, credentials: sandboxCredentials(sandbox) }),
    ]);
  const execute = async (workflow: N8nWorkflow, id: string) => {
    await put(workflow, id);
    return executeInN8n(place, id);
  };

  it('is installed by n8n, with all of its nodes', async () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      n8n: { nodes: readonly string[] };
    };
    const names = manifest.n8n.nodes.map((path) => basename(path, '.node.js').toLowerCase());
    expect(installed?.installedNodes.map(({ type }) => type.toLowerCase()).sort()).toEqual(
      names.map((name) => `${OUR_NODES}${name}`).sort(),
    );
    // Nothing came with it.
    const modules = join(place.home, '.n8n', 'nodes', 'node_modules');
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual([
      installed?.packageName,
    ]);
    expect(readdirSync(join(modules, installed?.packageName ?? ''))).not.toContain('node_modules');
    const owner = await logIn(place);
    expect(await owner.ask('GET', '/rest/community-packages')).toMatchObject([
      { packageName: 'n8n-nodes-campaign-runner', failedLoading: false },
    ]);
  });

  it('sends each item of a list once, in order, paired', async () => {
    const workflow = sending(ours('chatwoot', send()), people(25));
    const execution = await execute(workflow, 'listOfPeople');
    expect(execution.error).toBeUndefined();
    expect(execution.items('Ours').map(({ status }) => status)).toEqual(
      people(25).map(() => 'sent'),
    );
    expect(execution.paired('Ours').map(({ pairedItem }) => pairedItem)).toEqual(
      people(25).map((_, item) => ({ item })),
    );
    expect([...sandbox.accepted()].sort()).toEqual(people(25).map(({ phone }) => [phone, 1]));
    const byId = new Map(sandbox.messages().map(({ messageId, content }) => [messageId, content]));
    expect(execution.items('Ours').map(({ messageId }) => byId.get(messageId as string))).toEqual(
      people(25).map(({ order }) => `Order ${order} is ready`),
    );
  });

  it('with Retry On Fail sends nobody a second message', async () => {
    sandbox.setFaults([{ match: { delivers: true, nth: 3 }, fault: 'error_before_commit' }]);
    const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
    const parameters = send({ options: { settleSeconds: 3 } });
    const execution = await execute(
      sending(ours('chatwoot', parameters, retrying), people(8)),
      'retryOnFail',
    );
    expect(sandbox.summary()).toMatchObject({ doubles: 0 });
    expect(execution.status).toBe('error');
    expect(execution.error?.message).toContain('may have been sent');
    expect([...sandbox.accepted().values()]).toEqual(people(7).map(() => 1));
  });

  it('published, runs by its trigger, and a send key holds between executions', async () => {
    const parameters = send({ recipient: phone(0), text: 'Hi', sendKey: 'order-1-ready' });
    const workflow = {
      name: 'By the clock',
      settings: { executionOrder: 'v1' },
      nodes: [
        {
          ...{ id: 't', name: 'Clock', type: 'n8n-nodes-base.scheduleTrigger', typeVersion: 1.2 },
          position: [0, 0] as const,
          parameters: { rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] } },
        },
        ours('chatwoot', parameters),
      ],
      connections: { Clock: connectionTo('Ours') },
    };
    const owner = await logIn(place);
    await put(workflow, 'byTheClock');
    await owner.publish('byTheClock');
    await expect.poll(() => sandbox.summary().accepted, { timeout: 30_000 }).toBe(1);
    const looks = sandbox.requests().length;
    await expect
      .poll(() => sandbox.requests().length, { timeout: 30_000 })
      .toBeGreaterThan(looks + 4);
    await owner.unpublish('byTheClock');
    expect(sandbox.summary()).toMatchObject({ accepted: 1, doubles: 0 });
  });
});
