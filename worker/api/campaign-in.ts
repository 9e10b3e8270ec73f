import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type Beside,
  type CampaignRequest,
  campaignRequestFrom,
  campaignRequestOf,
} from '../campaign/campaign-request';
import { NewCampaign } from './campaign-shapes';
import { NAME, text } from './fields';
import type { ApiEnv } from './route';

/** What a campaign may come as. The shape of a campaign file is the same, but for what is asked in the address. */
export const CAMPAIGN_TYPES = {
  'application/json': { schema: NewCampaign },
  'application/yaml': { schema: NewCampaign },
};

/** `?name=&intake=&recipientColumns=&start=`: comes before what the campaign itself says. */
export const BESIDE = {
  name: NAME.optional().meta({ description: 'Its name, whatever it says itself.' }),
  intake: z.enum(['upload', 'chunks'], { error: 'must be upload or chunks' }).optional().meta({
    description:
      'How its audience comes, whatever it says itself: a list that it names is left aside, and with `chunks` the sheet, encoding and delimiter of that list as well.',
  }),
  recipientColumns: z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat())
    .pipe(z.array(text(200)).max(200))
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 200 },
      maxItems: 200,
      description:
        'With `chunks`: the keys that recipients may have; once for each. An address has 16 kB at the most: more than that goes into the file.',
      param: { style: 'form', explode: true },
    }),
  start: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .transform((given) => given === 'true')
    .optional()
    .openapi({ type: 'boolean', description: 'Whether it starts as soon as all its rows are in.' }),
};

/** The campaign that a request asks for; `json` is its body where that is JSON. @throws InputError that lists every problem. */
export async function requestIn(
  { req }: Context<ApiEnv>,
  json: unknown,
  beside: Beside,
): Promise<CampaignRequest> {
  return /^application\/yaml\b/i.test(req.header('content-type') ?? '')
    ? campaignRequestFrom(await req.text(), beside)
    : campaignRequestOf(json, beside);
}
