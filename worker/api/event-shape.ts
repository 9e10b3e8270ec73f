import { z } from '@hono/zod-openapi';
import { EVENT_TYPES, type FeedEvent } from '../ledger';
import { iso, isoOrNull, TIME } from './fields';

export const Event = z
  .object({
    cursor: z.string().meta({
      description: 'Give it as `after` to go on behind this event.',
      examples: ['5f1d7a84db00d2b8.42'],
    }),
    at: TIME,
    type: z.enum(EVENT_TYPES),
    account: z
      .string()
      .nullable()
      .meta({ examples: ['support-inbox'] }),
    reason: z
      .string()
      .nullable()
      .meta({
        description: 'Why a row failed, or who paused a campaign: a code.',
        examples: [null],
      }),
    campaign: z
      .object({
        name: z.string().meta({ examples: ['spring-recall'] }),
        ref: z.string().meta({ examples: ['9b2f0c4d8e7a6135'] }),
        kind: z.enum(['list', 'single']),
      })
      .nullable(),
    recipient: z
      .object({
        sendId: z.string().meta({ examples: ['9b2f0c4d8e7a6135-17'] }),
        row: z.int().meta({ description: 'In the list, as a spreadsheet counts.', examples: [19] }),
        listedAs: z.string().meta({ examples: ['(202) 555-0123'] }),
        address: z
          .string()
          .nullable()
          .meta({ examples: ['+12025550123'] }),
        state: z.string().meta({ examples: ['sent'] }),
        reason: z
          .string()
          .nullable()
          .meta({ examples: [null] }),
        messageId: z
          .string()
          .nullable()
          .meta({ examples: ['1042'] }),
        conversationId: z
          .string()
          .nullable()
          .meta({ examples: ['77'] }),
        delivery: z
          .string()
          .nullable()
          .meta({ examples: ['replied'] }),
      })
      .nullable()
      .meta({
        description:
          'The row that it is about, as it is by now; null once its person is forgotten.',
      }),
    told: z
      .object({
        kind: z.string().meta({ examples: ['replied'] }),
        at: TIME.nullable(),
        text: z
          .string()
          .nullable()
          .meta({
            description: 'What the person wrote, or why it failed in the words of the platform.',
            examples: ['Yes please'],
          }),
        messageId: z
          .string()
          .nullable()
          .meta({ examples: ['1043'] }),
        conversationId: z
          .string()
          .nullable()
          .meta({ examples: ['77'] }),
        address: z
          .string()
          .nullable()
          .meta({ examples: ['+12025550123'] }),
        wish: z
          .enum(['stop', 'start'])
          .nullable()
          .meta({
            description:
              'What the words were taken for: a STOP, or a START, which takes one back; null: neither. A STOP of somebody whom a message went to is a `replied` as well as an `opted_out`.',
            examples: [null],
          }),
      })
      .nullable()
      .meta({ description: 'What the platform told.' }),
  })
  .openapi('Event');

export function showEvent({
  at,
  campaign,
  recipient,
  told,
  ...event
}: FeedEvent): z.output<typeof Event> {
  return {
    ...event,
    at: iso(at),
    campaign,
    recipient:
      recipient === null || campaign === null ? null : recipientOf(campaign.ref, recipient),
    told: told === null ? null : { ...told, at: isoOrNull(told.at) },
  };
}

function recipientOf(ref: string, { seq, raw, ...row }: NonNullable<FeedEvent['recipient']>) {
  return { sendId: `${ref}-${seq}`, listedAs: raw, ...row };
}
