import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { type Editor, openBrowser, openWorkflow } from '../support/n8n-editor';
import { logIn } from '../support/n8n-owner';
import { importIntoN8n } from '../support/n8n-process';
import { type N8nRunner, startRunner } from '../support/n8n-runner';
import {
  type Credential,
  connectionTo,
  copyExampleData,
  exampleIn,
  type N8nWorkflow,
  OUR_NODES,
  ready,
  sandboxCredentials,
} from '../support/n8n-workflows';
import { installed, place } from './here';

/** A node's panel as somebody finds it who just added the node and chose a credential. */
interface Panel {
  readonly credential: string;
  /** Lists in the order in which they are opened, each with an entry that is there, and is taken. */
  readonly lists?: Readonly<Record<string, string>>;
  readonly parameters?: object;
  /** Where a node has several. */
  readonly of?: string;
}

const RUNNER = { credential: 'campaignRunnerApi' };
const PANELS: Readonly<Record<string, Panel>> = {
  chatwoot: { credential: 'chatwootApi', lists: { inbox: 'Gateway (api)' } },
  bevatel: { credential: 'bevatelApi', lists: { inbox: 'Gateway (api)' } },
  bird: { credential: 'birdApi', lists: { inbox: 'SMS (sms)' } },
  pivotcx: { credential: 'pivotcxApi' },
  pressnxpress: { credential: 'pressnxpressApi' },
  'campaign-create': {
    ...{ ...RUNNER, of: 'campaign', parameters: { messageType: 'template' } },
    lists: {
      account: 'support-inbox (Chatwoot)',
      inbox: 'WhatsApp (whatsapp)',
      template: 'order_update (en)',
    },
  },
  'campaign-status': {
    ...{ ...RUNNER, of: 'campaign', parameters: { operation: 'getStatus' } },
    lists: { campaign: 'winter-recall (importing)' },
  },
  campaignTrigger: {
    ...RUNNER,
    lists: { campaign: 'winter-recall (importing)', account: 'bird (Bird)' },
  },
};

const nodes = installed?.installedNodes ?? [];
const keyOf = (type: string): string => type.slice(OUR_NODES.length);
const panels = Object.entries(PANELS).map(([name, panel]) => {
  const key = panel.of ?? name;
  const title = nodes.find(({ type }) => keyOf(type) === key)?.name ?? key;
  return { name, key, title, ...panel };
});

/** What the documents show; the others are looked at by nobody. */
const DOCUMENTED = [
  ...['workflow', 'first-message', 'chatwoot-inbox', 'chatwoot-credential'],
  ...['chatwoot', 'bevatel', 'bird', 'pivotcx', 'pressnxpress'],
  ...['campaign', 'campaign-trigger', 'csv-to-campaign', 'start-wait-status'],
];

/** With WRITE_DOCS=1 the page is kept for the documents. */
async function picture({ page, tidy }: Editor, name: string): Promise<void> {
  if (process.env['WRITE_DOCS'] !== '1' || !DOCUMENTED.includes(name)) return;
  await tidy();
  await page.waitForTimeout(500);
  await page.screenshot({
    path: join('docs', 'images', `n8n-${name}.png`),
    animations: 'disabled',
  });
}

const START = {
  ...{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 },
  ...{ position: [0, 0] as const, parameters: {} },
};

describe.skipIf(installed === undefined)("in n8n's editor", () => {
  let sandbox: Sandbox;
  let runner: N8nRunner;
  let credentials: readonly Credential[];
  let browser: Browser;
  beforeAll(async () => {
    sandbox = await startSandbox();
    runner = await startRunner({ sandbox });
    credentials = [...sandboxCredentials(sandbox), runner.credential];
    await importIntoN8n(place, 'credentials', credentials);
    copyExampleData(place.files);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await runner?.close();
    await sandbox?.close();
  });

  const put = (workflow: N8nWorkflow, id: string) =>
    importIntoN8n(place, 'workflow', [ready(workflow, { id, credentials })]);
  const edit = async (workflowId: string): Promise<Editor> =>
    openWorkflow(browser, place, { owner: await logIn(place), workflowId });

  describe('a panel', () => {
    beforeAll(async () => {
      await newCampaign(runner, 'winter-recall');
      // A workflow for each: n8n lets one browser at a time change one.
      const workflows = panels.map(({ name, key, title, credential, parameters = {} }) => {
        const node = {
          ...{ id: name, name: title, type: `${OUR_NODES}${key}`, typeVersion: 1, parameters },
          position: [240, 0] as const,
          credentials: { [credential]: { id: '', name: '' } },
        };
        const workflow = { name: title, nodes: [START, node], connections: {} };
        return ready(workflow, { id: `panel-${name}`, credentials });
      });
      await importIntoN8n(place, 'workflow', workflows);
    });

    it('of every node is here', () => {
      const here = new Set(panels.map(({ key }) => key));
      expect([...here].sort()).toEqual(nodes.map(({ type }) => keyOf(type)).sort());
    });

    it.for(panels)(
      'of $name opens, lists what there is, and tests its credential',
      async ({ name, key, title, lists = {} }) => {
        const editor = await edit(`panel-${name}`);
        await editor.open(title);
        await picture(editor, name);
        expect(await editor.hasInput()).toBe(!/trigger$/i.test(key));
        for (const [parameter, entry] of Object.entries(lists)) {
          expect(await editor.offered(parameter)).toContain(entry);
          await picture(editor, `${name}-${parameter}`);
          await editor.choose(entry);
        }
        const form = await editor.openCredential();
        await expect.poll(() => form.innerText()).toContain('Connection tested successfully');
        await picture(editor, `${name}-credential`);
        expect(editor.complaints).toEqual([]);
        await editor.close();
      },
    );
  });

  it('a first message is sent, and its panel shows what came of it', async () => {
    const list = {
      ...{ id: 'list', name: 'Orders', type: 'n8n-nodes-base.set', typeVersion: 3.4 },
      position: [240, 0] as const,
      parameters: { mode: 'raw', jsonOutput: '{"phone":"+12025550101","order":4711}', options: {} },
    };
    const chatwoot = {
      ...{ id: 'send', name: 'Chatwoot', type: `${OUR_NODES}chatwoot`, typeVersion: 1 },
      position: [480, 0] as const,
      parameters: {
        inbox: { __rl: true, mode: 'list', value: '1', cachedResultName: 'Gateway (api)' },
        recipient: '={{ $json.phone }}',
        text: '=Your order {{ $json.order }} is ready.',
        sendKey: '=order-{{ $json.order }}-ready',
      },
      credentials: { chatwootApi: { id: '', name: '' } },
    };
    const connections = { Start: connectionTo('Orders'), Orders: connectionTo('Chatwoot') };
    const nodes = [START, list, chatwoot];
    await put({ name: 'A first message', nodes, connections }, 'firstMessage');
    const editor = await edit('firstMessage');
    await editor.execute('Chatwoot');
    await picture(editor, 'workflow');
    const panel = await editor.open('Chatwoot');
    await expect.poll(() => panel.innerText()).toContain('conversationId');
    await picture(editor, 'first-message');
    expect([...sandbox.accepted()]).toEqual([['+12025550101', 1]]);
    expect(editor.complaints).toEqual([]);
    await editor.close();
  });

  it('a list in a file becomes a campaign, and its panel shows which', async () => {
    await put(exampleIn(place.files, 'csv-to-campaign'), 'csvToCampaign');
    const editor = await edit('csvToCampaign');
    await picture(editor, 'csv-to-campaign');
    await editor.execute('Create and start');
    const panel = await editor.open('Create and start');
    await expect.poll(() => panel.innerText()).toContain('spring-recall');
    await expect.poll(() => sandbox.accepted().get('+12025550114')).toBe(1);
    expect(editor.complaints).toEqual([]);
    await editor.close();
  });

  it('a loop ends with its campaign, and a panel shows who went into it', async () => {
    await put(exampleIn(place.files, 'start-wait-status'), 'startWaitStatus');
    const editor = await edit('startWaitStatus');
    await picture(editor, 'start-wait-status');
    await editor.execute('Get results');
    const panel = await editor.open('Create and start');
    await editor.showOutputAs('Schema');
    await expect.poll(() => panel.innerText()).toContain('orders-ready');
    await picture(editor, 'campaign');
    expect(sandbox.accepted().get('+12025550125')).toBe(1);
    expect(editor.complaints).toEqual([]);
    await editor.close();
  });

  it('a trigger shows what somebody answered, as an example', async () => {
    await put(exampleIn(place.files, 'reply-to-human'), 'replyToHuman');
    sandbox.reply({
      ...{ platform: 'chatwoot', address: '+12025550114' },
      text: 'Can I pick it up on Friday?',
    });
    const editor = await edit('replyToHuman');
    const panel = await editor.open('When somebody replies');
    await editor.fetchTestEvent();
    await expect.poll(() => panel.innerText()).toContain('1 item');
    await editor.showOutputAs('Schema');
    await expect.poll(() => panel.innerText()).toContain('Can I pick it up on Friday?');
    await picture(editor, 'campaign-trigger');
    expect(editor.complaints).toEqual([]);
    await editor.close();
  });
});

async function newCampaign({ url, key }: N8nRunner, name: string): Promise<void> {
  const answer = await fetch(`${url}/campaigns`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ name, account: 'support-inbox', inbox: '3', consent: { method: 'form' } },
      ...{ audience: { intake: 'upload' }, message: { text: 'Hi' } },
    }),
  });
  expect(answer.status).toBe(201);
}
