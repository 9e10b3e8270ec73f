import { Hono } from 'hono';
import type { Counts } from '../counts';
import type { Answer, Call, Fields, Platform, Value } from '../platform';
import {
  DEFAULT_KEY,
  DEFAULT_TOUCHPOINTS,
  MOUNT,
  type PressnxpressOptions,
  QUEUED,
  type Touchpoint,
} from './options';

export type { PressnxpressOptions } from './options';

export interface Pressnxpress {
  readonly platform: Platform;
  /** The names of all attributes that a touchpoint has been given: another case is another attribute. */
  attributes(token: string): readonly string[];
}

const ENQUEUE = /^\/channel\/(sms|mail)\/([^/]+)\/enqueue$/;

/**
 * Press'nXPress: one endpoint for each channel (help.pressnxpress.com, integration-api-sms and -email). Success and error
 * have one shape, and no document says with which status.
 */
export function createPressnxpress(options: PressnxpressOptions, counts: Counts): Pressnxpress {
  const { now = Date.now, touchpoints = DEFAULT_TOUCHPOINTS, successStatus = 200 } = options;
  const suppressed = new Set(options.suppressed);
  let attributes = new Map<string, Set<string>>();
  let sent = 0;

  function answer(call: Call): Answer {
    const [, channel, token] = ENQUEUE.exec(call.path) ?? [];
    if (token === undefined || call.method !== 'POST') return refused(404, 'Not found');
    const touchpoint = touchpoints.find(
      (each) => each.channel === channel && each.token === decodeURIComponent(token),
    );
    if (!isKnown(call) || touchpoint === undefined) return strange();
    if (call.fields === null) return refused(400, 'Request body is not valid');
    return enqueue(touchpoint, call.fields);
  }

  function enqueue({ token, channel }: Touchpoint, fields: Fields): Answer {
    const required = channel === 'sms' ? 'phone' : 'email';
    const address = textOf(fields[required]);
    if (address === '') return refused(400, `${required} is required`);
    if (!isAddress(channel, address)) return refused(400, `${required} is not valid`);
    if (suppressed.has(address)) return refused(400, 'Contact is unsubscribed');
    const known = attributes.get(token) ?? new Set();
    for (const name of Object.keys(fields)) known.add(name);
    attributes.set(token, known);
    sent += 1;
    counts.record({
      platform: 'pressnxpress',
      recipient: address,
      delivered: true,
      messageId: String(sent),
      conversationId: '',
      inboxId: channel,
      // Words and link belong to the touchpoint.
      content: null,
      key: textOf(fields['campaignRunnerKey']) || null,
      attributes: fields,
      at: now(),
    });
    return { status: successStatus, json: { message: QUEUED } };
  }

  function isKnown(call: Call): boolean {
    const key = call.query.get('apiKey');
    return key === (options.apiKey ?? DEFAULT_KEY) && call.fault !== 'wrong_token';
  }

  function strange(): Answer {
    if (options.strangers !== 'redirected') return refused(401, 'API key or token is not valid');
    return { status: 302, text: '', headers: { location: '/login' } };
  }

  function refused(status: number, message: string): Answer {
    return { status: options.errors === 'with_200' ? 200 : status, json: { message } };
  }

  const platform: Platform = {
    id: 'pressnxpress',
    mount: MOUNT,
    answer,
    delivers: (call) => call.method === 'POST' && ENQUEUE.test(call.path),
    limited: () => undefined,
    refusal: (message) => refused(400, message),
    internalError: (status) => ({ status, json: { message: 'Something went wrong' } }),
    control: new Hono().get('/attributes/:token', (c) =>
      c.json([...(attributes.get(c.req.param('token')) ?? [])]),
    ),
    reset() {
      attributes = new Map();
      sent = 0;
    },
    describe: () => [
      'pressnxpress   an account is one touchpoint',
      ...touchpoints.map(
        ({ token, channel }) => `  inbox   ${channel.padEnd(4)}   touchpointToken ${token}`,
      ),
    ],
  };
  return { platform, attributes: (token) => [...(attributes.get(token) ?? [])] };
}

function isAddress(channel: Touchpoint['channel'], address: string): boolean {
  return channel === 'sms'
    ? /^\+[1-9]\d{7,14}$/.test(address)
    : /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(address);
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}
