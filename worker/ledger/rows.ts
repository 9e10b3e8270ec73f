import { type RawBuilder, sql } from 'kysely';
import { isPostgres } from './dialect';
import type { Queries } from './ledger';

type Column = 'integer' | 'text' | 'json';

/**
 * For the database's planner: the small index of rows in work, by account, serves only a query that repeats its condition.
 */
export const IN_WORK = sql`state in ('claimed', 'sending')`;

/**
 * Many rows as one parameter: a table expression over a JSON array of arrays. One statement then serves a whole group,
 * whatever its size, and its text stays the same (so that it stays prepared).
 */
export function rowsOf<C extends Record<string, Column>>(
  db: Queries,
  columns: C,
  rows: readonly { readonly [K in keyof C]: unknown }[],
): RawBuilder<unknown> {
  const names = Object.keys(columns);
  const lists = packed(
    db,
    rows.map((row) => names.map((name) => cellOf(row[name], columns[name]))),
  );
  if (isPostgres(db)) {
    const picks = sql.join(
      names.map((name, at) => {
        const value = sql`value ->> ${sql.lit(at)}`;
        const typed = columns[name] === 'integer' ? sql`(${value})::bigint` : value;
        return sql`${typed} as ${sql.ref(name)}`;
      }),
    );
    return sql`(select ${picks} from json_array_elements(${lists}::json))`;
  }
  const picks = sql.join(
    names.map((name, at) => sql`value ->> ${sql.lit(at)} as ${sql.ref(name)}`),
  );
  return sql`(select ${picks} from json_each(${lists}))`;
}

/** A moment may have been computed from a clock with fractions. */
function cellOf(value: unknown, column: Column | undefined): unknown {
  if (column === 'integer' && typeof value === 'number') return Math.ceil(value);
  return value ?? null;
}

/** As JSON. PostgreSQL takes no NUL and no half of a surrogate pair, which a cell of somebody's list may hold. */
export function packed(db: Queries, rows: readonly unknown[]): string {
  const text = JSON.stringify(rows);
  if (!isPostgres(db) || !/\\u(?:0000|d[89a-f])/i.test(text)) return text;
  return JSON.stringify(rows, (_name, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value,
  );
}
