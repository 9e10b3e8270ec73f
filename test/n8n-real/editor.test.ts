import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { type Editor, openBrowser, openWorkflow } from '../support/n8n-editor';
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

/** A node's panel as somebody finds it who just added the node and chose a credential. */
interface Panel {
  readonly credential: string;
  /** Lists, each with one of the entries that the sandbox has for it. */
  readonly lists?: Readonly<Record<string, string>>;
  readonly parameters?: object;
}

const PANELS: Readonly<Record<string, Panel>> = {
  chatwoot: { credential: 'chatwootApi', lists: { inbox: 'Gateway (api)' } },
  bevatel: { credential: 'bevatelApi', lists: { inbox: 'Gateway (api)' } },
  bird: { credential: 'birdApi', lists: { inbox: 'SMS (sms)' } },
  pivotcx: { credential: 'pivotcxApi' },
  pressnxpress: { credential: 'pressnxpressApi' },
};

const nodes = installed?.installedNodes ?? [];
const keyOf = (type: string): string => type.slice(OUR_NODES.length);

const DOCUMENTED = /^(workflow|first-message|chatwoot-(inbox|credential)|[a-z]+)$/;

/** With WRITE_DOCS=1 the page is kept for the documents. */
async function picture({ page }: Editor, name: string): Promise<void> {
  if (process.env['WRITE_DOCS'] !== '1' || !DOCUMENTED.test(name)) return;
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
  let browser: Browser;
  beforeAll(async () => {
    sandbox = await startSandbox();
    await importIntoN8n(place, 'credentials', sandboxCredentials(sandbox));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await sandbox?.close();
  });

  const put = (workflow: N8nWorkflow, id: string) =>
    importIntoN8n(place, 'workflow', [
      ready(workflow, { id, credentials: sandboxCredentials(sandbox) }),
    ]);
  const edit = async (workflowId: string): Promise<Editor> =>
    openWorkflow(browser, place, { owner: await logIn(place), workflowId });

  describe('a panel', () => {
    beforeAll(async () => {
      const ours = nodes.map(({ name, type }, n) => {
        const { credential, parameters = {} } =
          PANELS[keyOf(type)] ?? expect.fail(`no ${type} here`);
        return {
          ...{ id: keyOf(type), name, type, typeVersion: 1, parameters },
          position: [240, 160 * n] as const,
          credentials: { [credential]: { id: '', name: '' } },
        };
      });
      const connections = { Start: connectionTo(nodes[0]?.name ?? '') };
      await put({ name: 'Every node', nodes: [START, ...ours], connections }, 'everyNode');
    });

    it.for(nodes)(
      'of $name opens, lists what the platform has, and tests its credential',
      async ({ name, type }) => {
        const { lists = {} } = PANELS[keyOf(type)] ?? expect.fail();
        const editor = await edit('everyNode');
        await editor.open(name);
        await picture(editor, keyOf(type));
        for (const [parameter, entry] of Object.entries(lists)) {
          expect(await editor.offered(parameter)).toContain(entry);
          await picture(editor, `${keyOf(type)}-${parameter}`);
        }
        const form = await editor.openCredential();
        await expect.poll(() => form.innerText()).toContain('Connection tested successfully');
        await picture(editor, `${keyOf(type)}-credential`);
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
});
