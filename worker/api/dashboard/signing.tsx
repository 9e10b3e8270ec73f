import type { Context, Hono } from 'hono';
import { anyApiKey } from '../../ledger';
import { callerOf, tooMany } from '../auth';
import { createBuckets } from '../buckets';
import type { ApiPorts } from '../ports';
import type { ApiEnv } from '../route';
import type { Sessions } from '../sessions';
import { readForm } from './form';
import { render } from './render';
import { SignInPage } from './sign-in';

/** Wrong keys from one address: after these it is told to wait. A right one is always taken: behind a proxy all share an address. */
const WRONG = { perSecond: 0.2, burst: 20 };

/** A key for a cookie, and out again. */
export function signing(app: Hono<ApiEnv>, ports: ApiPorts, sessions: Sessions): void {
  const wrong = createBuckets(WRONG);

  app.get('/ui/sign-in', async (context) => {
    const next = localPath(context.req.query('next'));
    if ((await callerOf(context)) !== null) return context.redirect(next, 303);
    const noKey = !(await anyApiKey(ports.ledger));
    return render(context, <SignInPage next={next} message={null} noKey={noKey} />);
  });

  app.post('/ui/sign-in', async (context) => {
    const from = context.env?.incoming?.socket.remoteAddress ?? '';
    const form = await readForm(context);
    const next = localPath(form.get('next') ?? undefined);
    const opened = await sessions.open((form.get('key') ?? '').trim(), isSecure(context, ports));
    if (opened === null) {
      const waitMs = wrong.take(from);
      if (waitMs > 0) throw tooMany(waitMs, 'Too many wrong keys came from this address.');
      const text = 'This key is not known, or not any more.';
      const page = (
        <SignInPage next={next} message={{ kind: 'refused', text, status: 401 }} noKey={false} />
      );
      return render(context, page, 401);
    }
    // Whoever signs in as somebody else is not both.
    sessions.end(context.req.header('cookie'));
    context.header('set-cookie', opened.cookie);
    return context.redirect(next, 303);
  });

  app.post('/ui/sign-out', (context) => {
    for (const cookie of sessions.end(context.req.header('cookie'))) {
      context.header('set-cookie', cookie, { append: true });
    }
    return context.redirect('/ui/sign-in', 303);
  });
}

/** A path of this dashboard, whatever somebody wrote into a link to the sign-in page. */
function localPath(wanted = '/'): string {
  const base = 'http://runner.invalid';
  if (!URL.canParse(wanted, base)) return '/';
  const { origin, pathname, search } = new URL(wanted, base);
  const known =
    pathname === '/' || (pathname.startsWith('/ui/') && !pathname.startsWith('/ui/sign-'));
  return origin === base && known ? `${pathname}${search}` : '/';
}

/** Whether the browser speaks HTTPS, to us or to what stands before us. */
function isSecure({ req }: Context<ApiEnv>, { publicUrl }: ApiPorts): boolean {
  if (req.header('x-forwarded-proto')?.split(',')[0]?.trim() === 'https') return true;
  if (publicUrl === null) return false;
  const { protocol, host } = new URL(publicUrl);
  return protocol === 'https:' && host === req.header('host')?.toLowerCase();
}
