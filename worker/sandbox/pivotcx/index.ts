import type { Counts } from '../counts';
import type { Answer, Call, Platform } from '../platform';
import { createRouter } from '../router';
import { createContact } from './contacts';
import { type Setup, spellingOf } from './endpoint';
import { notFound, Refusal, refuse, serverError } from './errors';
import { listConversations, listMessages } from './lists';
import {
  DEFAULT_PASSWORD,
  DEFAULT_TEAM,
  DEFAULT_USER,
  DEFAULT_USERNAME,
  MOUNT,
  type PivotcxOptions,
} from './options';
import { createOtherSide } from './other-side';
import { createSeeding, type Seeding, seedingRoutes } from './seeding';
import { sendMessage } from './send';
import { type Conversation, createStore } from './store';

export type { PivotcxOptions } from './options';

export interface Pivotcx {
  readonly platform: Platform;
  readonly seed: Seeding;
}

const TEAM = '/v1/users/:user/teams/:team';
const SEND = /^\/v1\/users\/[^/]+\/teams\/[^/]+\/conversations\/[^/]+\/send_message\/?$/;

type Endpoint = (setup: Setup, call: Call, id: string | undefined) => Answer;

/**
 * PivotCX's API, as far as its one public page of operations goes (docs, send-your-first-message). Statuses, envelopes and
 * errors are guesses, which the options change.
 */
export function createPivotcx(options: PivotcxOptions, counts: Counts): Pivotcx {
  let setup = createSetup(options, counts);
  const router = createRouter<Endpoint>();
  router.add('POST', `${TEAM}/contacts/`, (current, call) =>
    createContact(current, fieldsOf(call), isTakenMeanwhile(call)),
  );
  router.add('GET', `${TEAM}/conversations/`, listConversations);
  router.add('POST', `${TEAM}/conversations/:id/send_message/`, (current, call, id) =>
    sendMessage(current, fieldsOf(call), conversationOf(current, id)),
  );
  router.add('GET', `${TEAM}/conversations/:id/messages/`, (current, call, id) =>
    listMessages(current, call, conversationOf(current, id)),
  );
  const seed = createSeeding(() => setup);

  function answer(call: Call): Answer {
    try {
      return route(call);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  function route(call: Call): Answer {
    const slashed = call.path.endsWith('/') ? call.path : `${call.path}/`;
    const found = router.find(call.method, slashed);
    if (found === undefined) throw notFound();
    if (slashed !== call.path && options.slash !== 'optional') {
      // Django appends the slash by a redirect, and a body is lost on the way.
      const query = call.query.size === 0 ? '' : `?${call.query.toString()}`;
      return { status: 301, text: '', headers: { location: `${MOUNT}${slashed}${query}` } };
    }
    authenticate(call, options);
    const { user, team, id } = found.params;
    if (user !== (options.userId ?? DEFAULT_USER) || team !== (options.teamId ?? DEFAULT_TEAM)) {
      throw notFound();
    }
    return found.handler(setup, call, id);
  }

  const platform: Platform = {
    id: 'pivotcx',
    mount: MOUNT,
    answer,
    delivers: (call) => call.method === 'POST' && SEND.test(call.path),
    limited: () => undefined,
    refusal: (text) => ({ status: 400, json: { detail: text } }),
    internalError: serverError,
    control: seedingRoutes(seed, () => setup),
    otherSide: createOtherSide(() => setup, seed),
    reset() {
      setup = createSetup(options, counts);
    },
    describe: () => [
      'pivotcx   one team, which writes by SMS',
      `  inbox   ${options.teamId ?? DEFAULT_TEAM}`,
    ],
  };
  return { platform, seed };
}

function createSetup(options: PivotcxOptions, counts: Counts): Setup {
  const store = createStore(options.stopped ?? [], options.now ?? Date.now);
  return { store, counts, options, spell: spellingOf(options) };
}

/** HTTP Basic. */
function authenticate(call: Call, options: PivotcxOptions): void {
  const { username = DEFAULT_USERNAME, password = DEFAULT_PASSWORD } = options;
  const given = call.headers.authorization ?? '';
  const [scheme, encoded = ''] = given.split(' ');
  const wanted = `${username}:${password}`;
  const fits =
    scheme?.toLowerCase() === 'basic' &&
    Buffer.from(encoded, 'base64').toString('utf8') === wanted &&
    call.fault !== 'wrong_token';
  if (fits) return;
  const detail =
    given === '' ? 'Authentication credentials were not provided.' : 'Invalid username/password.';
  throw new Refusal({
    status: 401,
    json: { detail },
    headers: { 'www-authenticate': 'Basic realm="api"' },
  });
}

function fieldsOf({ fields }: Call): NonNullable<Call['fields']> {
  if (fields === null) throw refuse(400, { detail: 'Parse error.' });
  return fields;
}

/** There is no way here to two contacts of one number: both faults end as a number that is taken. */
function isTakenMeanwhile({ fault }: Call): boolean {
  return fault === 'phone_taken' || fault === 'duplicate_phone';
}

function conversationOf({ store }: Setup, id: string | undefined): Conversation {
  const conversation = store.conversation(Number(id));
  if (conversation === undefined) throw notFound();
  return conversation;
}

/** An account for the accounts file, for the terminal. */
