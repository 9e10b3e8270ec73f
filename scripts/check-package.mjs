/** Looks at both packages as npm would publish them: publint's rules, and n8n's own scan on every file of the n8n package. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { lintPackage } from './n8n-scan.mjs';

const root = join(import.meta.dirname, '..');
const kB = (bytes) => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
const work = mkdtempSync(join(tmpdir(), 'campaign-runner-package-'));
let failed = false;

for (const folder of ['.', 'worker']) {
  const { messages, pkg } = await publint({ pkgDir: join(root, folder), strict: true });
  for (const message of messages) console.log(`publint: ${formatMessage(message, pkg)}`);
  console.log(`publint: ${pkg.name}: ${messages.length} messages`);
  failed ||= messages.length > 0;
}

// An array, or an object by name, depending on the version of npm.
const [packed] = Object.values(
  JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', work], {
      cwd: root,
      encoding: 'utf8',
    }),
  ),
);
// Unpacked inside the repository's tree would be ignored like any dist folder; here nothing is.
const unpacked = join(work, 'package');
mkdirSync(unpacked);
execFileSync('tar', ['-xzf', join(work, packed.filename), '-C', work]);
const found = await lintPackage(unpacked);
if (found !== '') console.log(found);
console.log(
  `n8n scan: ${packed.files.length} files, ${kB(packed.size)} packed, ${kB(packed.unpackedSize)} installed: ${found === '' ? 'passed' : 'failed'}`,
);
failed ||= found !== '';

rmSync(work, { recursive: true });
process.exitCode = failed ? 1 : 0;
