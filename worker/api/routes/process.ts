import { z } from '@hono/zod-openapi';
import type { ApiPorts } from '../ports';
import { type Api, json, route } from '../route';

const tags = ['Process'];

const alive = route({
  method: 'get',
  path: '/healthz',
  tags,
  summary: 'Whether this process answers at all',
  description:
    'Open to everybody. A ledger that is away is no reason to kill the process: see `/readyz`.',
  scope: null,
  responses: { 200: json(z.object({ alive: z.literal(true) }), 'It does.') },
});

const Ready = z.object({
  ready: z.boolean(),
  codes: z.array(z.string()).meta({ description: 'Why not.', examples: [['LEDGER_AWAY']] }),
});

const ready = route({
  method: 'get',
  path: '/readyz',
  tags,
  summary: 'Whether this process can take part now',
  description: 'Open to everybody.',
  scope: null,
  responses: { 200: json(Ready, 'It can.'), 503: json(Ready, 'It cannot, and why.') },
});

const metrics = route({
  method: 'get',
  path: '/metrics',
  tags,
  summary: 'Metrics, for Prometheus',
  description: 'By campaign and account; nothing of a person.',
  scope: 'read',
  responses: {
    200: {
      description: 'In the text format of Prometheus.',
      content: { 'text/plain': { schema: z.string() } },
    },
  },
});

/** What an orchestrator and Prometheus ask. */
export function ofProcess(app: Api, ports: ApiPorts): void {
  app.openapi(alive, (context) => context.json({ alive: true } as const, 200));
  app.openapi(ready, async (context) => {
    const codes = [...(await ports.troubles())];
    const isReady = codes.length === 0;
    return context.json({ ready: isReady, codes }, isReady ? 200 : 503);
  });
  app.openapi(metrics, async (context) => {
    const { type, text } = await ports.metrics();
    return context.body(text, 200, { 'content-type': type }) as never;
  });
}
