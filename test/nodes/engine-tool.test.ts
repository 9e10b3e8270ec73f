import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { loadNode, loadTool } from '../support/n8n-engine';
import { type InstalledPackage, installPackage } from '../support/n8n-package';

let sandbox: Sandbox;
let installed: InstalledPackage;
beforeAll(async () => {
  sandbox = await startSandbox();
  installed = installPackage();
  return installed.remove;
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const account = () => ({ url: sandbox.url, accountId: '1', token: 'sandbox-token' });
const phone = '+12025550123';
const message = (more: object = {}) => ({
  ...{ resource: 'message', operation: 'send', inbox: { __rl: true, mode: 'id', value: '1' } },
  ...{ recipient: phone, text: "={{ $fromAI('text', 'what to say') }}" },
  options: { settleSeconds: 0, maxRetries: 0 },
  ...more,
});

let executions = 0;
const asTool = async (more: object = {}) => {
  executions += 1;
  const load = await loadTool(installed.folder, 'chatwoot', 'chatwootApi');
  return load({
    ...{ parameters: message(), credentials: account(), executionId: `tool-${executions}` },
    ...more,
  });
};

describe('a node that an agent calls', () => {
  it('sends what it is asked to, and answers what became of it', async () => {
    const call = await asTool();
    expect(JSON.parse(await call({ text: 'Your order is ready' }))).toMatchObject([
      { status: 'sent', by: 'accepted' },
    ]);
    expect([...sandbox.accepted()]).toEqual([[phone, 1]]);
  });

  it('sends the same once, however often the agent asks, and other words again', async () => {
    const call = await asTool();
    await call({ text: 'Hi' });
    expect(JSON.parse(await call({ text: 'Hi' }))).toMatchObject([{ by: 'sent_before' }]);
    await call({ text: 'Hello' });
    expect([...sandbox.accepted()]).toEqual([[phone, 2]]);
  });

  it('with "Retry On Fail" sends no message twice whose answer was lost', async () => {
    // No look-up says anything, so that the message stays in doubt.
    sandbox.setFaults([
      { match: { delivers: true }, fault: 'drop_after_commit' },
      {
        match: { method: 'GET', path: '/messages$|/conversations$' },
        fault: 'error_before_commit',
      },
    ]);
    const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
    const call = await asTool({ settings });
    await expect(call({ text: 'Hi' })).rejects.toThrow(/may have been sent|cannot tell/);
    expect([...sandbox.accepted()]).toEqual([[phone, 1]]);
  });

  it('gives hints and lists as anywhere else', async () => {
    const parameters = { resource: 'contact', operation: 'getMany', returnAll: true };
    for (let n = 0; n < 110; n += 1) {
      sandbox.chatwoot.seed.contact({ name: `P${n}`, phone_number: `+1202556${1000 + n}` });
    }
    const call = await asTool({ parameters });
    expect(JSON.parse(await call({}))).toHaveLength(100);
  });

  it('as the type that n8n makes for agents takes one item', async () => {
    const run = await loadNode(installed.folder, 'chatwoot', 'chatwootApi');
    const { result } = await run({
      ...{ parameters: message({ text: 'Hi' }), items: [{}, {}], credentials: account() },
      settings: { type: 'p.chatwootTool' },
    });
    expect(result.error?.message).toBe(
      'As a tool of an agent this node takes one item a call, not 2',
    );
    expect(sandbox.requests()).toEqual([]);
  });
});
