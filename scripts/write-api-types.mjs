/**
 * Writes the types of the HTTP API, from its own OpenAPI document, to where the n8n nodes find them. `--check` only says whether they are as they should be.
 * Needs a build of the runner.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '@hey-api/openapi-ts';

const FILE = join(import.meta.dirname, '../nodes/Campaign/api.ts');
const require = createRequire(import.meta.url);
const built = (name) => require(join(import.meta.dirname, '../worker/dist/worker/api', name));

/** The routes that the Campaign nodes ask, without what can be wrong: that is a Problem everywhere. */
function goodAnswers(paths) {
  const asked = Object.entries(paths).filter(([path]) =>
    /^\/(accounts|campaigns|events|sends)\b/.test(path),
  );
  return Object.fromEntries(
    asked.map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method,
          {
            ...operation,
            responses: Object.fromEntries(
              Object.entries(operation.responses).filter(([status]) => status.startsWith('2')),
            ),
          },
        ]),
      ),
    ]),
  );
}

async function typesOf(input) {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-api-types-'));
  try {
    await createClient({
      input,
      output: { path: folder },
      plugins: ['@hey-api/typescript'],
      logs: { level: 'silent' },
    });
    return readFileSync(join(folder, 'types.gen.ts'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

/** Nothing is asked of these to describe the routes. */
const ports = { ledger: {}, desk: {}, status: {}, version: '0', publicUrl: null };
const document = built('openapi.js').documentOf(built('app.js').createApi(ports), ports);
const wanted = `/* Written by npm run api:types from the API's own description: not by hand. */\n${await typesOf({ ...document, paths: goodAnswers(document.paths) })}`;

if (!values.check) {
  writeFileSync(FILE, wanted);
  console.log(`written: ${FILE}`);
} else if (readFileSync(FILE, 'utf8') !== wanted) {
  console.log(
    'nodes/Campaign/api.ts is not what the API describes. Write it anew with: npm run api:types',
  );
  process.exitCode = 1;
} else {
  console.log('api types: as the API describes them');
}
process.exit();
