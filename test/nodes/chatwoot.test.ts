import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BevatelApi } from '../../credentials/BevatelApi.credentials';
import { ChatwootApi } from '../../credentials/ChatwootApi.credentials';
import { Bevatel } from '../../nodes/Bevatel/Bevatel.node';
import { Chatwoot } from '../../nodes/Chatwoot/Chatwoot.node';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { onSandbox, type RunOnSandbox } from '../support/n8n-sandbox';

let sandbox: Sandbox;
beforeAll(async () => {
  const roomy = { messagesPerMinute: 1_000 };
  sandbox = await startSandbox({ chatwoot: roomy, bevatel: roomy });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const account = { accountId: '1', token: 'sandbox-token' };
const PLATFORMS: readonly [string, () => RunOnSandbox][] = [
  [
    'Chatwoot',
    () =>
      onSandbox({
        node: new Chatwoot(),
        credential: new ChatwootApi(),
        fields: { ...account, url: sandbox.url },
      }),
  ],
  [
    'Bevatel',
    () =>
      onSandbox({
        node: new Bevatel(),
        credential: new BevatelApi(),
        fields: { ...account, url: `${sandbox.url}/bevatel` },
      }),
  ],
];

const api = { mode: 'id', value: '1' };
const recipient = '+12025550123';
const person = { inbox: api, recipient, contactName: 'Ada Lovelace' };

let key = 0;
/** Another key each time: the memory of the process outlives the sandbox's. */
const send = (more: object = {}) => {
  key += 1;
  return {
    ...person,
    resource: 'message',
    operation: 'send',
    text: 'Hi',
    sendKey: `k${key}`,
    ...more,
  };
};

describe.each(PLATFORMS)('%s', (_name, start) => {
  it('creates a contact with its attributes, finds it again, and reads it', async () => {
    const run = start();
    const parameters = {
      ...person,
      ...{ resource: 'contact', operation: 'createOrFind' },
      attributes: { attribute: [{ name: 'city', value: 'London' }] },
    };
    const { json: made } = await run(parameters);
    expect(made).toEqual({ contactId: expect.any(String), created: true, blocked: false });
    const { json: found } = await run(parameters);
    expect(found).toEqual({ ...made, created: false });
    const { json } = await run({
      resource: 'contact',
      operation: 'get',
      contactId: made['contactId'],
    });
    expect(json).toMatchObject({
      id: made['contactId'],
      ...{ name: 'Ada Lovelace', phone: recipient, attributes: { city: 'London' } },
    });
  });

  it('finds or creates a conversation', async () => {
    const parameters = { ...person, resource: 'conversation', operation: 'findOrCreate' };
    const { json: made } = await start()(parameters);
    expect(made).toMatchObject({ conversationId: expect.stringMatching(/^\d+$/), created: true });
    const { json } = await start()(parameters);
    expect(json).toMatchObject({ conversationId: made['conversationId'], created: false });
  });

  it('sends a text, adds an incoming one, and lists both', async () => {
    const run = start();
    const { json: sent } = await run(send());
    expect(sent).toMatchObject({ status: 'sent', by: 'accepted', key: `k${key}` });
    const { conversationId } = sent;
    const place = { resource: 'message', conversationId };
    const { json: added } = await run({ ...place, operation: 'addIncoming', text: 'Hello' });
    expect(added).toEqual({ conversationId, messageId: expect.any(String) });
    const { items } = await run({ ...place, operation: 'getMany', limit: 50 });
    expect(items.map(({ json: { type, content } }) => [type, content])).toEqual([
      ['outgoing', 'Hi'],
      ['incoming', 'Hello'],
    ]);
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
    expect([...sandbox.accepted()]).toEqual([[recipient, 1]]);
  });

  it('lists all of a long conversation, a limit of it, and what is newer than a message', async () => {
    const run = start();
    const { json: first } = await run(send());
    const { conversationId, messageId } = first;
    const place = { resource: 'message', conversationId };
    for (let n = 0; n < 205; n += 1) {
      await run({ ...place, operation: 'addIncoming', text: `t${n}` });
    }
    const list = async (more: object) =>
      (await run({ ...place, operation: 'getMany', ...more })).items.map(
        ({ json }) => json['content'],
      );
    const all = await list({ returnAll: true });
    expect(all).toEqual(['Hi', ...Array.from({ length: 205 }, (_, n) => `t${n}`)]);
    await expect(list({ limit: 2 })).resolves.toEqual(['t203', 't204']);
    await expect(list({ limit: 150, after: messageId })).resolves.toEqual(all.slice(1, 151));
  });

  it('lists the templates of an inbox and sends one', async () => {
    const run = start();
    const inbox = { mode: 'id', value: '2' };
    const { items } = await run({ resource: 'template', operation: 'getMany', inbox });
    expect(items[0]?.json).toMatchObject({
      name: 'order_update',
      language: 'en',
      params: ['1', '2'],
    });
    const rows = [
      { name: '1', value: 'Ada' },
      { name: '2', value: 'A-7' },
    ];
    const template = { mode: 'list', value: 'order_update|en' };
    const { json } = await run(
      send({ operation: 'sendTemplate', inbox, template, templateParameters: { parameter: rows } }),
    );
    expect(json).toMatchObject({ status: 'sent', by: 'accepted' });
    expect([...sandbox.accepted()]).toEqual([[recipient, 1]]);
  });

  it('adds an incoming message again only where the platform turned it away', async () => {
    const run = start();
    const { json: sent } = await run(send());
    const place = { resource: 'message', conversationId: sent['conversationId'] };
    const add = { ...place, operation: 'addIncoming', text: 'Hello', options: { maxRetries: 2 } };
    const match = { path: '/messages$' };
    sandbox.setFaults([{ match, fault: 'rate_limited', times: 1, options: { retryAfter: 0 } }]);
    await run(add);
    sandbox.setFaults([{ match, fault: 'drop_after_commit', times: 1 }]);
    await expect(run(add)).rejects.toThrow('adding an incoming message');
    const { items } = await run({ ...place, operation: 'getMany' });
    expect(items.map(({ json }) => json['content'])).toEqual(['Hi', 'Hello', 'Hello']);
  });

  it('refuses an empty id and an empty text before any request', async () => {
    const place = { resource: 'message', conversationId: '1', text: ' ' };
    for (const parameters of [
      { resource: 'contact', operation: 'get', contactId: '' },
      { ...place, operation: 'addIncoming' },
      { ...place, operation: 'getMany', conversationId: '' },
      { resource: 'template', operation: 'getMany', inbox: { mode: 'list', value: '' } },
    ]) {
      await expect(start()(parameters), parameters.operation).rejects.toThrow(/is empty/);
    }
    expect(sandbox.requests()).toEqual([]);
  });
});
