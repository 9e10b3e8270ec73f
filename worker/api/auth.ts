import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { anyApiKey, findApiKey, NO_KEY_NAME } from '../ledger';
import { API_SCOPES, type ApiScope } from '../ledger/schema';
import { createBuckets } from './buckets';
import { isForwarded, isLoopbackAddress, isLoopbackHost, originOf } from './cross-site';
import type { ApiPorts } from './ports';
import { ApiProblem } from './problem';
import type { ApiEnv } from './route';

/** Who asks. */
export interface Caller {
  /** Null where no key is needed yet. */
  readonly keyId: string | null;
  /** Stands in the audit. */
  readonly name: string;
  readonly scope: ApiScope;
}

/** How a browser's session is found, for pages that cannot send a header. */
export interface FindsSessions {
  find(cookieHeader: string | undefined): Promise<Caller | null>;
}

export const allows = (scope: ApiScope, needed: ApiScope): boolean =>
  API_SCOPES.indexOf(scope) >= API_SCOPES.indexOf(needed);

/** Who asks, or null where nobody is known. @throws ApiProblem when it is another website, or after too many wrong keys. */
export async function callerOf(context: Context<ApiEnv>): Promise<Caller | null> {
  return context.var.frame.callerOf(context);
}

/** So long a key is believed that was found: one that is revoked elsewhere stops within this time. */
const BELIEVED_MS = 5_000;
/** Keys that are remembered at once. */
const MOST_KEYS = 1_000;
/** Wrong keys from one address: after these it is told to wait. Nobody guesses a key; this is for the ledger, which is asked each time. */
const WRONG = { perSecond: 20, burst: 1_000 };

interface Seen {
  readonly caller: Caller;
  readonly at: number;
}

/** The one place that knows who may come in. */
export function createAuth(
  { ledger, loopback, publicUrl }: Pick<ApiPorts, 'ledger' | 'loopback' | 'publicUrl'>,
  sessions: FindsSessions | null,
): (context: Context<ApiEnv>) => Promise<Caller | null> {
  /** By the hash of the key: no key stays in memory. */
  const seen = new Map<string, Seen>();
  const wrong = createBuckets(WRONG);

  async function ofToken(token: string, from: string): Promise<Caller | null> {
    const hash = createHash('sha256').update(token).digest('base64');
    const before = seen.get(hash);
    const now = performance.now();
    if (before !== undefined && now - before.at < BELIEVED_MS) return before.caller;
    const found = await findApiKey(ledger, token, ledger.now());
    if (found === null) {
      seen.delete(hash);
      // Only of wrong ones: others at the same address, such as that of a proxy, keep nobody out who has a right key.
      const waitMs = wrong.take(from);
      if (waitMs > 0) throw tooMany(waitMs, 'Too many wrong keys came from this address.');
      return null;
    }
    const caller = { keyId: found.id, name: found.name, scope: found.scope };
    if (seen.size >= MOST_KEYS) seen.clear();
    seen.set(hash, { caller, at: now });
    return caller;
  }

  async function withoutKey(context: Context<ApiEnv>): Promise<Caller | null> {
    const get = (name: string) => context.req.header(name);
    const socket = context.env?.incoming?.socket;
    const here =
      loopback &&
      // Where others reach it, a proxy asks for them, and need not say so.
      publicUrl === null &&
      // A proxy that names nobody, as nginx does without being told to, speaks the old version.
      context.env?.incoming?.httpVersion !== '1.0' &&
      isLoopbackAddress(socket?.localAddress) &&
      isLoopbackAddress(socket?.remoteAddress) &&
      isLoopbackHost(get('host')) &&
      !isForwarded(get);
    if (!here || (await anyApiKey(ledger))) return null;
    refuseOthers(context);
    return { keyId: null, name: NO_KEY_NAME, scope: 'admin' };
  }

  /** @throws ApiProblem when a browser says that another website asks. */
  function refuseOthers(context: Context<ApiEnv>, sure = false): void {
    const { method } = context.req;
    const origin = originOf((name) => context.req.header(name), method, publicUrl);
    if (origin === 'own' || (origin === 'unsaid' && !sure)) return;
    throw new ApiProblem('cross_site');
  }

  return async (context) => {
    const given = context.req.header('authorization')?.trim();
    // An empty one is a key that nobody has set yet, in an example of the documentation.
    if (given !== undefined && !/^(bearer)?$/i.test(given)) {
      const [, token] = /^bearer +([!-~]{1,200})$/i.exec(given) ?? [];
      const from = context.env?.incoming?.socket.remoteAddress ?? '';
      return token === undefined ? null : ofToken(token, from);
    }
    const session = (await sessions?.find(context.req.header('cookie'))) ?? null;
    if (session !== null) {
      // A cookie comes by itself: that the request is meant shows in where it comes from.
      const { method } = context.req;
      refuseOthers(context, method !== 'GET' && method !== 'HEAD');
      return session;
    }
    return withoutKey(context);
  };
}

/** @throws nothing: the problem of whoever has to wait. */
export function tooMany(waitMs: number, detail: string): ApiProblem {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new ApiProblem('rate_limited', `${detail} Wait for ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  });
}
