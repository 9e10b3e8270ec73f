import type { IDataObject } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { executeOn } from '../../nodes/shared/execute';
import { collect } from '../../nodes/shared/lists';
import { sendOperation, sendTemplateOperation } from '../../nodes/shared/operations';
import type { Policy } from '../../nodes/shared/patience';
import { type FakePlatform, fakePlatform, lost } from '../support/fake-platform';
import { type FakeOptions, fakeContext } from '../support/n8n-context';

const message = (more: IDataObject = {}): IDataObject => ({
  ...{ resource: 'message', operation: 'send', inbox: { mode: 'id', value: '1' } },
  ...{ recipient: '+12025550123', contactName: '', text: 'Hi', sendKey: '' },
  options: { settleSeconds: 0 },
  ...more,
});

async function run(fake: FakePlatform, options: Partial<FakeOptions> = {}) {
  const { context } = fakeContext({ parameters: message(), tool: 'context', ...options });
  const out = await executeOn(context, fake.platform, [sendOperation, sendTemplateOperation]);
  return out.map(({ json }) => json);
}

describe.each(['context', 'node'] as const)('as a tool of an agent (told by the %s)', (tool) => {
  it('sends one message a call', async () => {
    const fake = fakePlatform();
    await expect(run(fake, { tool })).resolves.toMatchObject([{ status: 'sent' }]);
    expect(fake.sends).toHaveLength(1);
  });

  it('refuses more than one item, and does nothing', async () => {
    const fake = fakePlatform();
    await expect(run(fake, { tool, items: 2, continueOnFail: true })).rejects.toMatchObject({
      message: 'As a tool of an agent this node takes one item a call, not 2',
      description: expect.stringContaining('Nothing was done'),
    });
    expect(fake.contacts.size).toBe(0);
  });

  it('takes the same call again for the same message, also when its answer was lost', async () => {
    const fake = fakePlatform();
    // Agents give each call a number, and see no difference between two calls otherwise.
    const call = (n: number) => ({ tool, json: () => ({ text: 'Hi', toolCallId: `call-${n}` }) });
    await run(fake, call(1));
    await expect(run(fake, call(2))).resolves.toMatchObject([{ by: 'sent_before' }]);
    expect(fake.sends).toHaveLength(1);

    let calls = 0;
    const losing = fakePlatform(async () => {
      calls += 1;
      throw lost();
    });
    losing.find = () => ({ kind: 'unclear', why: 'not now' });
    for (const n of [1, 2])
      await expect(run(losing, call(n))).rejects.toThrow('may have been sent');
    expect(calls).toBe(1);
  });

  it('sends other words, and the same ones in another execution', async () => {
    const fake = fakePlatform();
    await run(fake, { tool });
    await run(fake, { tool, parameters: message({ text: 'Hi again' }) });
    await run(fake, { tool, json: () => ({ order: 'A-8' }) });
    await run(fake, { tool, executionId: 'x2' });
    expect(fake.sends).toHaveLength(4);
  });

  it('keeps a key that somebody chose', async () => {
    const fake = fakePlatform();
    const parameters = message({ sendKey: 'order-1' });
    const [result] = await run(fake, { tool, parameters });
    expect(result).toMatchObject({ key: 'order-1' });
  });

  it('reads 100 rows of a list at most', async () => {
    const { context, hints } = fakeContext({ parameters: { returnAll: true }, tool });
    const policy = { maxRetries: 0 } as Policy;
    let from = 0;
    const rows = await collect({ context, policy }, 0, async (_from, left) => {
      from += 1;
      return { rows: Array.from({ length: Math.min(40, left) }, (_, n) => n), next: String(from) };
    });
    expect(rows).toHaveLength(100);
    expect(hints).toHaveLength(1);
  });
});

it('a node that no agent runs takes many items, and none of them is another', async () => {
  const fake = fakePlatform();
  const { context } = fakeContext({ items: 3, parameters: message() });
  await executeOn(context, fake.platform, [sendOperation]);
  expect(fake.sends).toHaveLength(3);
});
