import pLimit from 'p-limit';
import type { Http, Json } from '../core/http';
import { createTransport } from '../worker/http/transport';
import { phone, TEXT, TOKEN } from './campaign';
import { IN_FLIGHT } from './row';

/** As long as a send's key. */
const keyOf = (n: number): string => phone(n).padEnd(32, '-');

const messageOf = (key: string): { readonly [name: string]: Json } => ({
  content: TEXT,
  message_type: 'outgoing',
  private: false,
  content_attributes: { campaign_runner: { key, attempt: 1 } },
  external_created_at: key,
  source_id: key,
});

export interface Looped {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/**
 * The rival: a bare loop over the same pool with the same bodies, and nothing else — no ledger, no gate, no record of
 * what was sent. One request a message.
 */
export function warmLoop(baseUrl: string, n: number): Promise<Looped> {
  return loop(baseUrl, n, async (post, i) => {
    await post('/conversations/1/messages', messageOf(keyOf(i)));
  });
}

/** The same for people whom the platform does not know yet: a contact, then its conversation with the message in it. */
export function coldLoop(baseUrl: string, n: number): Promise<Looped> {
  return loop(baseUrl, n, async (post, i) => {
    const made = await post('/contacts', { phone_number: phone(i) });
    const { payload } = JSON.parse(made) as { payload: { contact: { id: number } } };
    const { id } = payload.contact;
    await post('/conversations', {
      inbox_id: 1,
      contact_id: id,
      source_id: `campaign-runner-${id}`,
      custom_attributes: { campaign_runner_key: keyOf(i) },
      message: messageOf(keyOf(i)),
    });
  });
}

type Post = (path: string, json: Json) => Promise<string>;

async function loop(
  baseUrl: string,
  n: number,
  send: (post: Post, i: number) => Promise<void>,
): Promise<Looped> {
  const { http, close } = createTransport(
    { baseUrl, headers: { 'api-access-token': TOKEN }, query: {} },
    { connections: IN_FLIGHT },
  );
  const post = poster(http);
  const limit = pLimit(IN_FLIGHT);
  const cpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(Array.from({ length: n }, (_, i) => limit(() => send(post, i))));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await close();
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

const poster =
  (http: Http): Post =>
  async (path, json) => {
    const answer = await http({
      method: 'POST',
      path: `/api/v1/accounts/1${path}`,
      json,
      call: 'message',
    });
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    return answer.body;
  };
