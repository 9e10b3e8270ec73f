import type { HttpRequest, Json } from '../../../core/http';
import type { Address } from '../../../core/message';
import { bird } from '../../../providers/bird';
import type { Contact, Conversation, Inbox, Trace } from '../../../providers/provider';
import { answer, type Script, scripted } from '../../support/scripted-http';

export const KEY = '01KAHZ6W0J5T8Q3R9V2XKEY001';
export const PHONE: Address = { kind: 'phone', value: '+12025550123' };
export const MAIL: Address = { kind: 'email', value: 'ada@example.org' };
export const WORKSPACE = '11111111-1111-4111-8111-111111111111';
export const CHANNEL = '22222222-2222-4222-8222-222222222222';
export const CONTACT = '33333333-3333-4333-8333-333333333333';
export const TALK = '44444444-4444-4444-8444-444444444444';
export const OTHER = '55555555-5555-4555-8555-555555555555';
export const SETTINGS = { url: 'https://bird.example.org', workspaceId: WORKSPACE };
export const IN_INBOX = { ...SETTINGS, conversations: 'inbox', accessKeyId: 'key-id-1' };
export const BASE = `/workspaces/${WORKSPACE}`;
export const DATE = 'Fri, 20 Nov 2026 10:15:42 GMT';
export const NOW = Date.parse(DATE);

export type Row = { [key: string]: Json };
export type Fields = Readonly<Record<string, string>>;

export const PERSON: Contact = { id: CONTACT, created: false, blocked: false };
export const NONE: Conversation = { id: null, watermark: null, canReply: true, blocked: false };

/** Answers by "METHOD path" below the workspace. */
export function routes(table: Readonly<Record<string, Script>>): Script {
  return (request, index) => {
    const asked = `${request.method} ${request.path.replace(BASE, '')}`;
    const script = table[asked];
    if (script === undefined) throw new Error(`no answer for ${asked}`);
    return script(request, index);
  };
}

export function connect(table: Readonly<Record<string, Script>>, settings: Fields = SETTINGS) {
  const { http, requests } = scripted(routes(table));
  return { provider: bird.connect(http, settings), requests };
}

/** Settings that keep a connection from opening. */
export function badSettings(settings: Fields): () => unknown {
  const { http } = scripted(() => answer({}));
  return () => bird.connect(http, settings);
}

export function channelRow(platformId = 'sms', more: Row = {}): Row {
  return {
    id: CHANNEL,
    name: 'Shop',
    platformId,
    status: 'active',
    identifier: '+12025550190',
    ...more,
  };
}

export async function inboxOf(
  platformId = 'sms',
  more: Row = {},
  settings: Fields = SETTINGS,
): Promise<Inbox> {
  const script = () => answer({ results: [channelRow(platformId, more)] });
  const [inbox] = await connect({ 'GET /channels': script }, settings).provider.listInboxes();
  return inbox as Inbox;
}

/** The same as `inboxOf()`, for tables that cannot wait. */
export const SMS: Inbox = {
  id: CHANNEL,
  name: 'Shop',
  channel: 'sms',
  addressKinds: ['phone'],
  text: true,
  template: true,
  replyWindow: false,
  lookup: true,
  facts: { platformId: 'sms', status: 'active' },
};

export function messageRow(n: number, more: Row = {}): Row {
  return {
    id: `message-${n}`,
    channelId: CHANNEL,
    reference: 'of-another-send',
    direction: 'outgoing',
    status: 'delivered',
    tags: ['campaign-runner'],
    body: { type: 'text', text: { text: 'Your order is ready.' } },
    createdAt: new Date(NOW - n).toISOString(),
    ...more,
  };
}

export const ours = (n: number, more: Row = {}) => messageRow(n, { reference: KEY, ...more });

export const strangers = (from: number, to: number, more: Row = {}) =>
  Array.from({ length: to - from + 1 }, (_, index) => messageRow(from + index, more));

/** A list in pages of a hundred, with a `Date`; ignores every filter unless `wanted` looks at it. */
export function pages(
  rows: readonly Row[],
  wanted: (row: Row, request: HttpRequest) => boolean = () => true,
): Script {
  return (request) => {
    const from = Number(request.query?.['pageToken'] ?? 0);
    const limit = Number(request.query?.['limit'] ?? 10);
    const fit = rows.filter((row) => wanted(row, request));
    const next = from + limit < fit.length ? { nextPageToken: String(from + limit) } : {};
    return answer({ results: fit.slice(from, from + limit), ...next }, 200, { date: DATE });
  };
}

export function traceOf(more: Partial<Trace> = {}): Trace {
  return {
    inbox: SMS,
    address: PHONE,
    contactId: CONTACT,
    conversationId: null,
    watermark: null,
    since: NOW - 60_000,
    until: NOW,
    ...more,
  };
}
