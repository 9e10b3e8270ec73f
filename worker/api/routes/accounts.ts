import { z } from '@hono/zod-openapi';
import { isProviderError } from '../../../core/errors';
import type { Template as Found, Identity, Inbox } from '../../../providers/provider';
import { isInputError } from '../../campaign/input-error';
import type { AccountSummary } from '../../engine/desk';
import { stoppedUntil } from '../../ledger';
import { Account, InboxShape, TemplateShape, Test } from '../account-shapes';
import { keptAWhile } from '../kept-a-while';
import type { ApiPorts } from '../ports';
import { ApiProblem } from '../problem';
import { problemOf } from '../problem-of';
import { type Api, iso, json, NAME, OF_PLATFORM, route, text } from '../route';

const tags = ['Accounts'];
/** What a platform lists changes seldom, and every look is charged to the account's limit. */
const KEEP_MS = 30_000;
const MOST_KEPT = 500;

const params = z.strictObject({ account: NAME.meta({ examples: ['support-inbox'] }) });

const list = route({
  method: 'get',
  path: '/accounts',
  tags,
  summary: 'The accounts of the accounts file',
  description: 'Names and what each can do; never a credential.',
  scope: 'read',
  problems: ['misconfigured'],
  responses: { 200: json(z.object({ items: z.array(Account) }), 'All of them.') },
});

const inboxes = route({
  method: 'get',
  path: '/accounts/{account}/inboxes',
  tags,
  summary: 'The inboxes of an account',
  description: 'As the platform lists them; an answer is kept for half a minute.',
  scope: 'read',
  problems: ['misconfigured', ...OF_PLATFORM],
  request: { params },
  responses: { 200: json(z.object({ items: z.array(InboxShape) }), 'All of them.') },
});

const templates = route({
  method: 'get',
  path: '/accounts/{account}/templates',
  tags,
  summary: 'The templates of an inbox',
  description:
    'As the platform lists them; empty where it has none. An answer is kept for half a minute.',
  scope: 'read',
  problems: ['misconfigured', ...OF_PLATFORM],
  request: {
    params,
    query: z.strictObject({
      inbox: text(100).meta({ description: 'The id of the inbox.', examples: ['3'] }),
    }),
  },
  responses: { 200: json(z.object({ items: z.array(TemplateShape) }), 'All of them.') },
});

const test = route({
  method: 'post',
  path: '/accounts/{account}/test',
  tags,
  summary: 'Ask the platform whether it accepts the account',
  description: 'By the cheapest read that there is: nothing is changed or sent.',
  scope: 'send',
  problems: ['misconfigured', 'not_found'],
  request: { params },
  responses: {
    200: json(
      Test.extend({
        message: z
          .string()
          .nullable()
          .meta({ description: 'What is wrong.', examples: [null] }),
        identity: z
          .string()
          .nullable()
          .meta({
            description: 'Who the credentials belong to.',
            examples: ['Runner'],
          }),
        version: z
          .string()
          .nullable()
          .meta({ examples: ['4.11.0'] }),
        warnings: z.array(z.string()).meta({ examples: [[]] }),
      }),
      'It was asked: `ok` says what it answered.',
    ),
  },
});

type Tested = z.output<typeof Test>;

export function accounts(app: Api, { ledger, desk }: ApiPorts): void {
  const tested = new Map<string, Tested>();
  const keptInboxes = keptAWhile<readonly Inbox[]>(KEEP_MS, MOST_KEPT);
  const keptTemplates = keptAWhile<readonly Found[]>(KEEP_MS, MOST_KEPT);

  async function all(): Promise<readonly AccountSummary[]> {
    return configured(() => desk.accounts());
  }

  /** @throws ApiProblem when there is no such account. */
  async function connectionOf(name: string) {
    if (!(await all()).some((account) => account.name === name)) {
      throw new ApiProblem('not_found', 'There is no account of that name.');
    }
    return configured(() => desk.connectionOf(name));
  }

  app.openapi(list, async (context) => {
    const items = [];
    const now = ledger.now();
    for (const account of await all()) {
      const { until } = await stoppedUntil(ledger.db, account.name);
      items.push({
        ...account,
        channels: [...account.channels],
        addressKinds: [...account.addressKinds],
        limits: { ...account.limits } as Record<string, number>,
        stoppedUntil: until > now ? iso(until) : null,
        lastTest: tested.get(account.name) ?? null,
      });
    }
    return context.json({ items }, 200);
  });

  app.openapi(inboxes, async (context) => {
    const { account } = context.req.valid('param');
    const { provider } = await connectionOf(account);
    const found = await keptInboxes(account, () => provider.listInboxes());
    const items = found.map(({ facts: _, asks: __, addressKinds, ...inbox }) => ({
      ...inbox,
      addressKinds: [...addressKinds],
    }));
    return context.json({ items }, 200);
  });

  app.openapi(templates, async (context) => {
    const { account } = context.req.valid('param');
    const { inbox } = context.req.valid('query');
    const { provider } = await connectionOf(account);
    const known = await keptInboxes(account, () => provider.listInboxes());
    const it = known.find(({ id }) => id === inbox);
    if (it === undefined) throw new ApiProblem('not_found', 'There is no inbox of that id.');
    const ask = async () => (it.template ? ((await provider.listTemplates?.(inbox)) ?? []) : []);
    const items = (await keptTemplates(`${account} ${inbox}`, ask)).map((template) => ({
      ...template,
      category: template.category ?? null,
      params: [...template.params],
      body: template.body ?? null,
    }));
    return context.json({ items }, 200);
  });

  app.openapi(test, async (context) => {
    const { account } = context.req.valid('param');
    const { provider } = await connectionOf(account);
    const { identity, code, message } = await pinged(() => provider.ping?.());
    const ok = code !== null ? false : identity === undefined ? null : true;
    const result = { at: iso(ledger.now()), ok, code };
    tested.set(account, result);
    const { name = null, version = null, warnings = [] } = identity ?? {};
    const said = { message, identity: name, version, warnings: [...warnings] };
    return context.json({ ...result, ...said }, 200);
  });
}

interface Pinged {
  readonly identity?: Identity | undefined;
  readonly code: string | null;
  readonly message: string | null;
}

/** A platform that refuses has answered the question. */
async function pinged(ask: () => Promise<Identity> | undefined): Promise<Pinged> {
  try {
    return { identity: await ask(), code: null, message: null };
  } catch (error) {
    if (!isProviderError(error)) throw error;
    return { code: error.code, message: problemOf(error).message };
  }
}

/** What is wrong with the accounts file is nobody's mistake who asks over HTTP. */
async function configured<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isInputError(error)) throw error;
    throw new ApiProblem('misconfigured', error.message, { cause: error });
  }
}
