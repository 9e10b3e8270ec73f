import { type Kysely, sql } from 'kysely';
import { LedgerError } from './errors';
import { create } from './migrations/0001-create';
import type { Schema } from './schema';

const MIGRATIONS = [create] as const;

/**
 * Brings the ledger to this version's schema, each migration in a transaction of its own.
 *
 * @throws LedgerError when the ledger was written by a newer version.
 */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  await sql`create table if not exists migrations (number integer primary key, name text not null)`.execute(
    db,
  );
  const applied = await sql<{ number: number }>`select number from migrations`.execute(db);
  const last = Math.max(0, ...applied.rows.map((row) => row.number));
  if (last > MIGRATIONS.length) {
    throw new LedgerError(
      `this ledger was written by a newer version (schema ${last}, this version knows ${MIGRATIONS.length}). ` +
        'Use that version, or choose another ledger with --ledger.',
    );
  }
  for (const migration of MIGRATIONS.slice(last)) {
    await db.transaction().execute(async (trx) => {
      // Another process may have been faster: it held the write lock until now.
      const done = await sql`select 1 from migrations where number = ${migration.number}`.execute(
        trx,
      );
      if (done.rows.length > 0) return;
      for (const statement of migration.statements) await sql.raw(statement).execute(trx);
      await sql`insert into migrations values (${migration.number}, ${migration.name})`.execute(
        trx,
      );
    });
  }
}
