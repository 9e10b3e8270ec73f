import type { Account } from '../campaign/accounts-file';
import { type Connection, connect } from '../engine/connect';
import { IN_FLIGHT } from '../engine/open-run';
import type { Ledger } from '../ledger';
import type { Globals } from './globals';

/** Opens the connections of an account, and closes them whatever happens. */
export async function withConnection<T>(
  account: Account,
  { ledger, globals }: { readonly ledger: Ledger | null; readonly globals: Globals },
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(account, {
    ledger,
    inFlight: globals.inFlight ?? IN_FLIGHT,
  });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}
