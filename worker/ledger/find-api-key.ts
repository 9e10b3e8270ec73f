import { timingSafeEqual } from 'node:crypto';
import { type ApiKey, hashOf, isValid, type Key } from './api-keys';
import { isAway, isLocked } from './away';
import type { Ledger, Queries } from './ledger';

/** Who asks, by the key that they showed. */
export type Bearer = Pick<ApiKey, 'id' | 'name' | 'scope'>;

/** A last use is written down at most so often. */
const NOTE_MS = 60_000;
const TOKEN = /^crk_([0-9a-f]{12})_([\w-]{43})$/;

/** Whose token it is; null when it is nobody's, or not any more. How long it takes says nothing of the secret. */
export async function findApiKey(
  ledger: Ledger,
  token: string,
  now: number,
): Promise<Bearer | null> {
  const [, id = '', secret = ''] = TOKEN.exec(token) ?? [];
  const row = id === '' ? undefined : await keyOf(ledger.db, id);
  const same = isSame(hashOf(secret), row?.hash ?? hashOf(''));
  if (row === undefined || !same || !isValid(row, now)) return null;
  if (row.used_at === null || now - row.used_at >= NOTE_MS) await noteUse(ledger, id, now);
  return bearerOf(row);
}

/** The key that was found before, if it still holds. */
export async function apiKeyById(ledger: Ledger, id: string, now: number): Promise<Bearer | null> {
  const row = await keyOf(ledger.db, id);
  return row === undefined || !isValid(row, now) ? null : bearerOf(row);
}

/** What only the ledger knows of a key and those of the same name, the newest first: a rotation adds one, and takes none that still holds. */
export async function hashesOfKey(ledger: Ledger, name: string): Promise<string[]> {
  const rows = await ledger.db
    .selectFrom('api_keys')
    .select('hash')
    .where('name', '=', name)
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map(({ hash }) => hash);
}

const bearerOf = ({ id, name, scope }: Key): Bearer => ({ id, name, scope });

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function keyOf(db: Queries, id: string): Promise<Key | undefined> {
  return db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
}

async function noteUse(ledger: Ledger, id: string, now: number): Promise<void> {
  try {
    await ledger.db
      .updateTable('api_keys')
      .set({ used_at: now })
      .where('id', '=', id)
      .where((eb) => eb.or([eb('used_at', 'is', null), eb('used_at', '<=', now - NOTE_MS)]))
      .execute();
  } catch (error) {
    // Somebody holds the ledger right now: a request is not refused for the sake of a note.
    if (!isAway(error) && !isLocked(error)) throw error;
  }
}
