import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, INodeExecutionData, INodeParameters, NodeApiError } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Campaign } from '../../nodes/Campaign/Campaign.node';
import { type TestLedger, testLedger } from '../support/ledger';
import { type FakeOptions, fakeContext } from '../support/n8n-context';
import { loadNode, loadTool, type RunNode } from '../support/n8n-engine';
import { overFetch } from '../support/n8n-fetch';
import { type InstalledPackage, installPackage } from '../support/n8n-package';
import { expectSchema } from '../support/n8n-schema';
import { type ApiPlace, openApi } from '../worker/api/campaign-fixture';

/** Single messages, by the node, through the real ledger into a sandbox that counts them. */
let opened: TestLedger;
let place: ApiPlace;
beforeEach(async () => {
  opened = await testLedger();
  place = await openApi(opened);
});
afterEach(async () => {
  await place.close();
  await opened.close();
});

const ADA = '+12025550123';
const GRACE = '+12025550124';
const MESSAGE = {
  ...{ resource: 'message', operation: 'send', account: { mode: 'name', value: 'support' } },
  ...{ inbox: { mode: 'id', value: '3' }, recipient: ADA, contactName: 'Ada', text: 'Hi Ada' },
};

interface Ran {
  readonly items: readonly INodeExecutionData[];
  readonly hints: readonly { readonly message: string }[];
}

async function ran(parameters: IDataObject, more: Partial<FakeOptions> = {}): Promise<Ran> {
  const all = { ...MESSAGE, ...parameters };
  const fake = fakeContext({ parameters: all, ...overFetch(place.url), ...more });
  const [items = []] = await new Campaign().execute.call(fake.context);
  if (more.continueOnFail !== true) expectSchema(new Campaign(), all, items);
  return { items, hints: fake.hints };
}

async function send(parameters: IDataObject, more: Partial<FakeOptions> = {}) {
  const { items } = await ran(parameters, more);
  return items[0]?.json ?? {};
}

const get = (sendId: unknown) => send({ operation: 'get', sendId: sendId as string });
const accepted = () => Object.fromEntries(place.sandbox.accepted());

describe('Message: Send', () => {
  it('waits until the message is sent, and says by which id', async () => {
    place.work();
    const sent = await send({ sendKey: 'order-1' });
    expect(sent).toMatchObject({
      ...{ key: 'order-1', campaign: 'send-order-1', state: 'sent', reason: null },
      messageId: expect.stringMatching(/^\d+$/) as string,
    });
    expect(await get(sent['sendId'])).toEqual({ ...sent, key: undefined });
    expect(accepted()).toEqual({ [ADA]: 1 });
  });

  it('is one message for one key, also in another execution', async () => {
    place.work();
    const first = await send({ sendKey: 'order-1' }, { executionId: '1' });
    const second = await send({ sendKey: 'order-1', contactName: 'Ada L.' }, { executionId: '2' });
    expect(second).toEqual(first);
    expect(accepted()).toEqual({ [ADA]: 1 });
  });

  it('refuses another message under the same key', async () => {
    place.work();
    await send({ sendKey: 'order-1' });
    for (const other of [{ text: 'Hi again' }, { recipient: GRACE }]) {
      await expect(send({ sendKey: 'order-1', ...other })).rejects.toMatchObject({
        ...{ httpCode: '422', context: { code: 'idempotency_key_reused', itemIndex: 0 } },
        description: expect.stringContaining('Send Key') as string,
      });
    }
    expect(accepted()).toEqual({ [ADA]: 1 });
  });

  it('does not speak of a Send Key that nobody gave, where a retry has other words', async () => {
    place.work();
    await send({}, { executionId: '7' });
    const error = await send({ text: 'Hi again' }, { executionId: '7' }).catch(
      (caught: unknown) => caught as NodeApiError,
    );
    expect(error).toMatchObject({ context: { code: 'idempotency_key_reused', itemIndex: 0 } });
    expect(error['description']).toMatch(
      /^This item was handed to the runner before.*new execution/s,
    );
    expect(accepted()).toEqual({ [ADA]: 1 });
  });

  it('has a key of its own for each item and execution; a retry of the execution sends nothing twice', async () => {
    place.work();
    const two = (executionId: string) =>
      ran(
        {},
        {
          executionId,
          items: 2,
          parameters: (item) => ({ ...MESSAGE, recipient: [ADA, GRACE][item] ?? '' }),
        },
      );
    const { items } = await two('7');
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
    expect((await two('7')).items).toEqual(items);
    expect(accepted()).toEqual({ [ADA]: 1, [GRACE]: 1 });
    await two('8');
    expect(accepted()).toEqual({ [ADA]: 2, [GRACE]: 2 });
  });

  it('takes any words as a key', async () => {
    place.work();
    const first = await send({ sendKey: 'Bestellung Nr. 7 – fertig' });
    expect(first['key']).toBe('Bestellung Nr. 7 – fertig');
    expect(await send({ sendKey: 'Bestellung Nr. 7 – fertig' })).toEqual(first);
    expect(accepted()).toEqual({ [ADA]: 1 });
  });

  it('says pending when the wait is over, and Get tells later what became of it', async () => {
    const began = performance.now();
    const sent = await send({ sendKey: 'late', options: { waitSeconds: 1 } });
    expect(performance.now() - began).toBeGreaterThan(950);
    expect(sent).toMatchObject({ state: 'pending', messageId: null });
    expect(accepted()).toEqual({});
    place.work();
    await expect
      .poll(async () => (await get(sent['sendId']))['state'], { timeout: 15_000 })
      .toBe('sent');
    expect(accepted()).toEqual({ [ADA]: 1 });
  });

  it('gives a message that was not sent as an item with the reason', async () => {
    await place.ask('/suppressions', {
      json: { addresses: [ADA], reason: 'asked by phone' },
    });
    place.work();
    expect(await send({ sendKey: 'order-2' })).toMatchObject({
      ...{ state: 'skipped', reason: 'suppressed', messageId: null },
    });
    const REFUSED = { path: '/contacts$', nth: 1 };
    place.sandbox.setFaults([
      { match: REFUSED, fault: 'error_before_commit', options: { status: 422 } },
    ]);
    expect(await send({ sendKey: 'order-3', recipient: GRACE })).toMatchObject({
      ...{ state: 'failed', messageId: null, reason: expect.any(String) as string },
    });
    expect(accepted()).toEqual({});
  });

  it('does not call a message failed because the runner was away when it was asked for it', async () => {
    const front = createServer((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(500, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      void request.toArray().then(async (pieces) => {
        const answer = await fetch(`${place.url}${request.url ?? ''}`, {
          ...{ method: request.method ?? '', body: Buffer.concat(pieces as Buffer[]) },
          headers: {
            'content-type': 'application/json',
            'idempotency-key': String(request.headers['idempotency-key']),
          },
        });
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(await answer.text());
      });
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    const { items, hints } = await ran({}, { items: 3, ...overFetch(`http://127.0.0.1:${port}`) });
    front.close();
    expect(items.map(({ json }) => json['state'])).toEqual(['pending', 'pending', 'pending']);
    // One for all of them: n8n shows each that it is given.
    expect(hints.map(({ message }) => message)).toEqual([
      expect.stringContaining('Message: Get') as string,
    ]);
  });

  it('sends a template with the variables of both kinds', async () => {
    place.work();
    const { body } = await place.ask('/accounts/support/inboxes');
    const inboxes = body['items'] as { id: string; template: boolean }[];
    const inbox = inboxes.find(({ template }) => template)?.id ?? '';
    const list = await place.ask(`/accounts/support/templates?inbox=${inbox}`);
    const templates = list.body['items'] as { name: string; language: string; params: string[] }[];
    const found = templates.find(({ params }) => params.length > 1);
    const [first = '', ...others] = found?.params ?? [];
    const sent = await send({
      ...{ messageType: 'template', sendKey: 't', inbox: { mode: 'id', value: inbox } },
      template: { mode: 'name', value: `${found?.name}|${found?.language}` },
      templateVariables: { mappingMode: 'defineBelow', value: { [first]: 'mapped' } },
      templateParameters: { parameter: others.map((name) => ({ name, value: 'by name' })) },
    });
    expect(sent).toMatchObject({ state: 'sent' });
    // What the platform fills in itself stands beside the text.
    const stored = JSON.stringify(place.sandbox.requests().map((request) => request.body));
    expect(stored).toContain('mapped');
    expect(stored).toContain('by name');
  });

  it('refuses what is empty, and in the words of the runner what cannot be', async () => {
    await expect(send({ text: ' ' })).rejects.toThrow("'Text' is empty");
    await expect(send({ recipient: '' })).rejects.toThrow("'Recipient' is empty");
    await expect(send({ account: { mode: 'name', value: 'nobody' } })).rejects.toMatchObject({
      message: expect.stringContaining('nobody') as string,
    });
    const bad = await send({ recipient: '12' }).catch((error: unknown) => error as Error);
    expect(bad).toMatchObject({ httpCode: '422' });
    expect(bad).toMatchObject({
      message: expect.stringMatching(/^The Recipient cannot be used: /) as string,
    });
    const local = await send({ recipient: '2025550110' }).catch((error: unknown) => error);
    expect(String(local)).toMatch(/The Recipient cannot be used: .*give a 'Default Country'/);
    const country = { defaultCountry: 'USA', maxRetries: 0 };
    await expect(send({ options: country })).rejects.toThrow(/^Default Country: must be/);
    expect(JSON.stringify(bad)).not.toContain('Hi Ada');
    await expect(get('0123456789abcdef-0')).rejects.toMatchObject({ httpCode: '404' });
    await expect(get('nonsense')).rejects.toMatchObject({
      message: 'Send ID: must be a send id',
    });
    await expect(get('')).rejects.toThrow("'Send ID' is empty");
  });
});

describe("Message: Send in n8n's own engine, by the package", () => {
  let installed: InstalledPackage;
  let node: RunNode;
  beforeAll(async () => {
    installed = installPackage();
    node = await loadNode(installed.folder, 'campaign', 'campaignRunnerApi');
  });
  afterAll(() => installed.remove());

  const locator = (mode: string, value: string) => ({ __rl: true, mode, value });
  const parameters: INodeParameters = {
    ...{ resource: 'message', operation: 'send', account: locator('name', 'support') },
    ...{ inbox: locator('id', '3'), recipient: '={{ $json.phone }}', text: '=Hi {{ $json.name }}' },
  };
  const credentials = () => ({ baseUrl: place.url, apiKey: '' });

  it('sends each item its own words, once, with Retry On Fail', async () => {
    place.work();
    const items = [
      { phone: ADA, name: 'Ada' },
      { phone: 'nobody', name: 'Bob' },
      { phone: GRACE, name: 'Grace' },
    ];
    const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
    const { result } = await node({ parameters, items, credentials: credentials(), settings });
    expect(result.error).toMatchObject({ httpCode: '422', context: { itemIndex: 1 } });
    expect(accepted()).toMatchObject({ [ADA]: 1 });
    expect(Math.max(...place.sandbox.accepted().values())).toBe(1);
    const words = place.sandbox.messages().map(({ content }) => content);
    expect(words).toContain('Hi Ada');
  });

  it('is one message for an agent that asks for it twice', async () => {
    place.work();
    const load = await loadTool(installed.folder, 'campaign', 'campaignRunnerApi');
    const call = load({
      parameters: { ...parameters, text: 'Hi', recipient: ADA },
      credentials: credentials(),
    });
    expect(await call({ please: 'send' })).toContain('"state":"sent"');
    expect(await call({ please: 'send' })).toContain('"state":"sent"');
    expect(accepted()).toEqual({ [ADA]: 1 });
  });
});
