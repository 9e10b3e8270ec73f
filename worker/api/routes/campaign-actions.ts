import { z } from '@hono/zod-openapi';
import { ratePerSecond } from '../../campaign/campaign-file';
import {
  cancelCampaign,
  changeCampaignRate,
  decideCampaign,
  pauseCampaign,
  resumeCampaign,
  retryCampaign,
  startCampaign,
} from '../actions';
import { Campaign } from '../campaign-shapes';
import type { ApiPorts } from '../ports';
import { type Api, json, jsonBody, NAME, optionalBody, route, text } from '../route';

const params = z.strictObject({ name: NAME.meta({ examples: ['spring-recall'] }) });
const STANDS = json(Campaign, 'How it stands now.');

const Changed = z.object({
  n: z.int().meta({ description: 'Rows that were changed.', examples: [3] }),
  campaign: Campaign,
});

const common = {
  method: 'post' as const,
  tags: ['Campaigns'],
  scope: 'send' as const,
  problems: ['not_found', 'conflict'] as const,
};

const start = route({
  ...common,
  path: '/campaigns/{name}/start',
  summary: 'Start it',
  description:
    'All its rows have to be in. A worker, or a process that serves, sends it. One that is paused is resumed, and not started: 409.',
  request: { params },
  responses: { 200: STANDS },
});

const pause = route({
  ...common,
  path: '/campaigns/{name}/pause',
  summary: 'Stop it from sending, in every process',
  description: 'What is on its way already is finished; nothing new begins.',
  body: 'json',
  request: {
    params,
    body: optionalBody(
      z.strictObject({
        why: text(500)
          .optional()
          .meta({
            description: 'Shown to whoever looks at it.',
            examples: ['wrong date in the text'],
          }),
      }),
    ),
  },
  responses: { 200: STANDS },
});

const resume = route({
  ...common,
  path: '/campaigns/{name}/resume',
  summary: 'Let it go on',
  request: { params },
  responses: { 200: STANDS },
});

const cancel = route({
  ...common,
  path: '/campaigns/{name}/cancel',
  summary: 'End it for good',
  description: 'Whoever was not written to yet is skipped. What is on its way is still settled.',
  request: { params },
  responses: { 200: STANDS },
});

const rate = route({
  ...common,
  path: '/campaigns/{name}/rate',
  summary: 'Send faster or slower',
  description: "Its own throttle, at once and for good. The account's limits hold beside it.",
  body: 'json',
  request: {
    params,
    body: jsonBody(
      z.strictObject({
        perSecond: ratePerSecond
          .nullable()
          .meta({ description: 'null takes the throttle away.', examples: [8] }),
      }),
    ),
  },
  responses: { 200: STANDS },
});

const retry = route({
  ...common,
  path: '/campaigns/{name}/retry',
  summary: 'Give failed rows another chance',
  description:
    'Nothing of theirs was sent before. It goes on at once, unless it is paused. Rows that are unknown are never retried: see decide.',
  body: 'json',
  request: {
    params,
    body: optionalBody(
      z.strictObject({
        reason: text(100)
          .optional()
          .meta({
            description: 'Only those that failed for this reason.',
            examples: ['unavailable'],
          }),
      }),
    ),
  },
  responses: { 200: json(Changed, 'How many, and how it stands now.') },
});

const decide = route({
  ...common,
  path: '/campaigns/{name}/decide',
  summary: 'Rule on rows whose outcome is unknown',
  description:
    'Look each one up on the platform first. `sent`: the person has it. `failed`: the person does not have it, and is left out. ' +
    '`resend`: send it again; who did get it the first time gets it twice, so `confirm: true` is needed. Then resume the campaign.',
  body: 'json',
  request: {
    params,
    body: jsonBody(
      z
        .strictObject({
          rows: z
            .array(z.int().min(1).max(999_999_999))
            .min(1)
            .max(1_000)
            .optional()
            .meta({ description: 'Row numbers of the list; or `all`.', examples: [[12, 15]] }),
          all: z.literal(true).optional(),
          as: z.enum(['sent', 'failed', 'resend']),
          confirm: z.boolean().optional(),
        })
        .refine((it) => (it.rows === undefined) !== (it.all === undefined), {
          path: ['rows'],
          message: 'say which: either rows, or all: true',
        })
        .meta({ examples: [{ rows: [12, 15], as: 'failed' }] }),
    ),
  },
  responses: { 200: json(Changed, 'How many, and how it stands now.') },
});

export function campaignActions(app: Api, ports: ApiPorts): void {
  const { status } = ports;
  app.openapi(start, async (context) => {
    const { name } = context.req.valid('param');
    await startCampaign(ports, name);
    return context.json(await status.of(name), 200);
  });
  app.openapi(pause, async (context) => {
    const { name } = context.req.valid('param');
    await pauseCampaign(ports, name, context.req.valid('json'));
    return context.json(await status.of(name), 200);
  });
  app.openapi(resume, async (context) => {
    const { name } = context.req.valid('param');
    await resumeCampaign(ports, name);
    return context.json(await status.of(name), 200);
  });
  app.openapi(cancel, async (context) => {
    const { name } = context.req.valid('param');
    await cancelCampaign(ports, name);
    return context.json(await status.of(name), 200);
  });
  app.openapi(rate, async (context) => {
    const { name } = context.req.valid('param');
    await changeCampaignRate(ports, name, context.req.valid('json'));
    return context.json(await status.of(name), 200);
  });
  app.openapi(retry, async (context) => {
    const { name } = context.req.valid('param');
    const { n } = await retryCampaign(ports, name, context.req.valid('json'));
    return context.json({ n, campaign: await status.of(name) }, 200);
  });
  app.openapi(decide, async (context) => {
    const { name } = context.req.valid('param');
    const { rows = 'all', as, confirm } = context.req.valid('json');
    const { n } = await decideCampaign(ports, name, { rows, as, confirm });
    return context.json({ n, campaign: await status.of(name) }, 200);
  });
}
