import { expect } from 'vitest';
import type { Sandbox } from '../../worker/sandbox';
import { SMS } from '../../worker/sandbox/bird/options';
import type { Execution } from '../support/n8n-execution';
import type { N8nRunner } from '../support/n8n-runner';

/** An example of examples/n8n in a real n8n, with a sandbox and a runner of its own beside it. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly runner: N8nRunner;
  /** As n8n's command does. A trigger that is not a manual one gives out this item. */
  execute(item?: object): Promise<Execution>;
  /** Publishes it, so that its own trigger starts it, for as long as this takes; begins when the trigger has looked once. */
  published(work: () => Promise<void>): Promise<void>;
}

/** What an example does: a row for each file, by its name without the end. */
export const EXAMPLES: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async 'contact-conversation-message'({ sandbox, execute }) {
    const first = await execute();
    expect(first.error).toBeUndefined();
    expect(first.items('Contact')).toMatchObject([{ created: true }]);
    const [{ contactId, conversationId } = {}] = first.items('Conversation');
    expect(first.items('Message')).toMatchObject([
      { key: 'order-A-1001-ready', status: 'sent', by: 'accepted', contactId, conversationId },
    ]);
    expect(textsOf(sandbox)).toEqual(['Hi Ada Byron, your order A-1001 is ready.']);
    const second = await execute();
    expect(second.items('Message')).toMatchObject([
      { messageId: first.items('Message')[0]?.['messageId'], by: 'sent_before' },
    ]);
    expect(gotOnce(sandbox)).toEqual(['+12025550150']);
  },

  async 'csv-to-campaign'({ sandbox, runner, execute }) {
    const first = await execute();
    expect(first.error).toBeUndefined();
    expect(first.items('Create and start')).toMatchObject([
      { name: 'spring-recall', account: 'support-inbox' },
    ]);
    await over(runner, 'spring-recall');
    const ready = ['0110', '0111', '0112', '0114'].map((last) => `+1202555${last}`);
    expect(gotOnce(sandbox)).toEqual(ready);
    expect(textsOf(sandbox)).toContain('Hi there, your order A-1003 is ready.');
    expect(await get(runner, '/campaigns/spring-recall')).toMatchObject({
      counts: { sent: 4, skipped: 3, total: 7, double: 0 },
    });
    const second = await execute();
    expect(second.error).toBeUndefined();
    expect(second.items('Create and start')).toMatchObject([
      { state: 'finished', counts: { sent: 4 } },
    ]);
    expect(gotOnce(sandbox)).toEqual(ready);
  },

  async 'start-wait-status'({ sandbox, execute }) {
    // Slow enough for one round more.
    sandbox.setFaults([
      { match: { delivers: true, nth: 3 }, fault: 'rate_limited', options: { retryAfter: 13 } },
    ]);
    const first = await execute();
    expect(first.error).toBeUndefined();
    expect(first.runs('Get status')).toBeGreaterThan(1);
    expect(first.items('Get status')).toMatchObject([{ state: 'finished', counts: { sent: 6 } }]);
    expect(first.items('Get results')).toHaveLength(6);
    expect(first.items('Get results').every(({ state }) => state === 'sent')).toBe(true);
    expect(gotOnce(sandbox)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `+1202555012${n}`));
    expect(textsOf(sandbox)).toContain('Hi Fay, your order A-2005 is ready.');
    const second = await execute();
    expect(second.items('Get results')).toEqual(first.items('Get results'));
    expect(gotOnce(sandbox)).toHaveLength(6);
  },

  async 'scheduled-list-send'({ sandbox, runner, execute }) {
    const first = await execute();
    expect(first.error).toBeUndefined();
    const name = first.items('Remind')[0]?.['name'] as string;
    expect(name).toMatch(/^invoices-\d{4}-\d\d-\d\d$/);
    await over(runner, name);
    const all = ['0130', '0131', '0132'].map((last) => `+1202555${last}`);
    expect(gotOnce(sandbox)).toEqual(all);
    expect(textsOf(sandbox).some((text) => text.includes('R-503 over $ 1,240.00'))).toBe(true);
    const second = await execute();
    expect(second.error).toBeUndefined();
    expect(second.items('Remind')).toMatchObject([{ name, state: 'finished' }]);
    expect(gotOnce(sandbox)).toEqual(all);
  },
  async 'reply-to-human'({ sandbox, runner, published }) {
    const [asks, thanks, stops] = ['+12025550140', '+12025550141', '+12025550143'] as const;
    await campaignTo(runner, [asks, thanks, stops]);
    const elsewhere = '+12025550142';
    await campaignTo(runner, [elsewhere], { name: 'on-bird', account: 'bird', inbox: SMS });
    const say = (address: string, text: string, platform: 'chatwoot' | 'bird' = 'chatwoot') =>
      sandbox.reply({ platform, address, text });
    // Before it is published, somebody answered already: that is not told any more.
    say(thanks, 'Thank you!');
    await told(runner, 'Thank you!');
    let conversationId: string | null = null;
    await published(async () => {
      // Another account's, whose conversations are not in this Chatwoot.
      say(elsewhere, 'Which Friday?', 'bird');
      await told(runner, 'Which Friday?');
      // It is an answer as well, and told as one; but nobody has to read it.
      const stopped = say(stops, 'STOP please');
      await told(runner, 'STOP please');
      ({ conversationId } = say(asks, 'Can I come on Friday?'));
      // n8n polls once a minute, and not more often.
      const notes = () => notesIn(sandbox);
      await expect.poll(notes, { timeout: 120_000, interval: 1_000 }).not.toEqual([]);
      expect(await conversation(sandbox, stopped.conversationId)).not.toHaveProperty('meta.team');
    });
    expect(notesIn(sandbox)).toEqual([
      {
        conversationId,
        content: 'An answer to the campaign try-it:\n\nCan I come on Friday?',
      },
    ]);
    expect(await conversation(sandbox, conversationId)).toMatchObject({
      status: 'open',
      meta: { team: { name: 'billing' } },
    });
    // The note went to nobody.
    expect(gotOnce(sandbox)).toEqual([asks, thanks, elsewhere, stops]);
  },
};

/** Who got a message, sorted; fails where somebody got two. */
function gotOnce(sandbox: Sandbox): string[] {
  expect([...sandbox.accepted().values()].filter((times) => times !== 1)).toEqual([]);
  return [...sandbox.accepted().keys()].sort();
}

const textsOf = (sandbox: Sandbox): string[] =>
  sandbox.messages().map(({ content }) => content ?? '');

async function get<T>({ url, key }: N8nRunner, path: string): Promise<T> {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return (await answer.json()) as T;
}

async function over(runner: N8nRunner, campaign: string): Promise<void> {
  const stateOf = async () =>
    (await get<{ state: string }>(runner, `/campaigns/${encodeURIComponent(campaign)}`)).state;
  await expect.poll(stateOf, { timeout: 60_000 }).toBe('finished');
}

/** A campaign of the runner's own, over. */
async function campaignTo(
  runner: N8nRunner,
  people: readonly string[],
  of = { name: 'try-it', account: 'support-inbox', inbox: '3' },
): Promise<void> {
  const ask = async (method: string, path: string, type: string, body: string) => {
    const headers = { authorization: `Bearer ${runner.key}`, 'content-type': type };
    const answer = await fetch(`${runner.url}${path}`, { method, headers, body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  const campaign = {
    ...{ ...of, start: true },
    ...{ audience: { intake: 'upload' }, consent: { method: 'form' } },
    message: { text: 'It is ready.' },
  };
  await ask('POST', '/campaigns', 'application/json', JSON.stringify(campaign));
  await ask('PUT', `/campaigns/${of.name}/list`, 'text/csv', ['phone', ...people, ''].join('\n'));
  await over(runner, of.name);
}

async function told(runner: N8nRunner, words: string): Promise<void> {
  const events = async () => JSON.stringify(await get(runner, '/events'));
  await expect.poll(events, { timeout: 30_000 }).toContain(words);
}

/** What agents tell each other, as it came in. */
function notesIn(sandbox: Sandbox) {
  return sandbox.requests().flatMap(({ method, path, body }) => {
    const [, conversationId] = /\/conversations\/(\d+)\/messages$/.exec(path) ?? [];
    if (method !== 'POST' || conversationId === undefined) return [];
    const note = JSON.parse(body) as { content: string; private?: boolean };
    return note.private === true ? [{ conversationId, content: note.content }] : [];
  });
}

async function conversation({ url }: Sandbox, id: string | null): Promise<unknown> {
  const headers = { api_access_token: 'sandbox-token' };
  return (await fetch(`${url}/api/v1/accounts/1/conversations/${id}`, { headers })).json();
}
