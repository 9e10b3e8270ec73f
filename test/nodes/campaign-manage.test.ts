import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, INodeExecutionData, NodeApiError } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Campaign } from '../../nodes/Campaign/Campaign.node';
import { type TestLedger, testLedger } from '../support/ledger';
import { losingProxy } from '../support/losing-proxy';
import { type FakeOptions, fakeContext } from '../support/n8n-context';
import { loadNode, type RunNode } from '../support/n8n-engine';
import { overFetch } from '../support/n8n-fetch';
import { type InstalledPackage, installPackage } from '../support/n8n-package';
import { expectSchema } from '../support/n8n-schema';
import {
  type ApiPlace,
  asked,
  inChunks,
  openApi,
  untilState,
} from '../worker/api/campaign-fixture';

/** What is done with campaigns, by the node, at the real API over a ledger and a sandbox. */
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

/** A campaign of so many people that waits for its start; the numbers of those who cannot be reached come first. */
async function ready(name: string, rows: number, unreachable = 0): Promise<void> {
  const create = await place.ask('/campaigns', { json: asked({ name, audience: inChunks }) });
  expect(create.status).toBe(201);
  const recipients = Array.from({ length: rows }, (_, n) => ({
    phone: n < unreachable ? 'nobody' : `+1202555${String(100 + n).padStart(4, '0')}`,
    name: `Ada ${n}`,
  }));
  await place.ask(`/campaigns/${name}/recipients`, { json: { key: '1', recipients } });
  await place.ask(`/campaigns/${name}/seal`, { method: 'POST' });
}
const locator = (value: string) => ({ mode: 'name', value });

async function run(
  operation: string,
  parameters: IDataObject = {},
  more: Partial<FakeOptions> = {},
): Promise<INodeExecutionData[]> {
  const { items } = await ran(operation, parameters, more);
  return items;
}

async function ran(operation: string, parameters: IDataObject, more: Partial<FakeOptions> = {}) {
  const all = { resource: 'campaign', operation, campaign: locator('spring'), ...parameters };
  const fake = fakeContext({ ...{ parameters: all }, ...overFetch(place.url), ...more });
  const [items = []] = await new Campaign().execute.call(fake.context);
  if (more.continueOnFail !== true && parameters['output'] !== 'file') {
    expectSchema(new Campaign(), all, items);
  }
  return { items, hints: fake.hints };
}

const json = (items: readonly INodeExecutionData[]) => items.map((item) => item.json);

describe('a campaign by the Campaign node', () => {
  it('is checked, started, paused with a reason, resumed and watched until it is finished', async () => {
    await ready('spring', 3, 1);
    expect(json(await run('check'))).toMatchObject([
      { campaign: 'spring', total: 3, ready: 2, complete: true },
    ]);
    expect(json(await run('start'))).toMatchObject([{ name: 'spring', state: 'running' }]);
    const paused = await run('pause', { why: 'wrong date' });
    expect(json(paused)).toMatchObject([
      {
        state: 'paused',
        pausedBy: 'operator',
        why: expect.stringContaining('wrong date') as string,
      },
    ]);
    expect(json(await run('resume'))).toMatchObject([{ state: 'running' }]);
    place.work();
    await untilState(place, 'spring', 'finished');
    const [status] = await run('getStatus');
    expect(status).toMatchObject({
      json: { state: 'finished', counts: { sent: 2, skipped: 1, total: 3, double: 0 } },
      pairedItem: { item: 0 },
    });
    expect(status?.json).not.toHaveProperty('samples');
  });

  it('is cancelled for good', async () => {
    await ready('spring', 2);
    expect(json(await run('cancel'))).toMatchObject([
      { state: 'cancelled', counts: { skipped: 2 } },
    ]);
    expect(json(await run('cancel'))).toMatchObject([{ state: 'cancelled' }]);
  });

  it('is not changed where that cannot be, and the runner says why', async () => {
    await ready('spring', 1);
    await run('cancel');
    await expect(run('pause')).rejects.toMatchObject({
      ...{ httpCode: '409', message: expect.stringMatching(/spring.*cancelled/) as string },
      context: { itemIndex: 0, code: 'conflict' },
    });
    await expect(run('start', { campaign: locator('summer') })).rejects.toMatchObject({
      ...{ httpCode: '404', message: expect.stringContaining('summer') as string },
    });
    await expect(run('start', { campaign: locator(' ') })).rejects.toThrow("'Campaign' is empty");
  });

  it('fails for its own item only, with Continue On Fail', async () => {
    await ready('spring', 1);
    const parameters = (item: number) => ({
      ...{ resource: 'campaign', operation: 'getStatus' },
      campaign: locator(['spring', 'summer', 'spring'][item] ?? ''),
    });
    const items = await run('getStatus', {}, { items: 3, parameters, continueOnFail: true });
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
      { item: 0 },
      { item: 1 },
      { item: 2 },
    ]);
    expect(json(items)).toMatchObject([
      { name: 'spring' },
      { error: expect.stringContaining('summer') as string, code: 'not_found', httpCode: 404 },
      { name: 'spring' },
    ]);
  });

  it('gives failed recipients another chance, all or for one reason', async () => {
    const once = { path: '/contacts$', nth: 1 };
    place.sandbox.setFaults([
      { match: once, fault: 'error_before_commit', options: { status: 422 } },
    ]);
    await ready('spring', 2);
    await run('start');
    place.work();
    await untilState(place, 'spring', 'finished');
    expect(json(await run('getStatus'))).toMatchObject([{ counts: { sent: 1, failed: 1 } }]);
    await expect(run('retry', { reason: 'nonsense' })).rejects.toThrow(/No row failed with that/);
    expect(json(await run('retry'))).toMatchObject([{ retried: 1, name: 'spring' }]);
    await untilState(place, 'spring', 'finished');
    expect(json(await run('getStatus'))).toMatchObject([{ counts: { sent: 2, failed: 0 } }]);
    expect(json(await run('retry'))).toMatchObject([{ retried: 0 }]);
  });

  it('is complete when somebody says so, and starts then if it was to', async () => {
    const create = (name: string, start: boolean) =>
      place.ask('/campaigns', { json: asked({ name, start, audience: inChunks }) });
    const recipients = [{ phone: '+12025550110', name: 'Ada' }];
    for (const [name, start] of [
      ['spring', true],
      ['summer', false],
    ] as const) {
      await create(name, start);
      const campaign = locator(name);
      await expect(run('complete', { campaign })).rejects.toThrow(/nobody|no rows|recipient/i);
      await place.ask(`/campaigns/${name}/recipients`, { json: { key: '1', recipients } });
      const state = start ? 'running' : 'ready';
      expect(json(await run('complete', { campaign }))).toMatchObject([{ sealed: true, state }]);
      expect(json(await run('complete', { campaign }))).toMatchObject([{ state }]);
    }
  });

  it('is worked on with as many at once as usual, where that option is no number', async () => {
    await ready('spring', 1);
    const options = { maxConcurrency: 'x' };
    expect(json(await run('getStatus', { options }))).toMatchObject([{ name: 'spring' }]);
  });

  it('is asked about for a thousand items without words about messages', async () => {
    await ready('spring', 1);
    const answer = { statusCode: 200, body: JSON.stringify(await place.status('spring')) };
    const http = () => Promise.resolve(answer);
    const parameters = { resource: 'campaign', operation: 'getStatus', campaign: locator('x') };
    const many = await ran('getStatus', parameters, { items: 1_001, http, continueOnFail: true });
    expect(many.items).toHaveLength(1_001);
    expect(many.hints).toEqual([]);
  });

  it('is among many, the newest first, by state and limit', async () => {
    for (const name of ['a', 'b', 'c']) await ready(name, 1);
    await run('cancel', { campaign: locator('b') });
    const names = async (parameters: IDataObject) =>
      json(await run('getMany', parameters)).map(({ name }) => name);
    expect(await names({ limit: 50 })).toEqual(['c', 'b', 'a']);
    expect(await names({ limit: 2 })).toEqual(['c', 'b']);
    expect(await names({ returnAll: true })).toEqual(['c', 'b', 'a']);
    expect(await names({ filters: { states: ['ready', 'running'] } })).toEqual(['c', 'a']);
  });

  it('is read from by an agent, but not started, resumed or cancelled', async () => {
    await ready('spring', 1);
    for (const operation of ['complete', 'start', 'resume', 'cancel', 'retry']) {
      await expect(run(operation, {}, { tool: 'context' })).rejects.toThrow(
        /As a tool of an agent this node does not offer/,
      );
    }
    expect(json(await run('getStatus', {}, { tool: 'context' }))).toMatchObject([
      { state: 'ready' },
    ]);
  });
});

describe('what a person did while an answer was lost', () => {
  /** The answer of the first such request is lost, and somebody pauses the campaign before it can be asked again. */
  async function losing(action: string, options: IDataObject = {}) {
    const proxy = await losingProxy(place.url);
    try {
      proxy.loseAnswer(new RegExp(`/${action}$`));
      const running = ran(action, { options }, overFetch(proxy.url));
      const settled = Promise.allSettled([running]);
      await expect.poll(() => proxy.lost(), { interval: 10 }).toBe(1);
      await place.ask('/campaigns/spring/pause', { method: 'POST' });
      const [outcome] = await settled;
      if (outcome.status === 'fulfilled') throw new Error('it did not fail');
      return outcome.reason as NodeApiError;
    } finally {
      await proxy.close();
    }
  }

  it('is not undone by a start that comes again', async () => {
    await ready('spring', 2);
    const error = await losing('start');
    expect(error).toMatchObject({ httpCode: '409', context: { code: 'conflict' } });
    expect(error.message).toMatch(/is paused: resume it/);
    expect(await place.status('spring')).toMatchObject({ state: 'paused' });
  });

  it('is not undone by a resume, which does not come again', async () => {
    await ready('spring', 2);
    await place.ask('/campaigns/spring/pause', { method: 'POST' });
    const error = await losing('resume');
    expect(error.description).toMatch(/is not known\. Look with 'Campaign: Get Status' before/);
    expect(await place.status('spring')).toMatchObject({ state: 'paused' });
  });

  it('a retry does not come again either: it could be a second chance', async () => {
    const once = { path: '/contacts$', nth: 1 };
    place.sandbox.setFaults([
      { match: once, fault: 'error_before_commit', options: { status: 422 } },
    ]);
    await ready('spring', 2);
    await run('start');
    place.work();
    await untilState(place, 'spring', 'finished');
    const error = await losing('retry');
    expect(error.description).toMatch(/is not known\. Look with 'Campaign: Get Status' before/);
    const { body } = await place.ask('/audit?campaign=spring');
    const retries = (body['items'] as IDataObject[]).filter(({ action }) => action === 'retry');
    expect(retries).toHaveLength(1);
  });
});

describe('the results of a campaign', () => {
  beforeEach(async () => {
    await ready('spring', 5, 2);
    await run('start');
    place.work();
    await untilState(place, 'spring', 'finished');
  });

  it('are items, each with its state and reason', async () => {
    const items = await run('getResults');
    expect(json(items)).toHaveLength(5);
    expect(json(items)[0]).toMatchObject({ listedAs: 'nobody', state: 'skipped', attempts: 0 });
    expect(json(items)[4]).toMatchObject({
      ...{ address: '+12025550104', state: 'sent', consent: { method: 'form' } },
    });
    expect(items.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
  });

  it('are as many as are asked for, of the states and the reason asked for', async () => {
    const rows = async (parameters: IDataObject) =>
      json(await run('getResults', parameters)).map(({ row }) => row);
    const [first] = json(await run('getResults', { filters: { states: ['skipped'] } }));
    expect(await rows({ limit: 3 })).toHaveLength(3);
    expect(await rows({ returnAll: true })).toHaveLength(5);
    expect(await rows({ filters: { states: ['sent'] } })).toHaveLength(3);
    expect(await rows({ filters: { states: ['sent', 'skipped'] } })).toHaveLength(5);
    expect(await rows({ filters: { reason: first?.['reason'] as string } })).toHaveLength(2);
    expect(await rows({ filters: { states: ['failed'] } })).toEqual([]);
  });

  it('are one file, of all rows or of some', async () => {
    const file = async (filters: IDataObject) => {
      const [item] = await run('getResults', { output: 'file', outputField: 'results', filters });
      expect(item?.json).toEqual({ campaign: 'spring', fileName: 'spring-results.csv' });
      const { data = '', mimeType, fileName } = item?.binary?.['results'] ?? {};
      expect([mimeType, fileName]).toEqual(['text/csv', 'spring-results.csv']);
      return Buffer.from(data, 'base64').toString().trim().split('\r\n');
    };
    const lines = await file({});
    expect(lines).toHaveLength(6);
    expect(lines[0]).toContain('state');
    expect(await file({ states: ['sent'] })).toHaveLength(4);
  });

  it('are no file for an agent, and no file of a campaign that is not there', async () => {
    await expect(run('getResults', { output: 'file' }, { tool: 'context' })).rejects.toThrow(
      "As a tool of an agent 'Get Results' gives items, not a file",
    );
    const other = { output: 'file', campaign: locator('summer') };
    await expect(run('getResults', other)).rejects.toMatchObject({ httpCode: '404' });
  });
});

describe("in n8n's own engine, by the package", () => {
  let installed: InstalledPackage;
  let node: RunNode;
  beforeAll(async () => {
    installed = installPackage();
    node = await loadNode(installed.folder, 'campaign', 'campaignRunnerApi');
  });
  afterAll(() => installed.remove());

  const inEngine = async (operation: string, parameters: object = {}, baseUrl = place.url) => {
    const all = { resource: 'campaign', operation, campaign: { __rl: true, ...locator('spring') } };
    return node({
      parameters: { ...all, ...parameters },
      ...{ items: [{}], credentials: { baseUrl, apiKey: '' } },
    });
  };

  it('every operation reads its parameters and gives what is described', async () => {
    await ready('spring', 3, 1);
    for (const operation of [
      'check',
      'complete',
      'start',
      'pause',
      'resume',
      'getStatus',
      'getMany',
      'retry',
    ]) {
      const { items, result } = await inEngine(operation);
      expect(result.error, operation).toBeUndefined();
      expect(items, operation).toHaveLength(1);
      expectSchema(new Campaign(), { resource: 'campaign', operation }, items);
    }
    const { items } = await inEngine('getResults', { filters: { states: ['pending', 'skipped'] } });
    expect(items).toHaveLength(3);
    const { items: files } = await inEngine('getResults', { output: 'file' });
    const { data = '' } = files[0]?.binary?.['data'] ?? {};
    expect(Buffer.from(data, 'base64').toString().trim().split('\r\n')).toHaveLength(4);
    expect((await inEngine('cancel')).items[0]?.json).toMatchObject({ state: 'cancelled' });
    expect((await inEngine('pause')).result.error).toMatchObject({ httpCode: '409' });
  });

  it('a file of results that broke off is not passed on as one that is whole', async () => {
    const broken = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' }).write('row,state\r\n1,sent\r\n');
      setTimeout(() => response.destroy(), 100);
    });
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
    const { result, items } = await inEngine('getResults', { output: 'file' }, baseUrl);
    broken.close();
    expect(items).toEqual([]);
    expect(result.error?.message).toBe('The file of the results could not be taken as a whole');
  });
});
