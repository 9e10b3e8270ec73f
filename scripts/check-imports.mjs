/**
 * Checks the import directions of .dependency-cruiser.cjs. Fails as well when a source file was not seen: with a
 * TypeScript that it cannot load, dependency-cruiser looks at nothing and calls that a success.
 */
import { existsSync, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = join(import.meta.dirname, '..');
process.chdir(root);
const { folders } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const { options, forbidden } = await extractConfig(join(root, '.dependency-cruiser.cjs'));

const present = folders.filter((folder) => existsSync(folder));
const { output } = await cruise(
  present,
  { ...options, ruleSet: { forbidden }, validate: true },
  undefined,
  { tsConfig: extractTsConfig(join(root, 'tsconfig.json')) },
);

const seen = new Set(output.modules.map(({ source }) => source));
const files = present.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`));
const unseen = files.filter((file) => !file.includes('/dist/') && !seen.has(file));
for (const { from, to, rule } of output.summary.violations) {
  console.error(`${rule.name}: ${from} → ${to}`);
}
for (const file of unseen) console.error(`not looked at: ${file}`);

const broken = output.summary.violations.length;
console.log(`imports: ${files.length} files in ${present.length} folders, ${broken} broken rules`);
if (broken > 0 || unseen.length > 0 || files.length === 0) process.exitCode = 1;
