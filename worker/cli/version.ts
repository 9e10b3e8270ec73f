import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of this program. */
export function version(): string {
  // dist/worker/cli/version.js → the package's own package.json.
  const text = readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
