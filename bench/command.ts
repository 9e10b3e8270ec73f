import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALL_KINDS, type CallKind } from '../core/words';
import { ACCOUNT, TOKEN } from './campaign';

/** The operator's command, built beside the benchmarks. */
export const PROGRAM = join(__dirname, '..', 'worker', 'cli', 'main.js');

/** Where a command works: a folder with an accounts file, and a ledger. */
export interface Place {
  readonly folder: string;
  readonly ledger: string;
  /** Set where campaigns are driven by Temporal: its server. */
  readonly temporal?: string;
}

/** Writes the accounts file; a kind that is not named has no limit. */
export function writeAccounts(
  folder: string,
  url: string,
  limits: Partial<Record<CallKind, number>> = {},
): void {
  const each = CALL_KINDS.map((kind) => `    ${kind}: ${limits[kind] ?? 'none'}`);
  const lines = [
    `${ACCOUNT}:`,
    '  platform: chatwoot',
    `  url: ${url}`,
    '  accountId: 1',
    `  token: ${TOKEN}`,
    '  limits:',
    ...each,
  ];
  writeFileSync(join(folder, 'accounts.yaml'), `${lines.join('\n')}\n`);
}

/** Starts a command in a process of its own. Its output is the caller's to read. */
export function begin({ folder, ledger, temporal }: Place, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args, '--ledger', ledger], {
    cwd: folder,
    env: { ...process.env, ...(temporal === undefined ? {} : { TEMPORAL_ADDRESS: temporal }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs a command to its end. */
export async function run(place: Place, args: readonly string[]): Promise<void> {
  const child = begin(place, args);
  child.stdout?.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`campaign ${args[0]} ended with ${code}`);
}

/** Runs `use` while so many workers share the ledger, and lets them finish what is on its way. */
export async function withWorkers<T>(
  place: Place,
  workers: number,
  use: () => Promise<T>,
): Promise<T> {
  const engine = place.temporal === undefined ? [] : ['--engine', 'temporal'];
  const children = Array.from({ length: workers }, () => begin(place, ['worker', ...engine]));
  for (const child of children) child.stdout?.resume();
  try {
    return await use();
  } finally {
    const left = children.filter(({ exitCode }) => exitCode === null);
    const ends = left.map((child) => once(child, 'exit'));
    for (const child of left) child.kill('SIGTERM');
    await Promise.all(ends);
  }
}
