import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CALL_KINDS, type ProviderId } from '../../core/words';
import type { Sandbox } from '../../worker/sandbox';
import { REHEARSALS } from '../../worker/sandbox/rehearsals';
import type { Credential } from './n8n-workflows';

/** What the accounts are called, as in `campaign init`, and which platform of the sandbox each is with. */
export const ACCOUNTS = { 'support-inbox': 'chatwoot', bird: 'bird' } as const;

export interface RunnerOptions {
  readonly sandbox: Pick<Sandbox, 'url'>;
  /** An empty folder, which stays; without it one of its own, which is removed in the end. */
  readonly folder?: string;
}

/** A real `campaign serve`, for n8n to talk to. */
export interface N8nRunner {
  readonly url: string;
  /** Of scope send. */
  readonly key: string;
  /** For n8n. */
  readonly credential: Credential;
  /** Resolves when no process of it is left, with the most memory that it had, in bytes. */
  close(): Promise<{ readonly peak: number }>;
}

const SECRET = 'sesame-webhook-secret';

/**
 * Starts the built command on loopback, on a SQLite ledger, with accounts in this sandbox, which tells it at once of what
 * people answer. It ends with whoever started it. For programs that are run in the repository's root.
 *
 * @throws Error with its last words when it does not serve within half a minute.
 */
export async function startRunner({ sandbox, folder }: RunnerOptions): Promise<N8nRunner> {
  const program = join(process.cwd(), 'worker', 'dist', 'worker', 'cli', 'main.js');
  if (!existsSync(program)) throw new Error('the runner is not built: npm run build:worker');
  const place = folder ?? mkdtempSync(join(tmpdir(), 'campaign-runner-beside-n8n-'));
  mkdirSync(place, { recursive: true });
  const leave = () => {
    if (folder === undefined) rmSync(place, { recursive: true, force: true });
  };
  try {
    // What is YAML may be JSON.
    writeFileSync(join(place, 'accounts.yaml'), JSON.stringify(accountsIn(sandbox)));
    const key = await makeKey(program, place);
    const { url, close } = await serve(program, place);
    await tellOfAnswers(sandbox, url);
    return {
      ...{ url, key },
      credential: {
        ...{ id: 'campaign-runner', name: 'Campaign Runner', type: 'campaignRunnerApi' },
        data: { baseUrl: url, apiKey: key },
      },
      close: () => close().finally(leave),
    };
  } catch (error) {
    leave();
    throw error;
  }
}

const NO_LIMITS = Object.fromEntries(CALL_KINDS.map((kind) => [kind, 'none']));

function accountsIn({ url }: Pick<Sandbox, 'url'>): object {
  const account = (platform: ProviderId) => {
    const { mount, credentials } = REHEARSALS[platform];
    return {
      ...{ platform, ...credentials, url: `${url}${mount}` },
      ...{ limits: NO_LIMITS, settleDelay: '2s', webhookSecret: SECRET },
    };
  };
  return Object.fromEntries(
    Object.entries(ACCOUNTS).map(([name, platform]) => [name, account(platform)]),
  );
}

/** Nothing of the user's: neither a ledger nor a server of Temporal. */
const ENV = { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() };

async function makeKey(program: string, cwd: string): Promise<string> {
  const args = [program, 'keys', 'create', 'n8n', '--scope', 'send'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env: ENV });
  const [key] = /crk_\S+/.exec(stdout) ?? [];
  if (key === undefined) throw new Error('campaign keys create printed no key');
  return key;
}

const BESIDE = join('scripts', 'n8n', 'beside.cjs');

async function serve(program: string, cwd: string) {
  const said = join(cwd, 'said');
  const peakFile = join(cwd, 'peak');
  const output = openSync(said, 'a');
  const args = ['--require', join(process.cwd(), BESIDE), program];
  const child = spawn(process.execPath, [...args, 'serve', '--port', '0', '--json'], {
    ...{ cwd, env: { ...ENV, PEAK_MEMORY_FILE: peakFile } },
    stdio: ['ignore', output, output, 'pipe'],
  });
  closeSync(output);
  const close = async () => {
    await end(child);
    return { peak: existsSync(peakFile) ? Number(readFileSync(peakFile, 'utf8')) : 0 };
  };
  const late = performance.now() + 30_000;
  while (child.exitCode === null && performance.now() < late) {
    const [, url] = /"event":"serving","url":"([^"]+)"/.exec(readFileSync(said, 'utf8')) ?? [];
    if (url !== undefined) return { url, close };
    await wait(50);
  }
  await close();
  throw new Error(`campaign serve did not start: ${readFileSync(said, 'utf8').slice(-500)}`);
}

/** What is on its way is finished first. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([exited, wait(20_000, undefined, { ref: false })]);
  child.kill('SIGKILL');
  await exited;
}

/** It asks by itself as well, but only every half a minute. */
async function tellOfAnswers({ url }: Pick<Sandbox, 'url'>, runner: string): Promise<void> {
  const targets = Object.entries(ACCOUNTS).map(([name, platform]) => [
    platform,
    { url: `${runner}/webhooks/${platform}/${name}`, secret: SECRET },
  ]);
  const answer = await fetch(`${url}/_sandbox/webhooks`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(targets)),
  });
  if (!answer.ok) throw new Error(`the sandbox calls nobody: ${await answer.text()}`);
}
