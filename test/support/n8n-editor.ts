import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { Owner } from './n8n-owner';
import type { N8nPlace } from './n8n-process';

/**
 * Chromium from npm, or the one that CHROMIUM_PATH names. It finds no machine but this one. Fails where it does not run.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? (await carriedChromium());
  return chromium.launch({
    executablePath,
    args: [
      // It does not run as root otherwise, and opens nothing but our own pages.
      '--no-sandbox',
      '--disable-gpu',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    ],
  });
}

/** Unpacked once, into the user's cache: in the folder for temporary files it would be whoever's came first. */
async function carriedChromium(): Promise<string> {
  const { default: carried } = await import('@sparticuz/chromium');
  const before = process.env['TMPDIR'];
  const folder = join(cacheFolder(), 'campaign-runner', 'chromium');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.env['TMPDIR'] = folder;
  try {
    return await carried.executablePath();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

function cacheFolder(): string {
  const named = process.env['XDG_CACHE_HOME'] ?? '';
  return isAbsolute(named) ? named : join(homedir(), '.cache');
}

/** A workflow in n8n's editor. */
export interface Editor {
  readonly page: Page;
  /** What went wrong in the page since it was opened: errors, and answers that were refusals. */
  readonly complaints: readonly string[];
  /** The panel of a node, open. */
  open(node: string): Promise<Locator>;
  /** Whether the open panel shows what comes in. */
  hasInput(): Promise<boolean>;
  /** By the button of the open panel of a trigger. */
  fetchTestEvent(): Promise<void>;
  /** What a list of the open panel offers, after it was opened, or what it says of its failure. */
  offered(parameter: string): Promise<readonly string[]>;
  /** Takes what an open list offers. */
  choose(entry: string): Promise<void>;
  /** The form of the open panel's credential, which n8n tries out when it is opened. */
  openCredential(): Promise<Locator>;
  /** Executes the workflow, and waits until this node is marked as done. */
  execute(node: string): Promise<void>;
  showOutputAs(view: 'Schema' | 'Table' | 'JSON'): Promise<void>;
  /** Takes away what n8n says in passing. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

/** Fails when the workflow is not there within half a minute. */
export async function openWorkflow(
  browser: Browser,
  place: N8nPlace,
  { owner, workflowId }: { readonly owner: Owner; readonly workflowId: string },
): Promise<Editor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const [name, value] = owner.cookie;
  await context.addCookies([{ name, value, url: place.url }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (said) => {
    if (said.type() === 'error') complaints.push(`${said.text()} (${said.location().url})`);
  });
  page.on('response', (answer) => {
    if (answer.status() >= 400) complaints.push(`${answer.status()} of ${answer.url()}`);
  });
  await page.goto(`${place.url}/workflow/${workflowId}`);
  const marked = (id: string) => page.locator(`[data-test-id="${id}"]`);
  const onCanvas = (node: string) =>
    marked('canvas-node').and(page.locator(`[data-node-name="${node}"]`));
  await marked('canvas-node').first().waitFor();
  const panel = marked('ndv');
  const form = marked('editCredential-modal');

  return {
    page,
    complaints,
    async open(node) {
      await onCanvas(node).dblclick();
      await panel.waitFor();
      return panel;
    },
    async hasInput() {
      await marked('output-panel').waitFor();
      return marked('ndv-input-panel').isVisible();
    },
    fetchTestEvent: () => marked('node-execute-button').first().click(),
    async offered(parameter) {
      await marked(`resource-locator-${parameter}`).locator('input').last().click();
      const lines = marked('rlc-item').or(marked('rlc-error-container'));
      await lines.first().waitFor();
      const texts = await lines.allInnerTexts();
      return texts.map((text) => text.trim());
    },
    async choose(entry) {
      await marked('rlc-item').filter({ hasText: entry }).first().click();
      await marked('rlc-item').first().waitFor({ state: 'hidden' });
    },
    async openCredential() {
      await panel.locator('[data-test-id="credential-edit-button"]').click();
      await form.waitFor();
      return form;
    },
    async execute(node) {
      await marked('execute-workflow-button').click();
      await onCanvas(node).locator('[data-test-id="canvas-node-status-success"]').waitFor();
    },
    async showOutputAs(view) {
      await marked('output-panel').getByText(view, { exact: true }).click();
    },
    async tidy() {
      for (const button of await page.locator('.el-notification__closeBtn').all()) {
        await button.click();
      }
      await page.mouse.move(0, 0);
    },
    close: () => context.close(),
  };
}
