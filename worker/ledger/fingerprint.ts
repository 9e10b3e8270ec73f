import { statSync } from 'node:fs';
import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema';

/** What a ledger lies on, in parts. A part that could not be had says nothing. */
export type Fingerprint = Readonly<Record<string, string>>;

/** What the copy that `backup` makes bears in its place: no file and no database has it. */
export const OF_A_COPY: Fingerprint = { copy: 'yes' };

/** The file itself: another one with the same content is a copy. */
export function fileFingerprint(file: string): Fingerprint {
  const { ino, birthtimeNs, ctimeNs } = statSync(file, { bigint: true });
  // Where a file system keeps no birth, the last change stands in for it (it was changed a moment ago, by opening it).
  const born = birthtimeNs === ctimeNs ? {} : { born: String(birthtimeNs) };
  return { inode: String(ino), ...born };
}

/**
 * The server, its timeline (another after every recovery and failover), the database and the table. A managed service may
 * refuse the first two.
 */
export async function databaseFingerprint(db: Kysely<Schema>): Promise<Fingerprint> {
  const oids = await sql<{ database: string; table: string }>`
    select (select oid from pg_database where datname = current_database())::text as database,
      'campaigns'::regclass::oid::text as table
  `.execute(db);
  const system = await allowed(
    db,
    'select system_identifier::text as value from pg_control_system()',
  );
  const timeline =
    // At once after a promotion; the control file follows with the next checkpoint.
    (await allowed(db, 'select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as value')) ??
    (await allowed(
      db,
      `select upper(lpad(to_hex(timeline_id), 8, '0')) as value from pg_control_checkpoint()`,
    ));
  return {
    database: oids.rows[0]?.database ?? '',
    table: oids.rows[0]?.table ?? '',
    ...(system === null ? {} : { system }),
    ...(timeline === null ? {} : { timeline }),
  };
}

async function allowed(db: Kysely<Schema>, query: string): Promise<string | null> {
  try {
    const { rows } = await sql.raw<{ value: string | null }>(query).execute(db);
    return rows[0]?.value ?? null;
  } catch {
    return null;
  }
}

/** Whether two fingerprints can be of one place: they share a part, and no part that both have differs. */
export function samePlace(before: Fingerprint, now: Fingerprint): boolean {
  const both = Object.keys(now).filter((part) => before[part] !== undefined);
  return both.length > 0 && both.every((part) => before[part] === now[part]);
}
