import { Hono } from 'hono';
import type { Counts } from '../../worker/sandbox/counts';
import type { Answer, Call, Fields, Platform } from '../../worker/sandbox/platform';
import { POSTBOX } from './words';

export interface PostboxOptions {
  readonly key?: string;
  /** Letters on a page; 20. */
  readonly pageSize?: number;
  /** Requests a second, beyond which there is a 429; 100. */
  readonly perSecond?: number;
  /** A server that takes no notice of `to`: no document says that there is one, and none says that there is not. */
  readonly ignoresTo?: boolean;
  readonly now?: () => number;
}

export interface Postbox {
  readonly platform: Platform;
  /** This person says stop. */
  stop(phone: string): void;
}

interface Letter {
  readonly id: number;
  readonly to: string;
  readonly text: string;
  readonly mark: string | null;
}

export const MOUNT = '/postbox';
const LETTERS = '/v1/letters';
export const DEFAULT_KEY = 'sandbox-key';
const MOST = 500;

/** Postbox's API in memory. What its reference says is so; what it does not say is an option. */
export function createPostbox(options: PostboxOptions, counts: Counts): Postbox {
  const { key = DEFAULT_KEY, pageSize = 20, perSecond = 100, now = Date.now } = options;
  const people = new Map<string, string>();
  const stopped = new Set<string>();
  const letters: Letter[] = [];
  let second = 0;
  let asked = 0;

  function answer(call: Call): Answer {
    if (call.headers['x-postbox-key'] !== key || call.fault === 'wrong_token') {
      return refused(401, 'key', 'This key is not known.');
    }
    if (call.fields === null) return refused(400, 'json', 'The body is not JSON.');
    switch (`${call.method} ${call.path}`) {
      case 'GET /v1/me':
        return { status: 200, json: { name: 'Sandbox' } };
      case 'POST /v1/people':
        return createOrFind(call.fields);
      case `POST ${LETTERS}`:
        return post(call.fields);
      case `GET ${LETTERS}`:
        return list(call.query);
      default:
        return refused(404, 'path', 'There is nothing here.');
    }
  }

  function createOrFind(fields: Fields): Answer {
    const odd = unknownField(fields, ['phone', 'name']);
    if (odd !== undefined) return odd;
    const phone = textOf(fields['phone']);
    if (!/^\+[1-9]\d{7,14}$/.test(phone)) return refused(422, 'bad_phone', 'Not a phone number.');
    const known = people.get(phone);
    const id = known ?? `p${people.size + 1}`;
    people.set(phone, id);
    return { status: known === undefined ? 201 : 200, json: { id, phone } };
  }

  function post(fields: Fields): Answer {
    const odd = unknownField(fields, ['to', 'text', 'mark']);
    if (odd !== undefined) return odd;
    const to = textOf(fields['to']);
    const text = textOf(fields['text']);
    const [phone] = [...people].find(([, id]) => id === to) ?? [];
    if (phone === undefined) return refused(404, 'to', 'There is no such person.');
    if (stopped.has(phone)) return refused(422, 'stopped', 'This person said stop.');
    if (text.length > MOST) return refused(422, 'too_long', `A letter has ${MOST} letters.`);
    const mark = textOf(fields['mark']) || null;
    const letter = { id: letters.length + 1, to, text, mark };
    letters.push(letter);
    counts.record({
      platform: POSTBOX,
      recipient: phone,
      delivered: true,
      messageId: String(letter.id),
      conversationId: to,
      inboxId: 'post',
      content: text,
      key: mark,
      attributes: fields,
      at: now(),
    });
    return { status: 201, json: { id: letter.id } };
  }

  function list(query: URLSearchParams): Answer {
    const to = options.ignoresTo ? null : query.get('to');
    const after = Number(query.get('after') ?? 0);
    const rows = letters.filter((each) => each.id > after && (to === null || each.to === to));
    const from = (Number(query.get('page') ?? 1) - 1) * pageSize;
    const json = {
      letters: rows.slice(from, from + pageSize),
      pages: Math.ceil(rows.length / pageSize),
    };
    return { status: 200, json };
  }

  function limited(_call: Call, nowMs: number): Answer | undefined {
    const current = Math.floor(nowMs / 1000);
    if (current !== second) asked = 0;
    second = current;
    asked += 1;
    if (asked <= perSecond) return undefined;
    return { ...refused(429, 'too_fast', 'Slow down.'), headers: { 'retry-after': '1' } };
  }

  const platform: Platform = {
    id: POSTBOX,
    mount: MOUNT,
    answer,
    delivers: ({ method, path }) => method === 'POST' && path === LETTERS,
    limited,
    // A reason that no document names: the adapter must not take it for a proof.
    refusal: (message) => refused(422, 'later', message),
    internalError: (status) => refused(status, 'internal', 'Something broke.'),
    control: new Hono().post('/stopped/:phone', (c) => {
      stopped.add(c.req.param('phone'));
      return c.json({ stopped: true });
    }),
    reset() {
      people.clear();
      stopped.clear();
      letters.length = 0;
    },
    describe: () => [
      'postbox   in accounts.yaml:',
      '  platform: postbox',
      `  url: <address of the sandbox>${MOUNT}`,
      `  key: ${key}`,
    ],
  };
  return { platform, stop: (phone) => void stopped.add(phone) };
}

function refused(status: number, reason: string, message: string): Answer {
  return { status, json: { reason, message } };
}

/** Strict, as the real one: a field that it does not know is an error, so that a wrong name is noticed here. */
function unknownField(fields: Fields, known: readonly string[]): Answer | undefined {
  const odd = Object.keys(fields).find((name) => !known.includes(name));
  return odd === undefined ? undefined : refused(422, 'unknown_field', `There is no field ${odd}.`);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
