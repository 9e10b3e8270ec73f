import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  findTemporal,
  startTemporal,
  TemporalServer,
} from '../../scripts/temporal-server.mjs';

interface Scripts {
  readonly findTemporal: typeof findTemporal;
  readonly startTemporal: typeof startTemporal;
}

/**
 * A Temporal server of the caller's own, on a file, to be killed and configured. For programs that are run in the
 * repository's root, built or not.
 *
 * @throws Error when none can be had here, or only one that runs already and is somebody else's.
 */
export async function ownTemporal(
  options: Omit<Parameters<typeof startTemporal>[0], 'path'> = {},
): Promise<TemporalServer> {
  // By a path of its own: what is built lies elsewhere than what it was built from.
  const scripts = pathToFileURL(join(process.cwd(), 'scripts', 'temporal-server.mjs'));
  const { findTemporal, startTemporal } = (await import(scripts.href)) as Scripts;
  const found = await findTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: undefined } });
  if ('missing' in found) throw new Error(found.missing);
  if ('address' in found) throw new Error('a server of somebody else is not to be killed');
  return startTemporal({ ...options, path: found.path });
}
