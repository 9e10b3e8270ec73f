import { Hono } from 'hono';
import type { Counts } from './counts';
import type { FaultRule, Faults } from './faults';
import type { Front, Traffic } from './front';
import type { Platform } from './platform';
import type { RequestLog } from './request-log';

export interface Summary {
  /** Messages that the platforms would deliver. */
  readonly accepted: number;
  /** People who got at least one. */
  readonly recipients: number;
  /** Messages beyond the first for the same person, and for the same marker key. */
  readonly doubles: number;
  readonly doublesByKey: number;
  /** Outgoing messages that the platform took but would not deliver. */
  readonly notDelivered: number;
  readonly requests: number;
  readonly requestsInFlight: number;
  readonly deliversInFlight: number;
  readonly abandoned: number;
  readonly abandonedDelivers: number;
  readonly rateLimited: number;
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
}

export interface ControlParts {
  readonly counts: Counts;
  readonly faults: Faults;
  readonly front: Front;
  readonly log: RequestLog;
  readonly platforms: readonly Platform[];
  reset(): void;
}

/** Everything at a glance. */
export function summarise(counts: Counts, traffic: Readonly<Traffic>, faults: Faults): Summary {
  const { inFlight, ...rest } = traffic;
  return { ...counts.totals(), requestsInFlight: inFlight, ...rest, faults: faults.struck() };
}

/** The control API, below `/_sandbox`: for other processes; never faulty, slow or logged. */
export function createControl(parts: ControlParts): Hono {
  const app = new Hono().basePath('/_sandbox');
  app.get('/accepted', (c) => c.json(Object.fromEntries(parts.counts.accepted())));
  app.get('/messages', (c) => c.json(parts.counts.messages()));
  app.get('/requests', (c) => c.json(parts.log.all()));
  app.get('/summary', (c) => c.json(summarise(parts.counts, parts.front.traffic(), parts.faults)));
  app.post('/faults', async (c) => {
    const body: unknown = await c.req.json();
    const rules = (Array.isArray(body) ? body : [body]) as FaultRule[];
    parts.faults.set(rules);
    return c.json({ rules: rules.length });
  });
  app.delete('/faults', (c) => {
    parts.faults.clear();
    return c.json({ rules: 0 });
  });
  app.post('/reset', (c) => {
    parts.reset();
    return c.json({ reset: true });
  });
  for (const platform of parts.platforms) app.route(`/${platform.id}`, platform.control);
  app.onError((error, c) => c.json({ error: error.message }, 400));
  return app;
}
