import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Everything that can be wrong with a request, or with us: the docs page lists it from here. */
export const PROBLEMS = {
  malformed: [400, 'The request cannot be read', 'Its body is no JSON, or no UTF-8.'],
  unauthorized: [
    401,
    'A key is needed',
    'Send `Authorization: Bearer …` with a key of `campaign keys create`.',
  ],
  forbidden: [403, 'The key may not do this', 'Its scope is too small.'],
  cross_site: [
    403,
    'Another website asked',
    'A browser says that the request is not of our own pages.',
  ],
  not_found: [404, 'Not there', 'There is nothing of that name or at that address.'],
  method_not_allowed: [405, 'Not that method', '`Allow` names those that are.'],
  too_slow: [408, 'The request came too slowly', 'Its body did not arrive in time.'],
  conflict: [
    409,
    'Not in this state',
    'It is there already, or in a state in which this cannot be done.',
  ],
  busy: [
    409,
    'Already at it',
    'The same request is being answered, or another process is at work on it. Ask again soon.',
  ],
  cursor_gone: [
    410,
    'These events are not kept any more',
    'They are older than seven days, or the ledger was restored. Begin anew from `latest`, and read the results.',
  ],
  too_large: [413, 'Too large', 'The body is longer than this route takes.'],
  unsupported_media_type: [415, 'Not that type', 'This route takes another `Content-Type`.'],
  invalid_input: [422, 'It cannot be used', '`errors` says where, and `detail` in sentences.'],
  idempotency_key_reused: [
    422,
    'The key stands for another request',
    'A new request needs a new `Idempotency-Key`.',
  ],
  rate_limited: [429, 'Too many requests', 'Wait for as many seconds as `Retry-After` says.'],
  internal: [
    500,
    'Something is wrong inside',
    'Nothing is lost: the ledger holds every step. The log names the place.',
  ],
  misconfigured: [
    500,
    'The runner is not set up for it',
    'Its accounts file cannot be read. Whoever runs it finds the reason in `detail`.',
  ],
  account_refused: [
    502,
    'The platform refuses the account',
    'Its credentials are not accepted, or its answer is not understood.',
  ],
  ledger_away: [503, 'The ledger is away', 'Nothing is lost. Ask again after `Retry-After`.'],
  platform_away: [
    503,
    'The platform is away',
    'It does not answer, or asks to wait. Ask again after `Retry-After`.',
  ],
  overloaded: [
    503,
    'Too much at once',
    'It took too long, or too many are waiting. Ask again after `Retry-After`.',
  ],
  disk_full: [
    507,
    'The disk is full',
    'Nothing is lost, and nothing more is taken in until there is room.',
  ],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One place of a request that is wrong. */
export interface Fault {
  /** Such as `body.message.text` or `query.limit`. */
  readonly path: string;
  readonly message: string;
}

interface More {
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** What a route throws to be answered as a problem. Sentences for whoever asked, and nothing personal in them. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    detail?: string,
    { errors = [], headers = {}, cause }: More = {},
  ) {
    super(detail ?? PROBLEMS[code][2], cause === undefined ? undefined : { cause });
    this.errors = errors;
    this.headers = headers;
  }
}
