/**
 * Builds the n8n package into dist/: each node and credential of package.json's n8n block as one CommonJS file with
 * everything but n8n-workflow inside, beside it the codex and what n8n shows of its output before the first run, and the icons. What is known of the world's phone numbers
 * is the largest part by far, and all of them need it: it is a file of its own.
 *
 * Plain tsc output passes n8n's checks and then fails to load: n8n installs no dependencies of a community package.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dirname, relative } from 'node:path/posix';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const { n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const outputs = [...n8n.nodes, ...n8n.credentials];
const sourceOf = (output) => output.replace(/^dist\//, '').replace(/\.js$/, '.ts');

/** Whoever imports the source requires the file instead. */
const PHONES = { source: 'core/phone.ts', file: 'dist/nodes/shared/phone.js' };
const phonesFor = (output) => ({
  name: 'phones',
  setup({ onResolve }) {
    onResolve({ filter: /\/phone$/ }, ({ path, resolveDir }) =>
      `${join(resolveDir, path)}.ts` === join(root, PHONES.source)
        ? { path: relative(dirname(output), PHONES.file), external: true }
        : undefined,
    );
  },
});

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['n8n-workflow'],
  // Names stay readable for whoever reviews the package; white space and dead code do not ship.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'inline',
  logLevel: 'warning',
};

rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({ ...options, entryPoints: [PHONES.source], outfile: PHONES.file });
for (const output of outputs) {
  const plugins = [phonesFor(output)];
  await build({ ...options, plugins, entryPoints: [sourceOf(output)], outfile: output });
}

/** What a node returns is described once for all that return the same. */
const SCHEMAS_OF = { 'nodes/Bevatel': 'nodes/Chatwoot' };

for (const node of n8n.nodes.map(sourceOf)) {
  const codex = node.replace(/\.ts$/, '.json');
  cpSync(join(root, codex), join(root, 'dist', codex));
  const folder = dirname(node);
  cpSync(
    join(root, SCHEMAS_OF[folder] ?? folder, '__schema__'),
    join(root, 'dist', folder, '__schema__'),
    { recursive: true },
  );
}
cpSync(join(root, 'icons'), join(root, 'dist', 'icons'), { recursive: true });
console.log(`built ${outputs.length} files for n8n into dist/`);
