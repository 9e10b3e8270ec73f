import { createSurface } from '../chatwoot';
import type { Seeding } from '../chatwoot/seeding';
import type { Edition } from '../chatwoot/store';
import type { Counts } from '../counts';
import type { Outgoing } from '../outgoing';
import type { Answer, Call, Platform } from '../platform';
import { createBucket } from './bucket';
import { describeBevatel } from './describe';
import { answerDeveloper, sendsTemplate } from './developer';
import { type BevatelOptions, DEFAULT_VERSION, DEVELOPER_PATH, DOCUMENTED_LIMITS } from './options';

export type { BevatelOptions } from './options';

export interface Bevatel {
  readonly platform: Platform;
  readonly seed: Seeding;
}

const EDITION: Edition = {
  id: 'bevatel',
  mount: '/bevatel',
  silentTemplates: true,
  signsWebhooks: false,
};
const NOT_THERE: Answer = { status: 404, json: { status: 404, error: 'Not Found' } };
const TOO_MANY: Answer = { status: 429, json: { error: 'Too many requests' } };

/**
 * An old Chatwoot, where WhatsApp templates that are posted to a conversation stay `sent` for ever, with a developer API
 * beside it that delivers them.
 */
export function createBevatel(
  options: BevatelOptions,
  counts: Counts,
  outgoing: Outgoing,
): Bevatel {
  const { without = [], developer = {} } = options;
  const around = { counts, outgoing };
  const compatible = createSurface(EDITION, { version: DEFAULT_VERSION, ...options }, around);
  const { platform: base, seed } = compatible;
  const path = developer.path ?? DEVELOPER_PATH;
  const limits = developer.limits ?? DOCUMENTED_LIMITS;
  const buckets =
    limits === false
      ? undefined
      : { contact: createBucket(limits.contact), message: createBucket(limits.message) };

  function developerPath(call: Call): string | undefined {
    return call.path.startsWith(`${path}/`) ? call.path.slice(path.length) : undefined;
  }

  const platform: Platform = {
    ...base,
    answer(call) {
      const inner = developerPath(call);
      if (inner !== undefined) return answerDeveloper(compatible.setup(), call, inner, developer);
      const below = call.path.replace(/^\/api\/v1\/accounts\/[^/]+/, '');
      return without.includes(below) ? NOT_THERE : base.answer(call);
    },
    delivers(call) {
      const inner = developerPath(call);
      if (inner === undefined) return base.delivers(call);
      return call.method === 'POST' && inner === '/messages' && sendsTemplate(call);
    },
    limited(call, nowMs) {
      const inner = developerPath(call);
      if (inner === undefined) return base.limited(call, nowMs);
      const bucket = buckets?.[inner === '/messages' ? 'message' : 'contact'];
      return bucket === undefined || bucket.take(nowMs) ? undefined : TOO_MANY;
    },
    reset() {
      base.reset();
      buckets?.contact.reset();
      buckets?.message.reset();
    },
    describe: () => describeBevatel(compatible.setup().store, path),
  };
  return { platform, seed };
}
