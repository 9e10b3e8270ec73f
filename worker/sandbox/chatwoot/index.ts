import type { Counts } from '../counts';
import { createMinuteLimit } from '../minute-limit';
import type { Outgoing } from '../outgoing';
import type { Answer, Call, Platform } from '../platform';
import { RETRY_LATER } from '../react';
import { createRouter } from '../router';
import { accountFor, authenticate } from './access';
import { CONTACT_ENDPOINTS, LABEL_ENDPOINTS } from './contact-endpoints';
import {
  CONVERSATION_ENDPOINTS,
  INBOX_ENDPOINTS,
  MESSAGE_ENDPOINTS,
} from './conversation-endpoints';
import { hasInlineMessage, isDelivering } from './conversations';
import { describeChatwoot } from './describe';
import { DIRECTORY_ENDPOINTS } from './directory-endpoints';
import type { Endpoint, Setup } from './endpoint';
import { INTERNAL_ERROR, Raised, RecordInvalid, Refusal, unprocessable } from './errors';
import { createCommitter } from './messages';
import { atLeast, type ChatwootOptions } from './options';
import { createOtherSide } from './other-side';
import { profileView } from './profile';
import { createSeeding, type Seeding, seedingRoutes } from './seeding';
import { CHATWOOT, createStore, type Edition } from './store';
import { teller } from './webhooks';

export type { ChatwootOptions } from './options';

export interface Chatwoot {
  readonly platform: Platform;
  readonly seed: Seeding;
}

/** The same, for a platform that is built on it and has more. */
export interface Surface extends Chatwoot {
  /** What it works with now: a reset makes it anew. */
  setup(): Setup;
}

/** What is outside of the platform: who counts, and whom it tells. */
interface Around {
  readonly counts: Counts;
  readonly outgoing: Outgoing;
}

const ACCOUNT = '/api/v1/accounts/:account';
const SEARCH = /^\/api\/v1\/accounts\/([^/]+)\/contacts\/search$/;
const CREATE = /^\/api\/v1\/accounts\/[^/]+\/conversations(\/[^/]+\/messages)?$/;
const RAILS_NOT_FOUND: Answer = { status: 404, json: { status: 404, error: 'Not Found' } };
const BAD_REQUEST: Answer = { status: 400, json: { status: 400, error: 'Bad Request' } };

/** Chatwoot's application API, as far as a campaign and its preparation use it. Chatwoot v4.15.1 config/routes.rb. */
export function createChatwoot(
  options: ChatwootOptions,
  counts: Counts,
  outgoing: Outgoing,
): Chatwoot {
  const { platform, seed } = createSurface(CHATWOOT, options, { counts, outgoing });
  return { platform, seed };
}

export function createSurface(edition: Edition, options: ChatwootOptions, around: Around): Surface {
  let setup = createSetup(edition, options, around);
  const searchLimit =
    options.searchPerMinute === false
      ? undefined
      : createMinuteLimit(options.searchPerMinute ?? 100);
  const router = createRouter<Endpoint>();
  for (const endpoint of endpointsOf(setup.store.version)) {
    router.add(endpoint.method, `${ACCOUNT}${endpoint.path}`, endpoint);
  }
  const seed = createSeeding(() => setup);

  function answer(call: Call): Answer {
    try {
      return open(setup, call) ?? inAccount(setup, call);
    } catch (error) {
      return answerTo(error);
    }
  }

  function inAccount(current: Setup, call: Call): Answer {
    const route = router.find(call.method, call.path);
    if (route === undefined) return RAILS_NOT_FOUND;
    const endpoint = route.handler;
    if (call.fields === null) return BAD_REQUEST;
    const user = authenticate(current.store, call, endpoint.access ?? 'people');
    const account = accountFor(current.store, route.params.account, user);
    return endpoint.answer({
      ...current,
      call,
      account,
      user,
      path: route.params,
      params: call.fields,
    });
  }

  const platform: Platform = {
    id: edition.id,
    mount: edition.mount,
    answer,
    delivers(call) {
      if (call.method !== 'POST') return false;
      const match = CREATE.exec(call.path);
      if (match === null || call.fields === null) return false;
      return match[1] === undefined ? hasInlineMessage(call.fields) : isDelivering(call.fields);
    },
    limited(call, nowMs) {
      if (searchLimit === undefined || !atLeast(setup.store.version, '3.6.0')) return undefined;
      const account = SEARCH.exec(call.path)?.[1];
      if (account === undefined) return undefined;
      return searchLimit.exceeded(account, nowMs) ? RETRY_LATER : undefined;
    },
    refusal: unprocessable,
    internalError: (status) => ({ status, json: { status, error: 'Internal Server Error' } }),
    control: seedingRoutes(seed),
    otherSide: createOtherSide(() => setup),
    reset() {
      setup = createSetup(edition, options, around);
      searchLimit?.reset();
    },
    describe: () => describeChatwoot(setup.store),
  };
  return { platform, seed, setup: () => setup };
}

function createSetup(
  edition: Edition,
  options: ChatwootOptions,
  { counts, outgoing }: Around,
): Setup {
  const store = createStore(options, edition);
  const tell = teller(store, outgoing);
  return {
    store,
    counts,
    committer: createCommitter(store, counts, { workers: options.workers ?? true, tell }),
    messagesPerMinute: options.messagesPerMinute ?? 200,
  };
}

function endpointsOf(version: string): Endpoint[] {
  const all = [
    ...INBOX_ENDPOINTS,
    ...CONTACT_ENDPOINTS,
    ...LABEL_ENDPOINTS,
    ...CONVERSATION_ENDPOINTS,
    ...MESSAGE_ENDPOINTS,
    ...DIRECTORY_ENDPOINTS,
  ];
  return all.filter(({ since }) => since === undefined || atLeast(version, since));
}

/** What is outside an account. */
function open({ store }: Setup, call: Call): Answer | undefined {
  if (call.method !== 'GET') return undefined;
  if (call.path === '/health') return { status: 200, json: { status: 'woot' } };
  if (call.path === '/api') {
    const timestamp = new Date(store.now()).toISOString().replace('T', ' ').slice(0, 19);
    const { version } = store;
    return { status: 200, json: { version, timestamp, queue_services: 'ok', data_services: 'ok' } };
  }
  if (call.path !== '/api/v1/profile') return undefined;
  const user = authenticate(store, call, 'people');
  const token = call.headers['api-access-token'] ?? call.headers.api_access_token;
  return { status: 200, json: profileView(store, user, String(token)) };
}

function answerTo(error: unknown): Answer {
  if (error instanceof Refusal) return error.answer;
  if (error instanceof RecordInvalid) return error.answer();
  if (error instanceof Raised) return INTERNAL_ERROR;
  throw error;
}
