import { randomBytes } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './route';

/** What every answer carries, unless its page says it more exactly. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not `no-referrer`: with it, browsers hide the origin of our own forms as well.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** Names the request, and keeps browsers from doing with an answer what it is not for. No CORS: other websites read nothing. */
export const headers: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const requestId = randomBytes(8).toString('hex');
  context.set('requestId', requestId);
  await next();
  const { headers: given } = context.res;
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!given.has(name)) given.set(name, value);
  }
  given.set('x-request-id', requestId);
};
