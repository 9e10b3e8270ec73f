/**
 * A real n8n for tests and measurements, from the user's cache or installed into it, as the lock file beside this says.
 * By hand: `node scripts/n8n/install.mjs`. For another version: change package.json here, then
 * `cp npmrc .npmrc && npm install --package-lock-only && rm .npmrc`.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { onPath } from '../temporal/program.mjs';

/** Two minutes on two cores. */
const WITHIN_MS = 15 * 60_000;
/** n8n itself, and npm's own cache until it is done. */
const NEEDS_BYTES = 4e9;

const here = import.meta.dirname;
const { version } = JSON.parse(readFileSync(join(here, 'package-lock.json'), 'utf8')).packages[
  'node_modules/n8n'
];

/**
 * Never throws: where none can be had, `missing` has the reason. `say` hears a line of whatever takes long. What it
 * took to install is known of a cached one as well.
 *
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => void} [options.say]
 * @param {number} [options.withinMs]
 * @returns {Promise<{ version: string, program: string, seconds: number, bytes: number } | { missing: string }>}
 */
export async function findN8n({ env = process.env, say = console.log, withinMs = WITHIN_MS } = {}) {
  try {
    const cache = join(cacheFolder(env), 'campaign-runner', 'n8n');
    const place = join(cache, `${version}-${fingerprint()}`);
    if (!existsSync(place)) await install({ place, cache, env, say, withinMs });
    const took = JSON.parse(readFileSync(join(place, 'installed.json'), 'utf8'));
    return { version, program: join(place, 'node_modules', 'n8n', 'bin', 'n8n'), ...took };
  } catch (error) {
    return { missing: `there is no n8n ${version}: ${error.message}` };
  }
}

/** For a person. */
export function describeN8n({ version, seconds, bytes }) {
  return `n8n ${version}, ${(bytes / 1e9).toFixed(1)} GB, installed in ${seconds.toFixed(0)} s`;
}

function cacheFolder(env) {
  const named = env.XDG_CACHE_HOME ?? '';
  return isAbsolute(named) ? named : join(env.HOME || homedir(), '.cache');
}

const RECIPE = ['package.json', 'package-lock.json', 'npmrc'];

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of RECIPE) hash.update(readFileSync(join(here, file)));
  return hash.digest('hex').slice(0, 12);
}

/** Beside its place, and moved there in one step: whoever finds it there finds all of it. */
async function install({ place, cache, env, say, withinMs }) {
  const npm = onPath('npm', env);
  if (npm === undefined) throw new Error('npm is not on PATH');
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  sweep(cache);
  const { bavail, bsize } = statfsSync(cache);
  if (bavail * bsize < NEEDS_BYTES) {
    const free = (bavail * bsize) / 1e9;
    throw new Error(
      `it needs ${NEEDS_BYTES / 1e9} GB in ${cache}, and ${free.toFixed(1)} are free`,
    );
  }
  const folder = mkdtempSync(join(cache, '.installing-'));
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1_000;
  say(`n8n: installing ${version} into ${cache} …`);
  const patience = setInterval(
    () => say(`n8n: still installing, ${seconds().toFixed(0)} s`),
    15_000,
  );
  try {
    for (const file of RECIPE) copyFileSync(join(here, file), join(folder, file));
    renameSync(join(folder, 'npmrc'), join(folder, '.npmrc'));
    // A cache of its own, removed below: 600 MB that nobody else will ask for.
    const args = ['ci', '--cache', join(folder, 'cache'), '--loglevel', 'error', '--logs-max', '0'];
    await runNpm(npm, args, { cwd: folder, env, withinMs });
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
    const took = { seconds: seconds(), bytes: sizeOf(folder) };
    writeFileSync(join(folder, 'installed.json'), JSON.stringify(took));
    moveTo(place, folder);
    say(`n8n: ${describeN8n({ version, ...took })}`);
  } finally {
    clearInterval(patience);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runNpm(npm, args, { cwd, env, withinMs }) {
  try {
    await promisify(execFile)(npm, args, {
      ...{ cwd, env, timeout: withinMs, killSignal: 'SIGKILL', maxBuffer: 64e6 },
    });
  } catch (error) {
    if (error.killed) throw new Error(`npm took longer than ${withinMs / 1_000} s, and was ended`);
    // npm says first what it was, then what may help. A password in a registry's address stays out.
    const said = String(error.stderr ?? error.message)
      .trim()
      .split('\n')
      .slice(0, 4);
    const lines = said.map((line) => line.replace(/^npm error /, '').trim());
    throw new Error(`npm: ${lines.join('; ').replaceAll(/\/\/[^/\s@]+@/g, '//')}`);
  }
}

function moveTo(place, folder) {
  try {
    renameSync(folder, place);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(place)) throw error;
  }
}

/** What it takes on the disk. */
function sizeOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true })) {
    const { blocks, size } = lstatSync(join(folder, entry));
    bytes += blocks === undefined ? size : blocks * 512;
  }
  return bytes;
}

/** What a killed process was installing when it was killed. Older than any install can take. */
function sweep(cache) {
  for (const name of readdirSync(cache)) {
    if (!name.startsWith('.installing-')) continue;
    const folder = join(cache, name);
    const since = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - since > 3_600_000) rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const found = await findN8n();
  console.log(found.missing ?? `${describeN8n(found)}\n${found.program}`);
  if (found.missing) process.exitCode = 1;
}
