import { z } from '@hono/zod-openapi';
import { CAMPAIGN_STATES, RECIPIENT_STATES } from '../../core/words';
import { COUNTRY, NAME, TIME, text } from './fields';

export const SEND_ID = z
  .string()
  .regex(/^[0-9a-f]{16}-(0|[1-9]\d{0,8})$/, 'must be a send id')
  .meta({ examples: ['9b2f0c4d8e7a6135-0'] });

export const Send = z
  .object({
    sendId: SEND_ID,
    campaign: z.string().meta({
      description:
        'What it stands under in lists and events; a single message is a campaign of one row.',
      examples: ['send-order-1001'],
    }),
    state: z.enum(RECIPIENT_STATES).meta({ examples: ['pending'] }),
    reason: z
      .string()
      .nullable()
      .meta({ examples: [null] }),
    messageId: z
      .string()
      .nullable()
      .meta({ examples: [null] }),
    conversationId: z
      .string()
      .nullable()
      .meta({ examples: [null] }),
    delivery: z
      .enum(['delivered', 'read', 'delivery_failed', 'replied'])
      .nullable()
      .meta({
        examples: [null],
      }),
    updatedAt: TIME.nullable(),
    campaignState: z.enum(CAMPAIGN_STATES).meta({ examples: ['running'] }),
    why: z
      .string()
      .nullable()
      .meta({
        description: 'Why it is paused, such as an account that the platform refuses.',
        examples: [null],
      }),
  })
  .openapi('Send');

const Template = z.strictObject({
  name: text(200).meta({ examples: ['order_ready'] }),
  language: text(20)
    .optional()
    .meta({ examples: ['en'] }),
  params: z
    .record(z.string().max(100), text(2_000, 0))
    .optional()
    .meta({ description: 'By name, or by number for {{1}}.', examples: [{ '1': '1001' }] }),
});

const EXAMPLE = {
  account: 'support-inbox',
  inbox: '3',
  to: '+12025550123',
  text: 'Your order 1001 is ready.',
};

export const NewSend = z
  .strictObject({
    account: NAME.meta({
      description: 'A name of `GET /accounts`.',
      examples: ['support-inbox'],
    }),
    inbox: text(100).meta({
      description: 'The id of the inbox that sends.',
      examples: ['3'],
    }),
    to: text(320).meta({
      description: 'A phone number or an e-mail address.',
      examples: ['+12025550123'],
    }),
    country: COUNTRY.optional(),
    name: text(200)
      .optional()
      .meta({
        description:
          'For a contact that is not there yet. It makes no other message: the same key with another name is the same.',
        examples: ['Ada'],
      }),
    text: text(20_000)
      .optional()
      .meta({
        description: 'The message, as it is; or a template.',
        examples: ['Your order 1001 is ready.'],
      }),
    template: Template.optional().meta({ description: 'Instead of a text.' }),
  })
  .meta({ examples: [EXAMPLE] });
