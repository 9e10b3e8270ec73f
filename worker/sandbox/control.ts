import { Hono } from 'hono';
import type { Counts } from './counts';
import type { Crowd, CrowdRules } from './crowd';
import type { FaultRule, Faults } from './faults';
import type { Traffic } from './front';
import type { Outbox, WebhookFigures, WebhookTargets } from './outgoing';
import type { Change, OtherSide, Platform, Said } from './platform';
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
  /** People who have answered by a rule. */
  readonly answered: number;
  /** Calls of the platforms' own. */
  readonly webhooks: WebhookFigures;
}

export interface ControlParts {
  readonly counts: Counts;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly crowd: Crowd;
  readonly outbox: Outbox;
  readonly platforms: readonly Platform[];
  summary(): Summary;
  otherSide(platform: string): OtherSide;
  reset(): void;
}

/** Everything at a glance. */
export function summarise(
  traffic: Readonly<Traffic>,
  { counts, faults, crowd, outbox }: Pick<ControlParts, 'counts' | 'faults' | 'crowd' | 'outbox'>,
): Summary {
  const { inFlight, ...rest } = traffic;
  return {
    ...counts.totals(),
    requestsInFlight: inFlight,
    ...rest,
    faults: faults.struck(),
    answered: crowd.answered(),
    webhooks: outbox.figures(),
  };
}

/** The control API, below `/_sandbox`: for other processes; never faulty, slow or logged. */
export function createControl(parts: ControlParts): Hono {
  const app = new Hono().basePath('/_sandbox');
  app.get('/accepted', (c) => c.json(Object.fromEntries(parts.counts.accepted())));
  app.get('/messages', (c) => c.json(parts.counts.messages()));
  app.get('/requests', (c) => c.json(parts.log.all()));
  app.get('/summary', (c) => c.json(parts.summary()));
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
  app.post('/replies', async (c) => {
    const { platform, ...said } = await c.req.json<Said & { platform: string }>();
    return c.json(parts.otherSide(platform).reply(said));
  });
  app.post('/deliveries', async (c) => {
    const { platform, ...change } = await c.req.json<Change & { platform: string }>();
    return c.json(parts.otherSide(platform).deliver(change));
  });
  app.put('/people', async (c) => {
    const rules = await c.req.json<CrowdRules>();
    parts.crowd.setRules(rules);
    return c.json(rules);
  });
  app.put('/webhooks', async (c) => {
    const targets = await c.req.json<WebhookTargets>();
    parts.outbox.setTargets(targets);
    return c.json({ platforms: Object.keys(targets) });
  });
  app.post('/reset', (c) => {
    parts.reset();
    return c.json({ reset: true });
  });
  for (const platform of parts.platforms) app.route(`/${platform.id}`, platform.control);
  app.onError((error, c) => c.json({ error: error.message }, 400));
  return app;
}
