import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Where a real n8n lives: plain data, so that a test can be handed what its set-up made. */
export interface N8nPlace {
  readonly program: string;
  readonly version: string;
  /** The home of everything that it writes. */
  readonly home: string;
  /** The only folder whose files its nodes may read. */
  readonly files: string;
  readonly env: Readonly<Record<string, string>>;
  /** Of the editor, without a trailing slash. */
  readonly url: string;
}

export interface Ended {
  readonly code: number | null;
  /** What it said, a message each. */
  readonly messages: readonly string[];
  /** The most memory that the process had, in bytes. Its task runner is another process. */
  readonly peak: number;
}

/** Runs a command of n8n to its end, and whatever it started with it. Fails when it takes longer than `withinMs`. */
export async function runN8n(
  place: N8nPlace,
  args: readonly string[],
  withinMs = 120_000,
): Promise<Ended> {
  const folder = mkdtempSync(join(place.home, 'command-'));
  const peakFile = join(folder, 'peak');
  // A file: what a process that exits has written to a pipe may be cut off.
  const said = join(folder, 'said');
  const output = openSync(said, 'a');
  const child = begin(place, args, {
    stdio: ['ignore', output, output, 'pipe'],
    // A server may run beside it.
    env: { N8N_RUNNERS_BROKER_PORT: String(await freePort()), PEAK_MEMORY_FILE: peakFile },
  });
  closeSync(output);
  const exited = once(child, 'exit');
  const late = await Promise.race([exited.then(() => false), wait(withinMs, true, { ref: false })]);
  kill(child, 'SIGKILL');
  await exited;
  const messages = read(said);
  const peak = existsSync(peakFile) ? Number(readFileSync(peakFile, 'utf8')) : 0;
  rmSync(folder, { recursive: true });
  if (late) throw new Error(`n8n ${args[0]} took longer than ${withinMs} ms: ${lastOf(messages)}`);
  return { code: child.exitCode, messages, peak };
}

/** For a person. */
export const lastOf = (messages: readonly string[]): string =>
  messages
    .slice(-5)
    .map((message) => message.slice(0, 300))
    .join('\n');

export interface N8nServer {
  /** Resolves when no process of it is left. */
  close(): Promise<void>;
}

/** Starts n8n itself. Resolves when it answers; fails with its last words when it ends, or does not within four minutes. */
export async function startN8n(place: N8nPlace): Promise<N8nServer> {
  const log = join(place.home, 'n8n.log');
  const output = openSync(log, 'a');
  const child = begin(place, ['start'], { stdio: ['ignore', output, output, 'pipe'], env: {} });
  closeSync(output);
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([exited, wait(20_000, undefined, { ref: false })]);
      kill(child, 'SIGKILL');
      await exited;
    }
    kill(child, 'SIGKILL');
  };
  const end = performance.now() + 240_000;
  while (child.exitCode === null && performance.now() < end) {
    const answer = await fetch(`${place.url}/healthz/readiness`).catch(() => undefined);
    // The answer comes before the routes are there.
    const ready = answer?.ok && (await fetch(`${place.url}/rest/settings`)).ok;
    if (ready) return { close };
    await wait(200);
  }
  await close();
  throw new Error(`n8n did not start: ${lastOf(read(log))}`);
}

const BESIDE = join('scripts', 'n8n', 'beside.cjs');

interface How {
  readonly stdio: StdioOptions;
  readonly env: Readonly<Record<string, string>>;
}

/** In a group of its own, which can be ended as one. */
function begin({ program, home, env }: N8nPlace, args: readonly string[], how: How): ChildProcess {
  return spawn(process.execPath, ['--require', join(process.cwd(), BESIDE), program, ...args], {
    cwd: home,
    env: { ...env, ...how.env },
    stdio: how.stdio,
    detached: true,
  });
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left of it.
  }
}

/** n8n logs an object each line; what it prints otherwise stays as it is. */
function read(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return String((JSON.parse(line) as { message: unknown }).message);
      } catch {
        return line;
      }
    });
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Puts credentials or workflows into n8n by its own import. One with the same id is replaced. */
export async function importIntoN8n(
  place: N8nPlace,
  what: 'credentials' | 'workflow',
  rows: readonly object[],
): Promise<void> {
  const file = join(place.home, `${what}.json`);
  writeFileSync(file, JSON.stringify(rows), { mode: 0o600 });
  const { messages } = await runN8n(place, [`import:${what}`, `--input=${file}`]);
  rmSync(file);
  if (!messages.some((message) => message.startsWith(`Successfully imported ${rows.length} `))) {
    throw new Error(`n8n imported no ${what}: ${lastOf(messages)}`);
  }
}
