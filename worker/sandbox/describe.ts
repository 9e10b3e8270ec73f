import type { Sandbox } from './index';

/** Lines for a terminal: where the sandbox is, and what a person needs to point an account at it. */
export function describeSandbox(sandbox: Sandbox): string[] {
  return [
    `sandbox   ${sandbox.url}   (loopback only)`,
    `control   ${sandbox.url}/_sandbox/summary   also: accepted, messages, requests, faults, reset`,
    '',
    ...sandbox.chatwoot.platform.describe(),
  ];
}
