import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

interface Packed {
  readonly filename: string;
  readonly name: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

export interface InstalledPackage {
  readonly folder: string;
  readonly name: string;
  /** Paths in the tarball, sorted. */
  readonly files: readonly string[];
  /** Of the tarball, in bytes. */
  readonly packed: number;
  readonly unpacked: number;
  readonly manifest: {
    readonly dependencies?: object;
    readonly n8n: { readonly nodes: string[]; readonly credentials: string[] };
  };
  readonly remove: () => void;
}

/**
 * Packs the n8n package and installs it into an empty folder as n8n does: unpacked, with development, peer and
 * optional dependencies struck out. Only n8n-workflow can be found from there.
 */
export function installPackage(): InstalledPackage {
  if (!existsSync(join(ROOT, 'dist'))) throw new Error('nothing is built: npm run build:n8n');
  const home = mkdtempSync(join(tmpdir(), 'campaign-runner-n8n-'));
  // An array, or an object by name, depending on the version of npm.
  const answer = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as Record<string, Packed>;
  const [packed] = Object.values(answer);
  if (packed === undefined) throw new Error('npm packed nothing');

  const folder = join(home, 'node_modules', packed.name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', join(home, packed.filename), '-C', folder, '--strip-components=1']);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const kind of ['devDependencies', 'peerDependencies', 'optionalDependencies']) {
    delete manifest[kind];
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  symlinkSync(
    join(ROOT, 'node_modules', 'n8n-workflow'),
    join(home, 'node_modules', 'n8n-workflow'),
  );
  return {
    folder,
    name: packed.name,
    files: packed.files.map(({ path }) => path).sort(),
    packed: packed.size,
    unpacked: packed.unpackedSize,
    manifest,
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
