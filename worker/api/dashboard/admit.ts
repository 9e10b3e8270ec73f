import type { Context, MiddlewareHandler } from 'hono';
import { actingAs } from '../../ledger';
import { allows, callerOf } from '../auth';
import { originOf } from '../cross-site';
import { ApiProblem } from '../problem';
import type { ApiEnv } from '../route';

type Step = MiddlewareHandler<ApiEnv>;

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const guardPages: Step = async (context, next) => {
  await next();
  context.header('content-security-policy', POLICY);
};

/** Only forms of our own pages are taken: a cookie, and being on this machine, come by themselves with any website's. */
export function ours(publicUrl: string | null): Step {
  return async (context, next) => {
    const origin = originOf((name) => context.req.header(name), 'POST', publicUrl);
    if (origin !== 'own') throw new ApiProblem('cross_site');
    await next();
  };
}

/** Lets in whoever is known, and sends others to sign in. What they do is written down under their name. */
export const admit: Step = async (context, next) => {
  const caller = await callerOf(context);
  if (caller === null) return askForKey(context);
  if (context.req.method !== 'GET' && !allows(caller.scope, 'send')) {
    throw new ApiProblem('forbidden', `Your key "${caller.name}" may look, and change nothing.`);
  }
  context.var.frame.charge(caller);
  context.set('caller', caller);
  return actingAs(caller.name, next);
};

function askForKey(context: Context<ApiEnv>): Response {
  if (isLive(context)) return context.body(null, 401);
  const { method, path, url } = context.req;
  const next = method === 'GET' ? `${path}${new URL(url).search}` : '/';
  return context.redirect(`/ui/sign-in?next=${encodeURIComponent(next)}`, 303);
}

/** The script asks for a page's live parts alone. */
export const isLive = (context: Context<ApiEnv>): boolean =>
  context.req.header('x-live') !== undefined;
