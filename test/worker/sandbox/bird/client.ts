import { afterEach } from 'vitest';
import { type BirdOptions, type Sandbox, startSandbox } from '../../../../worker/sandbox';
import { SMS, WORKSPACE } from '../../../../worker/sandbox/bird/options';
import type { Anything } from '../client';

export const PHONE = '+12025550100';
export const MESSAGES = `/channels/${SMS}/messages`;
const KEY = { authorization: 'AccessKey sandbox-key' };

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Anything;
}

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

/** A sandbox for one test, closed after it, and a plain client for its one workspace. */
export async function start(options: BirdOptions = {}) {
  const sandbox = await startSandbox({ bird: options });
  running.push(sandbox);
  async function raw(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(`${sandbox.url}${path}`, { method, ...init });
    const text = await response.text();
    const json: Anything = text.startsWith('{') ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, json };
  }
  function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = KEY,
  ) {
    return raw(method, `/bird/workspaces/${WORKSPACE}${path}`, {
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  return {
    sandbox,
    raw,
    call,
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    post: (path: string, body: unknown) => call('POST', path, body),
    /** A text to a number by the SMS channel, with what else the request has. */
    say: (more: object = {}, to = PHONE) => call('POST', MESSAGES, { ...message(to), ...more }),
  };
}

export function message(to = PHONE) {
  return {
    receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: to }] },
    body: { type: 'text', text: { text: 'Hello' } },
  };
}

export const ids = ({ json }: Reply): string[] => json.results.map((row: Anything) => row.id);
