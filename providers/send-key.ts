import { createHash } from 'node:crypto';
import type { Address } from '../core/message';

/**
 * The key that a message carries on the platform, from the key that somebody gave it: one for each inbox and recipient,
 * so that a key used for two people by mistake never makes the second one look as if it had been sent. The same in the
 * runner and in n8n: each finds what the other sent. 32 characters of [A-Za-z0-9_-]; it cannot be turned back.
 */
export function sendKeyFor(given: string, inboxId: string, address: Address): string {
  const parts = JSON.stringify([given, inboxId, address.kind, address.value]);
  return createHash('sha256').update(parts).digest('base64url').slice(0, 32);
}
