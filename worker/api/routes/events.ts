import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  EVENT_TYPES,
  type EventFilter,
  type EventPage,
  latestEvents,
  readEvents,
} from '../../ledger';
import { callerOf } from '../auth';
import { Event, showEvent } from '../event-shape';
import { eventStream } from '../event-stream';
import { createFeedWatch, type FeedWatch } from '../feed-watch';
import { createPlaces } from '../places';
import { type ApiPorts, DEFAULT_LIMITS } from '../ports';
import { type Api, type ApiEnv, json, listed, route, text } from '../route';

const query = z.strictObject({
  after: text(40)
    .optional()
    .meta({
      description:
        'A cursor; `latest`: only what comes from now on. Without it from the oldest event that is kept: they are kept for seven days.',
      examples: ['latest'],
    }),
  types: listed(EVENT_TYPES, 'Only these, with commas between them.').optional(),
  campaign: text(80).optional().meta({ description: 'Only of this one.' }),
  account: text(80).optional().meta({ description: 'Only of this one.' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .meta({ description: 'At most so many.' }),
  wait: z.coerce.number().int().min(0).max(30).default(0).meta({
    description: 'Seconds to wait for an event where there is none yet.',
  }),
  newest: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .meta({
      description:
        'Instead of `after`: at most so many of the newest, oldest of them first, to look at. Asked with `types`, as far back as the last 10,000 events.',
      examples: [5],
    }),
});

const Page = z.object({
  items: z.array(Event),
  next: z.string().meta({
    description: 'Ask with it as `after` next time, also when there was no event.',
    examples: ['5f1d7a84db00d2b8.42'],
  }),
  more: z.boolean().meta({ description: 'There is more at once: do not wait.', examples: [false] }),
});

const read = route({
  method: 'get',
  path: '/events',
  tags: ['Events'],
  summary: 'What happened, in the order in which it was written down',
  description:
    'A feed to follow: whoever always asks after the `next` of the answer before misses nothing, and gets nothing twice. ' +
    'Of a campaign: `ready`, `started`, `paused`, `resumed`, `cancelled`, `finished`. Of a row: `failed`, `unknown`; that it was `sent` stands in the results. ' +
    'What platforms tell: `delivered`, `read`, `delivery_failed`, `replied`; and `opted_out`, `opted_in`. ' +
    'With `Accept: text/event-stream` the same comes as a stream of server-sent events, whose ids are cursors; a browser that comes back goes on where it was.',
  scope: 'read',
  patient: true,
  problems: ['cursor_gone', 'not_found'],
  request: {
    query,
    headers: z.object({
      'last-event-id': z.string().max(40).optional().meta({
        description: 'Instead of `after`: browsers send it when they come back to a stream.',
      }),
    }),
  },
  responses: {
    200: {
      ...json(Page, 'A page of events.'),
      content: {
        'application/json': { schema: Page },
        'text/event-stream': {
          schema: z.string().meta({ examples: ['id: 5f1d7a84db00d2b8.42\ndata: {…}\n\n'] }),
        },
      },
    },
  },
});

type Query = z.output<typeof query>;

export function events(app: Api, ports: ApiPorts): void {
  const { ledger, stopping } = ports;
  const limits = { ...DEFAULT_LIMITS, ...ports.limits };
  const watch = createFeedWatch(ledger);
  const takePlace = createPlaces(limits);

  async function stream(context: Context<ApiEnv>, given: Query): Promise<Response> {
    const pageAfter = (after: string | null) => readEvents(ledger, { ...wantedOf(given), after });
    const first = await pageAfter(given.after ?? null);
    const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
    // A look at the headers alone takes no place.
    if (context.req.raw.method === 'HEAD') return new Response(null, { headers });
    const ended = takePlace(context.var.caller);
    const body = eventStream(first, {
      read: pageAfter,
      wait: (after, ms) => watch.beyond(after, ms),
      over: overFor(context, stopping, limits.recheckMs),
      ended,
      show: showEvent,
    });
    return new Response(body, { headers });
  }

  app.openapi(read, async (context) => {
    const query = context.req.valid('query');
    const given = { ...query, after: context.req.header('last-event-id') ?? query.after };
    if (/\btext\/event-stream\b/.test(context.req.header('accept') ?? '')) {
      return stream(context, given);
    }
    if (given.newest !== undefined) {
      const { events, next } = await latestEvents(ledger, given.newest, wantedOf(given));
      return context.json({ items: events.map(showEvent).toReversed(), next, more: false }, 200);
    }
    const page = await poll(
      { ...given, wait: context.req.raw.method === 'HEAD' ? 0 : given.wait },
      {
        ...{ ports, watch, signal: context.req.raw.signal },
        takePlace: () => takePlace(context.var.caller),
      },
    );
    const { events: found, next, more } = page;
    return context.json({ items: found.map(showEvent), next, more }, 200);
  });
}

interface Waiting {
  readonly ports: ApiPorts;
  readonly watch: FeedWatch;
  readonly takePlace: () => () => void;
  readonly signal: AbortSignal;
}

/** A page, waiting for one that is not empty. */
async function poll(
  given: Query,
  { ports: { ledger, stopping }, watch, takePlace, signal }: Waiting,
): Promise<EventPage> {
  const until = performance.now() + given.wait * 1_000;
  let page = await readEvents(ledger, { ...wantedOf(given), after: given.after ?? null });
  if (given.wait === 0 || page.events.length > 0) return page;
  const leave = takePlace();
  try {
    while (
      page.events.length === 0 &&
      performance.now() < until &&
      !stopping() &&
      !signal.aborted
    ) {
      const ms = Math.min(1_000, until - performance.now());
      if (!page.more && !(await watch.beyond(page.next, ms))) continue;
      page = await readEvents(ledger, { ...wantedOf(given), after: page.next });
    }
    return page;
  } finally {
    leave();
  }
}

function wantedOf({
  types,
  campaign,
  account,
  limit,
}: Query): EventFilter & { readonly limit: number } {
  return {
    limit,
    ...(types === undefined ? {} : { types }),
    ...(campaign === undefined ? {} : { campaign }),
    ...(account === undefined ? {} : { account }),
  };
}

/** The process ends, or the key holds no more. */
function overFor(
  context: Context<ApiEnv>,
  stopping: () => boolean,
  recheckMs: number,
): () => Promise<boolean> {
  let askedAt = performance.now();
  return async () => {
    if (stopping()) return true;
    if (performance.now() - askedAt < recheckMs) return false;
    askedAt = performance.now();
    return (await callerOf(context)) === null;
  };
}
