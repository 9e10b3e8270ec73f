import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Where systems keep it. */
const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** As few switches as there can be: what keeps websites apart stays on. A container's root has no sandbox to give. */
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'];

export interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A real Chromium: the system's, else one that is unpacked for this run. Returns why there is none. */
export async function openBrowser(): Promise<TestBrowser | { readonly missing: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-browser-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const executablePath = SYSTEM.find((path) => existsSync(path)) ?? (await unpacked(folder));
    const browser = await chromium.launch({
      executablePath,
      args: SWITCHES,
      env: { ...process.env, FONTCONFIG_FILE: fontsFile(folder), HOME: folder },
    });
    return {
      browser,
      async close() {
        await browser.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    const [first = ''] = (error as Error).message.split('\n');
    return { missing: first };
  }
}

/** Into a folder of our own: one that an interrupted run left half unpacked would be taken for whole. */
async function unpacked(folder: string): Promise<string> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    return await packed.executablePath();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

/** The fonts that came with it first: pages look the same wherever the test runs. */
function fontsFile(folder: string): string {
  const cache = join(folder, 'font-cache');
  mkdirSync(cache);
  const prefer = (family: string, font: string): string =>
    `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const file = join(folder, 'fonts-of-test.conf');
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(folder, 'fonts')}</dir>` +
      `<dir>/usr/share/fonts</dir><cachedir>${cache}</cachedir>${['system-ui', 'sans-serif'].map((name) => prefer(name, 'Open Sans')).join('')}` +
      `${prefer('monospace', 'DejaVu Sans Mono')}</fontconfig>`,
  );
  return file;
}
