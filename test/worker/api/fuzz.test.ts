import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SCRIPT = join(__dirname, '../../../scripts/fuzz-api.mjs');

/** Why it cannot be run here; null: it can. */
function reason(): string | null {
  const python = process.env['PYTHON'] ?? 'python3';
  const { status } = spawnSync(python, ['-c', 'import venv, ensurepip']);
  return status === 0 ? null : `${python} with venv is needed to get schemathesis`;
}

it('whatever schemathesis makes up from the OpenAPI document is answered as that document says, and never with a 5xx', async (context) => {
  const why = reason();
  if (why !== null && process.env['CI'] === undefined) {
    console.warn(`skipped: ${why}`);
    context.skip(why);
  }
  expect(why).toBeNull();
  const child = spawn(process.execPath, [SCRIPT, '--cases', '5', '--seed', '1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const exit = await new Promise((resolve) => child.once('close', resolve));
  expect(said).toMatch(/\d{3,} generated/);
  expect(exit, said.slice(-4_000)).toBe(0);
}, 900_000);
