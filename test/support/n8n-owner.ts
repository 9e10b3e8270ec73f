import type { N8nPlace } from './n8n-process';

/** Of a machine's own n8n on loopback, for as long as a test runs. */
export const OWNER = { email: 'owner@example.org', password: 'Campaign-Runner-1' };

/** Whoever set the n8n up, logged in. */
export interface Owner {
  /** For a browser that is to be logged in as well: name and value. */
  readonly cookie: readonly [string, string];
  /** Asks n8n's own API, as the editor does. Fails with its words when it refuses. */
  ask<T>(method: string, path: string, body?: object): Promise<T>;
  /** Makes a workflow run by its triggers, from now on. */
  publish(workflowId: string): Promise<void>;
  unpublish(workflowId: string): Promise<void>;
  /** What the triggers of a workflow have kept for their next time; null before their first. */
  kept(workflowId: string): Promise<object | null>;
}

export async function setUpOwner(place: N8nPlace): Promise<Owner> {
  const body = { ...OWNER, firstName: 'Olivia', lastName: 'Owner' };
  return ownerBy(place, await send(place, 'POST', '/rest/owner/setup', body));
}

export async function logIn(place: N8nPlace): Promise<Owner> {
  const body = { emailOrLdapLoginId: OWNER.email, password: OWNER.password };
  return ownerBy(place, await send(place, 'POST', '/rest/login', body));
}

function ownerBy(place: N8nPlace, answer: Response): Owner {
  const set = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('n8n-auth='));
  const [pair = ''] = set?.split(';') ?? [];
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const { data } = (await (await send(place, method, path, body, pair)).json()) as { data: T };
    return data;
  };
  return {
    cookie: ['n8n-auth', pair.slice('n8n-auth='.length)],
    ask,
    async publish(id) {
      const { versionId } = await ask<{ versionId: string }>('GET', `/rest/workflows/${id}`);
      await ask('POST', `/rest/workflows/${id}/activate`, { versionId });
    },
    unpublish: (id) => ask('POST', `/rest/workflows/${id}/deactivate`, {}),
    async kept(id) {
      return (await ask<{ staticData: object | null }>('GET', `/rest/workflows/${id}`)).staticData;
    },
  };
}

async function send(
  { url }: N8nPlace,
  method: string,
  path: string,
  body?: object,
  cookie = '',
): Promise<Response> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', cookie },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (answer.ok) return answer;
  const { message } = (await answer.json().catch(() => ({}))) as { message?: string };
  throw new Error(`n8n: ${method} ${path}: ${answer.status} ${message ?? ''}`);
}
