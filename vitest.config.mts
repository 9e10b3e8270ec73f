import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // In a real n8n, which takes minutes to install: npm run test:n8n.
    exclude: ['**/node_modules/**', 'test/n8n-real/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A second is little on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    // Most tests wait for processes, leases and settle delays, and not for a core.
    maxWorkers: 3,
    globalSetup: ['test/support/postgres-server.ts', 'test/support/temporal-server.ts'],
    // n8n-workflow's ES modules do not resolve under Node; its CommonJS build is the one that n8n-core uses as well.
    alias: { 'n8n-workflow': require.resolve('n8n-workflow') },
  },
});
