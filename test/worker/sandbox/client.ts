import { afterEach } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../worker/sandbox';

export const TOKEN = 'sandbox-token';
export const API = 1;
export const WHATSAPP = 2;
export const SMS = 3;
export const TWILIO_SMS = 4;
export const TWILIO_WHATSAPP = 5;
export const EMAIL = 6;
export const LOCKED = 7;

/** Parsed JSON: tests look into answers of every shape. */
export type Anything = ReturnType<typeof JSON.parse>;
export type Row = Readonly<Record<string, Anything>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Anything;
}

export interface Client {
  readonly sandbox: Sandbox;
  /** Below `/api/v1/accounts/1`. */
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  send(method: string, path: string, body?: unknown): Promise<Reply>;
  /** From the root, without the account's path and without a token. */
  raw(path: string, init?: RequestInit): Promise<Reply>;
  contact(fields: Record<string, unknown>): Promise<number>;
  conversation(inboxId: number, contactId: number, more?: Record<string, unknown>): Promise<number>;
}

/** The rows of a list, whatever its envelope. */
export function rows(reply: Reply): Row[] {
  return (reply.json.data ?? reply.json).payload as Row[];
}

export function ids(reply: Reply): number[] {
  return rows(reply).map((row) => row.id as number);
}

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

/** A sandbox for one test, closed after it, and a plain client for account 1. */
export async function start(options: SandboxOptions = {}): Promise<Client> {
  const sandbox = await startSandbox(options);
  running.push(sandbox);
  async function raw(path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(`${sandbox.url}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }
  function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    return raw(`/api/v1/accounts/1${path}`, {
      method,
      headers: { 'api-access-token': TOKEN, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  const post: Client['post'] = (path, body = {}, headers) => send('POST', path, body, headers);
  return {
    sandbox,
    raw,
    send,
    post,
    get: (path, headers) => send('GET', path, undefined, headers),
    async contact(fields) {
      return (await post('/contacts', fields)).json.payload.contact.id as number;
    },
    async conversation(inboxId, contactId, more = {}) {
      const body = { inbox_id: inboxId, contact_id: contactId, ...more };
      return (await post('/conversations', body)).json.id as number;
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const PHONE = '+12025550100';

export interface Room extends Client {
  readonly id: number;
  say(body: Record<string, unknown>): Promise<Reply>;
  list(query?: string): Promise<Row[]>;
}

/** A conversation with Ana in an inbox. */
export async function room(inbox: number, options: SandboxOptions = {}): Promise<Room> {
  const client = await start(options);
  const ana = await client.contact({
    name: 'Ana',
    phone_number: PHONE,
    email: 'ana@example.com',
    custom_attributes: { city: 'Leeds' },
  });
  const id = await client.conversation(inbox, ana, inbox === API ? { source_id: 's' } : {});
  return {
    ...client,
    id,
    say: (body) => client.post(`/conversations/${id}/messages`, body),
    list: async (query = '') => rows(await client.get(`/conversations/${id}/messages${query}`)),
  };
}
