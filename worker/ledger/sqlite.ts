import { extname } from 'node:path';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { openSqlite } from './sqlite-database';
import { inItsOwnThread, inThisThread, type SqliteExecutor } from './sqlite-executor';

/** Kysely over Node's own SQLite: one connection, used by one transaction at a time. */
export function sqliteDialect(executor: SqliteExecutor): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => sqliteDriver(executor),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/**
 * Opens the file: in a thread of its own where the runner is built, as only there the thread's file exists.
 *
 * @throws LedgerError when it cannot be opened, or lies on a network file system.
 */
export function openExecutor(file: string): Promise<SqliteExecutor> {
  return extname(__filename) === '.js' ? inItsOwnThread(file) : inThisThread(openSqlite(file));
}

function sqliteDriver(executor: SqliteExecutor): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, changes } = await executor.execute(query.sql, query.parameters);
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    },
    streamQuery(): AsyncIterableIterator<QueryResult<never>> {
      throw new Error('the ledger reads by pages, not by streams');
    },
  };

  // One connection, so a queue: who comes later waits for the release of the one before.
  let release: () => void = () => undefined;
  let last: Promise<void> = Promise.resolve();
  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      const before = last;
      const mine = Promise.withResolvers<void>();
      last = mine.promise;
      await before;
      release = mine.resolve;
      return connection;
    },
    // IMMEDIATE: every transaction here writes, and a read lock that is upgraded late can fail without waiting.
    beginTransaction: (conn) => conn.executeQuery(CompiledQuery.raw('begin immediate')).then(),
    commitTransaction: (conn) => conn.executeQuery(CompiledQuery.raw('commit')).then(),
    rollbackTransaction: () => executor.rollback(),
    releaseConnection() {
      release();
      return Promise.resolve();
    },
    destroy: () => executor.close(),
  };
}
