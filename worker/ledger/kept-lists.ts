import { type FileHandle, open } from 'node:fs/promises';
import { type Insertable, sql } from 'kysely';
import { oneAtATime } from './dialect';
import { LedgerError } from './errors';
import type { Ledger, Queries } from './ledger';
import type { ListsTable } from './schema';

/** The most that a list may have to be kept in the ledger. */
export const MOST_LIST_BYTES = 64 * 1_048_576;
/** So small that a page of them can be copied to another ledger. */
const PIECE_BYTES = 24 * 1_024;
/** Pieces in one commit. */
const PIECES = 32;

/**
 * Keeps the bytes of a list in the ledger, by their hash; the same bytes are kept once. Complete when it returns.
 * Until `heldUntil` it stays, also when nothing needs it.
 *
 * @throws LedgerError when it is larger than 64 MB.
 */
export async function keepList(
  ledger: Ledger,
  { path, hash, bytes }: { readonly path: string; readonly hash: string; readonly bytes: number },
  now: number,
  heldUntil = 0,
): Promise<void> {
  if (bytes > MOST_LIST_BYTES) {
    throw new LedgerError(
      `a list of ${Math.ceil(bytes / 1_048_576)} MB is too large to be kept in the ledger: ${MOST_LIST_BYTES / 1_048_576} MB at the most`,
    );
  }
  const handle = await open(path, 'r');
  try {
    const count = Math.max(1, Math.ceil(bytes / PIECE_BYTES));
    for (let from = 0; from < count; from += PIECES) {
      const pieces: Insertable<ListsTable>[] = [];
      for (let piece = from; piece < Math.min(count, from + PIECES); piece += 1) {
        const text = await readPiece(handle, piece);
        const last = piece === count - 1 ? 1 : 0;
        pieces.push({ hash, piece, last, bytes: text, at: now, held_until: heldUntil });
      }
      await ledger.db.transaction().execute(async (trx) => {
        await oneAtATime(trx, listLock(hash));
        const columns = ['hash', 'piece'] as const;
        await trx
          .insertInto('lists')
          .values(pieces)
          .onConflict((conflict) =>
            conflict.columns(columns).doUpdateSet((eb) => ({
              at: now,
              held_until: eb
                .case()
                .when('lists.held_until', '>', heldUntil)
                .then(eb.ref('lists.held_until'))
                .else(heldUntil)
                .end(),
            })),
          )
          .execute();
      });
    }
  } finally {
    await handle.close();
  }
}

async function readPiece(handle: FileHandle, piece: number): Promise<string> {
  const buffer = Buffer.alloc(PIECE_BYTES);
  let at = 0;
  while (at < PIECE_BYTES) {
    const { bytesRead } = await handle.read(buffer, at, PIECE_BYTES - at, piece * PIECE_BYTES + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return buffer.toString('base64', 0, at);
}

/** Whether the whole list is there, and stays until this commit. */
export async function holdsList(trx: Queries, hash: string): Promise<boolean> {
  await oneAtATime(trx, listLock(hash));
  const { rows } = await sql<{ n: number; last: number | null }>`
    select count(*) as n, max(case when last = 1 then piece end) as last from lists where hash = ${hash}
  `.execute(trx);
  const [found] = rows;
  return found !== undefined && found.last !== null && Number(found.n) === found.last + 1;
}

/** Writes a kept list into a new file that only its owner can read. False when the ledger does not hold all of it. */
export async function writeKeptList(ledger: Ledger, hash: string, path: string): Promise<boolean> {
  if (!(await ledger.db.transaction().execute((trx) => holdsList(trx, hash)))) return false;
  const handle = await open(path, 'wx', 0o600);
  try {
    for (let piece = 0; ; piece += 1) {
      const found = await ledger.db
        .selectFrom('lists')
        .select(['bytes', 'last'])
        .where('hash', '=', hash)
        .where('piece', '=', piece)
        .executeTakeFirst();
      if (found === undefined) return false;
      await handle.write(Buffer.from(found.bytes, 'base64'));
      if (found.last === 1) return true;
    }
  } finally {
    await handle.close();
  }
}

/** A list so young may belong to a campaign that is just being written down. */
const YOUNG_MS = 60 * 60_000;

/**
 * Removes lists that nobody needs any more: neither a campaign that is to read one, nor a schedule that was given one. Only
 * this one, or every one that is not just being written. Returns how many.
 */
export async function dropReadLists(ledger: Ledger, now: number, only?: string): Promise<number> {
  const { rows } = await sql<{ hash: string }>`
    select hash from lists where ${only === undefined ? sql`at < ${now - YOUNG_MS}` : sql`hash = ${only}`}
      group by hash
  `.execute(ledger.db);
  let dropped = 0;
  for (const { hash } of rows) {
    await ledger.db.transaction().execute(async (trx) => {
      await oneAtATime(trx, listLock(hash));
      const needed = await sql`
        select 1 from campaigns where list_hash = ${hash} and sealed = 0 and state = 'importing'
        union all select 1 from schedules where upload_hash = ${hash} and state <> 'deleted'
        union all select 1 from lists where hash = ${hash} and held_until > ${now}
      `.execute(trx);
      if (needed.rows.length > 0) return;
      await trx.deleteFrom('lists').where('hash', '=', hash).execute();
      dropped += 1;
    });
  }
  return dropped;
}

const listLock = (hash: string): string => `list/${hash}`;
