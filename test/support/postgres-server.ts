import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that all test files share, each with databases of its own; or why there is none. */
    postgres: { readonly url: string } | { readonly missing: string };
  }
}

/** One server for the whole run. Where none can be had, a run on CI fails and any other is told so. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  try {
    const server = await startPostgres();
    project.provide('postgres', { url: server.url });
    return server.close;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    const missing = error instanceof Error ? error.message : String(error);
    project.provide('postgres', { missing });
    console.warn(`\nNOTHING IS TESTED ON POSTGRESQL: ${missing}\n`);
  }
}
