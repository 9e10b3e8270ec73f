/**
 * worker/ledger: everything that must survive, and the only code that touches the database. Functions take the ledger
 * first and the time as an argument; each is one transaction.
 */
import { Kysely, type Transaction } from 'kysely';
import type { HeavyName } from './heavy';
import { migrate } from './migrate';
import type { Schema } from './schema';
import { openExecutor, sqliteDialect } from './sqlite';

export interface Ledger {
  readonly db: Kysely<Schema>;
  readonly file: string;
  /** Runs one of the heavy calls in the connection's own thread; null where it has none. */
  readonly inThread: ((name: HeavyName, args: readonly unknown[]) => Promise<unknown>) | null;
  close(): Promise<void>;
}

/** Anything that queries run on: the ledger itself, or a transaction of it. */
export type Queries = Kysely<Schema> | Transaction<Schema>;

/**
 * Opens the ledger file, creating it and its folder where they are missing, and brings its schema up to date.
 *
 * @throws LedgerError when it cannot be opened, lies on a network file system, or is newer than this version.
 */
export async function openLedger(file: string): Promise<Ledger> {
  const executor = await openExecutor(file);
  const db = new Kysely<Schema>({ dialect: sqliteDialect(executor) });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const { call } = executor;
  return {
    db,
    file,
    // Holding the connection meanwhile: no statement of this thread may fall into its transaction.
    inThread:
      call === undefined ? null : (name, args) => db.connection().execute(() => call(name, args)),
    close: () => db.destroy(),
  };
}
