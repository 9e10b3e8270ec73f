import { z } from '@hono/zod-openapi';
import { listOccurrences, listSchedules, needSchedule, pauseSchedule } from '../../ledger';
import { onceOf } from '../idempotency';
import { listIn } from '../list-in';
import type { ApiPorts } from '../ports';
import { type Api, json, jsonBody, OF_PLATFORM, optionalBody, PAGE, route, text } from '../route';
import {
  NewSchedule,
  Occurrence,
  SCHEDULE,
  ScheduleShape,
  showOccurrence,
  showSchedule,
} from '../schedule-shapes';

const tags = ['Schedules'];
const params = z.strictObject({ name: SCHEDULE });
const one = { tags, request: { params }, problems: ['not_found'] } as const;

const takeList = route({
  ...{ method: 'put', path: '/lists', tags, scope: 'send', body: 'stream' },
  summary: 'Keep a list for a schedule',
  description:
    'CSV or XLSX, up to 64 MB; the ledger keeps it for an hour, and then for as long as a schedule needs it. The same list is kept once.',
  problems: ['conflict'],
  request: {
    body: {
      required: true,
      content: { 'text/csv': { schema: z.string().openapi({ format: 'binary' }) } },
    },
  },
  responses: {
    200: json(
      z.object({
        sha256: z
          .string()
          .meta({ examples: ['a0d96387a9b7fca941545c1d5b63d5fdf1246c1b3619f896f03086f4df963301'] }),
        bytes: z.int().meta({ examples: [33] }),
      }),
      'It is kept.',
    ),
  },
});

const list = route({
  ...{ method: 'get', path: '/schedules', tags, scope: 'read' },
  summary: 'All schedules',
  description: 'By the time at which they were made.',
  responses: { 200: json(z.object({ items: z.array(ScheduleShape) }), 'All of them.') },
});

const show = route({
  ...one,
  ...{ method: 'get', path: '/schedules/{name}', scope: 'read' },
  summary: 'One schedule',
  description: 'With what became of its last time.',
  responses: { 200: json(ScheduleShape, 'How it stands.') },
});

const occurrences = route({
  ...one,
  ...{ method: 'get', path: '/schedules/{name}/occurrences', scope: 'read' },
  summary: 'Its last times, and what became of each',
  description: 'The newest first. Each local date and time is opened once, whatever happens.',
  request: { params, query: z.strictObject({ limit: PAGE.limit }) },
  responses: { 200: json(z.object({ items: z.array(Occurrence) }), 'The newest of them.') },
});

const create = route({
  ...{ method: 'post', path: '/schedules', tags, scope: 'send', body: 'json' },
  summary: 'Open a campaign again and again, by the clock',
  description:
    'Checks the campaign and its list as `campaign check` does, which may take a while, and writes the schedule down. Each time a campaign of its own is opened, `NAME-2026-03-30T0900`. A worker or `campaign serve` has to run then.',
  once: true,
  patient: true,
  problems: ['conflict', ...OF_PLATFORM],
  request: { body: jsonBody(NewSchedule) },
  responses: { 201: json(ScheduleShape, 'It is written down, and active.') },
});

const pause = route({
  ...one,
  ...{ method: 'post', path: '/schedules/{name}/pause', scope: 'send', body: 'json' },
  summary: 'Open nothing by the clock any more',
  description: 'What is under way goes on.',
  request: {
    params,
    body: optionalBody(
      z.strictObject({
        why: text(500)
          .nullish()
          .meta({
            description: 'For whoever looks later.',
            examples: ['the shop is closed'],
          }),
      }),
    ),
  },
  responses: { 200: json(ScheduleShape, 'It is paused.') },
});

const resume = route({
  ...one,
  ...{ method: 'post', path: '/schedules/{name}/resume', scope: 'send' },
  summary: 'Go on from now',
  description: 'Times that fell into the pause are not made up for.',
  responses: { 200: json(ScheduleShape, 'It is active.') },
});

const trigger = route({
  ...one,
  ...{ method: 'post', path: '/schedules/{name}/trigger', scope: 'send', body: 'json' },
  summary: 'Open a campaign now',
  description:
    'Beside the clock, also while the schedule is paused. Refused when list and message are the same as last time, unless `again` says that it is meant: everybody would get the same once more.',
  once: true,
  patient: true,
  problems: ['not_found', 'conflict'],
  request: { params, body: optionalBody(z.strictObject({ again: z.boolean().optional() })) },
  responses: {
    202: json(
      z.object({ campaign: z.string().meta({ examples: ['recall-2026-03-30T101500'] }) }),
      'A worker opens it as soon as one can.',
    ),
  },
});

const remove = route({
  ...one,
  ...{ method: 'delete', path: '/schedules/{name}', scope: 'admin' },
  summary: 'End a schedule',
  description: 'The campaigns that it has opened stay, and go on.',
  responses: { 204: { description: 'It is gone.' } },
});

export function schedules(app: Api, ports: ApiPorts): void {
  const { ledger, desk } = ports;
  const shown = async (name: string) => showSchedule(ledger, await needSchedule(ledger.db, name));

  app.openapi(takeList, async (context) => {
    return context.json(await desk.schedules.takeList(listIn(context, null)), 200);
  });
  app.openapi(list, async (context) => {
    const items = [];
    for (const schedule of await listSchedules(ledger.db)) {
      items.push(await showSchedule(ledger, schedule));
    }
    return context.json({ items }, 200);
  });
  app.openapi(show, async (context) =>
    context.json(await shown(context.req.valid('param').name), 200),
  );
  app.openapi(occurrences, async (context) => {
    const { id } = await needSchedule(ledger.db, context.req.valid('param').name);
    const found = await listOccurrences(ledger.db, id, context.req.valid('query').limit);
    return context.json({ items: found.map(showOccurrence) }, 200);
  });
  app.openapi(create, async (context) => {
    const schedule = await desk.schedules.create(context.req.valid('json'));
    return context.json(await showSchedule(ledger, schedule), 201);
  });
  app.openapi(pause, async (context) => {
    const { name } = context.req.valid('param');
    await pauseSchedule(ledger, name, context.req.valid('json').why ?? null, ledger.now());
    return context.json(await shown(name), 200);
  });
  app.openapi(resume, async (context) => {
    const { name } = context.req.valid('param');
    await desk.schedules.resume(name);
    return context.json(await shown(name), 200);
  });
  app.openapi(trigger, async (context) => {
    const { name } = context.req.valid('param');
    const again = context.req.valid('json').again === true;
    const campaign = await desk.schedules.trigger(name, again, onceOf(context));
    return context.json({ campaign }, 202);
  });
  app.openapi(remove, async (context) => {
    await desk.schedules.remove(context.req.valid('param').name);
    return context.body(null, 204);
  });
}
