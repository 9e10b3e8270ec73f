import type { Context } from 'hono';
import { readText } from '../body';
import { ApiProblem } from '../problem';
import type { ApiEnv } from '../route';

/** No form of ours is longer. */
const MOST_BYTES = 16_384;

/** What somebody filled in. @throws ApiProblem when it is no form, or none of ours. */
export async function readForm(context: Context<ApiEnv>): Promise<URLSearchParams> {
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw new ApiProblem('unsupported_media_type');
  const { bodyMs } = context.var.frame.limits;
  return new URLSearchParams(
    await readText(context.req.raw, { most: MOST_BYTES, withinMs: bodyMs }),
  );
}
