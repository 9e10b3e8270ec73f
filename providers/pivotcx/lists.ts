import type { HttpRequest, Json } from '../../core/http';
import type { Ask } from '../ask';
import { type Body, readAny, readList } from '../read';
import type { Settings } from './settings';

/** One team, as the rest of the adapter speaks to it. */
export interface Account {
  readonly settings: Settings;
  readonly ask: Ask;
}

type Query = Readonly<Record<string, string>>;

/** A page, and what is behind it. */
interface Page {
  readonly rows: readonly Json[];
  /** `elsewhere`: a link that must not be followed, or none where rows are missing. */
  readonly next: Place | 'none' | 'elsewhere';
}

interface Place {
  readonly path: string;
  readonly query: Query;
}

/** What is yielded last: whether the pages were all that there is. */
export interface End {
  readonly whole: boolean;
  readonly pages: number;
}

export function listRequest({ path, query }: Place): HttpRequest {
  return { method: 'GET', path, query, call: 'lookup' };
}

/** The pages of a list, one request each, as far as they are asked for and the account's `searchPages` go. */
export async function* pagesOf(
  { ask, settings }: Account,
  asked: string,
  first: Place,
): AsyncGenerator<readonly Json[], End> {
  let place = first;
  let seen = 0;
  for (let page = 1; ; page += 1) {
    const from = place;
    const already = seen;
    const { rows, next } = await ask({
      asked,
      request: listRequest(from),
      read: (body) => readPage(body, settings, from, already),
    });
    seen += rows.length;
    yield rows;
    if (next === 'none' || next === 'elsewhere') return { whole: next === 'none', pages: page };
    if (page >= settings.searchPages) return { whole: false, pages: page };
    place = next;
  }
}

/** No document shows the envelope: rows at the top, in `results`, or where the account says. */
export function readRows(body: Body, { resultsPath }: Settings): readonly Json[] {
  if (resultsPath !== '') return readList(body, resultsPath);
  return Array.isArray(body) ? body : readList(body, 'results');
}

function readPage(body: Body, settings: Settings, from: Place, seen: number): Page {
  const rows = readRows(body, settings);
  const around = settings.resultsPath.split('.').slice(0, -1).join('.');
  const beside = (name: string): Body =>
    readAny(readAny(body, around), name) ?? readAny(body, name);
  const link = beside('next');
  if (typeof link === 'string' && link !== '') {
    return { rows, next: placeOf(link, settings, from) ?? 'elsewhere' };
  }
  const count = beside('count');
  const missing = typeof count === 'number' && count > seen + rows.length;
  return { rows, next: missing ? 'elsewhere' : 'none' };
}

/**
 * A link as a path of ours; undefined unless it is on the account's own origin and below its base path. So nobody's answer
 * can send the account's credentials, or a person's name, somewhere else.
 */
function placeOf(link: string, { url }: Settings, from: Place): Place | undefined {
  const base = new URL(url);
  if (!URL.canParse(link, `${url}${from.path}`)) return undefined;
  const next = new URL(link, `${url}${from.path}`);
  const prefix = base.pathname.replace(/\/+$/, '');
  if (next.origin !== base.origin || !next.pathname.startsWith(`${prefix}/`)) return undefined;
  return {
    path: next.pathname.slice(prefix.length),
    query: Object.fromEntries(next.searchParams),
  };
}
