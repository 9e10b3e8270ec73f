import type { Answer } from '../platform';
import { ok } from './endpoint';
import { invalid } from './errors';

const DEFAULT_LIMIT = 10;
const MOST = 100;

/** Rows with the place that each has in its list: what a token remembers. */
export interface Placed {
  readonly atMs: number;
  readonly seq: number;
}

export interface Paging {
  readonly limit: number;
  readonly reverse: boolean;
  readonly after: Placed | null;
}

/** `limit`, `pageToken` and `reverse` of any list (bird docs, common-api-usage). */
export function pagingOf(query: URLSearchParams): Paging {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw invalid('limit', `must be between 1 and ${MOST}`);
  }
  return {
    limit,
    reverse: query.get('reverse') === 'true',
    after: placeOf(query.get('pageToken') ?? ''),
  };
}

/**
 * One page of rows that are ordered by time: newest first, as is usual where no order is documented, and with `reverse` the
 * other way. A token names a row and no number, so that what comes meanwhile moves nothing.
 */
export function page<T>(
  rows: readonly T[],
  { limit, reverse, after }: Paging,
  placed: (row: T) => Placed,
  wanted: (row: T) => boolean,
  view: (row: T) => unknown,
): Answer {
  const step = reverse ? 1 : -1;
  let at = reverse ? 0 : rows.length - 1;
  if (after !== null) at = beside(rows, after, placed, reverse);
  const results: unknown[] = [];
  let last: Placed | null = null;
  for (; at >= 0 && at < rows.length; at += step) {
    const row = rows[at] as T;
    if (!wanted(row)) continue;
    if (results.length === limit) {
      return ok({ results, nextPageToken: last === null ? '' : tokenOf(last) });
    }
    results.push(view(row));
    last = placed(row);
  }
  return ok({ results });
}

/** Where a list goes on after a row, by halves: lists are long. */
function beside<T>(
  rows: readonly T[],
  after: Placed,
  placed: (row: T) => Placed,
  reverse: boolean,
): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compare(placed(rows[middle] as T), after);
    if (order < 0 || (reverse && order === 0)) low = middle + 1;
    else high = middle;
  }
  return reverse ? low : low - 1;
}

function compare(a: Placed, b: Placed): number {
  return a.atMs === b.atMs ? a.seq - b.seq : a.atMs - b.atMs;
}

function tokenOf({ atMs, seq }: Placed): string {
  return Buffer.from(`${atMs}.${seq}`).toString('base64url');
}

function placeOf(token: string): Placed | null {
  if (token === '') return null;
  const match = /^(\d+)\.(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) throw invalid('pageToken', 'is not a token of this list');
  return { atMs: Number(match[1]), seq: Number(match[2]) };
}

/** A list whose rows keep their order. */
export function listOf<T>(
  rows: readonly T[],
  query: URLSearchParams,
  view: (row: T) => unknown,
): Answer {
  const placed = rows.map((row, seq) => ({ row, seq }));
  const forward = { ...pagingOf(query), reverse: true };
  return page(
    placed,
    forward,
    ({ seq }) => ({ atMs: 0, seq }),
    () => true,
    ({ row }) => view(row),
  );
}
