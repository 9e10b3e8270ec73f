import { OpenAPIHono } from '@hono/zod-openapi';
import { dashboard } from './dashboard';
import { createFrame } from './frame';
import { headers } from './headers';
import { notFound } from './not-found';
import type { ApiPorts } from './ports';
import { refuse, refuseInvalid } from './refuse';
import type { Api, ApiEnv } from './route';
import { TOPICS } from './routes';
import { createSessions } from './sessions';
import { traced } from './traced';

/** Everything that the runner answers over HTTP. */
export function createApi(ports: ApiPorts): Api {
  const app: Api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid });
  const sessions = createSessions(ports.ledger);
  const frame = createFrame(ports, sessions);
  app.use(async (context, next) => {
    context.set('frame', frame);
    await next();
  });
  app.use(traced, headers);
  for (const topic of TOPICS) topic(app, ports);
  app.route('/', dashboard(ports, sessions));
  app.notFound(notFound(app));
  app.onError(refuse);
  return app;
}
