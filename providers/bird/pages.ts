import type { HttpResponse } from '../../core/http';
import { type Body, readList, readOptionalText } from '../read';
import { type Account, type Query, read } from './account';

/** Rows of a page; more is refused (bird docs, common-api-usage). */
export const PAGE = 100;

/** One page of a list. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Where the next one begins; null on the last one. */
  readonly nextPageToken: string | null;
}

export interface List<T> {
  readonly asked: string;
  /** Below the workspace. */
  readonly path: string;
  readonly query?: Query;
  readonly row: (row: Body) => T;
  /** What a 404 means where it is no error: there are none, or what there was is gone. */
  readonly missing?: 'none' | 'gone';
}

interface Answered<T> extends Page<T> {
  readonly headers: HttpResponse['headers'];
  readonly missing: boolean;
}

export async function readPage<T>(account: Account, list: List<T>): Promise<Answered<T>> {
  return account.ask({
    asked: list.asked,
    request: read(account, list.path, list.query),
    expects: (status) => list.missing !== undefined && status === 404,
    read: (body, status, headers) => ({
      rows: status === 404 ? [] : readList(body, 'results').map(list.row),
      nextPageToken: readOptionalText(body, 'nextPageToken') || null,
      headers,
      missing: status === 404,
    }),
  });
}

/** What a list brought before it ended, or was given up. */
export interface Listing {
  readonly pages: number;
  /** Why it is not all: it began again, had no end, or is gone. */
  readonly doubt?: string;
}

/** Reads a list to its end, page by page; `take` gets each. */
export async function readAll<T>(
  account: Account,
  list: List<T>,
  most: number,
  take: (page: Answered<T>) => void,
): Promise<Listing> {
  const tokens = new Set<string>();
  let token: string | null = null;
  for (let pages = 1; ; pages += 1) {
    if (pages > most) return { pages, doubt: 'the list is too long to be read to its end' };
    const page: Answered<T> = await readPage(account, {
      ...list,
      query: { limit: PAGE, ...list.query, ...(token === null ? {} : { pageToken: token }) },
    });
    if (page.missing && list.missing === 'gone')
      return { pages, doubt: 'what was to be listed is gone' };
    take(page);
    token = page.nextPageToken;
    if (token === null) return { pages };
    if (tokens.has(token)) return { pages, doubt: 'the list begins again and again' };
    tokens.add(token);
  }
}

/** All rows of a list that proves nothing: one that begins again is simply over. */
export async function readRows<T>(
  account: Account,
  list: List<T>,
  most = 100,
): Promise<readonly T[]> {
  const rows: T[] = [];
  await readAll(account, list, most, (page) => rows.push(...page.rows));
  return rows;
}
