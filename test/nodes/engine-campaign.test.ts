import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Campaign } from '../../nodes/Campaign/Campaign.node';
import { type TestLedger, testLedger } from '../support/ledger';
import { losingProxy } from '../support/losing-proxy';
import { loadNode, loadTool, type RunNode } from '../support/n8n-engine';
import { type InstalledPackage, installPackage } from '../support/n8n-package';
import { expectSchema } from '../support/n8n-schema';
import { type ApiPlace, openApi, untilState } from '../worker/api/campaign-fixture';
import { listOf } from '../worker/cli/fixture';
import { BY_MAIL, FIELDS, listedIn, people } from './campaign-fixture';

/** The packed node in n8n's own engine, beside a real runner that works. */
let installed: InstalledPackage;
let opened: TestLedger;
let api: ApiPlace;
let run: RunNode;
beforeAll(async () => {
  installed = installPackage();
  opened = await testLedger();
  api = await openApi(opened);
  api.work();
  run = await loadNode(installed.folder, 'campaign', 'campaignRunnerApi');
}, 60_000);
afterAll(async () => {
  await api.close();
  await opened.close();
  installed.remove();
});

const credentials = (url = api.url) => ({ baseUrl: url, apiKey: '' });
const asked = (name: string, more: INodeParameters = {}): INodeParameters => ({
  ...{ ...FIELDS, ...BY_MAIL, name, ...more },
});
const accepted = () => api.sandbox.summary().accepted;
const TWO = [
  { phone: '+12025550110', name: 'Ada' },
  { phone: '+12025550111', name: 'Bob' },
];

it('items become a campaign that is sent, and the same execution again sends nothing', async () => {
  const items = people(40);
  const parameters = asked('spring');
  const { result, items: out } = await run({ parameters, items, credentials: credentials() });
  expect(result.error).toBeUndefined();
  expect(out).toHaveLength(1);
  expect(out[0]?.json).toMatchObject({ name: 'spring', sealed: true, imported: 40 });
  expect(out[0]?.pairedItem).toHaveLength(40);
  expectSchema(new Campaign(), parameters, out);
  const done = await untilState(api, 'spring', 'finished');
  expect(done.counts).toMatchObject({ sent: 40, double: 0 });

  const again = await run({ parameters, items, credentials: credentials() });
  expect(again.items[0]?.json).toMatchObject({
    ...{ state: 'finished', imported: 40 },
    recipients: { given: 40, accepted: 40, replayed: 40 },
  });
  expect(api.sandbox.summary()).toMatchObject({ accepted: 40, doubles: 0 });
  expect(await listedIn(api)).toEqual(items.map(({ email }) => email));
}, 60_000);

it('with Retry On Fail a lost answer adds and sends nothing twice', async () => {
  const proxy = await losingProxy(api.url);
  try {
    const before = accepted();
    const items = people(5_000, 100);
    proxy.loseAnswer(/\/recipients$/, 2);
    const { result, items: out } = await run({
      ...{ parameters: asked('retried'), items, credentials: credentials(proxy.url) },
      settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
    });
    expect(proxy.lost()).toBe(1);
    expect(result.error).toBeUndefined();
    expect(out[0]?.json).toMatchObject({
      ...{ imported: 5_000, recipients: { accepted: 5_000, replayed: 4_000, skipped: [] } },
    });
    expect(await listedIn(api, 'retried')).toEqual(items.map(({ email }) => email));
    const done = await untilState(api, 'retried', 'finished', 60_000);
    expect(done.counts).toMatchObject({ sent: 5_000, double: 0 });
    expect(accepted() - before).toBe(5_000);
  } finally {
    await proxy.close();
  }
}, 90_000);

describe('an expression', () => {
  it('in the text to several people is refused, before anybody is asked', async () => {
    const parameters = asked('expressed', { text: '=Hi {{ $json.name }}' });
    const { result } = await run({ parameters, items: people(2), credentials: credentials() });
    expect(result.error?.message).toBe("'Text' is an expression");
    expect((await api.ask('/campaigns/expressed')).status).toBe(404);
  });

  it('of another parameter may be one as long as it is the same for all', async () => {
    const items = people(3, 200).map((person) => ({ ...person, list: 'march' }));
    const parameters = asked('={{ $json.list }}-{{ $itemIndex > 1 ? "b" : "a" }}');
    const split = await run({ parameters, items, credentials: credentials() });
    expect(split.result.error?.message).toBe("'Name' is not the same for all items");
    const same = asked('={{ $json.list }}', { operation: 'create' });
    const { items: out } = await run({ parameters: same, items, credentials: credentials() });
    expect(out[0]?.json).toMatchObject({ name: 'march', imported: 3 });
  });

  it('that the editor makes of a variable of the runner is the text of the runner', async () => {
    const parameters = asked('template', {
      ...{ messageType: 'template', inbox: { mode: 'id', value: '2' } },
      template: { mode: 'list', value: 'order_update|en' },
      templateVariables: {
        mappingMode: 'defineBelow',
        value: { 1: '={{ name }}', 2: 'A-1' },
      },
    });
    const { result } = await run({ parameters, items: TWO, credentials: credentials() });
    expect(result.error).toBeUndefined();
    const done = await untilState(api, 'template', 'finished');
    expect(done.counts).toMatchObject({ sent: 2 });
  });
});

it('a list in a binary field is sent as it is', async () => {
  const data = Buffer.from(listOf(6)).toString('base64');
  const parameters = asked('listed', {
    ...{ inbox: { mode: 'id', value: '3' }, audience: 'file', listField: 'data' },
  });
  const { result, items } = await run({
    ...{ parameters, items: [{}], credentials: credentials() },
    binary: { data: { data, mimeType: 'text/csv', fileName: 'list.csv' } },
  });
  expect(result.error).toBeUndefined();
  expect(items[0]?.json).toMatchObject({ imported: 6, recipients: { accepted: 6 } });
  expectSchema(new Campaign(), parameters, items);
  await untilState(api, 'listed', 'finished');
});

it('recipients are added to a campaign that was kept open', async () => {
  const open = asked('open', { options: { keepOpen: true } });
  await run({ parameters: open, items: people(2, 300), credentials: credentials() });
  const parameters = {
    ...{ resource: 'campaign', operation: 'addRecipients', complete: true },
    campaign: { mode: 'list', value: 'open' },
  };
  const { items } = await run({
    ...{ parameters, items: people(2, 302), credentials: credentials() },
  });
  expect(items[0]?.json).toMatchObject({ imported: 4, sealed: true });
  expectSchema(new Campaign(), parameters, items);
});

it('what fails is one item with Continue On Fail', async () => {
  const parameters = asked('failed', { inbox: { mode: 'id', value: '99' } });
  const { result, items } = await run({
    ...{ parameters, items: people(3), credentials: credentials() },
    settings: { onError: 'continueRegularOutput' },
  });
  expect(result.error).toBeUndefined();
  expect(items).toHaveLength(1);
  expect(items[0]?.json['error']).toMatch(/99/);
});

it('an agent may not write to a list', async () => {
  const tool = await loadTool(installed.folder, 'campaign', 'campaignRunnerApi');
  const call = tool({ parameters: asked('agent'), credentials: credentials() });
  await expect(call({})).rejects.toThrow('As a tool of an agent this node does not offer');
  expect((await api.ask('/campaigns/agent')).status).toBe(404);
});
