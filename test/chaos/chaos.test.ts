import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';

const ROOT = join(__dirname, '../..');

interface Run {
  readonly exit: number;
  readonly verdict: Record<string, number> & { good: boolean; otherwise: string[] };
}

/** `npm run chaos` as anybody runs it, a short one. */
function chaos(...words: string[]): Promise<Run> {
  const all = ['run', '-s', 'chaos', '--', '--kills', '4', '--recipients', '400', '--json'];
  return new Promise((resolve, reject) => {
    execFile('npm', [...all, ...words], { cwd: ROOT }, (error, out) => {
      const last = out.trimEnd().split('\n').at(-1) ?? '';
      if (!last.startsWith('{')) reject(error ?? new Error(out));
      else resolve({ exit: Number(error?.code ?? 0), verdict: JSON.parse(last) });
    });
  });
}

test('killed, frozen, paused and lied to, a campaign loses nobody and writes to nobody twice or wrongly', async () => {
  const { exit, verdict } = await chaos('--seed', '1');
  expect(verdict).toMatchObject({
    kills: 4,
    lost: 0,
    double: 0,
    wrong: 0,
    unknown: 0,
    otherwise: [],
  });
  expect(verdict['inFlight']).toBeGreaterThan(0);
  expect(verdict['settled']).toBeGreaterThan(0);
  expect(exit).toBe(0);
}, 240_000);

test('the same run notices a runner that sends again what may have been sent', async () => {
  const { exit, verdict } = await chaos('--seed', '1', '--mutant', 'naive-retry');
  expect(verdict['double']).toBeGreaterThan(0);
  expect(exit).toBe(1);
}, 240_000);

const temporal = inject('temporal');

test.skipIf('missing' in temporal)(
  'so it is on Temporal, where nothing of anybody is left',
  async () => {
    const words = ['--engine', 'temporal', '--kills', '2', '--recipients', '200', '--seed', '1'];
    const histories = join('worker', '.chaos', 'histories-of-a-test');
    const { exit, verdict } = await chaos(...words, '--histories', histories);
    expect(verdict).toMatchObject({
      kills: 2,
      lost: 0,
      double: 0,
      wrong: 0,
      unknown: 0,
      otherwise: [],
    });
    expect(verdict).toMatchObject({ histories: { leaks: [] }, torment: { freezes: 1 } });
    expect(readdirSync(join(ROOT, histories)).length).toBeGreaterThan(0);
    expect(exit).toBe(0);
  },
  400_000,
);
