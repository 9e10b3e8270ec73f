import { open, rm } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { isLoopback } from './loopback';

/** Why a list could not be fetched: words without its address, which may hold a key. */
export class ListFetchError extends Error {
  override readonly name = 'ListFetchError';
}

export interface FetchListOptions {
  /** What the address, and every address that it leads to, has to begin with. */
  readonly allowed: readonly string[];
  readonly mostBytes: number;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 120_000;
const MOST_REDIRECTS = 5;

/**
 * Fetches a list into a new file, whole or not at all. Only from where it is allowed, also when the server leads elsewhere.
 *
 * @throws ListFetchError when it is not allowed, too large, too slow, not there, or perhaps not whole.
 */
export async function fetchList(
  url: string,
  path: string,
  { allowed, mostBytes, timeoutMs = TIMEOUT_MS }: FetchListOptions,
): Promise<void> {
  const agent = new Agent({ allowH2: false });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    let at = parsed(url);
    for (let redirects = 0; ; redirects += 1) {
      if (!isAllowed(at, allowed)) {
        throw new ListFetchError(
          `${redirects === 0 ? '' : 'it leads to another place: '}${at.origin} is not allowed. Name it to every process that fetches lists, with --allow-lists or CAMPAIGN_ALLOW_LISTS`,
        );
      }
      const answer = await request(at, { dispatcher: agent, signal });
      const { statusCode, headers, body } = answer;
      const { location } = headers;
      if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
        await body.dump();
        if (redirects === MOST_REDIRECTS) throw new ListFetchError('it leads on and on');
        at = parsed(location, at);
        continue;
      }
      if (statusCode !== 200) {
        await body.dump();
        throw new ListFetchError(`${at.host} answers ${statusCode}`);
      }
      const {
        'content-length': stated,
        'transfer-encoding': coding,
        'content-encoding': packed,
      } = headers;
      if (Number(stated ?? 0) > mostBytes) throw tooLarge(mostBytes);
      // Half a list would look like a whole one, with a number that is cut short at its end.
      if (stated === undefined && !String(coding).includes('chunked')) {
        throw new ListFetchError(`${at.host} does not say where its list ends`);
      }
      if (packed !== undefined && packed !== 'identity') {
        throw new ListFetchError(`${at.host} answers in a compressed form that nobody asked for`);
      }
      await keep(body, path, mostBytes);
      return;
    }
  } catch (error) {
    if (error instanceof ListFetchError) throw error;
    if (signal.aborted) throw new ListFetchError(`it took more than ${timeoutMs / 1_000} s`);
    const { code } = error as NodeJS.ErrnoException;
    // Its own words hold the address.
    throw new ListFetchError(`it cannot be reached (${code ?? 'no answer'})`);
  } finally {
    await agent.destroy();
  }
}

function parsed(url: string, base?: URL): URL {
  if (!URL.canParse(url, base?.href)) throw new ListFetchError('its address cannot be read');
  return new URL(url, base);
}

/** Compared by what a server sees: origin and whole parts of the path, after dots and encodings are resolved. */
function isAllowed(url: URL, allowed: readonly string[]): boolean {
  if (url.username !== '' || url.password !== '') return false;
  return allowed.some((each) => {
    if (!URL.canParse(each)) return false;
    const prefix = new URL(each);
    const { origin, protocol, pathname } = prefix;
    if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(prefix))) return false;
    // An encoded slash or dot may be read as another folder over there.
    if (/%2f|%5c|%2e/i.test(url.pathname)) return false;
    const folder = pathname.endsWith('/') ? pathname : `${pathname}/`;
    return url.origin === origin && (url.pathname === pathname || url.pathname.startsWith(folder));
  });
}

/** All of it, or no file. When it is over, nothing of it is open any more. */
async function keep(pieces: AsyncIterable<Buffer>, path: string, most: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  let isWhole = false;
  try {
    let count = 0;
    for await (const piece of pieces) {
      count += piece.length;
      if (count > most) throw tooLarge(most);
      await file.appendFile(piece);
    }
    isWhole = true;
  } finally {
    await file.close();
    if (!isWhole) await rm(path, { force: true });
  }
}

const tooLarge = (most: number): ListFetchError =>
  new ListFetchError(`it has more than ${most / 1_048_576} MB`);
