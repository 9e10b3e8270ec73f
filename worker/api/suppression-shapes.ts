import { z } from '@hono/zod-openapi';
import { TIME, text } from './fields';

export const Suppressed = z
  .object({
    address: z.string().meta({ examples: ['+12025550123'] }),
    account: z
      .string()
      .nullable()
      .meta({
        description: 'Null: it holds for every account.',
        examples: [null],
      }),
    reason: z.string().meta({ examples: ['asked not to be written to'] }),
    source: z.string().meta({ description: 'How it came onto the list.', examples: ['api'] }),
    createdAt: TIME,
  })
  .openapi('Suppression');

export const Unreadable = z
  .array(
    z.object({
      index: z.int().meta({ description: 'Its place in `addresses`, from 0.', examples: [1] }),
      message: z.string().meta({ examples: ['it has no country: give it as +… or give country'] }),
    }),
  )
  .meta({ description: 'Addresses that cannot be read, and of which nothing was done.' });

export const addressesOf = (most: number) =>
  z
    .array(text(320))
    .min(1)
    .max(most)
    .meta({
      description: 'Phone numbers or e-mail addresses, in any usual notation.',
      examples: [['+12025550123', '+1 (202) 555-0124', 'ada@example.org']],
    });
