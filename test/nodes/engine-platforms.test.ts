import type { INodeParameters } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { SMS, WORKSPACE } from '../../worker/sandbox/bird/options';
import { loadCredentialTest, loadNode, type RunNode } from '../support/n8n-engine';
import { type InstalledPackage, installPackage } from '../support/n8n-package';

/** The four others of the packed package in n8n's own engine, against the sandbox. */
let sandbox: Sandbox;
let installed: InstalledPackage;
beforeAll(async () => {
  sandbox = await startSandbox();
  installed = installPackage();
  return installed.remove;
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const load = (name: string) => loadNode(installed.folder, name, `${name}Api`);
const phone = (n: number) => `+1202555${String(100 + n).padStart(4, '0')}`;
const people = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ phone: phone(n), order: `A-${n}` }));

const message = {
  ...{ resource: 'message', operation: 'send', recipient: '={{ $json.phone }}' },
  ...{ text: '=Order {{ $json.order }} is ready', options: { settleSeconds: 3 } },
};
const attributes = {
  parameter: [
    { name: 'SKU', value: '={{ $json.order }}' },
    { name: 'sku', value: 'x' },
  ],
};

interface Case {
  readonly credentials: Record<string, string>;
  readonly parameters: INodeParameters;
}
const CASES: Record<string, Case> = {
  bevatel: {
    credentials: { accountId: '1', token: 'sandbox-token' },
    parameters: { ...message, inbox: { __rl: true, mode: 'id', value: '1' } },
  },
  bird: {
    credentials: { workspaceId: WORKSPACE, accessKey: 'sandbox-key' },
    parameters: { ...message, inbox: { __rl: true, mode: 'id', value: SMS } },
  },
  pivotcx: {
    credentials: {
      ...{ userId: '7', teamId: '42', username: 'sandbox', password: 'sandbox-password' },
    },
    parameters: { ...message, contactName: 'Ada Lovelace' },
  },
  pressnxpress: {
    credentials: { touchpointToken: 'sandbox-sms-touchpoint', apiKey: 'sandbox-api-key' },
    parameters: { ...message, operation: 'sendTemplate', templateParameters: attributes },
  },
};

let executions = 0;
describe.each(Object.keys(CASES))('%s in the engine of n8n', (name) => {
  const { credentials = {}, parameters = {} } = CASES[name] ?? {};
  let run: RunNode;
  beforeAll(async () => {
    run = await load(name);
  });
  const executed = async (more: Partial<Parameters<RunNode>[0]> = {}) => {
    executions += 1;
    return run({
      parameters,
      items: people(5),
      credentials: { ...credentials, url: `${sandbox.url}/${name}` },
      executionId: `${name}-${executions}`,
      ...more,
    });
  };

  it('sends each item once and returns them in order, paired', async () => {
    const { result, items } = await executed();
    expect(result.error).toBeUndefined();
    expect(items.map(({ pairedItem, json: { status } }) => [pairedItem, status])).toEqual(
      people(5).map((_, item) => [{ item }, 'sent']),
    );
    expect([...sandbox.accepted()].sort()).toEqual(people(5).map((person) => [person.phone, 1]));
  });

  it('reports a bad recipient as an item with "Continue On Fail"', async () => {
    const items = people(3).map((person, n) => (n === 1 ? { ...person, phone: '12' } : person));
    const settings = { onError: 'continueRegularOutput' } as const;
    const { items: out } = await executed({ items, settings });
    expect(out.map(({ json }) => json['status'] ?? 'failed')).toEqual(['sent', 'failed', 'sent']);
  });

  it('keeps what is secret out of everything that n8n stores', async () => {
    sandbox.setFaults([{ match: { delivers: true }, fault: 'drop_before_commit', times: 9 }]);
    const short = { ...parameters, options: { settleSeconds: 0, maxRetries: 0 } };
    const { run: stored, result } = await executed({ items: people(1), parameters: short });
    expect(result.error?.message).toMatch(/may have been sent|did not take/);
    const text = JSON.stringify(stored, (_key, value: unknown) =>
      value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value,
    );
    for (const secret of ['sandbox-password', 'sandbox-key', 'sandbox-token', 'sandbox-api-key']) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toContain('sandbox-sms-touchpoint');
  });
});

describe.each(['chatwoot', 'bevatel', 'bird', 'pivotcx'])('the credential of %s', (name) => {
  const good: Record<string, string> =
    CASES[name === 'chatwoot' ? 'bevatel' : name]?.credentials ?? {};
  const tested = async (credentials: Record<string, string>) => {
    const test = await loadCredentialTest(installed.folder, name, `${name}Api`);
    const url = name === 'chatwoot' ? sandbox.url : `${sandbox.url}/${name}`;
    const { result } = await test({
      ...{ items: [{}], parameters: {} },
      credentials: { ...credentials, url },
    });
    return result.error;
  };

  it('is tested by asking the platform', async () => {
    await expect(tested(good)).resolves.toBeUndefined();
    expect(sandbox.requests()).toHaveLength(1);
  });

  it('is refused where its secret is wrong', async () => {
    const wrong = { token: 'wrong', accessKey: 'wrong', password: 'wrong' };
    await expect(tested({ ...good, ...wrong })).resolves.toMatchObject({ httpCode: '401' });
  });
});

it('an item can become many, each paired with it', async () => {
  sandbox.bird.seed.outgoing({ channelId: SMS, address: phone(0) }, 3);
  const { credentials = {} } = CASES['bird'] ?? {};
  const run = await load('bird');
  const { items } = await run({
    credentials: { ...credentials, url: `${sandbox.url}/bird` },
    items: people(2),
    parameters: {
      ...{ resource: 'message', operation: 'getMany', returnAll: false, limit: 2 },
      inbox: { __rl: true, mode: 'id', value: SMS },
      filters: { recipient: '={{ $json.phone }}', start: '={{ $now.minus({ hours: 1 }) }}' },
    },
  });
  expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
});
