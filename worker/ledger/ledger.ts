/**
 * worker/ledger: everything that must survive, and the only code that touches the database. Functions take the ledger
 * first and the time as an argument; each is one transaction.
 */
import { Kysely, type Transaction } from 'kysely';
import { openSharedClock, type SharedClock } from './clock';
import { LedgerError } from './errors';
import { databaseFingerprint, type Fingerprint, fileFingerprint, samePlace } from './fingerprint';
import type { HeavyName } from './heavy';
import { identityOf, type LedgerState, recognise, refuseUnlessOpen } from './identity';
import { type Mark, openMark } from './mark';
import { migrate, schemaNumber } from './migrate';
import { describePostgres, isPostgresUrl, postgresDialect, postgresFault } from './postgres';
import type { Schema } from './schema';
import { openExecutor, sqliteDialect } from './sqlite';

export interface Ledger {
  readonly db: Kysely<Schema>;
  /** Where it is, for a person: a file, or a database without its password. */
  readonly place: string;
  /** The time by which leases, limits and deadlines are written and judged: the same for every process on this ledger. */
  readonly now: () => number;
  /** Runs one of the heavy calls in the connection's own thread; null where it has none. */
  readonly inThread: ((name: HeavyName, args: readonly unknown[]) => Promise<unknown>) | null;
  /** Remembers beside a file what its gates let through; null for a database. */
  readonly mark: Mark | null;
  /** What a person is to be told when this very opening found it to be a copy that was put back. */
  readonly restored: string | null;
  /**
   * Looks whether the ledger still lies where it was opened: a file may have been replaced under an open process, and a
   * database may have failed over.
   *
   * @throws LedgerError when it does not.
   */
  stillHere(): Promise<void>;
  close(): Promise<void>;
}

/** Which ledgers may be opened; any but an open one only by what moves them. */
export interface OpenOptions {
  readonly states?: readonly LedgerState[];
}

/** Anything that queries run on: the ledger itself, or a transaction of it. */
export type Queries = Kysely<Schema> | Transaction<Schema>;

/**
 * Opens the ledger, a SQLite file or a PostgreSQL database by its URL, and brings its schema up to date. A file and its
 * folder are created where they are missing, and so is the schema in a database; the database has to be there.
 *
 * @throws LedgerError when it cannot be opened, lies on a network file system, is newer than this version, or was moved.
 */
export async function openLedger(where: string, options: OpenOptions = {}): Promise<Ledger> {
  const opened = await connectTo(where);
  try {
    await migrate(opened.db);
    const identity = await identityOf(opened.db);
    if (identity !== undefined) refuseUnlessOpen(identity, options.states ?? ['open']);
    const usable = identity === undefined || identity.state === 'open';
    const fingerprint = await fingerprintOf(opened, where);
    const restored = usable ? await recognise(opened, fingerprint, Date.now()) : null;
    return { ...opened, restored, stillHere: watchPlace(opened, where, fingerprint) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What the ledger lies on now. */
export async function fingerprintOf(
  ledger: Pick<Ledger, 'db'>,
  where: string,
): Promise<Fingerprint> {
  return isPostgresUrl(where) ? databaseFingerprint(ledger.db) : fileFingerprint(where);
}

/** The number of the ledger's schema as it is, without bringing it up to date. */
export async function schemaNumberOf(where: string): Promise<number> {
  const opened = await connectTo(where);
  try {
    return await schemaNumber(opened.db);
  } finally {
    await opened.close();
  }
}

type Connected = Omit<Ledger, 'restored' | 'stillHere'>;

/** How long a look at the ledger's place is believed. */
const BELIEVED_MS = 5_000;

function watchPlace(opened: Connected, where: string, before: Fingerprint): () => Promise<void> {
  let seenAt = performance.now();
  return async () => {
    if (isPostgresUrl(where) && performance.now() - seenAt < BELIEVED_MS) return;
    const now = await fingerprintOf(opened, where).catch(() => null);
    // A server that does not answer says nothing of its place, and the next statement fails by itself.
    if (now === null && isPostgresUrl(where)) return;
    if (now === null || !samePlace(before, now)) {
      throw new LedgerError(
        `the ledger ${opened.place} was replaced while this process had it open. Nothing more is sent from here: give the same command again`,
        undefined,
        { code: 'shut' },
      );
    }
    seenAt = performance.now();
  };
}

function connectTo(where: string): Promise<Connected> {
  return isPostgresUrl(where) ? connectPostgres(where) : connectFile(where);
}

async function connectFile(file: string): Promise<Connected> {
  const executor = await openExecutor(file);
  const db = new Kysely<Schema>({ dialect: sqliteDialect(executor) });
  const { call } = executor;
  const mark = openMark(file);
  return {
    db,
    place: file,
    now: Date.now,
    // Holding the connection meanwhile: no statement of this thread may fall into its transaction.
    inThread:
      call === undefined ? null : (name, args) => db.connection().execute(() => call(name, args)),
    mark,
    async close() {
      mark.close();
      await db.destroy();
    },
  };
}

async function connectPostgres(url: string): Promise<Connected> {
  if (!URL.canParse(url)) {
    throw new LedgerError(
      "the ledger's URL cannot be read: it looks like postgres://user:password@host:5432/database, with special characters of the password as %XX",
    );
  }
  const place = describePostgres(url);
  const db = new Kysely<Schema>({ dialect: postgresDialect(url) });
  let clock: SharedClock;
  try {
    const fault = await postgresFault(db);
    if (fault !== null) throw new LedgerError(`the ledger ${place} cannot be used: ${fault}`);
    clock = await openSharedClock(db);
  } catch (error) {
    await db.destroy();
    if (error instanceof LedgerError) throw error;
    const { message } = error as Error;
    throw new LedgerError(`the ledger ${place} cannot be opened: ${message}`, error);
  }
  return {
    db,
    place,
    now: clock.now,
    inThread: null,
    mark: null,
    close() {
      clock.close();
      return db.destroy();
    },
  };
}
