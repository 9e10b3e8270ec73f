import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { describeN8n, FoundN8n, findN8n } from '../../scripts/n8n/install.mjs';
import { startGuard } from './n8n-guard';
import { type Owner, setUpOwner } from './n8n-owner';
import { freePort, type N8nPlace, startN8n } from './n8n-process';

export interface InstalledNodes {
  readonly packageName: string;
  readonly installedVersion: string;
  readonly installedNodes: readonly { readonly name: string; readonly type: string }[];
}

/** A real n8n with our package, installed into it by n8n itself. */
export interface RealN8n {
  readonly place: N8nPlace;
  readonly owner: Owner;
  /** For a person: version, and what it took to install. */
  readonly how: string;
  /** What n8n says that it installed. */
  readonly installed: InstalledNodes;
  /** Ends the server only; commands still work. */
  stop(): Promise<void>;
  /** Ends it, removes all that it wrote, and says whom it wanted to reach outside. */
  close(): Promise<ReadonlyMap<string, number>>;
}

/**
 * Starts n8n on loopback, on this empty PostgreSQL database and in an empty folder, with the packed package. Whatever it
 * asks of other machines is refused. For programs that are run in the repository's root, with the package built.
 *
 * @throws Error with the reason when there is no n8n here, or it does not start.
 */
export async function startRealN8n(database: string): Promise<RealN8n> {
  const { found, how } = await find();
  const home = mkdtempSync(join(tmpdir(), 'campaign-runner-real-n8n-'));
  const guard = await startGuard();
  const leave = () => {
    guard.close();
    rmSync(home, { recursive: true, force: true });
    return guard.refused();
  };
  try {
    const tarball = pack(home);
    const files = join(home, '.n8n-files');
    mkdirSync(files);
    const port = await freePort();
    const place: N8nPlace = {
      ...{ ...found, home, files },
      url: `http://127.0.0.1:${port}`,
      env: {
        ...surroundings(home, tarball, guard.url),
        ...databaseAt(database),
        ...QUIET,
        N8N_USER_FOLDER: home,
        N8N_ENCRYPTION_KEY: randomBytes(16).toString('hex'),
        N8N_LISTEN_ADDRESS: '127.0.0.1',
        N8N_PORT: String(port),
        N8N_RUNNERS_BROKER_PORT: String(await freePort()),
      },
    };
    const server = await startN8n(place);
    try {
      const owner = await setUpOwner(place);
      const installed = await owner.ask<InstalledNodes>('POST', '/rest/community-packages', {
        name: NAME,
      });
      return {
        ...{ place, owner, how, installed },
        stop: server.close,
        async close() {
          await server.close();
          return leave();
        },
      };
    } catch (error) {
      await server.close();
      throw error;
    }
  } catch (error) {
    leave();
    throw error;
  }
}

const NAME = 'n8n-nodes-campaign-runner';

interface Installer {
  readonly findN8n: typeof findN8n;
  readonly describeN8n: typeof describeN8n;
}

async function find(): Promise<{ found: Pick<FoundN8n, 'program' | 'version'>; how: string }> {
  // By a path of its own: what is built lies elsewhere than what it was built from.
  const installer = pathToFileURL(join(process.cwd(), 'scripts', 'n8n', 'install.mjs'));
  const { findN8n, describeN8n } = (await import(installer.href)) as Installer;
  const found = await findN8n();
  if ('missing' in found) throw new Error(found.missing);
  const { program, version } = found;
  return { found: { program, version }, how: describeN8n(found) };
}

function pack(folder: string): string {
  if (!existsSync('dist')) throw new Error('nothing is built: npm run build:n8n');
  const answer = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  // An array, or an object by name, depending on the version of npm.
  const [packed] = Object.values(JSON.parse(answer) as Record<string, { filename: string }>);
  if (packed === undefined) throw new Error('npm packed nothing');
  return join(folder, packed.filename);
}

/** Nothing of the user's: no settings, no home, no proxy but the guard. In front of npm, what stands in for it. */
function surroundings(home: string, tarball: string, guard: string): Record<string, string> {
  const programs = join(home, 'bin');
  mkdirSync(programs);
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  const standIn = join(process.cwd(), 'scripts', 'n8n', 'npm-stand-in.mjs');
  const words = [process.execPath, standIn, tarball, npm].map((word) => `'${word}'`);
  writeFileSync(join(programs, 'npm'), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, {
    mode: 0o755,
  });
  return {
    PATH: [programs, process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    TMPDIR: tmpdir(),
    ...{ HTTP_PROXY: guard, HTTPS_PROXY: guard, NO_PROXY: '127.0.0.1,localhost' },
  };
}

function databaseAt(address: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(address);
  return {
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: hostname,
    DB_POSTGRESDB_PORT: port,
    DB_POSTGRESDB_USER: username,
    DB_POSTGRESDB_PASSWORD: decodeURIComponent(password),
    DB_POSTGRESDB_DATABASE: pathname.slice(1),
  };
}

/** n8n without what speaks to its makers, and without what needs native code. */
const QUIET: Readonly<Record<string, string>> = {
  GENERIC_TIMEZONE: 'UTC',
  N8N_SECURE_COOKIE: 'false',
  N8N_DIAGNOSTICS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
  N8N_DYNAMIC_BANNERS_ENABLED: 'false',
  N8N_TEMPLATES_ENABLED: 'false',
  N8N_PERSONALIZATION_ENABLED: 'false',
  N8N_HIRING_BANNER_ENABLED: 'false',
  N8N_VERIFIED_PACKAGES_ENABLED: 'false',
  N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
  N8N_PYTHON_ENABLED: 'false',
  N8N_EXPRESSION_ENGINE: 'legacy',
  // What `execute` prints is a message of level info; as JSON it is a line of its own.
  N8N_LOG_LEVEL: 'info',
  N8N_LOG_FORMAT: 'json',
};
