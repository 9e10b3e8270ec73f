import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LedgerError } from './errors';
import type { HeavyName } from './heavy';
import type { Executed, SqliteDatabase } from './sqlite-database';

/** A SQLite connection, wherever it lives. */
export interface SqliteExecutor {
  execute(text: string, parameters: readonly unknown[]): Promise<Executed>;
  rollback(): Promise<void>;
  /** Runs a heavy call beside the connection; absent where that is this thread. */
  call?(name: HeavyName, args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

export type Order =
  | { readonly id: number; readonly do: 'open' | 'rollback' | 'close' }
  | {
      readonly id: number;
      readonly do: 'call';
      readonly name: HeavyName;
      readonly args: readonly unknown[];
    }
  | {
      readonly id: number;
      readonly do: 'execute';
      readonly text: string;
      readonly parameters: readonly unknown[];
    };

type Unnumbered = Order extends infer O ? (O extends Order ? Omit<O, 'id'> : never) : never;

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  /** An error's own fields: only they cross between threads. */
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly [field: string]: unknown;
  };
}

/** In this thread: for tests, which run the sources, and where a thread would cost more than it saves. */
export async function inThisThread(database: SqliteDatabase): Promise<SqliteExecutor> {
  return {
    // async: what the database refuses must reject, not throw.
    execute: async (text, parameters) => database.execute(text, parameters),
    rollback: async () => database.rollback(),
    close: async () => database.close(),
  };
}

/**
 * In a thread of its own: a commit waits for the disk there, while this one goes on sending.
 *
 * @throws LedgerError when the file cannot be opened.
 */
export async function inItsOwnThread(file: string): Promise<SqliteExecutor> {
  const worker = new Worker(join(__dirname, 'sqlite-thread.js'), {
    workerData: { file },
    // What it allocates is short-lived: without a bound its heap grows for nothing.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  let dead: Error | undefined;

  function ask(order: Unnumbered): Promise<unknown> {
    if (dead !== undefined) return Promise.reject(dead);
    last += 1;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(last, answer);
    // It keeps the process alive only while somebody waits for it.
    worker.ref();
    worker.postMessage({ id: last, ...order });
    return answer.promise;
  }

  worker.on('message', ({ id, value, error }: Answer) => {
    const answer = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (error === undefined) answer?.resolve(value);
    else answer?.reject(revive(error));
  });
  const die = (error: Error): void => {
    dead ??= error;
    for (const answer of waiting.values()) answer.reject(error);
    waiting.clear();
  };
  worker.on('error', die);
  worker.on('exit', () => die(new LedgerError('the thread that holds the ledger has ended')));
  await ask({ do: 'open' });

  return {
    execute: async (text, parameters) =>
      (await ask({ do: 'execute', text, parameters })) as Executed,
    call: (name, args) => ask({ do: 'call', name, args }),
    async rollback() {
      await ask({ do: 'rollback' });
    },
    async close() {
      await ask({ do: 'close' });
      await worker.terminate();
    },
  };
}

function revive({ name, message, ...fields }: NonNullable<Answer['error']>): Error {
  const error = name === 'LedgerError' ? new LedgerError(message) : new Error(message);
  return Object.assign(error, fields);
}
