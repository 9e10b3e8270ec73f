import { z } from '@hono/zod-openapi';
import { isProviderError } from '../../core/errors';
import { findProvider } from '../../providers';
import type { Webhook, WebhookRequest } from '../../providers/provider';
import { takeIn } from '../campaign/inbound';
import { readBytes } from './body';
import type { ApiPorts } from './ports';
import { ApiProblem, type ProblemCode } from './problem';
import { type Api, json, route } from './route';
import { createSenders, isSigned, showsSecret, tokenCounts } from './webhook-senders';

/** Bytes of one call. */
const MOST_BYTES = 1_000_000;
/** Of all calls that are being read at a time: nobody has proven who they are by then. */
const MOST_HELD = 64_000_000;
/** For one call to arrive; less where the API allows less. */
const WITHIN_MS = 10_000;
/** The same refusal is in the log once in so long. */
const LOG_MS = 60_000;

const tell = route({
  method: 'post',
  path: '/webhooks/{platform}/{account}',
  tags: ['Webhooks'],
  summary: 'What a platform tells',
  description:
    'For platforms, not for people: what became of messages, and what people answered. The call is signed by the platform with the `webhookSecret` of the account, ' +
    'or, where a platform signs nothing, has it as `token`. Whatever is wrong with account, signature or token, the answer is the same 401. It is 200 when what was told is in the ledger: ' +
    'whoever asked for no more messages gets none from then on. The same call again changes nothing.',
  scope: null,
  body: 'stream',
  problems: ['unauthorized', 'not_found', 'misconfigured'],
  request: {
    params: z.object({
      platform: z
        .string()
        .max(40)
        .meta({ description: '`chatwoot`, `bevatel` or `bird`.', examples: ['chatwoot'] }),
      account: z
        .string()
        .max(200)
        .meta({ description: 'Its name in the accounts file.', examples: ['support-inbox'] }),
    }),
    query: z.object({
      token: z
        .string()
        .max(500)
        .optional()
        .meta({ description: 'The secret, on platforms that do not sign.' }),
    }),
    body: {
      required: true,
      description: 'As the platform sends it, whatever its type.',
      // Read here, byte for byte: as JSON it would be parsed before it is known who sends it.
      content: { '*/*': { schema: z.string().meta({ format: 'binary' }) } },
    },
  },
  responses: { 200: json(z.object({}), 'It is in the ledger.') },
});

/**
 * Takes in what platforms tell. A call that does not prove itself is refused before the ledger is asked anything, and in the same way
 * and time whatever is wrong with it, so that nobody finds out which accounts there are. Nothing of what is told is in an answer
 * or in the log, and neither is an address, which may hold a token.
 */
export function webhooks(app: Api, ports: ApiPorts): void {
  const senders = createSenders(ports.desk);
  const refused = createRefusals(ports.log);
  let held = 0;

  async function bodyOf(request: Request, bodyMs: number): Promise<Uint8Array> {
    let own = 0;
    const onPiece = (bytes: number): void => {
      own += bytes;
      held += bytes;
      if (held > MOST_HELD) throw overloaded();
    };
    try {
      const withinMs = Math.min(WITHIN_MS, bodyMs);
      return await readBytes(request, { most: MOST_BYTES, withinMs, onPiece });
    } finally {
      held -= own;
    }
  }

  app.openapi(tell, async (context) => {
    const { platform, account } = context.req.valid('param');
    const { token } = context.req.valid('query');
    const webhook = findProvider(platform)?.webhook;
    // Which platforms tell something is no secret.
    if (webhook === undefined)
      throw new ApiProblem('not_found', 'No such platform tells anything.');
    const secret = await senders.secretOf(platform, account);
    const refuse = (code: ProblemCode, detail: string): ApiProblem => {
      refused(platform, secret === null ? null : account, code);
      return new ApiProblem(code, detail);
    };
    const byToken = showsSecret(token, secret) && tokenCounts(webhook);
    // Where nothing else could prove it, its body need not be read.
    if (!byToken && webhook.verify === undefined) throw refuse('unauthorized', NOT_PROVEN);
    const rawBody = await bodyOf(context.req.raw, context.var.frame.limits.bodyMs);
    const request: WebhookRequest = {
      headers: context.req.header(),
      url: addressOf(context.req.url, ports.publicUrl),
      rawBody,
      receivedAt: ports.ledger.now(),
    };
    if (!byToken && !isSigned(webhook, request, secret)) throw refuse('unauthorized', NOT_PROVEN);
    const events = parsed(webhook, rawBody);
    if (events === null) throw refuse('malformed', 'Its body is none that this platform sends.');
    await takeIn(ports.ledger, account, events);
    return context.json({}, 200);
  });
}

const NOT_PROVEN =
  'The signature or the token is not that of this account, it is too old, or there is no such account that takes webhooks.';

const overloaded = () =>
  new ApiProblem('overloaded', undefined, { headers: { 'retry-after': '5' } });

function parsed(webhook: Webhook, rawBody: Uint8Array): ReturnType<Webhook['parse']> | null {
  try {
    return webhook.parse(rawBody);
  } catch (error) {
    if (isProviderError(error)) return null;
    throw error;
  }
}

/** The address that the platform was given: what it signs. Behind a proxy this process does not see it. */
function addressOf(url: string, publicUrl: string | null): string {
  if (publicUrl === null) return url;
  const path = url.slice(url.indexOf('/', url.indexOf('//') + 2));
  return `${publicUrl.replace(/\/+$/, '')}${path}`;
}

/** Tells the log of refusals: the first one at once, and then how many there were, so that a flood fills no disk. */
function createRefusals(log: ApiPorts['log']) {
  const known = new Map<string, { at: number; n: number }>();
  return (platform: string, account: string | null, code: ProblemCode): void => {
    const id = `${platform}/${account ?? ''}/${code}`;
    const before = known.get(id) ?? { at: Number.NEGATIVE_INFINITY, n: 0 };
    const n = before.n + 1;
    const now = performance.now();
    if (now - before.at < LOG_MS) {
      known.set(id, { at: before.at, n });
      return;
    }
    known.set(id, { at: now, n: 0 });
    // A name is written down only where it is one of ours: others may say anything.
    log({ event: 'webhook_refused', platform, account, code, n });
  };
}
