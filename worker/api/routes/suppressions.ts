import { z } from '@hono/zod-openapi';
import { isCountry } from '../../../core/phone';
import { readAddress } from '../../campaign/read-address';
import {
  listSuppressions,
  type Suppression,
  suppress,
  suppressionsOf,
  unsuppress,
} from '../../ledger';
import type { ApiPorts } from '../ports';
import { ApiProblem } from '../problem';
import { type Api, COUNTRY, iso, json, jsonBody, NAME, PAGE, pageOf, route, text } from '../route';
import { sealedCursors } from '../sealed-cursor';
import { addressesOf, Suppressed, Unreadable } from '../suppression-shapes';

const tags = ['Suppressions'];
/** Addresses of one request. */
const MOST = 10_000;

const list = route({
  method: 'get',
  path: '/suppressions',
  tags,
  summary: 'Who must never be written to',
  description:
    'By address. What is listed of one address stays on one page, so a page may be a few entries longer than `limit`. `after` is good with the same key only.',
  scope: 'read',
  request: { query: z.strictObject({ ...PAGE }) },
  responses: { 200: json(pageOf(Suppressed), 'A page of the list.') },
});

const find = route({
  method: 'post',
  path: '/suppressions/find',
  tags,
  summary: 'What is listed of these addresses',
  description: 'By POST, as addresses of people do not belong into the address of a request.',
  scope: 'read',
  body: 'json',
  request: {
    body: jsonBody(z.strictObject({ addresses: addressesOf(1_000), country: COUNTRY.optional() })),
  },
  responses: {
    200: json(
      z.object({ items: z.array(Suppressed), unreadable: Unreadable }),
      'Entries of these addresses.',
    ),
  },
});

const add = route({
  method: 'post',
  path: '/suppressions',
  tags,
  summary: 'Never write to these people again',
  description:
    'Holds from the answer on, at the last check before each message, for campaigns that run as well. Addresses that cannot be read are named, and all others are on the list then.',
  scope: 'send',
  body: 'chunk',
  once: true,
  request: {
    body: jsonBody(
      z.strictObject({
        addresses: addressesOf(MOST),
        country: COUNTRY.optional(),
        account: NAME.optional().meta({
          description: 'Only for this account; without it for all.',
          examples: ['support-inbox'],
        }),
        reason: text(200)
          .default('asked not to be written to')
          .meta({ examples: ['asked not to be written to'] }),
      }),
    ),
  },
  responses: {
    200: json(
      z.object({
        added: z.int().meta({ examples: [2] }),
        already: z.int().meta({ description: 'Were on the list before.', examples: [1] }),
        unreadable: Unreadable,
      }),
      'They are on the list.',
    ),
  },
});

const remove = route({
  method: 'post',
  path: '/suppressions/remove',
  tags,
  summary: 'Take people off the list',
  description: 'Only with their consent. Takes away what is listed for single accounts, too.',
  scope: 'admin',
  body: 'chunk',
  request: {
    body: jsonBody(z.strictObject({ addresses: addressesOf(MOST), country: COUNTRY.optional() })),
  },
  responses: {
    200: json(
      z.object({ removed: z.int().meta({ examples: [1] }), unreadable: Unreadable }),
      'They are off the list.',
    ),
  },
});

export function suppressions(app: Api, { ledger, desk }: ApiPorts): void {
  app.openapi(list, async (context) => {
    const { limit, after } = context.req.valid('query');
    const cursors = await sealedCursors(ledger, context.var.caller);
    const from = after === undefined ? '' : cursors.open(after);
    if (from === null) throw noCursor();
    const page = await listSuppressions(ledger, from, limit);
    const last = page.at(-1);
    const next = last === undefined || page.length < limit ? null : cursors.seal(last.address);
    return context.json({ items: page.map(shown), next }, 200);
  });

  app.openapi(find, async (context) => {
    const { good, unreadable } = read(context.req.valid('json'));
    const items = await suppressionsOf(ledger, good);
    return context.json({ items: items.map(shown), unreadable }, 200);
  });

  app.openapi(add, async (context) => {
    const given = context.req.valid('json');
    const { account, reason } = given;
    // A name that is mistyped would hold for nobody, and nobody would notice.
    if (account !== undefined && !(await desk.accounts()).some(({ name }) => name === account)) {
      throw invalid('body.account', 'There is no such account.');
    }
    const { good, unreadable } = read(given);
    const why = { reason, source: 'api', ...(account === undefined ? {} : { account }) };
    const added = good.length === 0 ? 0 : await suppress(ledger, good, why, ledger.now());
    return context.json({ added, already: good.length - added, unreadable }, 200);
  });

  app.openapi(remove, async (context) => {
    const { good, unreadable } = read(context.req.valid('json'));
    const removed = good.length === 0 ? 0 : await unsuppress(ledger, good, ledger.now());
    return context.json({ removed, unreadable }, 200);
  });
}

/** Each person once, and the places of those that cannot be read. */
function read(given: {
  readonly addresses: readonly string[];
  readonly country?: string | undefined;
}) {
  const { country } = given;
  if (country !== undefined && !isCountry(country)) {
    throw invalid('body.country', 'There is no such country.');
  }
  const good = new Set<string>();
  const unreadable: { index: number; message: string }[] = [];
  for (const [index, address] of given.addresses.entries()) {
    const result = readAddress(address, country);
    if (typeof result !== 'string') good.add(result.value);
    else
      unreadable.push({ index, message: result.replace('set audience.country', 'give country') });
  }
  return { good: [...good], unreadable };
}

function shown({ address, account, reason, source, created_at: at }: Suppression) {
  return { address, account: account === '' ? null : account, reason, source, createdAt: iso(at) };
}

const invalid = (path: string, message: string): ApiProblem =>
  new ApiProblem('invalid_input', `${path}: ${message}`, { errors: [{ path, message }] });

const noCursor = (): ApiProblem =>
  invalid('query.after', 'It is none that this key was given. Begin again without after.');
