import { type Driver, Kysely } from 'kysely';
import { type Ledger, openLedger } from '../../worker/ledger';
import type { Schema } from '../../worker/ledger/schema';
import { openExecutor, sqliteDialect } from '../../worker/ledger/sqlite';

/**
 * Opens connections to one SQLite file that take turns, a transaction at a time. Tests run the sources, where every
 * connection lives in the test's own thread: there, one that waits for another's lock would stop the very thread that is
 * to release it.
 */
export function takingTurns(): (file: string) => Promise<Ledger> {
  let last: Promise<void> = Promise.resolve();

  const inTurn = (driver: Driver): Driver => {
    let release: () => void = () => undefined;
    return {
      ...driver,
      async acquireConnection() {
        const connection = await driver.acquireConnection();
        const before = last;
        const mine = Promise.withResolvers<void>();
        last = mine.promise;
        await before;
        release = mine.resolve;
        return connection;
      },
      releaseConnection(connection) {
        release();
        return driver.releaseConnection(connection);
      },
    };
  };

  return async (file) => {
    // Everything but the queries is a real opening's: the schema, the mark, the look whether it is a copy.
    const opened = await openLedger(file);
    const dialect = sqliteDialect(await openExecutor(file));
    const db = new Kysely<Schema>({
      dialect: { ...dialect, createDriver: () => inTurn(dialect.createDriver()) },
    });
    return {
      ...opened,
      db,
      async close() {
        await db.destroy();
        await opened.close();
      },
    };
  };
}
