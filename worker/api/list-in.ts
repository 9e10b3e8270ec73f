import type { Context } from 'hono';
import type { IncomingList } from '../engine/desk';
import { idling } from './body';
import { invalid } from './invalid';
import { ApiProblem } from './problem';
import type { ApiEnv } from './route';

/** The list as it comes. @throws ApiProblem for a form, or for what is packed. */
export function listIn(context: Context<ApiEnv>, filename: string | null): IncomingList {
  const type = context.req.header('content-type') ?? '';
  if (/^(multipart\/|application\/(json|x-www-form-urlencoded))/i.test(type)) {
    throw new ApiProblem(
      'unsupported_media_type',
      'The body has to be the list itself: curl -T list.csv',
    );
  }
  const packed = context.req.header('content-encoding') ?? 'identity';
  if (packed.toLowerCase() !== 'identity') {
    throw new ApiProblem('unsupported_media_type', 'The list has to come unpacked.');
  }
  const { body } = context.req.raw;
  if (body === null) throw invalid('body', 'The list is empty: it has no bytes at all.');
  const length = context.req.header('content-length');
  return {
    body: idling(body, context.var.frame.limits.idleMs),
    length: length === undefined ? null : Number(length),
    sha256: digestIn(context.req.header('content-digest')),
    filename,
  };
}

/** SHA-256 in hex out of a `Content-Digest`; null where it says nothing of it. */
function digestIn(header: string | undefined): string | null {
  const found = /(?:^|[\s,])sha-256=([^\s,]*)/i.exec(header ?? '')?.[1];
  if (found === undefined) return null;
  const bytes = Buffer.from(found.slice(1, -1), 'base64');
  if (/^:[A-Za-z0-9+/]{43}=:$/.test(found)) return bytes.toString('hex');
  throw invalid('header.content-digest', 'Content-Digest must be like sha-256=:…:, in Base64.');
}
