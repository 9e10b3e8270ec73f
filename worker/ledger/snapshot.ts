import { sql, type Transaction } from 'kysely';
import { isPostgres } from './dialect';
import type { Ledger } from './ledger';
import type { Schema } from './schema';

/** Reads many pages of one moment. On SQLite nobody else writes meanwhile; on PostgreSQL others go on. */
export function atOneMoment<T>(
  ledger: Ledger,
  read: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return ledger.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      // What the pages are written to may be slow: this transaction holds nobody's rows.
      if (isPostgres(trx)) {
        await sql`select set_config('idle_in_transaction_session_timeout', '0', true)`.execute(trx);
      }
      return read(trx);
    });
}
