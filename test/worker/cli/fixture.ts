import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../worker/sandbox';

export { until } from '../../support/until';

const MAIN = join(__dirname, '../../../worker/dist/worker/cli/main.js');

export interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly ms: number;
}

export interface Started {
  readonly child: ChildProcess;
  /** What came on both streams so far. */
  text(): string;
  readonly ended: Promise<Ended>;
}

export interface Place {
  readonly folder: string;
  readonly sandbox: Sandbox;
  write(name: string, text: string): void;
  /** Runs the built CLI to its end. */
  campaign(...args: string[]): Promise<Ended>;
  start(...args: string[]): Started;
  /** Runs a script of this folder with the built package beside it. */
  node(script: string, env?: Readonly<Record<string, string>>): Started;
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly sandbox?: SandboxOptions;
  /** Lines of the account beside platform, url, id and token. */
  readonly account?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder with an accounts file that points at a sandbox of its own. */
export async function openPlace(options: PlaceOptions = {}): Promise<Place> {
  if (!existsSync(MAIN)) throw new Error('build first: npm run build:worker');
  const folder = mkdtempSync(join(tmpdir(), 'campaign-cli-'));
  const sandbox = await startSandbox(options.sandbox ?? {});
  const running = new Set<ChildProcess>();

  const start = (...args: string[]): Started => launch([MAIN, ...args]);

  function launch(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    const began = performance.now();
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, ...options.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (exit, signal) => {
        running.delete(child);
        resolve({ exit, signal, out, err, ms: performance.now() - began });
      });
    });
    return { child, text: () => out + err, ended };
  }

  const place: Place = {
    folder,
    sandbox,
    write: (name, text) => writeFileSync(join(folder, name), text),
    campaign: (...args) => start(...args).ended,
    start,
    node: (script, env) => launch([join(folder, script)], env),
    async close() {
      for (const child of running) child.kill('SIGKILL');
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  place.write('accounts.yaml', accountsYaml(sandbox.url, options.account));
  return place;
}

export function accountsYaml(url: string, more = ''): string {
  return `support:
  platform: chatwoot
  url: ${url}
  accountId: "1"
  token: sandbox-token
${more
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => `  ${line.trim()}\n`)
  .join('')}`;
}

export const UNLIMITED =
  'limits: { contact: none, conversation: none, message: none, lookup: none }\nsettleDelay: 2s';

/** A campaign file; `more` replaces keys of the same name. */
export function campaignYaml(more: Readonly<Record<string, string>> = {}): string {
  const keys: Record<string, string> = {
    name: 'spring',
    account: 'support',
    inbox: '"3"',
    audience: '{ file: list.csv, country: US }',
    consent: '{ method: form }',
    message: '{ text: "Hi {{ name }}, it is time." }',
    ...more,
  };
  return Object.entries(keys)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
}

const AREAS = [202, 212, 213, 312, 404, 415, 503, 617, 702, 713];

/** The nth number that belongs to nobody: 555-0100 to 555-0199 in ten area codes. */
export function fictional(n: number): string {
  return `+1${AREAS[Math.floor(n / 100)]}55501${String(n % 100).padStart(2, '0')}`;
}

export function listOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, n) => `${fictional(n)},Person${n}`);
  return `phone,name\n${lines.join('\n')}\n`;
}

/** The last line of a `--json` command. */
export function lastJson(ended: Ended): {
  campaign: string;
  state: string;
  counts: Record<string, number>;
} {
  return JSON.parse(ended.out.trimEnd().split('\n').at(-1) ?? 'null');
}

/** A folder that a tiny disk could be mounted on. */
export function emptyFolder(parent: string, name: string): string {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
