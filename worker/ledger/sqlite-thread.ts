/** The thread that holds the ledger's connection, so that a flush to the disk does not hold up what is being sent. */
import { parentPort, workerData } from 'node:worker_threads';
import { Kysely } from 'kysely';
import { HEAVY } from './heavy';
import type { Schema } from './schema';
import { sqliteDialect } from './sqlite';
import { openSqlite, type SqliteDatabase } from './sqlite-database';
import { type Answer, inThisThread, type Order } from './sqlite-executor';

interface Open {
  readonly database: SqliteDatabase;
  readonly db: Kysely<Schema>;
}

let open: Open | undefined;

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'open') {
    const database = openSqlite((workerData as { file: string }).file);
    const executor = await inThisThread(database);
    open = { database, db: new Kysely<Schema>({ dialect: sqliteDialect(executor) }) };
    return undefined;
  }
  if (open === undefined) throw new Error('the ledger is not open');
  switch (order.do) {
    case 'execute':
      return open.database.execute(order.text, order.parameters);
    case 'call': {
      const heavy = HEAVY[order.name] as (
        db: Kysely<Schema>,
        ...args: readonly unknown[]
      ) => unknown;
      return heavy(open.db, ...order.args);
    }
    case 'rollback':
      return open.database.rollback();
    case 'close':
      return open.database.close();
  }
}

async function answer(order: Order): Promise<Answer> {
  try {
    return { id: order.id, value: await obey(order) };
  } catch (error) {
    const { name, message, code, errcode, errstr } = error as Error & Record<string, unknown>;
    return { id: order.id, error: { name, message, code, errcode, errstr } };
  }
}

// The other side never sends an order before the one before is answered, unless it needs no transaction.
parentPort?.on('message', (order: Order) => {
  void answer(order).then((given) => parentPort?.postMessage(given));
});
