import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'campaign-runner-counted-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
  readonly files?: readonly { status: string; assertionResults: readonly object[] }[];
  readonly success?: boolean;
}

function report(name: string, { passed = 0, failed = 0, skipped = 0, ...more }: Report): string {
  const file = join(folder, name);
  const { files: testResults = [], success = failed === 0 } = more;
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped };
  writeFileSync(file, JSON.stringify({ ...counts, numTodoTests: 0, testResults, success }));
  return file;
}

function count(files: readonly string[], env: Readonly<Record<string, string>> = { CI: 'true' }) {
  const { stdout, status } = spawnSync(process.execPath, ['scripts/count-tests.mjs', ...files], {
    env,
    encoding: 'utf8',
  });
  return { last: stdout.trimEnd().split('\n').at(-1), status };
}

describe('the tests of several reports', () => {
  it('are counted together, in the last line', () => {
    const files = [report('a', { passed: 3 }), report('b', { passed: 4 })];
    expect(count(files)).toEqual({ last: '7 passed, 0 failed', status: 0 });
    const more = report('c', { passed: 1, failed: 2 });
    expect(count([...files, more])).toEqual({ last: '8 passed, 2 failed', status: 1 });
  });

  it('have failed on CI where they were skipped, and only there', () => {
    const files = [report('a', { passed: 3 }), report('b', { passed: 4, skipped: 2 })];
    expect(count(files)).toEqual({ last: '7 passed, 2 failed', status: 1 });
    expect(count(files, {})).toEqual({ last: '7 passed, 0 failed', status: 0 });
  });

  it('are missed where a file did not load, a run did not begin, or left no report', () => {
    const whole = report('a', { passed: 3 });
    const files = [{ status: 'failed', assertionResults: [] }];
    const unloaded = report('b', { passed: 1, files, success: false });
    expect(count([whole, unloaded])).toEqual({ last: '4 passed, 1 failed', status: 1 });
    const broken = report('c', { success: false });
    expect(count([whole, broken])).toEqual({ last: '3 passed, 1 failed', status: 1 });
    const nowhere = join(folder, 'none');
    expect(count([whole, nowhere])).toEqual({ last: '3 passed, 1 failed', status: 1 });
    writeFileSync(nowhere, '');
    expect(count([whole, nowhere])).toEqual({ last: '3 passed, 1 failed', status: 1 });
    expect(count([])).toEqual({ last: '0 passed, 1 failed', status: 1 });
  });
});
