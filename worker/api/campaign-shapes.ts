import { z } from '@hono/zod-openapi';
import { CAMPAIGN_STATES, CHANNELS, RECIPIENT_STATES, SKIP_REASONS } from '../../core/words';
import { campaignRequestJsonSchema } from '../campaign/campaign-request';
import { NAME, TIME } from './fields';

/** What is said of campaigns over HTTP. */

/** Of what is only shown. */
const many = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const n = (example: number) => z.int().meta({ examples: [example] });
const orNull = (description: string, example: string | null = null) =>
  z
    .string()
    .nullable()
    .meta({ description, examples: [example] });

/** Checked by the desk, whose sentences name every place that is wrong. */
export const NewCampaign = z.unknown().openapi('NewCampaign', {
  ...withoutDialect(campaignRequestJsonSchema()),
  examples: [
    {
      name: 'spring-recall',
      account: 'support-inbox',
      inbox: '3',
      audience: { country: 'US' },
      consent: { method: 'signup form' },
      message: { text: "Hi {{ firstName | default: 'there' }}, it is time." },
      start: true,
    },
  ],
});

function withoutDialect({ $schema: _, ...schema }: Record<string, unknown>) {
  return schema as { type: 'object' };
}

const Counts = z
  .object({
    pending: n(120),
    claimed: n(8),
    sending: n(3),
    sent: n(869),
    failed: n(0),
    unknown: n(0),
    skipped: n(7),
    total: n(1007),
    double: n(0).meta({ description: 'Messages that went out twice: this must not happen.' }),
  })
  .openapi('Counts', { description: 'Rows by state.' });

/** What a list of campaigns shows of each. */
export const CampaignSummary = z
  .object({
    name: NAME.meta({ examples: ['spring-recall'] }),
    ref: z
      .string()
      .meta({ description: 'What it is called in histories.', examples: ['9b2f0c4d8e7a6135'] }),
    state: z.enum(CAMPAIGN_STATES).meta({ examples: ['running'] }),
    why: orNull('Why it is paused, or why its list could not be read.'),
    pausedBy: z.enum(['operator', 'interrupt', 'self']).nullable(),
    account: z.string().meta({ examples: ['support-inbox'] }),
    engine: z.enum(['embedded', 'temporal']),
    orchestrate: z.enum(['slice', 'message']),
    intake: z
      .enum(['upload', 'chunks'])
      .nullable()
      .meta({ description: 'How its audience comes over HTTP; null: it was made from a file.' }),
    createdAt: TIME,
    startedAt: TIME.nullable(),
    endedAt: TIME.nullable(),
    expiresAt: TIME.nullable(),
    sealed: z.boolean().meta({ description: 'Whether all its rows are in: only then can it end.' }),
    imported: n(1007).meta({ description: 'Rows that are in.' }),
    counts: Counts,
  })
  .openapi('CampaignSummary');

/** How one campaign stands. */
export const Campaign = CampaignSummary.extend({
  reasons: many(
    z.object({
      state: z.enum(RECIPIENT_STATES),
      reason: z.string().meta({ examples: ['invalid_address'] }),
      n: n(7),
    }),
  ),
  delivery: z.object({
    delivered: n(801),
    read: n(230),
    delivery_failed: n(4),
    replied: n(12),
  }),
  rate: z.object({
    now: z
      .number()
      .nullable()
      .meta({
        description: 'Rows a second, lately; null while that cannot be told.',
        examples: [7.9],
      }),
    limit: z
      .number()
      .nullable()
      .meta({ description: 'By its throttle and its account.', examples: [8] }),
  }),
  finishAt: TIME.nullable(),
  waitingFor: z
    .object({
      why: z.string().meta({ examples: ['the next rows are not due yet'] }),
      until: TIME.nullable(),
    })
    .nullable()
    .meta({ description: 'What it does or waits for when it does not send.' }),
  samples: many(z.object({ at: TIME, perSecond: z.number() })).meta({
    description: 'The rate of the last minutes, oldest first.',
  }),
}).openapi('Campaign');

const Pace = z.object({
  calls: z.record(z.string(), z.int()),
  perSecond: z.number().nullable(),
  limitedBy: z.string().nullable(),
});

/** What would become of a campaign. */
export const CampaignCheck = z
  .object({
    campaign: NAME,
    channel: z.enum(CHANNELS),
    complete: z
      .boolean()
      .meta({ description: 'Whether all rows are in; else it is about those that are.' }),
    total: n(1007),
    ready: n(1000),
    suppressedNow: n(0).meta({
      description: 'Ready people who are suppressed now, and will be skipped.',
    }),
    skipped: many(
      z.object({
        reason: z.enum(SKIP_REASONS),
        count: n(7),
        details: many(z.object({ detail: z.string(), count: z.int() })),
        rows: many(z.object({ row: n(12), detail: z.string() })).meta({
          description: 'The first five.',
        }),
      }),
    ),
    previews: many(
      z.object({
        row: n(2),
        which: z.enum(['first', 'middle', 'longest', 'last']),
        text: z.string().meta({ examples: ['Hi Ada, it is time.'] }),
        segments: z.int().nullable(),
      }),
    ),
    segments: z
      .object({ total: z.int(), max: z.int(), gsm7: z.int(), ucs2: z.int() })
      .nullable()
      .meta({ description: 'Of SMS; null where messages are not counted in segments.' }),
    pace: z.object({ cold: Pace, known: Pace }).meta({
      description:
        '`cold`: the platform does not know the people; `known`: contact and conversation are in the contact book.',
    }),
    finish: z.object({ cold: TIME.nullable(), known: TIME.nullable() }).meta({
      description: 'When it would be finished; null where some people are never allowed.',
    }),
    places: many(
      z.object({
        place: z.string(),
        ready: z.int(),
        quietUntil: TIME.nullable(),
        never: z.boolean(),
      }),
    ).meta({ description: 'Quiet hours now, most people first.' }),
    warnings: many(z.string()),
    checkedAt: TIME,
  })
  .openapi('CampaignCheck');
