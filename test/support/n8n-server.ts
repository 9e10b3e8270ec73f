import type { TestProject } from 'vitest/node';
import type { N8nPlace } from './n8n-process';
import { freshDatabase } from './postgres';
import { type InstalledNodes, startRealN8n } from './real-n8n';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The n8n that all test files share, one after the other; or why there is none. */
    n8n: { readonly place: N8nPlace; readonly installed: InstalledNodes } | { missing: string };
  }
}

/** One n8n for the whole run. Where none can be had, a run on CI fails and any other is told so. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  try {
    const { postgres } = project.getProvidedContext();
    if ('missing' in postgres) throw new Error(postgres.missing);
    const { url, drop } = await freshDatabase(postgres.url);
    const begun = performance.now();
    const n8n = await startRealN8n(url);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    console.log(`n8n: ${n8n.how}; started, with our package in it, after ${seconds} s`);
    project.provide('n8n', { place: n8n.place, installed: n8n.installed });
    return async () => {
      const refused = await n8n.close();
      await drop();
      const hosts = [...refused].map(([host, times]) => `${host} (${times})`).join(', ');
      console.log(`n8n: kept from asking ${hosts === '' ? 'anybody' : hosts}`);
    };
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    const missing = error instanceof Error ? error.message : String(error);
    project.provide('n8n', { missing });
    console.warn(`\nNOTHING IS TESTED IN A REAL n8n: ${missing}\n`);
  }
}
