/** `npm run check`: everything that has to hold before a change goes in, one step after the other, the first failure ends it. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const STEPS = {
  format: ['biome', 'check', '.'],
  lint: ['eslint', '--max-warnings', '0', '.'],
  types: ['tsc', '-p', 'tsconfig.json', '--noEmit'],
  'import direction': ['node', 'scripts/check-imports.mjs'],
  'unused code': ['knip'],
  'build for n8n': ['node', 'scripts/build-n8n.mjs'],
  'build of the runner': ['npm', 'run', '-s', 'build:worker'],
  'types of the API': ['node', 'scripts/write-api-types.mjs', '--check'],
  packages: ['node', 'scripts/check-package.mjs'],
  // The package test is one of them.
  tests: ['vitest', 'run'],
};

const { values } = parseArgs({
  options: { skip: { type: 'string', multiple: true, default: [] } },
});
const started = performance.now();
const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(1)} s`;

for (const [name, [command, ...args]] of Object.entries(STEPS)) {
  if (values.skip.includes(name)) continue;
  const begun = performance.now();
  console.log(`\ncheck: ${name}: ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.log(`\ncheck: ${name} failed after ${seconds(begun)}`);
    process.exit(1);
  }
  console.log(`check: ${name} ok, ${seconds(begun)}`);
}
console.log(`\ncheck: all ok, ${seconds(started)}`);
