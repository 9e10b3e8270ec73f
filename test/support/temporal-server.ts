import type { TestProject } from 'vitest/node';
import { findTemporal, startTemporal } from '../../scripts/temporal-server.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that all test files share, each on task queues of its own; or why there is none. */
    temporal: Temporal;
  }
}

type Temporal =
  | {
      readonly address: string;
      /** Where it was found, for a person. */
      readonly how: string;
      /** The program, for a test that starts a server of its own; not known where the server runs already. */
      readonly path?: string;
    }
  | { readonly missing: string };

/** One server for the whole run. Where none can be had, a run on CI fails and any other is told so. */
export default async function setup(
  project: TestProject,
  find: typeof findTemporal = findTemporal,
): Promise<(() => Promise<void>) | void> {
  try {
    const found = await find();
    if ('missing' in found) throw new Error(found.missing);
    console.log(`temporal: ${found.how}`);
    if ('address' in found) {
      project.provide('temporal', found);
      return;
    }
    const { how, path } = found;
    const server = await startTemporal({ path });
    project.provide('temporal', { address: server.address, how, path });
    return server.close;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    const missing = error instanceof Error ? error.message : String(error);
    project.provide('temporal', { missing });
    console.warn(`\nNOTHING IS TESTED ON TEMPORAL: ${missing}\n`);
  }
}
