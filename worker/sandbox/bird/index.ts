import type { Counts } from '../counts';
import type { Outgoing } from '../outgoing';
import type { Answer, Call, Platform } from '../platform';
import { createRouter } from '../router';
import { authenticate } from './access';
import { CONTACT_ENDPOINTS } from './contact-endpoints';
import { CONVERSATION_ENDPOINTS } from './conversation-endpoints';
import { describeBird } from './describe';
import type { Endpoint, Setup } from './endpoint';
import { failure, Refusal } from './errors';
import { createLimits } from './limits';
import { MEDIA_ENDPOINTS, UPLOAD, upload } from './media-endpoints';
import { CHANNEL_ENDPOINTS } from './message-endpoints';
import type { BirdOptions } from './options';
import { createOtherSide } from './other-side';
import { listOf } from './pages';
import { createSeeding, type Seeding, seedingRoutes } from './seeding';
import { createStore } from './store';
import { TEMPLATE_ENDPOINTS } from './templates';
import { channelView } from './views';
import { teller } from './webhooks';

export type { BirdOptions } from './options';

export interface Bird {
  readonly platform: Platform;
  readonly seed: Seeding;
}

const WORKSPACE = '/workspaces/:workspace';
const BELOW = /^\/workspaces\/[^/]+/;
const SEND = /^\/workspaces\/[^/]+\/(channels|conversations)\/[^/]+\/messages$/;
const CREATE = /^\/workspaces\/[^/]+\/conversations$/;

const CHANNELS: Endpoint = {
  method: 'GET',
  path: '/channels',
  answer: ({ store, call }) => listOf([...store.channels.values()], call.query, channelView),
};

const ENDPOINTS: readonly Endpoint[] = [
  CHANNELS,
  ...CHANNEL_ENDPOINTS,
  ...CONTACT_ENDPOINTS,
  ...CONVERSATION_ENDPOINTS,
  ...MEDIA_ENDPOINTS,
  ...TEMPLATE_ENDPOINTS,
];

/** Bird's CRM API, as far as a campaign and its preparation use it, from what is public of it. */
export function createBird(options: BirdOptions, counts: Counts, outgoing: Outgoing): Bird {
  const setupOf = (): Setup => {
    const store = createStore(options);
    return { store, counts, tell: teller(store, outgoing) };
  };
  let setup = setupOf();
  const limits = options.limits === true ? createLimits() : undefined;
  const router = createRouter<Endpoint>();
  for (const endpoint of ENDPOINTS) {
    router.add(endpoint.method, `${WORKSPACE}${endpoint.path}`, endpoint);
  }
  const seed = createSeeding(() => setup);

  function answer(call: Call): Answer {
    const uploaded = upload(setup.store, call);
    if (uploaded !== undefined) return uploaded;
    try {
      return inWorkspace(call);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  function inWorkspace(call: Call): Answer {
    const route = router.find(call.method, call.path);
    const workspace = /^\/workspaces\/([^/]+)/.exec(call.path)?.[1];
    const key = authenticate(setup.store, call, workspace, call.path.replace(BELOW, ''));
    if (route === undefined) return failure(404, 'NotFound', 'there is nothing at this path');
    if (call.fields === null) return failure(400, 'BadRequest', 'the body is not JSON');
    const { handler, params } = route;
    return handler.answer({ ...setup, call, key, path: params, fields: call.fields });
  }

  const platform: Platform = {
    id: 'bird',
    mount: '/bird',
    answer,
    delivers({ method, path, fields }) {
      if (method !== 'POST' || fields === null) return false;
      if (SEND.test(path)) return fields.draft !== true;
      return CREATE.test(path) && fields.initialMessage !== undefined;
    },
    limited: (call, nowMs) =>
      UPLOAD.test(call.path) ? undefined : limits?.exceeded(call.method, nowMs),
    // A conflict is the one refusal that is not known to come before the message was taken.
    refusal: (text) => failure(409, 'Conflict', text),
    internalError: (status) => failure(status, 'InternalServerError', 'something went wrong'),
    control: seedingRoutes(seed, () => setup),
    otherSide: createOtherSide(() => setup, seed),
    reset() {
      setup = setupOf();
      limits?.reset();
    },
    describe: () => describeBird(setup.store),
  };
  return { platform, seed };
}
