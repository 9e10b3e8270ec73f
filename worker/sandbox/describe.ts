import { PROVIDERS } from '../../core/words';
import type { Sandbox } from './index';
import { REHEARSALS } from './rehearsals';

/** Lines for a terminal: where the sandbox is, and for each platform the account that works there. */
export function describeSandbox(sandbox: Sandbox): string[] {
  return [
    `sandbox   ${sandbox.url}   (loopback only)`,
    `control   ${sandbox.url}/_sandbox/summary   also: accepted, messages, requests, faults, replies, deliveries, people, webhooks, reset`,
    ...PROVIDERS.flatMap((id) => {
      const { mount, credentials } = REHEARSALS[id];
      const fields = Object.entries(credentials).map(([name, value]) => `${name}: "${value}"`);
      const [title = '', ...lines] = sandbox[id].platform.describe();
      const account = `  account { platform: ${id}, url: "${sandbox.url}${mount}", ${fields.join(', ')} }`;
      return ['', title, account, ...lines];
    }),
  ];
}
