import { z } from '@hono/zod-openapi';
import { SKIP_REASONS } from '../../../core/words';
import { Campaign } from '../campaign-shapes';
import { chunkOf, isLines, linesOf, needKey, Recipient } from '../chunk-in';
import { REPLAYED } from '../idempotency';
import { listIn } from '../list-in';
import type { ApiPorts } from '../ports';
import { type Api, json, NAME, route, text } from '../route';

const tags = ['Recipients'];
const params = z.strictObject({ name: NAME.meta({ examples: ['spring-recall'] }) });

const TakenList = z
  .object({
    bytes: z.int().meta({ examples: [48_201_733] }),
    sha256: z
      .string()
      .meta({ examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'] }),
    campaign: Campaign,
  })
  .openapi('TakenList');

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const upload = route({
  method: 'put',
  path: '/campaigns/{name}/list',
  tags,
  summary: 'Upload the list',
  description:
    'CSV of any size, or XLSX up to 10 MB, as the body itself: `curl -T list.csv …`. It is told from its content which one it is. When the answer comes it is on the disk; it is then read into the ledger, which its campaign shows. ' +
    'A broken-off upload leaves nothing: send it again. The same bytes again are fine; other bytes are refused, unless the list could not be read.',
  scope: 'send',
  body: 'stream',
  patient: true,
  problems: ['not_found', 'conflict', 'busy', 'disk_full', 'too_slow'],
  request: {
    params,
    query: z.strictObject({
      filename: text(200)
        .optional()
        .meta({ description: 'Only its ending matters.', examples: ['list.csv'] }),
    }),
    body: {
      content: {
        'text/csv': {
          schema: z.string().openapi({ examples: ['phone,name\n+12025550123,Ada\n'] }),
        },
        [XLSX]: { schema: z.string().openapi({ format: 'binary' }) },
        'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) },
      },
    },
  },
  responses: {
    200: json(TakenList, 'It has this very list already.'),
    202: json(TakenList, 'It is on the disk, and is being read.'),
  },
});

const KEY = z.string().regex(/^[!-~]{1,200}$/, 'must be 1 to 200 visible ASCII characters');
const CHUNK_KEY = 'chunk-key';
const CHUNK_LIST = 'chunk-list';

const TakenChunk = z
  .object({
    key: z.string().meta({ examples: ['page-1'] }),
    first: z.int().meta({
      description: 'The row number of its first recipient, counted from 1.',
      examples: [1],
    }),
    rows: z.int().meta({ examples: [2] }),
    accepted: z.int().meta({ examples: [1] }),
    skipped: z
      .array(
        z.object({
          reason: z.enum(SKIP_REASONS),
          count: z.int(),
          rows: z.array(z.int()).readonly().meta({ description: 'The first ten row numbers.' }),
        }),
      )
      .readonly(),
  })
  .openapi('TakenChunk');

const add = route({
  method: 'post',
  path: '/campaigns/{name}/recipients',
  tags,
  summary: 'Add recipients, up to 5,000 at a time',
  description:
    'Each chunk has a key of yours, in `Chunk-Key` or in the body: the same chunk again is answered alike, and adds nobody twice. Chunks may come in any order; their rows are numbered in the order in which they come. ' +
    'As JSON, or as a line of JSON for each recipient (`application/x-ndjson`, with `Chunk-Key`).',
  scope: 'send',
  body: 'chunk',
  patient: true,
  problems: ['not_found', 'conflict'],
  request: {
    params,
    headers: z.object({
      [CHUNK_KEY]: KEY.optional().meta({
        description: 'Instead of `key` in the body.',
        examples: ['page-1'],
      }),
      [CHUNK_LIST]: KEY.optional().meta({
        description: 'Instead of `list` in the body.',
        examples: ['export-2026-11-29'],
      }),
    }),
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({
            key: KEY.optional().meta({ examples: ['page-1'] }),
            list: KEY.optional().meta({
              description:
                'Names the whole list, where there is one: the same key for another list is refused, and adds nobody.',
              examples: ['export-2026-11-29'],
            }),
            recipients: z.array(Recipient).min(1).max(5_000),
          }),
        },
        'application/x-ndjson': {
          schema: z
            .string()
            .openapi({ examples: ['{"phone":"+12025550123","firstName":"Ada"}\n'] }),
        },
      },
    },
  },
  responses: {
    200: {
      ...json(
        TakenChunk,
        'What became of them. A chunk that was in already has `Idempotency-Replayed: true`.',
      ),
      headers: z.object({ [REPLAYED]: z.literal('true').optional() }),
    },
  },
});

const sealed = route({
  method: 'post',
  path: '/campaigns/{name}/seal',
  tags,
  summary: 'Say that all chunks are in',
  description:
    'Only then can it be started, and end; one that was created with `start: true` starts now. Sealing twice is fine. A campaign with an uploaded list is sealed by itself.',
  scope: 'send',
  problems: ['not_found', 'conflict'],
  request: { params },
  responses: { 200: json(Campaign, 'It is sealed.') },
});

export function recipients(app: Api, { desk, status }: ApiPorts): void {
  app.openapi(upload, async (context) => {
    const { name } = context.req.valid('param');
    const { filename } = context.req.valid('query');
    const { bytes, sha256, fresh } = await desk.takeList(name, listIn(context, filename ?? null));
    return context.json({ bytes, sha256, campaign: await status.of(name) }, fresh ? 202 : 200);
  });

  app.openapi(add, async (context) => {
    const { name } = context.req.valid('param');
    const { [CHUNK_KEY]: key, [CHUNK_LIST]: list } = context.req.valid('header');
    const chunk = isLines(context)
      ? { key: needKey(key), list, recipients: linesOf(await context.req.text()) }
      : chunkOf(context.req.valid('json'), { key, list });
    const { fresh, ...taken } = await desk.addRecipients(name, chunk);
    if (!fresh) context.header(REPLAYED, 'true');
    return context.json(taken, 200);
  });

  app.openapi(sealed, async (context) => {
    const { name } = context.req.valid('param');
    await desk.seal(name);
    return context.json(await status.of(name), 200);
  });
}
