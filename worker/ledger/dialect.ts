import { PostgresAdapter, type RawBuilder, sql } from 'kysely';
import type { Queries } from './ledger';

/** Which of the two databases these queries run on. Everything that differs between them asks here. */
export function isPostgres(db: Queries): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/**
 * For rows that are read and then changed in one transaction. SQLite has one writer at a time; on PostgreSQL the row is
 * locked, so that nobody changes it in between.
 */
export function forUpdate(db: Queries): RawBuilder<unknown> {
  return isPostgres(db) ? sql`for update` : sql``;
}

/** For rows that must stay as they are until the commit, and that many may read at once. */
export function forShare(db: Queries): RawBuilder<unknown> {
  return isPostgres(db) ? sql`for share` : sql``;
}

/**
 * Lets what `oneAtATime` does under the same name wait until this commit; many may hold it at once. Asked for in turn: unlike
 * a row that is locked `for share`, nobody who comes later overtakes one who waits to have it alone.
 */
export async function heldTogether(trx: Queries, name: string): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${name}, 0))`.execute(trx);
}

/** For rows of which each is to go to one caller only: those that another transaction holds are passed over. */
export function skipLocked(db: Queries, table: string): RawBuilder<unknown> {
  return isPostgres(db) ? sql`for update of ${sql.ref(table)} skip locked` : sql``;
}

/** What a campaign's state, and its rows as a whole, are changed under. */
export const campaignLock = (campaignId: number): string => `campaign ${campaignId}`;

/**
 * One transaction at a time does what goes by this name, until its commit. What it reads in later statements is what the
 * one before has committed.
 */
export async function oneAtATime(trx: Queries, name: string): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(trx);
}
