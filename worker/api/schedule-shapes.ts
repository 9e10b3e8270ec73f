import { z } from '@hono/zod-openapi';
import { writeCron } from '../campaign/cron';
import { SCHEDULE_NAME } from '../campaign/schedule-options';
import { nextRun, OVERLAPS, specOfSchedule } from '../campaign/schedule-spec';
import { type Ledger, listOccurrences, type Schedule } from '../ledger';
import { iso, isoOrNull, TIME, text } from './fields';

export const SCHEDULE = z
  .string()
  .regex(SCHEDULE_NAME, 'must be up to 60 letters, digits, dots, dashes or underscores')
  .meta({ examples: ['recall'] });

const DURATION = z.string().regex(/^\d{1,6}[smhd]$/, 'must be a duration like 15m or 1h');

const moment = text(40).meta({
  description: 'In the zone of the schedule, such as `2026-04-01` or `2026-04-01T12:00`.',
  examples: ['2026-04-01'],
});

export const Occurrence = z
  .object({
    local: z.string().meta({
      description: 'The date and time by which it is known, in the zone of the schedule.',
      examples: ['2026-03-30T09:00'],
    }),
    state: z.enum(['asked', 'trying', 'opened', 'skipped', 'failed']),
    why: z
      .string()
      .nullable()
      .meta({ description: 'A code.', examples: [null] }),
    detail: z
      .string()
      .nullable()
      .meta({ description: 'Why, in words.', examples: [null] }),
    campaign: z
      .string()
      .nullable()
      .meta({ examples: ['recall-2026-03-30T0900'] }),
    campaignState: z
      .string()
      .nullable()
      .meta({ examples: ['finished'] }),
    at: TIME,
  })
  .openapi('Occurrence');

export const ScheduleShape = z
  .object({
    name: z.string().meta({ examples: ['recall'] }),
    state: z.enum(['active', 'paused', 'deleted']),
    why: z
      .string()
      .nullable()
      .meta({ description: 'Why it is paused.', examples: [null] }),
    engine: z.enum(['embedded', 'temporal']),
    cron: z.string().meta({ examples: ['0 9 * * 1,3'] }),
    zone: z.string().meta({ examples: ['Europe/Paris'] }),
    overlap: z.enum(OVERLAPS),
    jitterMs: z.int().meta({ examples: [0] }),
    catchUpMs: z.int().meta({ examples: [900000] }),
    pauseOnFailure: z.boolean().meta({ examples: [true] }),
    from: TIME.nullable().meta({ examples: [null] }),
    until: TIME.nullable().meta({ examples: [null] }),
    next: TIME.nullable().meta({
      description: 'When it comes next; null: not any more, or not now.',
    }),
    list: z
      .string()
      .nullable()
      .meta({
        description:
          'SHA-256 of the list that the ledger keeps for it; null: it is taken anew each time.',
        examples: [null],
      }),
    createdAt: TIME,
    last: Occurrence.nullable(),
  })
  .openapi('Schedule');

/** Of the list in the examples. */
const LIST = 'a0d96387a9b7fca941545c1d5b63d5fdf1246c1b3619f896f03086f4df963301';

export const NewSchedule = z
  .strictObject({
    name: SCHEDULE.optional().meta({ description: 'The name of the campaign without it.' }),
    campaign: z.looseObject({}).meta({
      description:
        'A campaign, as POST /campaigns takes it; with `list`, or an https address in `audience.file`.',
    }),
    list: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex')
      .optional()
      .meta({ description: 'The `sha256` of a list that PUT /lists has taken within the hour.' }),
    engine: z.enum(['embedded', 'temporal']).optional(),
    cron: text(200)
      .optional()
      .meta({
        description: 'Minute, hour, day of the month, month, day of the week; or `at`.',
        examples: ['0 9 * * mon,wed'],
      }),
    at: text(5)
      .optional()
      .meta({ description: 'A time of the day.', examples: ['09:00'] }),
    on: text(60)
      .optional()
      .meta({ description: 'With `at`: only on these days.', examples: ['mon-fri'] }),
    zone: text(60).meta({ description: 'The clock that it goes by.', examples: ['Europe/Paris'] }),
    jitter: DURATION.optional().meta({
      description: 'Begin up to so much later, so that not all begin at once.',
      examples: ['2m'],
    }),
    overlap: z.enum(OVERLAPS).default('skip').meta({
      description:
        'When the campaign of the time before is not over: pass this one over, keep one until then, or send both.',
    }),
    catchUp: DURATION.default('15m').meta({
      description: 'What is later than this is not made up for.',
    }),
    pauseOnFailure: z.boolean().default(true),
    from: moment.optional(),
    until: moment.optional(),
  })
  .meta({
    examples: [
      {
        campaign: {
          name: 'recall',
          account: 'support-inbox',
          inbox: '3',
          consent: { method: 'signup form' },
          message: { text: 'Hi {{ firstName }}, it is time again.' },
        },
        list: LIST,
        at: '09:00',
        on: 'mon,wed',
        zone: 'Europe/Paris',
      },
    ],
  });

type Found = Awaited<ReturnType<typeof listOccurrences>>[number];

export function showOccurrence(it: Found): z.output<typeof Occurrence> {
  const { local, state, why, detail, campaign, campaignState, at } = it;
  return { local, state, why, detail, campaign, campaignState, at: iso(at) };
}

export async function showSchedule(
  ledger: Ledger,
  schedule: Schedule,
): Promise<z.output<typeof ScheduleShape>> {
  const { name, state, why, engine } = schedule;
  const spec = specOfSchedule(schedule);
  const next = state === 'active' ? (schedule.next_at ?? nextRun(spec, ledger.now())) : null;
  const [last] = await listOccurrences(ledger.db, schedule.id, 1);
  const { zone, overlap, jitterMs, catchUpMs, pauseOnFailure, fromMs, untilMs } = spec;
  return {
    ...{ name, state, why, engine, cron: writeCron(spec.cron), zone, overlap },
    ...{ jitterMs, catchUpMs, pauseOnFailure },
    ...{ from: isoOrNull(fromMs), until: isoOrNull(untilMs), next: isoOrNull(next) },
    ...{ list: schedule.upload_hash, createdAt: iso(schedule.created_at) },
    last: last === undefined ? null : showOccurrence(last),
  };
}
