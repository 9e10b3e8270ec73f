/**
 * Bundles the workflows as every worker of this version runs them: node scripts/build-workflows.mjs [FOLDER], the folder of the build
 * (worker/dist). Fails when one of them reaches for what is not deterministic: a Node built-in, or anything of the runner but types.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from './bundle-workflows.mjs';

const folder = resolve(
  process.argv[2] ?? fileURLToPath(new URL('../worker/dist', import.meta.url)),
);
writeFileSync(
  join(folder, 'workflow-bundle.js'),
  await bundleWorkflows(join(folder, 'workflows', 'index.js')),
);
