import { sql } from 'kysely';
import { isPostgres } from './dialect';
import type { Ledger } from './ledger';

const PERSONAL = [
  'recipients',
  'attempts',
  'contacts',
  'suppressions',
  'campaigns',
  'delivery_events',
  'idempotency',
] as const;

/** From here on what this connection deletes is overwritten with zeros. PostgreSQL keeps it until `wipe`. */
export async function deleteSecurely(ledger: Ledger): Promise<void> {
  if (!isPostgres(ledger.db)) await sql`pragma secure_delete = on`.execute(ledger.db);
}

/**
 * Takes what was erased out of the ledger's files as well: from where rows used to lie, and from what was written ahead.
 *
 * @returns false when another process is in the way; what was overwritten then still stands in the files.
 */
export async function wipe(ledger: Ledger, now: number): Promise<boolean> {
  if (isPostgres(ledger.db)) {
    // With new statistics: the old ones name frequent values.
    for (const table of PERSONAL)
      await sql`vacuum (analyze) ${sql.table(table)}`.execute(ledger.db);
    return true;
  }
  const alive = await ledger.db
    .selectFrom('leases')
    .select('id')
    .where('ended', '=', 0)
    .where('until', '>=', now)
    .limit(1)
    .execute();
  // The whole file is written anew meanwhile, and a campaign that runs would wait for it.
  if (alive.length > 0) return false;
  try {
    await sql`vacuum`.execute(ledger.db);
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(
      ledger.db,
    );
    return rows[0]?.busy === 0;
  } catch (error) {
    // SQLITE_BUSY and SQLITE_LOCKED.
    const { errcode } = error as { errcode?: number };
    if (errcode === 5 || errcode === 6) return false;
    throw error;
  }
}
