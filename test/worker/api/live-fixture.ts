import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createStatus } from '../../../worker/api/status';
import type { Connection } from '../../../worker/engine/connect';
import { createDesk, deskPlace } from '../../../worker/engine/desk';
import { work } from '../../../worker/engine/work';
import type { Ledger } from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { connectSandbox, toRun } from '../../support/campaign';
import { testLedger } from '../../support/ledger';
import { serveApi } from './frame-fixture';

/** A runner as it stays: its ledger, the API, and a worker, against the sandbox. */
export interface Runner {
  readonly url: string;
  readonly ledger: Ledger;
  readonly sandbox: Sandbox;
  readonly connection: Connection;
  close(): Promise<void>;
}

export async function startRunner(limits?: Parameters<typeof connectSandbox>[3]): Promise<Runner> {
  const sandbox = await startSandbox();
  const { ledger, where, close } = await testLedger();
  const connection = await connectSandbox(ledger, sandbox, 400, limits);
  const folder = mkdtempSync(join(tmpdir(), 'campaign-accounts-'));
  const accounts = join(folder, 'accounts.yaml');
  writeFileSync(
    accounts,
    `accounts:\n  desk:\n    platform: chatwoot\n    url: ${sandbox.url}\n    accountId: "1"\n    token: sandbox-token\n`,
  );
  const status = createStatus(ledger);
  const connectionOf = () => Promise.resolve(connection);
  const place = deskPlace({
    ledger,
    where,
    accounts,
    connectionOf,
    engine: undefined,
    allowLists: [],
  });
  const served = await serveApi(ledger, { status, desk: createDesk(place) });
  let stopping = false;
  const working = work({
    ledger,
    open: (campaign) => toRun(ledger, campaign, connection),
    stopping: () => stopping,
    onEvent: () => undefined,
  });
  return {
    url: served.url,
    ledger,
    sandbox,
    connection,
    async close() {
      stopping = true;
      await working;
      status.close();
      await served.close();
      await connection.close();
      await close();
      await sandbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export interface Look {
  readonly size: { readonly width: number; readonly height: number };
  readonly scheme: 'light' | 'dark';
}

export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of, and whatever it asked of anybody else. */
  readonly complaints: string[];
}

/** A browser of its own for somebody, watched. */
export async function visit(
  browser: Browser,
  url: string,
  { size, scheme }: Look,
): Promise<Watched> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: size,
    colorScheme: scheme,
    isMobile: size === PHONE,
    hasTouch: size === PHONE,
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== url) complaints.push(`asked ${request.url()}`);
  });
  return { context, page, complaints };
}

/** How much wider than the screen the page is. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
