import type { Receipt, Trace } from '../../providers/provider';

/** What this process knows of a send: accepted, or begun without an answer so far. */
export type Remembered =
  | { readonly kind: 'sent'; readonly receipt: Receipt; readonly contactId: string }
  | {
      readonly kind: 'unsettled';
      readonly trace: Trace;
      /** `performance.now()` at the end of the attempt: nothing was written after it. */
      readonly endedMs: number;
    };

const KEEP_MS = 24 * 60 * 60 * 1_000;
const MAX_SENDS = 50_000;

const sends = new Map<string, { readonly what: Remembered; readonly atMs: number }>();

/**
 * The sends of the last 24 hours, at most 50,000 of them, for as long as this process lives. "Retry On Fail" runs a
 * whole node again with all its items; this is what keeps it from sending twice where the platform cannot be asked.
 */
export function recall(send: string): Remembered | undefined {
  const entry = sends.get(send);
  if (entry === undefined || performance.now() - entry.atMs > KEEP_MS) return undefined;
  return entry.what;
}

export function remember(send: string, what: Remembered): void {
  // Deleted first, so that the oldest stay in front.
  sends.delete(send);
  sends.set(send, { what, atMs: performance.now() });
  if (sends.size <= MAX_SENDS) return;
  for (const oldest of sends.keys()) {
    sends.delete(oldest);
    return;
  }
}

export function forget(send: string): void {
  sends.delete(send);
}

const busy = new Map<string, Promise<unknown>>();

/** One after the other for each name: two sends to one address would both create its contact. */
export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = busy.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  busy.set(name, mine);
  try {
    return await mine;
  } finally {
    if (busy.get(name) === mine) busy.delete(name);
  }
}
