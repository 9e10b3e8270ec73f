import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findN8n } from '../../scripts/n8n/install.mjs';

/** How a real n8n is installed, with something of the tests' own in the place of npm. */
let home: string;
let said: string[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'campaign-runner-n8n-install-'));
  said = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function npmDoes(script: string): void {
  mkdirSync(join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'bin', 'npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const find = (withinMs = 30_000) =>
  findN8n({
    env: {
      PATH: [join(home, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
      XDG_CACHE_HOME: join(home, 'cache'),
    },
    say: (line) => said.push(line),
    withinMs,
  });
const cached = () => readdirSync(join(home, 'cache', 'campaign-runner', 'n8n'));

const INSTALLS = 'mkdir -p node_modules/n8n/bin && echo x > node_modules/n8n/bin/n8n';

describe('a real n8n', () => {
  it('is installed once, and tells what that took', async () => {
    npmDoes(`${INSTALLS} && echo "$@" > asked`);
    const first = await find();
    expect(first).toMatchObject({ version: '2.41.1', bytes: expect.any(Number) as number });
    expect(said.at(-1)).toMatch(/^n8n: n8n 2\.41\.1, .* GB, installed in \d+ s$/);
    npmDoes('exit 1');
    expect(await find()).toEqual(first);
    expect(cached()).toHaveLength(1);
  });

  it('is missing with what npm said first, and without a password', async () => {
    npmDoes(
      'echo "npm error code E401\nnpm error no entry at https://me:secret@npm.example/" >&2; exit 1',
    );
    const { missing } = (await find()) as { missing: string };
    expect(missing).toContain('npm: code E401; no entry at https://npm.example/');
    expect(cached()).toEqual([]);
  });

  it('is missing when npm does not end, and nothing is left behind', async () => {
    npmDoes('exec sleep 60');
    const { missing } = (await find(300)) as { missing: string };
    expect(missing).toBe('there is no n8n 2.41.1: npm took longer than 0.3 s, and was ended');
    expect(cached()).toEqual([]);
  });
});
