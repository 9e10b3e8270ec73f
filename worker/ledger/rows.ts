import { type RawBuilder, sql } from 'kysely';

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
  columns: C,
  rows: readonly { readonly [K in keyof C]: unknown }[],
): RawBuilder<unknown> {
  const names = Object.keys(columns);
  const packed = JSON.stringify(rows.map((row) => names.map((name) => row[name] ?? null)));
  const picks = sql.join(
    names.map((name, at) => sql`value ->> ${sql.lit(at)} as ${sql.ref(name)}`),
  );
  return sql`(select ${picks} from json_each(${packed}))`;
}
