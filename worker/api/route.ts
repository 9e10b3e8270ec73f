import type { HttpBindings } from '@hono/node-server';
import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { ApiScope } from '../ledger/schema';
import type { Caller } from './auth';
import type { Frame } from './frame';
import { guard } from './guard';
import { PROBLEMS, type ProblemCode } from './problem';

export { COUNTRY, iso, isoOrNull, listed, NAME, PAGE, pageOf, TIME, text } from './fields';

export interface ApiEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { frame: Frame; caller: Caller; requestId: string };
}

export type Api = OpenAPIHono<ApiEnv>;

/** What a route asks of the frame. */
export interface Terms {
  /** The least that a key has to allow; null: anybody may ask. */
  readonly scope: ApiScope | null;
  /** What its body is: JSON (up to 1 MB), a chunk (JSON up to 16 MB), or a stream that the route reads itself. */
  readonly body?: 'json' | 'chunk' | 'stream';
  /** Creates something: takes an `Idempotency-Key`, and answers the same to the same request. */
  readonly once?: boolean;
  /** The answer may begin later than others. */
  readonly patient?: boolean;
  /** What else can be wrong, beyond what can be so with every route of its kind. */
  readonly problems?: readonly ProblemCode[];
}

/** A route that asks a platform can fail like this as well. */
export const OF_PLATFORM = ['not_found', 'account_refused', 'platform_away'] as const;

export const Problem = z
  .object({
    type: z.string().meta({
      description: 'Where it is explained.',
      examples: ['/docs#invalid_input'],
    }),
    title: z.string().meta({ examples: ['It cannot be used'] }),
    status: z.int().meta({ examples: [422] }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]).meta({
      description: 'For programs: one of the codes below.',
      examples: ['invalid_input'],
    }),
    detail: z.string().meta({
      description: 'Sentences for a person.',
      examples: ['body.limit: must be at most 1000'],
    }),
    requestId: z.string().meta({
      description: 'The same stands in the log, and in `X-Request-Id`.',
      examples: ['8f14e45fceea167a'],
    }),
    errors: z
      .array(
        z.object({
          path: z.string().meta({ examples: ['body.limit'] }),
          message: z.string().meta({ examples: ['must be at most 1000'] }),
        }),
      )
      .optional()
      .meta({ description: 'Every place that is wrong.' }),
  })
  .openapi('Problem', { description: 'What went wrong, as RFC 9457 describes it.' });

/** The one way to define a route. Who may, how its body comes in, and what can go wrong is seen to by the frame. */
export function route<
  P extends string,
  R extends Omit<RouteConfig, 'path' | 'middleware' | 'security'> & { path: P },
>(config: R & Terms): R {
  const { scope, body, once, patient, problems, ...rest } = config as RouteConfig & Terms;
  const terms: Terms = {
    scope,
    ...(body === undefined ? {} : { body }),
    ...(once === undefined ? {} : { once }),
    ...(patient === undefined ? {} : { patient }),
  };
  const codes = new Set([...standing(terms, rest), ...(problems ?? [])]);
  return {
    ...rest,
    ...(scope === null ? { security: [] } : { security: [{ key: [scope] }] }),
    request: { ...rest.request, ...(once === true ? { headers: onceHeaders(config.path) } : {}) },
    responses: { ...rest.responses, ...refusals(codes) },
    middleware: guard(terms),
  } as unknown as R;
}

const onceHeaders = (path: string) =>
  z.object({
    'idempotency-key': z
      .string()
      .regex(/^[!-~]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
      .optional()
      .meta({
        description:
          'The same key with the same request does nothing twice: it answers what the first one answered. Kept for seven days.',
        examples: [`${path.split('/').at(-1)}-1`],
      }),
  });

/** What can be wrong with every route of its kind. */
function standing(
  { scope, body, once }: Terms,
  { method, request }: Pick<RouteConfig, 'method' | 'request'>,
): readonly ProblemCode[] {
  const takes = request?.params ?? request?.query ?? request?.headers ?? request?.body;
  return [
    'malformed',
    'internal',
    'ledger_away',
    'overloaded',
    ...(method === 'get' ? [] : (['disk_full'] as const)),
    ...(scope === null
      ? []
      : (['unauthorized', 'forbidden', 'cross_site', 'rate_limited'] as const)),
    ...(takes === undefined && once !== true ? [] : (['invalid_input'] as const)),
    ...(body === undefined ? [] : (['too_slow', 'too_large', 'unsupported_media_type'] as const)),
    ...(once === true ? (['busy', 'idempotency_key_reused'] as const) : []),
  ];
}

/** The answers for these problems, by status. */
function refusals(codes: ReadonlySet<ProblemCode>): RouteConfig['responses'] {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    if (!codes.has(code)) continue;
    const [status] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers = [...byStatus].map(([status, all]) => [
    status,
    {
      description: all.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}.`).join(' '),
      content: { 'application/problem+json': { schema: Problem } },
    },
  ]);
  return Object.fromEntries(answers) as RouteConfig['responses'];
}

/** An answer of JSON. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A body of JSON. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** One that may be left out altogether. Then not even what stands in for a missing value is filled in. */
export function optionalBody<T extends z.ZodType>(schema: T) {
  return { content: { 'application/json': { schema } } };
}
