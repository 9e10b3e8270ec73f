/** worker/api/dashboard: pages for a person, rendered here; they work without a script, and move with one. */
import { Hono } from 'hono';
import type { ApiPorts } from '../ports';
import type { ApiEnv } from '../route';
import type { Sessions } from '../sessions';
import { admit, guardPages, ours } from './admit';
import { FILES } from './files';
import { pages } from './pages';
import { posts } from './posts';
import { refusePage } from './refuse-page';
import { signing } from './signing';

/** The dashboard: `/` and all below `/ui/`. */
export function dashboard(ports: ApiPorts, sessions: Sessions): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use('/', guardPages);
  app.use('/ui/*', guardPages);
  for (const { path, type, text } of FILES) {
    app.get(path, (context) =>
      context.body(text, 200, {
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
      }),
    );
  }
  app.post('/ui/*', ours(ports.publicUrl));
  signing(app, ports, sessions);
  app.use('/', admit);
  app.use('/ui/*', admit);
  pages(app, ports);
  posts(app, ports);
  app.onError(refusePage);
  return app;
}
