import { createHash } from 'node:crypto';

/** What the ledger takes as the key of a message. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,39}$/;

/** The message's own key for an `Idempotency-Key`: the same as with `campaign send --key` where it is one, else always the same 40 characters. */
export function sendKeyOf(given: string): string {
  if (PLAIN.test(given)) return given;
  return `h_${createHash('sha256').update(given).digest('hex').slice(0, 38)}`;
}
