import { sql } from 'kysely';
import { isPostgres } from './dialect';
import { LedgerError } from './errors';
import type { Ledger, Queries } from './ledger';
import { packed } from './rows';
import type { Schema } from './schema';

/** Rows that are held at once, however long a table is. */
const PAGE = 1_000;

type Table = Exclude<keyof Schema, 'identity'>;

/**
 * Every table but the identity, which belongs to its place, and what its rows are told apart by. In an order in which no
 * row comes before the one that it refers to.
 */
const KEYS: { readonly [T in Table]: readonly (keyof Schema[T] & string)[] } = {
  campaigns: ['id'],
  recipients: ['campaign_id', 'seq'],
  attempts: ['id'],
  leases: ['id'],
  counters: ['campaign_id', 'state', 'reason'],
  limits: ['scope'],
  accounts: ['account'],
  contacts: ['account', 'inbox_id', 'address'],
  suppressions: ['address', 'account'],
  audit: ['id'],
  outbox: ['id'],
  schedules: ['id'],
  occurrences: ['schedule_id', 'local'],
  lists: ['hash', 'piece'],
  media: ['campaign_id', 'hash'],
  delivery_events: ['account', 'event_id'],
  events: ['id'],
  feed: ['id'],
  api_keys: ['id'],
  idempotency: ['scope', 'key'],
  chunks: ['campaign_id', 'key'],
  polls: ['account'],
};
const TABLES = Object.keys(KEYS) as readonly Table[];

/** Tables whose next number comes from a counter of the database's own. */
const NUMBERED = ['campaigns', 'leases', 'audit', 'outbox', 'schedules', 'events'] as const;

type Row = Readonly<Record<string, unknown>>;

/**
 * Copies everything into a ledger that has nothing, page by page, and counts on both sides. `from` should see one moment
 * throughout (a transaction that others do not change).
 *
 * @returns how many rows there are.
 * @throws LedgerError when what arrived is not what was there.
 */
export async function copyAll(
  from: Queries,
  to: Ledger,
  onRows: (done: number) => void | Promise<void> = () => undefined,
): Promise<number> {
  // A ledger has this row from its first moment on.
  await to.db.deleteFrom('feed').execute();
  let done = 0;
  for (const table of TABLES) {
    let last: Row | undefined;
    for (;;) {
      const rows = await page(from, table, last);
      last = rows.at(-1);
      if (last === undefined) break;
      await insert(to.db, table, rows);
      done += rows.length;
      await onRows(done);
    }
  }
  for (const table of TABLES) {
    const [there, here] = [await countOf(from, table), await countOf(to.db, table)];
    if (there !== here) {
      throw new LedgerError(
        `${here} of ${there} rows of ${table} arrived: somebody else wrote into one of the ledgers`,
      );
    }
  }
  for (const table of NUMBERED) await goOnAfter(to.db, table, await lastNumber(from, table));
  return done;
}

/** Takes everything out, for a copy that is begun again. */
export async function clearAll(db: Queries): Promise<void> {
  for (const table of TABLES.toReversed()) await sql`delete from ${sql.table(table)}`.execute(db);
}

const USED = [
  'campaigns',
  'attempts',
  'suppressions',
  'contacts',
  'schedules',
  'delivery_events',
  'api_keys',
] as const;

/** Whether nobody has used this ledger for anything. */
export async function isEmpty(db: Queries): Promise<boolean> {
  for (const table of USED) {
    if ((await countOf(db, table, 1)) > 0) return false;
  }
  return true;
}

async function page(from: Queries, table: Table, last: Row | undefined): Promise<Row[]> {
  const names = KEYS[table];
  const keys = sql.join(names.map((name) => sql.ref(name)));
  const after =
    last === undefined
      ? sql``
      : sql`where (${keys}) > (${sql.join(names.map((name) => sql`${last[name]}`))})`;
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)} ${after} order by ${keys} limit ${PAGE}
  `.execute(from);
  return rows;
}

async function insert(to: Queries, table: Table, rows: readonly Row[]): Promise<void> {
  const names = Object.keys(rows[0] ?? {});
  const columns = sql.join(names.map((name) => sql.ref(name)));
  if (isPostgres(to)) {
    // Its own table says of what kind each column is.
    await sql`
      insert into ${sql.table(table)} (${columns})
      select ${columns} from json_populate_recordset(null::${sql.table(table)}, ${packed(to, rows)}::json)
    `.execute(to);
    return;
  }
  const values = sql.join(names.map((_, at) => sql`value ->> ${sql.lit(at)}`));
  const lists = packed(
    to,
    rows.map((row) => names.map((name) => row[name])),
  );
  await sql`
    insert into ${sql.table(table)} (${columns}) select ${values} from json_each(${lists})
  `.execute(to);
}

async function countOf(db: Queries, table: Table, most?: number): Promise<number> {
  const counted =
    most === undefined
      ? sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`
      : sql<{
          n: number;
        }>`select count(*) as n from (select 1 from ${sql.table(table)} limit ${most}) as counted`;
  return (await counted.execute(db)).rows[0]?.n ?? 0;
}

/** The highest number ever given out, also to rows that are gone: attempt ids follow from it, and must not come again. */
async function lastNumber(db: Queries, table: (typeof NUMBERED)[number]): Promise<number> {
  if (!isPostgres(db)) {
    const { rows } = await sql<{
      seq: number;
    }>`select seq from sqlite_sequence where name = ${table}`.execute(db);
    return rows[0]?.seq ?? 0;
  }
  const { rows } = await sql<{ seq: number | null }>`
    select pg_sequence_last_value(pg_get_serial_sequence(${table}, 'id')::regclass) as seq
  `.execute(db);
  return rows[0]?.seq ?? 0;
}

async function goOnAfter(
  db: Queries,
  table: (typeof NUMBERED)[number],
  last: number,
): Promise<void> {
  if (last === 0) return;
  if (isPostgres(db)) {
    await sql`select setval(pg_get_serial_sequence(${table}, 'id'), ${last})`.execute(db);
    return;
  }
  await sql`delete from sqlite_sequence where name = ${table}`.execute(db);
  await sql`insert into sqlite_sequence (name, seq) values (${table}, ${last})`.execute(db);
}

/** Lets a database count its tables; SQLite plans without. */
export async function analyze(db: Queries): Promise<void> {
  if (!isPostgres(db)) return;
  for (const table of TABLES) await sql`analyze ${sql.table(table)}`.execute(db);
}
