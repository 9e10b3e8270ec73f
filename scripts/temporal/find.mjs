/** Finds a real Temporal server for tests, rehearsals and measurements, and fetches one where there is none. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { unready } from './answers.mjs';
import { byGo, bySdk, byWheel } from './fetch.mjs';
import { onPath, run, secluded } from './program.mjs';

/** Of the server inside the CLI. What is older was never tried. */
const OLDEST = [1, 29];

/**
 * The first that works: the server at TEMPORAL_ADDRESS, the program at TEMPORAL_CLI_PATH, `temporal` on PATH, a copy in
 * the user's cache, and then the `ways` to fetch one, which land in that cache. Never throws: where nothing works,
 * `missing` has a sentence for everything that was tried. `say` hears, a line each, of what takes long and of what the
 * user named in vain.
 *
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => void} [options.say]
 * @param {import('./fetch.mjs').Way[]} [options.ways]
 * @returns {Promise<{ how: string, path: string } | { how: string, address: string } | { missing: string }>}
 */
export async function findTemporal({
  env = process.env,
  say = console.log,
  ways = [byWheel(), byGo, bySdk],
} = {}) {
  const tried = [];
  const failed = (what, why) => {
    tried.push(`${what}: ${why}.`);
    return tried.at(-1);
  };

  const address = env.TEMPORAL_ADDRESS;
  if (address) {
    const why = await unready(address);
    if (why === null) return { how: `TEMPORAL_ADDRESS (${address})`, address };
    say(`temporal: ${failed('TEMPORAL_ADDRESS', `${address} ${why}`)}`);
  } else failed('TEMPORAL_ADDRESS', 'not set');

  const named = env.TEMPORAL_CLI_PATH;
  if (named) {
    const { version, why } = await tryOut(named, env);
    if (version) return { how: `TEMPORAL_CLI_PATH (${version})`, path: named };
    say(`temporal: ${failed('TEMPORAL_CLI_PATH', why)}`);
  }

  const installed = onPath('temporal', env);
  if (installed === undefined) failed('temporal on PATH', 'there is none');
  else {
    const { version, why } = await tryOut(installed, env);
    if (version) return { how: `temporal on PATH (${version})`, path: installed };
    say(`temporal: ${failed('temporal on PATH', why)}`);
  }

  const cache = join(cacheFolder(env), 'campaign-runner', 'temporal');
  const place = ({ version }) => join(cache, `${version}-${process.platform}-${process.arch}`);
  const kept = ways.map((way) => join(place(way), 'temporal')).filter(exists);
  if (kept.length === 0) failed('a cached copy', 'there is none');
  for (const path of kept) {
    const { version, why } = await tryOut(path, env);
    if (version) return { how: `a cached copy (${version})`, path };
    failed('a cached copy', why);
  }

  for (const way of ways) {
    try {
      const { path, version } = await fetchInto(place(way), { cache, way, env, say });
      return { how: `${way.name} (${version})`, path };
    } catch (error) {
      failed(way.name, error.message);
    }
  }
  return { missing: `no Temporal server was found. ${tried.join(' ')}` };
}

function cacheFolder(env) {
  const named = env.XDG_CACHE_HOME ?? '';
  return isAbsolute(named) ? named : join(env.HOME || homedir(), '.cache');
}

function exists(file) {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** What the program says that it is, after it ran; or why it is of no use. */
async function tryOut(path, env) {
  try {
    const said = await run(path, ['--version'], { env: secluded(env, '/'), withinMs: 10_000 });
    const [, major, minor] = /Server (\d+)\.(\d+)/.exec(said) ?? [];
    if (minor === undefined) return { why: 'it does not say which server it has' };
    const old = Number(major) - OLDEST[0] || Number(minor) - OLDEST[1];
    if (old < 0) return { why: `its server is ${major}.${minor}, older than ${OLDEST.join('.')}` };
    return { version: `server ${/Server ([\w.-]+)/.exec(said)[1]}` };
  } catch (error) {
    return { why: `it does not run (${error.message})` };
  }
}

/**
 * Fetches beside the place where the program is to be, tries it out, and moves it there in one step: another process
 * that does the same at the same time sees all of a program or none.
 */
async function fetchInto(place, { cache, way, env, say }) {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  sweep(cache);
  const folder = mkdtempSync(join(cache, '.fetching-'));
  const begun = performance.now();
  const seconds = () => `${((performance.now() - begun) / 1_000).toFixed(1)} s`;
  say(`temporal: fetching a server: ${way.name} …`);
  const patience = setInterval(() => say(`temporal: still fetching, ${seconds()}`), 15_000);
  try {
    const fetched = await way.fetch(folder, env);
    const { version, why } = await tryOut(fetched, env);
    if (version === undefined) throw new Error(why);
    mkdirSync(place, { recursive: true });
    const path = join(place, 'temporal');
    renameSync(fetched, path);
    say(`temporal: fetched in ${seconds()}`);
    return { path, version };
  } catch (error) {
    say(`temporal: that failed after ${seconds()}: ${error.message}`);
    throw error;
  } finally {
    clearInterval(patience);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a killed process was fetching when it was killed. Older than any fetch can take. */
function sweep(cache) {
  for (const name of readdirSync(cache)) {
    if (!name.startsWith('.fetching-')) continue;
    const folder = join(cache, name);
    const since = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - since > 3_600_000) rmSync(folder, { recursive: true, force: true });
  }
}
