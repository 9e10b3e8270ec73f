import { hash, randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { record } from './audit';
import { oneAtATime } from './dialect';
import { LedgerError } from './errors';
import { needOpen } from './identity';
import type { Ledger, Queries } from './ledger';
import type { ApiKeysTable, ApiScope } from './schema';

/** What a key may be called: it stands in the audit, and on command lines. */
export const API_KEY_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

/** Stands in the audit for whoever asks on this machine without a key. */
export const NO_KEY_NAME = 'loopback';

export interface NewApiKey {
  readonly name: string;
  readonly scope: ApiScope;
  readonly expiresAt?: number | null;
}

/** What is known of a key; never the key. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scope: ApiScope;
  readonly createdAt: number;
  /** The one that a rotation has replaced ends soon. */
  readonly expiresAt: number | null;
  /** To a minute. */
  readonly usedAt: number | null;
}

/** The only time that the token is there: of its secret part the ledger keeps a hash. */
export interface Issued {
  readonly id: string;
  readonly token: string;
}

/** @throws LedgerError when the name is taken, or is none. */
export async function createApiKey(
  ledger: Ledger,
  { name, scope, expiresAt = null }: NewApiKey,
  now: number,
): Promise<Issued> {
  if (!API_KEY_NAME.test(name)) {
    throw new LedgerError(
      'a key is called by up to 64 letters, digits, dots, dashes and underscores',
    );
  }
  if (name.toLowerCase() === NO_KEY_NAME) {
    throw new LedgerError(
      `no key is called "${name}": the audit calls those so who have none on this machine`,
    );
  }
  return changing(ledger, async (trx) => {
    const before = await keysOf(trx, name);
    if (before.some((key) => isValid(key, now))) {
      throw new LedgerError(`a key named "${name}" exists already: rotate it, or revoke it first`);
    }
    await removeKeys(trx, before);
    await record(trx, { at: now, action: 'key create', detail: `${name}, ${scope}` });
    return issue(trx, { name, scope, expires_at: expiresAt, created_at: now });
  });
}

/**
 * Gives a key of the same name, scope and lifetime. The one before holds on for `overlapMs`, so that whoever uses it can change
 * over.
 *
 * @throws LedgerError when there is no key of that name.
 */
export async function rotateApiKey(
  ledger: Ledger,
  name: string,
  { overlapMs }: { readonly overlapMs: number },
  now: number,
): Promise<Issued> {
  return changing(ledger, async (trx) => {
    const before = await keysOf(trx, name);
    const [last] = before;
    if (last === undefined) throw noSuchKey(name);
    const { scope, created_at: created, expires_at: expires } = last;
    await removeKeys(
      trx,
      before.filter((key) => !isValid(key, now)),
    );
    const end = now + overlapMs;
    // The newest one is the key's own, however fast they follow.
    const at = Math.max(now, created + 1);
    await trx
      .updateTable('api_keys')
      .set({ expires_at: end })
      .where('name', '=', name)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', end)]))
      .execute();
    await record(trx, { at: now, action: 'key rotate', detail: name });
    return issue(trx, {
      name,
      scope,
      expires_at: expires === null ? null : at + (expires - created),
      created_at: at,
    });
  });
}

/** From the commit on nobody is let in by it, nor by one that it replaced. @throws LedgerError when there is none of that name. */
export async function revokeApiKey(ledger: Ledger, name: string, now: number): Promise<void> {
  await changing(ledger, async (trx) => {
    const keys = await keysOf(trx, name);
    if (keys.length === 0) throw noSuchKey(name);
    await removeKeys(trx, keys);
    await record(trx, { at: now, action: 'key revoke', detail: name });
  });
}

/** All keys by name, the newest of a name first; also those that have expired, until somebody takes them away. */
export async function listApiKeys(ledger: Ledger): Promise<ApiKey[]> {
  const rows = await ledger.db
    .selectFrom('api_keys')
    .selectAll()
    .orderBy('name')
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    scope: row.scope,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
  }));
}

/** Whether a key is asked for at all. One that has expired counts: its end must not let everybody in. */
export async function anyApiKey(ledger: Ledger): Promise<boolean> {
  const row = await ledger.db.selectFrom('api_keys').select('id').limit(1).executeTakeFirst();
  return row !== undefined;
}

export type Key = Readonly<Selectable<ApiKeysTable>>;

export const isValid = ({ expires_at: end }: Key, now: number): boolean =>
  end === null || end > now;

export const hashOf = (secret: string): string => hash('sha256', secret);

const noSuchKey = (name: string): LedgerError =>
  new LedgerError(`there is no key named "${name}"`, undefined, { code: 'not_found' });

function changing<T>(ledger: Ledger, change: (trx: Queries) => Promise<T>): Promise<T> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    await oneAtATime(trx, 'api keys');
    return change(trx);
  });
}

async function issue(
  trx: Queries,
  key: Pick<Key, 'name' | 'scope' | 'expires_at' | 'created_at'>,
): Promise<Issued> {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  await trx
    .insertInto('api_keys')
    .values({ ...key, id, hash: hashOf(secret), used_at: null })
    .execute();
  return { id, token: `crk_${id}_${secret}` };
}

/** The newest first. */
function keysOf(trx: Queries, name: string): Promise<Key[]> {
  return trx
    .selectFrom('api_keys')
    .selectAll()
    .where('name', '=', name)
    .orderBy('created_at', 'desc')
    .execute();
}

async function removeKeys(trx: Queries, keys: readonly Key[]): Promise<void> {
  for (const { id } of keys) await trx.deleteFrom('api_keys').where('id', '=', id).execute();
}
