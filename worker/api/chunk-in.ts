import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Chunk } from '../engine/desk';
import { invalid } from './invalid';
import type { ApiEnv } from './route';

/** One recipient, as JSON or as a line. */
export const Recipient = z
  .record(
    z.string().max(200),
    z.union([z.string().max(100_000), z.number(), z.boolean(), z.null()]),
  )
  .meta({
    description: 'By `audience.recipientColumns`.',
    examples: [{ phone: '+12025550123', firstName: 'Ada' }],
  });

/** Whether the body is a line of JSON for each recipient. */
export function isLines(context: Context<ApiEnv>): boolean {
  return /^application\/(x-)?(ndjson|jsonl)\b/i.test(context.req.header('content-type') ?? '');
}

/** What stands beside the recipients: in the body, or in headers. */
interface Beside {
  readonly key?: string | undefined;
  readonly list?: string | undefined;
}

/** @throws ApiProblem when there are no recipients, or what stands in two places differs. */
export function chunkOf(
  given: string | (Beside & { recipients?: Chunk['recipients'] }),
  header: Beside,
): Chunk {
  if (typeof given === 'string' || given.recipients === undefined) {
    throw invalid('body', 'The body has to be JSON with recipients, or lines of JSON.');
  }
  for (const [name, at] of [
    ['key', 'Chunk-Key'],
    ['list', 'Chunk-List'],
  ] as const) {
    const both = given[name] !== undefined && header[name] !== undefined;
    if (both && given[name] !== header[name]) {
      throw invalid(`body.${name}`, `${name} and ${at} are not the same.`);
    }
  }
  const list = given.list ?? header.list;
  return { key: needKey(given.key ?? header.key), list, recipients: given.recipients };
}

/** @throws ApiProblem when there is none. */
export function needKey(key: string | undefined): string {
  if (key !== undefined) return key;
  throw invalid('header.chunk-key', 'The chunk needs a key: send Chunk-Key.');
}

/** @throws ApiProblem that names the line that is no recipient. */
export function linesOf(body: string): Chunk['recipients'] {
  return body
    .split('\n')
    .map((line, at) => [line.trim(), at + 1] as const)
    .filter(([line]) => line !== '')
    .map(([line, at]) => {
      const value = parsed(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw invalid('body', `Line ${at} is not a JSON object.`);
      }
      const { success, data } = Recipient.safeParse(value);
      if (success) return data;
      throw invalid(
        'body',
        `Line ${at} holds what is no value: keys have at most 200 letters, and values are texts of at most 100,000, numbers, true, false or null.`,
      );
    });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
