/** A real Temporal server of our own, on loopback, for tests, rehearsals and measurements. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { unready } from './temporal/answers.mjs';
import { secluded } from './temporal/program.mjs';

export { unready } from './temporal/answers.mjs';
export { byGo, byWheel } from './temporal/fetch.mjs';
export { findTemporal } from './temporal/find.mjs';

const SEARCH_ATTRIBUTES = { CampaignName: 'Keyword', CampaignState: 'Keyword' };

/**
 * Starts `temporal server start-dev` with the namespace `default` and resolves when it answers. It keeps everything in a
 * file, so that it is all there after a `restart`. It ends with this process, however that ends. Nothing of the user's
 * configuration is read or altered. Fails with the end of the server's log when it does not answer within 30 s.
 *
 * @param {object} options
 * @param {string} options.path the program, as `findTemporal` names it
 * @param {string} [options.folder] for database and log; without it a new one, removed at `close` or with this process
 * @param {number} [options.port] without it a free one, the same after every restart
 * @param {string} [options.dbFile]
 * @param {string} [options.log] how much goes into `temporal.log`: debug, info, warn, error or never
 * @param {boolean} [options.ui] with a free port of its own
 * @param {Record<string, unknown>} [options.dynamicConfig]
 * @param {Record<string, string>} [options.searchAttributes] name → type
 */
export async function startTemporal({
  path,
  folder,
  port,
  dbFile,
  log = 'error',
  ui = false,
  dynamicConfig = {},
  searchAttributes = SEARCH_ATTRIBUTES,
}) {
  const home = folder ?? mkdtempSync(join(tmpdir(), 'campaign-temporal-'));
  mkdirSync(home, { recursive: true });
  const warden = watchOver(folder === undefined ? home : '');
  const logFile = join(home, 'temporal.log');
  const ports = { grpc: port ?? (await freePort()), ui: ui ? await freePort() : undefined };
  let server;

  const begin = async () => {
    const output = openSync(logFile, 'a');
    server = spawn(
      path,
      [
        ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ports.grpc)],
        ...(ui ? ['--ui-port', String(ports.ui), '--ui-disable-news-fetch'] : ['--headless']),
        ...['--db-filename', dbFile ?? join(home, 'temporal.db'), '--log-level', log],
        ...Object.entries(searchAttributes).flatMap(([name, type]) => [
          '--search-attribute',
          `${name}=${type}`,
        ]),
        ...Object.entries(dynamicConfig).flatMap(([name, value]) => [
          '--dynamic-config-value',
          `${name}=${JSON.stringify(value)}`,
        ]),
        ...['--disable-config-file', '--disable-config-env'],
      ],
      // Detached: a Ctrl-C is for us, and we may still need the server.
      {
        cwd: home,
        env: secluded(process.env, home),
        detached: true,
        stdio: ['ignore', output, output],
      },
    );
    closeSync(output);
    const started = server;
    warden.follow(started.pid);
    started.on('exit', () => {
      // Whoever has this number next is not ours to kill.
      if (server === started) warden.follow(undefined);
    });
    started.on('error', () => {});
    started.unref();
    return answersBy(started, `127.0.0.1:${ports.grpc}`, Date.now() + 30_000);
  };

  const start = async () => {
    if (isAlive(server)) return;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      if (await begin()) return;
      if (isAlive(server)) break;
      // It ended: somebody else took a port meanwhile, this one or one that the server picks by itself.
      if (port === undefined) ports.grpc = await freePort();
    }
    await end('SIGKILL');
    throw new Error(`Temporal did not start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
  };

  const end = async (signal) => {
    if (!isAlive(server)) return;
    server.ref();
    const ended = once(server, 'exit');
    server.kill(signal);
    const patience = setTimeout(() => server.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(patience);
  };

  const close = async () => {
    await end('SIGTERM');
    if (folder === undefined) rmSync(home, { recursive: true, force: true });
    warden.release();
  };

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  // From now on others know it by this port.
  port = ports.grpc;
  return {
    address: `127.0.0.1:${port}`,
    namespace: 'default',
    ui: ui ? `http://127.0.0.1:${ports.ui}` : undefined,
    logFile,
    /** Of the process that runs now; undefined while none does. */
    get pid() {
      return isAlive(server) ? server.pid : undefined;
    },
    /** Resolves when it answers, on the same port and with everything that was stored. */
    start,
    /** Resolves when the process is gone. */
    stop: () => end('SIGTERM'),
    /** A crash. Resolves when the process is gone. */
    kill9: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      await start();
    },
    /** Stops it for good, and removes the folder unless the caller named it. */
    close,
  };
}

const isAlive = (child) =>
  child?.pid !== undefined && child.exitCode === null && child.signalCode === null;

async function answersBy(server, address, deadline) {
  while (isAlive(server) && Date.now() < deadline) {
    if ((await unready(address)) === null && isAlive(server)) return true;
    await wait(20);
  }
  return false;
}

/** Below the ports that systems hand out, so that nobody is given this one while the server restarts. */
async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    const probe = createServer().listen(port, '127.0.0.1');
    try {
      await once(probe, 'listening');
    } catch (error) {
      if (error.code === 'EADDRINUSE') continue;
      throw error;
    }
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

/** Remembers the last number that it was told, until nobody holds the other end of its input, which a `kill -9` lets go as well. */
const WARDEN = `
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then kill -KILL "$pid"; fi
if [ -n "$1" ]; then rm -rf "$1" || { sleep 1; rm -rf "$1"; }; fi`;

/** Kills the server that it follows when told to or when this process is no more, and removes `folder` unless it is ''. */
function watchOver(folder) {
  const warden = spawn('sh', ['-c', WARDEN, 'sh', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  warden.unref();
  warden.on('error', () => {});
  warden.stdin.on('error', () => {});
  // Its input alone keeps nobody from ending.
  warden.stdin.unref?.();
  return {
    follow: (pid) => warden.stdin.write(`${pid ?? ''}\n`),
    release: () => warden.stdin.end(),
  };
}
