import { z } from '@hono/zod-openapi';
import { ADDRESS_KINDS, CALL_KINDS, CHANNELS, PROVIDERS } from '../../core/words';
import { TIME } from './fields';

export const Test = z.object({
  at: TIME,
  ok: z
    .boolean()
    .nullable()
    .meta({
      description: 'Null: the platform has nothing that could be asked without sending.',
      examples: [true],
    }),
  code: z
    .string()
    .nullable()
    .meta({ examples: [null] }),
});

export const Account = z
  .object({
    name: z.string().meta({ examples: ['support-inbox'] }),
    platform: z.enum(PROVIDERS),
    platformName: z.string().meta({ examples: ['Chatwoot'] }),
    channels: z.array(z.enum(CHANNELS)),
    addressKinds: z.array(z.enum(ADDRESS_KINDS)),
    text: z.boolean().meta({ description: 'Whether it sends free text.', examples: [true] }),
    template: z.boolean().meta({ description: 'Whether it sends templates.', examples: [true] }),
    limits: z.record(z.string(), z.number()).meta({
      description: `Calls per second by kind (${CALL_KINDS.join(', ')}); a kind without a limit is absent.`,
      examples: [{ message: 8 }],
    }),
    webhooks: z.boolean().meta({
      description: 'Whether the platform can tell this runner what became of messages.',
      examples: [true],
    }),
    stoppedUntil: TIME.nullable().meta({
      description: 'The platform asked to wait: until then nothing is asked of it.',
      examples: [null],
    }),
    lastTest: Test.nullable().meta({
      description: 'The last test by this process; null: its health is not known.',
    }),
  })
  .openapi('Account');

export const InboxShape = z
  .object({
    id: z.string().meta({ examples: ['3'] }),
    name: z.string().meta({ examples: ['Support'] }),
    channel: z.enum(CHANNELS),
    addressKinds: z.array(z.enum(ADDRESS_KINDS)),
    text: z.boolean().meta({ examples: [true] }),
    template: z.boolean().meta({ examples: [false] }),
    replyWindow: z.boolean().meta({
      description: 'Free text is taken only for some hours after the last message of the person.',
      examples: [false],
    }),
    lookup: z.boolean().meta({
      description:
        'Whether a lost answer can be looked up; else such a message stays `unknown` until a person decides.',
      examples: [true],
    }),
  })
  .openapi('Inbox');

export const TemplateShape = z
  .object({
    name: z.string().meta({ examples: ['order_ready'] }),
    language: z.string().meta({ examples: ['en'] }),
    status: z.string().meta({ examples: ['approved'] }),
    category: z
      .string()
      .nullable()
      .meta({ examples: [null] }),
    params: z.array(z.string()).meta({ examples: [['1']] }),
    body: z
      .string()
      .nullable()
      .meta({ examples: ['Your order {{1}} is ready.'] }),
  })
  .openapi('Template');
