import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureContact, ensureConversation, findSent, sendMessage } from '../../activities';
import { chatwoot } from '../../providers/chatwoot';
import { createTransport } from '../../worker/http/transport';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { loadNode, type RunNode } from '../support/n8n-engine';
import { installPackage } from '../support/n8n-package';

/** The packed package in n8n's own engine, against the sandbox. */
let sandbox: Sandbox;
let run: RunNode;
beforeAll(async () => {
  sandbox = await startSandbox();
  const installed = installPackage();
  run = await loadNode(installed.folder, 'chatwoot', 'chatwootApi');
  return installed.remove;
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const phone = (n: number) => `+1212555${String(100 + n).padStart(4, '0')}`;
const people = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ phone: phone(n), name: `Person ${n}`, order: n }));

const message = (more: object = {}, options: object = {}) => ({
  resource: 'message',
  operation: 'send',
  inbox: { __rl: true, mode: 'id', value: '1' },
  recipient: '={{ $json.phone }}',
  contactName: '={{ $json.name }}',
  text: '=Order {{ $json.order }} is ready',
  sendKey: '',
  options: { settleSeconds: 3, ...options },
  ...more,
});

let executions = 0;
const inSandbox = () => {
  executions += 1;
  return {
    credentials: { url: sandbox.url, accountId: '1', token: 'sandbox-token' },
    executionId: `e${executions}`,
  };
};

describe('in the engine of n8n', () => {
  it('sends each item once and returns them in order, paired', async () => {
    const { result, items } = await run({
      ...inSandbox(),
      items: people(25),
      parameters: message(),
    });
    expect(result.error).toBeUndefined();
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
      people(25).map((_, item) => ({ item })),
    );
    expect(items.map(({ json }) => json['status'])).toEqual(people(25).map(() => 'sent'));
    expect([...sandbox.accepted()].sort()).toEqual(people(25).map(({ phone }) => [phone, 1]));
    const texts = sandbox.messages().map(({ content }) => content);
    expect(texts.toSorted()).toEqual(
      people(25)
        .map(({ order }) => `Order ${order} is ready`)
        .sort(),
    );
  });

  it('takes the person, the conversation and the message from the same places twice', async () => {
    const first = await run({ ...inSandbox(), items: people(1), parameters: message() });
    const second = await run({ ...inSandbox(), items: people(1), parameters: message() });
    const [a, b] = [first.items[0]?.json, second.items[0]?.json];
    expect(b).toMatchObject({ contactId: a?.['contactId'], conversationId: a?.['conversationId'] });
    expect(b?.['messageId']).not.toBe(a?.['messageId']);
  });

  it('reports a bad recipient as an item with "Continue On Fail"', async () => {
    const items = people(3).map((person, n) => (n === 1 ? { ...person, phone: '12' } : person));
    const { items: out } = await run({
      ...inSandbox(),
      ...{ items, parameters: message(), settings: { onError: 'continueRegularOutput' } },
    });
    expect(out.map(({ json }) => json['status'] ?? 'failed')).toEqual(['sent', 'failed', 'sent']);
    expect(out[1]).toMatchObject({ json: { error: expect.any(String) }, pairedItem: { item: 1 } });
    expect(sandbox.accepted().size).toBe(2);
  });

  it('waits for as long as a 429 asks, and sends then', async () => {
    sandbox.setFaults([
      { match: { delivers: true, nth: 1 }, fault: 'rate_limited', options: { retryAfter: 1 } },
    ]);
    const startedMs = performance.now();
    const { items } = await run({ ...inSandbox(), items: people(2), parameters: message() });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000);
    expect(items.map(({ json }) => json['status'])).toEqual(['sent', 'sent']);
    expect([...sandbox.accepted().values()]).toEqual([1, 1]);
  });

  it.each(['drop_after_commit', 'error_after_commit', 'garbage_after_commit'] as const)(
    'finds a message after %s, and sends it once',
    async (fault) => {
      sandbox.setFaults([{ match: { delivers: true, nth: 1 }, fault }]);
      const { items } = await run({ ...inSandbox(), items: people(1), parameters: message() });
      expect(items[0]?.json).toMatchObject({ status: 'sent', by: 'looked_up' });
      expect([...sandbox.accepted().values()]).toEqual([1]);
    },
  );

  it('finds a message whose answer came too late', async () => {
    sandbox.setFaults([
      {
        match: { delivers: true, nth: 1 },
        fault: 'slow',
        options: { ms: 2_500, commitFirst: true },
      },
    ]);
    const parameters = message({}, { timeoutSeconds: 1 });
    const { items } = await run({ ...inSandbox(), items: people(1), parameters });
    expect(items[0]?.json).toMatchObject({ status: 'sent', by: 'looked_up' });
    expect([...sandbox.accepted().values()]).toEqual([1]);
  });

  it.each([
    ['http://127.0.0.1:9', 'ECONNREFUSED'],
    ['http://nowhere.invalid', 'ENOTFOUND'],
  ])('knows that nothing reached %s', async (url, code) => {
    const { result } = await run({
      ...{ items: people(1), parameters: message({}, { maxRetries: 0 }) },
      credentials: { url, accountId: '1', token: 'sandbox-token' },
    });
    expect(result.error).toMatchObject({
      message: expect.stringMatching(new RegExp(`${code}|EAI_AGAIN`)),
      description: expect.stringContaining('Nothing was sent'),
      context: { itemIndex: 0 },
    });
  });

  it('does not report as sent what it cannot find, and looks again on the next try', async () => {
    sandbox.setFaults([{ match: { delivers: true }, fault: 'drop_before_commit', times: 1 }]);
    const parameters = message({ sendKey: 'order-9' }, { settleSeconds: 1 });
    const once = inSandbox();
    const { result } = await run({ ...once, items: people(1), parameters });
    expect(result.error?.message).toContain('may have been sent');
    expect(result.error?.message).not.toContain(phone(0));
    expect(sandbox.accepted().size).toBe(0);
    const again = await run({ ...inSandbox(), items: people(1), parameters });
    expect(again.result.error?.message).toContain('may have been sent');
    expect(sandbox.accepted().size).toBe(0);
  });

  it('with the same key does not send twice, in whatever execution', async () => {
    const parameters = message({ sendKey: '=order-{{ $json.order }}' });
    const items = people(3);
    const first = await run({ ...inSandbox(), items, parameters });
    const second = await run({ ...inSandbox(), items, parameters });
    expect(second.items.map(({ json }) => json['messageId'])).toEqual(
      first.items.map(({ json }) => json['messageId']),
    );
    expect(second.items.map(({ json }) => json['by'])).toEqual(items.map(() => 'sent_before'));
    expect([...sandbox.accepted().values()]).toEqual([1, 1, 1]);
  });

  it('"Retry On Fail" sends nobody anything twice', async () => {
    // Refused once for good, then accepted: the second try of n8n runs all three items again.
    sandbox.setFaults([
      {
        match: { path: '/contacts$', nth: 3 },
        fault: 'error_before_commit',
        options: { status: 404 },
      },
    ]);
    const { result, items } = await run({
      ...inSandbox(),
      items: people(3),
      parameters: message({}, { maxConcurrency: 1 }),
      settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
    });
    expect(result.error).toBeUndefined();
    expect(items.map(({ json }) => json['by'])).toEqual(['sent_before', 'sent_before', 'accepted']);
    expect([...sandbox.accepted().values()]).toEqual([1, 1, 1]);
  });

  it.each([
    ['contact', 'createOrFind', 'contactId'],
    ['conversation', 'findOrCreate', 'conversationId'],
  ])('makes one %s for items of one person (%s)', async (resource, operation, id) => {
    const { items } = await run({
      ...inSandbox(),
      items: people(5).map((person) => ({ ...person, phone: phone(0) })),
      parameters: { ...message(), resource, operation, options: { maxConcurrency: 5 } },
    });
    expect(new Set(items.map(({ json }) => json[id])).size).toBe(1);
    expect(items.filter(({ json }) => json['created'])).toHaveLength(1);
    expect(sandbox.accepted().size).toBe(0);
  });

  it('finds or creates a contact and a conversation without sending anything', async () => {
    const place = { inbox: { __rl: true, mode: 'id', value: '1' }, options: {} };
    const parameters = { ...message(), ...place };
    const contact = await run({
      ...inSandbox(),
      items: people(1),
      parameters: { ...parameters, resource: 'contact', operation: 'createOrFind' },
    });
    expect(contact.items[0]?.json).toMatchObject({ created: true, blocked: false });
    const conversation = await run({
      ...inSandbox(),
      items: people(1),
      parameters: { ...parameters, resource: 'conversation', operation: 'findOrCreate' },
    });
    expect(conversation.items[0]?.json).toMatchObject({
      contactId: contact.items[0]?.json['contactId'],
      conversationId: expect.stringMatching(/^\d+$/),
      created: true,
    });
    expect(sandbox.accepted().size).toBe(0);
  });
});

/** What differs between two HTTP clients, and no platform looks at. */
const OF_THE_CLIENT = /^(user-agent|accept.*|connection|host)$/;

it("writes the same requests as the runner's transport", async () => {
  const onTheWire = () =>
    sandbox.requests().map(({ method, path, query, headers, body }) => ({
      ...{ method, path, query, body },
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) => !OF_THE_CLIENT.test(name)),
      ),
    }));
  const fields = inSandbox().credentials;
  for (const round of ['first', 'second']) {
    await run({ ...inSandbox(), items: people(1), parameters: message({ sendKey: round }) });
  }
  const byNode = onTheWire();
  const keys = byNode.flatMap(
    ({ body }) => /"campaign_runner":\{"key":"([^"]+)"/.exec(body)?.[1] ?? [],
  );
  expect(keys).toHaveLength(2);

  sandbox.reset();
  const transport = createTransport(chatwoot.authorize(fields));
  for (const key of keys) {
    const provider = chatwoot.connect(transport.http, fields);
    const [inbox] = await provider.listInboxes();
    if (inbox === undefined) expect.fail('no inbox');
    const step = { address: { kind: 'phone', value: phone(0) }, inbox } as const;
    const content = { kind: 'text', text: 'Order 0 is ready' } as const;
    const contact = await ensureContact(provider, { ...step, profile: { name: 'Person 0' } });
    const conversation = await ensureConversation(provider, { ...step, contact, content });
    const place = { contactId: contact.id, conversationId: null, watermark: null };
    const trace = { ...step, ...place, since: 0, until: Date.now() };
    if (!contact.created) await findSent(provider, key, trace);
    await sendMessage(provider, { ...step, key, attempt: 1, contact, conversation, content });
  }
  await transport.close();
  const byRunner = onTheWire();
  expect(byRunner.some(({ method }) => method === 'POST')).toBe(true);
  expect(byNode).toEqual(byRunner);
});
