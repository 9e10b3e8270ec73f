import { createHash } from 'node:crypto';
import type { Context, HonoRequest, MiddlewareHandler } from 'hono';
import { beginOnce, dropOnce, endOnce, keepOnce, type Once } from '../ledger';
import { ApiProblem } from './problem';
import type { ApiEnv } from './route';

/** Says that an answer is an earlier one. */
export const REPLAYED = 'idempotency-replayed';

const KEEP_MS = 10_000;

/**
 * Does a request with an `Idempotency-Key` once: the same again answers what the first one answered. Kept is what was done; a request that was
 * refused has changed nothing, so its key stays free for a better one.
 */
export const once: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const place = onceOf(context);
  if (place === null) return next();
  const { ledger } = context.var.frame.ports;
  const begun = await beginOnce(
    ledger,
    { ...place, fingerprint: await printOf(context.req) },
    ledger.now(),
  );
  switch (begun.kind) {
    case 'busy':
      throw new ApiProblem('busy', 'The same request is being answered. Ask again soon.', {
        headers: { 'retry-after': '1' },
      });
    case 'other':
      throw new ApiProblem('idempotency_key_reused');
    case 'replay':
      return new Response(begun.body, {
        status: begun.status,
        headers: { 'content-type': 'application/json', [REPLAYED]: 'true' },
      });
    case 'new':
  }
  // Others take a silent one for dead, and would do it once more.
  const keeping = setInterval(() => {
    void keepOnce(ledger, place, ledger.now()).catch(() => undefined);
  }, KEEP_MS);
  try {
    await next();
  } finally {
    clearInterval(keeping);
  }
  const { res } = context;
  if (!res.ok) return dropOnce(ledger, place);
  const answer = { status: res.status, body: await res.clone().text() };
  await endOnce(ledger, place, answer, ledger.now());
};

/** The request by its key; null where it has none. One that is none is refused with everything else that is wrong, behind this. */
export function onceOf(context: Context<ApiEnv>): Once | null {
  const key = context.req.header('idempotency-key');
  if (key === undefined || !/^[!-~]{1,255}$/.test(key)) return null;
  return { scope: context.var.caller.name, key };
}

async function printOf(request: HonoRequest): Promise<string> {
  const { pathname, search } = new URL(request.url);
  const hash = createHash('sha256').update(`${request.method} ${pathname}${search}\n`);
  // What the guard has read, a promise whatever its type says: a route without a body reads none here either.
  const body = (await Promise.resolve(request.bodyCache.text)) ?? '';
  return hash.update(body).digest('hex');
}
