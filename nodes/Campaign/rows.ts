import type { IDataObject } from 'n8n-workflow';

/** What a recipient's field may hold. */
export type Plain = string | number | boolean | null;

/** What the runner takes as one value; undefined for a list, an object, and what is not there. */
export function plainOf(value: unknown): Plain | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return String(value);
  // A date is an object that writes itself as a text; one that is none writes null.
  const { toJSON } = (value ?? {}) as { toJSON?: unknown };
  if (typeof value !== 'object' || typeof toJSON !== 'function') return undefined;
  const written: unknown = toJSON.call(value);
  return typeof written === 'string' || written === null ? written : undefined;
}

/** The fields of a list. */
export interface Columns {
  readonly names: readonly string[];
  /** Left out: they hold no plain value anywhere. */
  readonly nested: readonly string[];
  /** The first field that holds both kinds, and the first item with a value that is not plain: it would be lost without a word. */
  readonly mixed: { readonly name: string; readonly item: number } | null;
}

/** No table has such a column, and objects are not safe from it. */
const NO_COLUMN = new Set(['__proto__']);

/** The union of the items' fields, in the order in which they first come. */
export function columnsOf(items: Iterable<{ readonly json: IDataObject }>): Columns {
  const first = new Map<string, { plain: boolean; nestedAt: number | null }>();
  let item = 0;
  for (const { json } of items) {
    for (const name of Object.keys(json)) {
      const value = json[name];
      if (value === undefined || NO_COLUMN.has(name)) continue;
      const seen = first.get(name) ?? { plain: false, nestedAt: null };
      first.set(name, seen);
      const plain = plainOf(value);
      // What is empty is of neither kind.
      if (plain === undefined) seen.nestedAt ??= item;
      else if (plain !== null) seen.plain = true;
    }
    item += 1;
  }
  const fields = [...first].map(([name, seen]) => ({ name, ...seen }));
  const mixed = fields.find(({ plain, nestedAt }) => plain && nestedAt !== null);
  return {
    names: fields.filter(({ nestedAt }) => nestedAt === null).map(({ name }) => name),
    nested: fields.filter(({ nestedAt }) => nestedAt !== null).map(({ name }) => name),
    mixed: mixed === undefined ? null : { name: mixed.name, item: mixed.nestedAt ?? 0 },
  };
}

/**
 * A recipient as a line of JSON: its own fields of these columns. `whole`: every column, so that the runner refuses one that it does
 * not know before it has taken anybody.
 */
export function lineOf(item: IDataObject, columns: readonly string[], whole = false): string {
  const fields: [string, Plain][] = [];
  for (const name of columns) {
    const value = Object.hasOwn(item, name) ? plainOf(item[name]) : undefined;
    if (value !== undefined) fields.push([name, value]);
    else if (whole) fields.push([name, null]);
  }
  return JSON.stringify(Object.fromEntries(fields));
}
