import type { Ledger } from './ledger';

/** A request that creates something, by the key that its sender gave it. */
export interface Once {
  /** Whose keys these are. */
  readonly scope: string;
  readonly key: string;
}

export type Begun =
  /** Nobody has answered it: the caller does, and says so with `endOnce`. */
  | { readonly kind: 'new' }
  | { readonly kind: 'replay'; readonly status: number; readonly body: string }
  /** Somebody is at it. */
  | { readonly kind: 'busy' }
  /** The key stands for another request. */
  | { readonly kind: 'other' };

/** An answer is given again for so long. */
export const ANSWERED_MS = 7 * 24 * 60 * 60_000;
/** Whoever answers and is silent for so long has died: `keepOnce` says that they have not. */
export const SILENT_MS = 30_000;

/** Takes a request for its first time, or says what became of it before. */
export async function beginOnce(
  { db }: Ledger,
  { scope, key, fingerprint }: Once & { readonly fingerprint: string },
  now: number,
): Promise<Begun> {
  const { numInsertedOrUpdatedRows: inserted } = await db
    .insertInto('idempotency')
    .values({ scope, key, fingerprint, status: null, body: null, at: now })
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
    .executeTakeFirstOrThrow();
  if (inserted === 1n) return { kind: 'new' };
  const before = await db
    .selectFrom('idempotency')
    .select(['fingerprint', 'status', 'body', 'at'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst();
  // Its first try has failed in this very moment.
  if (before === undefined) return { kind: 'busy' };
  if (before.fingerprint !== fingerprint) return { kind: 'other' };
  if (before.status !== null) {
    return { kind: 'replay', status: before.status, body: before.body ?? '' };
  }
  // Also one from a clock that was set back since.
  if (Math.abs(now - before.at) < SILENT_MS) return { kind: 'busy' };
  const { numUpdatedRows: taken } = await db
    .updateTable('idempotency')
    .set({ at: now })
    .where('scope', '=', scope)
    .where('key', '=', key)
    .where('status', 'is', null)
    .where('at', '=', before.at)
    .executeTakeFirstOrThrow();
  return { kind: taken === 1n ? 'new' : 'busy' };
}

/** Still at it; for whoever answers slowly. */
export async function keepOnce({ db }: Ledger, { scope, key }: Once, now: number): Promise<void> {
  await db
    .updateTable('idempotency')
    .set({ at: now })
    .where('scope', '=', scope)
    .where('key', '=', key)
    .where('status', 'is', null)
    .execute();
}

/** Keeps the answer. Of two who answered, the first one's stays. Nothing personal may stand in it. */
export async function endOnce(
  { db }: Ledger,
  { scope, key }: Once,
  { status, body }: { readonly status: number; readonly body: string },
  now: number,
): Promise<void> {
  await db
    .updateTable('idempotency')
    .set({ status, body, at: now })
    .where('scope', '=', scope)
    .where('key', '=', key)
    .where('status', 'is', null)
    .execute();
}

/** It failed, and created nothing: the same key may be used again. An answer that is kept stays. */
export async function dropOnce({ db }: Ledger, { scope, key }: Once): Promise<void> {
  await db
    .deleteFrom('idempotency')
    .where('scope', '=', scope)
    .where('key', '=', key)
    .where('status', 'is', null)
    .execute();
}

/** Forgets answers that are older than is promised. Returns how many. */
export async function sweepOnce({ db }: Ledger, now: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('idempotency')
    .where('at', '<', now - ANSWERED_MS)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
