import { defineConfig } from 'vitest/config';

/** The third tier: the packed package in a real n8n. Apart from the others, because it installs 2 GB before its first run. */
export default defineConfig({
  test: {
    include: ['test/n8n-real/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    // They share an n8n, and its credentials.
    fileParallelism: false,
    globalSetup: ['test/support/postgres-server.ts', 'test/support/n8n-server.ts'],
  },
});
