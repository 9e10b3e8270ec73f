import { randomBytes } from 'node:crypto';
import { describe, inject } from 'vitest';

/**
 * A suite on the real server that all test files share; where none can be had, it is skipped with the reason. Its
 * workflows and task queues are named by `uniqueQueue`, so that no other file comes across them.
 */
export function onTemporal(name: string, suite: () => void): void {
  const server = inject('temporal');
  if ('address' in server) describe(name, suite);
  else describe.skip(`${name}: ${server.missing}`, suite);
}

/** Of the shared server, namespace `default`. Fails where there is none: ask inside of `onTemporal`, in a hook or a test. */
export function temporalAddress(): string {
  const server = inject('temporal');
  if ('missing' in server) throw new Error(server.missing);
  return server.address;
}

/** The program, for a test that kills or configures a server of its own; undefined where only an address is known. */
export function temporalProgram(): string | undefined {
  const server = inject('temporal');
  return 'missing' in server ? undefined : server.path;
}

/** A name that no other test has, for a task queue or as the beginning of workflow ids. */
export const uniqueQueue = (name = 'queue'): string =>
  `test-${name}-${randomBytes(6).toString('hex')}`;
