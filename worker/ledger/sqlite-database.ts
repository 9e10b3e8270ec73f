import { chmodSync, mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { LedgerError } from './errors';

/** How long a statement waits for another process that is writing. */
const BUSY_TIMEOUT_MS = 15_000;

/** File systems whose locks or flushes cannot be trusted between machines: NFS, SMB, CIFS, AFS, FUSE (sshfs). */
const NETWORK_FILE_SYSTEMS = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x65735546,
]);

/** What a statement brings back: rows, or how many it changed. */
export interface Executed {
  readonly rows: readonly unknown[];
  readonly changes: number;
}

/** SQLite as plainly as can be: one connection, synchronous. */
export interface SqliteDatabase {
  execute(text: string, parameters: readonly unknown[]): Executed;
  /** Rolls back where a transaction is open: a full or failing disk makes SQLite roll back by itself. */
  rollback(): void;
  close(): void;
}

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

/** @throws LedgerError when the file cannot be opened, or lies on a network file system. */
export function openSqlite(file: string): SqliteDatabase {
  const database = openDatabase(file);
  const statements = new Map<string, Prepared>();

  function prepare(text: string): Prepared {
    let prepared = statements.get(text);
    if (prepared === undefined) {
      const statement = database.prepare(text);
      prepared = { statement, returnsRows: statement.columns().length > 0 };
      statements.set(text, prepared);
    }
    return prepared;
  }

  return {
    execute(text, parameters) {
      const { statement, returnsRows } = prepare(text);
      const values = parameters as SQLInputValue[];
      if (returnsRows) return { rows: statement.all(...values), changes: 0 };
      return { rows: [], changes: Number(statement.run(...values).changes) };
    },
    rollback() {
      // A second rollback would hide the disk's own error.
      if (database.isTransaction) database.exec('rollback');
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}

function openDatabase(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    refuseNetworkFileSystem(dirname(file));
    const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    // It holds people's addresses; its companions (-wal, -shm) take over its mode.
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    database.exec('pragma journal_mode = wal');
    // FULL: a commit is on the disk before the request that it allows is written.
    database.exec('pragma synchronous = full');
    database.exec('pragma fullfsync = on');
    database.exec('pragma foreign_keys = on');
    database.exec('pragma cache_size = -8000');
    return database;
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError(
      `the ledger ${file} cannot be opened: ${(error as Error).message}`,
      error,
    );
  }
}

function refuseNetworkFileSystem(folder: string): void {
  const type = statfsSync(folder).type;
  if (NETWORK_FILE_SYSTEMS.has(type)) {
    throw new LedgerError(
      `the ledger's folder ${folder} is on a network file system, where a lock does not hold between machines. ` +
        'Choose a local folder with --ledger.',
    );
  }
}
