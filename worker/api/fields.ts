import { z } from '@hono/zod-openapi';

/** Letters that a person types, and breaks of lines: PostgreSQL keeps no NUL, and nobody needs the rest. */
const NO_CONTROLS = new RegExp(String.raw`^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$`);

/** A text of bounded length, without control characters. */
export const text = (max: number, min = 1) =>
  z
    .string()
    .min(min)
    .max(max)
    .regex(NO_CONTROLS, 'holds control characters')
    .refine((value) => value.isWellFormed(), 'is no well-formed Unicode');

/** The name of a campaign or of an account, as it stands in a path. */
export const NAME = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    'must be up to 80 letters, digits, dots, dashes or underscores',
  );

/** For numbers without +. */
export const COUNTRY = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be a country code in capitals, like US or GB')
  .meta({ description: 'For a number without +, such as `US`.', examples: ['US'] });

/** A moment, in UTC. */
export const TIME = z.iso.datetime().meta({ examples: ['2026-03-30T09:00:00.000Z'] });

export const iso = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** `?limit=&after=`: see `pageOf`. */
export const PAGE = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .meta({ description: 'At most so many.' }),
  after: text(400)
    .optional()
    .meta({ description: 'The `next` of the page before; without it the first page.' }),
};

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z
      .string()
      .nullable()
      .meta({
        description: 'Give it as `after` for the next page; null: this is the last one.',
        examples: [null],
      }),
  });

/** Some of a few words, with commas between them: `?states=sent,failed`. */
export function listed<const T extends readonly [string, ...string[]] | readonly string[]>(
  words: T,
  description: string,
) {
  return z
    .string()
    .transform((given) => given.split(','))
    .pipe(
      z
        .array(z.enum(words as unknown as [T[number], ...T[number][]]))
        .min(1)
        .max(words.length),
    )
    .openapi({
      type: 'array',
      items: { type: 'string', enum: [...words] },
      minItems: 1,
      maxItems: words.length,
      description,
      param: { style: 'form', explode: false },
    });
}
