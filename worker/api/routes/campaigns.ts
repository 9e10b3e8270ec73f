import { z } from '@hono/zod-openapi';
import { CAMPAIGN_STATES } from '../../../core/words';
import type { CampaignCheck as Checked } from '../../campaign/check-rows';
import { pageOfCampaigns, tally } from '../../ledger';
import { BESIDE, CAMPAIGN_TYPES, requestIn } from '../campaign-in';
import { Campaign, CampaignCheck, CampaignSummary } from '../campaign-shapes';
import { invalid } from '../invalid';
import type { ApiPorts } from '../ports';
import {
  type Api,
  iso,
  isoOrNull,
  json,
  listed,
  NAME,
  OF_PLATFORM,
  PAGE,
  Problem,
  pageOf,
  route,
} from '../route';
import { describeCampaign } from '../status';

const tags = ['Campaigns'];
const params = z.strictObject({ name: NAME.meta({ examples: ['spring-recall'] }) });

const list = route({
  method: 'get',
  path: '/campaigns',
  tags,
  summary: 'Campaigns, the newest first',
  description: 'Those with a list; single messages are not among them.',
  scope: 'read',
  request: {
    query: z.strictObject({
      ...PAGE,
      state: listed(CAMPAIGN_STATES, 'Only in these states.').optional(),
    }),
  },
  responses: { 200: json(pageOf(CampaignSummary), 'A page of campaigns.') },
});

const create = route({
  method: 'post',
  path: '/campaigns',
  tags,
  summary: 'Create a campaign',
  description:
    'The keys are those of the campaign file. Account, inbox, template, message and consent are checked at once, with the platform; nothing is sent. ' +
    'Then its audience comes: as one list (`PUT /campaigns/{name}/list`), or, with `audience.intake: chunks`, in chunks. ' +
    'The same name with the same content is the same campaign; the same name with another content is refused. Until its list is complete, who asks last says with `start` whether it starts by itself. ' +
    'The text of a campaign file goes as it is, as `application/yaml`: what is asked for in the address comes before what the file says, and with `intake` the path of a list that it names is left aside.',
  scope: 'send',
  body: 'json',
  once: true,
  patient: true,
  problems: ['conflict', ...OF_PLATFORM],
  request: { query: z.strictObject(BESIDE), body: { required: true, content: CAMPAIGN_TYPES } },
  responses: {
    200: json(Campaign, 'It was there already.'),
    201: json(Campaign, 'It is written down, and waits for its audience.'),
    431: {
      description: '`too_large`: What is asked for in the address is longer than 16 kB.',
      content: { 'application/problem+json': { schema: Problem } },
    },
  },
});

const show = route({
  method: 'get',
  path: '/campaigns/{name}',
  tags,
  summary: 'How a campaign stands',
  scope: 'read',
  problems: ['not_found'],
  request: { params },
  responses: { 200: json(Campaign, 'How it stands.') },
});

const check = route({
  method: 'post',
  path: '/campaigns/{name}/check',
  tags,
  summary: 'What would become of it',
  description:
    'From the rows that are in: who is ready, who is skipped and why, previews, segments, and when it would be finished. Sends and changes nothing. It reads every row, and takes some seconds for a million.',
  scope: 'read',
  patient: true,
  problems: ['not_found'],
  request: { params },
  responses: { 200: json(CampaignCheck, 'What would become of it.') },
});

export function campaigns(app: Api, { ledger, desk, status }: ApiPorts): void {
  app.openapi(list, async (context) => {
    const { limit, after, state } = context.req.valid('query');
    const page = await pageOfCampaigns(ledger, {
      limit: limit + 1,
      ...(after === undefined ? {} : { before: placeOf(after) }),
      ...(state === undefined ? {} : { states: state }),
    });
    const shown = page.slice(0, limit);
    const items = [];
    for (const campaign of shown) {
      const { counts } = await tally(ledger.db, campaign.id);
      items.push({ ...describeCampaign(campaign), counts });
    }
    const last = page.length > limit ? shown.at(-1) : undefined;
    return context.json({ items, next: last === undefined ? null : String(last.id) }, 200);
  });

  app.openapi(create, async (context) => {
    const { campaign, fresh } = await desk.createCampaign(
      await requestIn(context, context.req.valid('json'), context.req.valid('query')),
    );
    const stands = await status.of(campaign.name);
    if (!fresh) return context.json(stands, 200);
    context.header('location', `/campaigns/${campaign.name}`);
    return context.json(stands, 201);
  });

  app.openapi(show, async (context) =>
    context.json(await status.of(context.req.valid('param').name), 200),
  );

  app.openapi(check, async (context) =>
    context.json(checkAs(await desk.check(context.req.valid('param').name)), 200),
  );
}

/** The cursor of a page. @throws ApiProblem when it is none. */
function placeOf(after: string): number {
  if (/^[1-9]\d{0,14}$/.test(after)) return Number(after);
  throw invalid('query.after', 'after is not the `next` of a page.');
}

function checkAs(it: Checked): z.output<typeof CampaignCheck> {
  const { checkedAtMs, finish, places, pace, ...rest } = it;
  return {
    ...rest,
    pace: { cold: paceAs(pace.cold), known: paceAs(pace.known) },
    finish: { cold: isoOrNull(finish.cold), known: isoOrNull(finish.known) },
    places: places.map(({ quietUntilMs, ...place }) => ({
      ...place,
      quietUntil: isoOrNull(quietUntilMs),
    })),
    checkedAt: iso(checkedAtMs),
  };
}

const paceAs = (pace: Checked['pace']['cold']) => ({
  ...pace,
  calls: { ...pace.calls } as Record<string, number>,
});
