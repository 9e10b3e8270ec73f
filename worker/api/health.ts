import { Hono } from 'hono';

export interface Health {
  /** Why this process cannot take part now, in codes; none: it can. */
  readonly troubles: () => Promise<readonly string[]>;
  /** The metrics, as Prometheus reads them. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

/**
 * What an orchestrator asks a process. `/healthz` is 200 as long as the process can answer at all: whether a server beside it is away is no reason to kill
 * it. `/readyz` is 200 when it can take part, else 503 with codes. `/metrics` is for Prometheus.
 */
export function createHealth({ troubles, metrics }: Health): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ alive: true }));
  app.get('/readyz', async (context) => {
    const codes = await troubles();
    const ready = codes.length === 0;
    return context.json({ ready, codes }, ready ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    const { type, text } = await metrics();
    return context.body(text, 200, { 'content-type': type });
  });
  app.onError((_, context) => context.json({ code: 'INTERNAL' }, 500));
  return app;
}
