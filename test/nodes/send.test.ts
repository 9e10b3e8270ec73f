import type { IDataObject } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../core/errors';
import { executeOn } from '../../nodes/shared/execute';
import { sendOperation, sendTemplateOperation } from '../../nodes/shared/operations';
import type { Platform } from '../../nodes/shared/platform';
import { type FakePlatform, fakePlatform, INBOX, lost } from '../support/fake-platform';
import { fakeContext } from '../support/n8n-context';

const phone = (n: number) => `+1212555${String(100 + n).padStart(4, '0')}`;

/** As a node does it, with the two operations that send. */
const execute = (context: Parameters<typeof executeOn>[0], platform: Platform) =>
  executeOn(context, platform, [sendOperation, sendTemplateOperation]);

function message(more: IDataObject = {}, recipient = phone(0)): IDataObject {
  return {
    resource: 'message',
    operation: 'send',
    inbox: { mode: 'id', value: '1' },
    recipient,
    contactName: 'Nathan Smith',
    text: 'Hi',
    sendKey: '',
    options: { settleSeconds: 1 },
    ...more,
  };
}

async function run(
  fake: FakePlatform,
  options: Partial<Parameters<typeof fakeContext>[0]> = {},
): Promise<IDataObject[]> {
  const { context } = fakeContext({ parameters: message(), ...options });
  return (await execute(context, fake.platform)).map(({ json }) => json);
}

const rateLimited = (retryAfterMs: number) =>
  new ProviderError('rate_limited', 'fake: 429', {
    provider: 'chatwoot',
    status: 429,
    retryAfterMs,
  });

describe('many items', () => {
  it('come out in the order they went in, paired, however long each takes', async () => {
    const fake = fakePlatform(async (_send, calls) => {
      await new Promise((resolve) => setTimeout(resolve, 12 - calls));
    });
    const { context } = fakeContext({ items: 10, parameters: (item) => message({}, phone(item)) });
    const results = await execute(context, fake.platform);
    expect(results.map(({ json }) => json['contactId'])).toEqual(
      Array.from({ length: 10 }, (_, item) => phone(item)),
    );
    expect(results.map(({ pairedItem }) => pairedItem)).toEqual(
      Array.from({ length: 10 }, (_, item) => ({ item })),
    );
  });

  it('are sent so many at once, and no more', async () => {
    const fake = fakePlatform(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const options = { maxConcurrency: 3 };
    await run(fake, { items: 12, parameters: (item) => message({ options }, phone(item)) });
    expect(fake.most).toBe(3);
  });

  it('are sent at a rate where one is set', async () => {
    const at: number[] = [];
    const fake = fakePlatform();
    const step = fake.platform.definition.connect;
    // The pace is kept between the adapter and n8n's client, so a request has to be made.
    Object.assign(fake.platform.definition, {
      connect: (http: Parameters<typeof step>[0]) => ({
        ...step(http, {}),
        sendMessage: async () => {
          await http({ method: 'POST', path: '/m', json: {}, call: 'message', delivers: {} });
          at.push(performance.now());
          return { messageId: '1', conversationId: '1' };
        },
      }),
    });
    await run(fake, {
      items: 4,
      parameters: (item) => message({ options: { perSecond: 20 } }, phone(item)),
      http: async () => ({ statusCode: 200, body: '{}' }),
    });
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(140);
  });

  it('to one address go one after the other, so that its contact is created once', async () => {
    const fake = fakePlatform();
    await run(fake, { items: 4, parameters: (item) => message({ sendKey: `k${item}` }) });
    expect(fake.contacts.size).toBe(1);
    expect(fake.sends.filter(({ contact }) => contact.created)).toHaveLength(1);
  });

  it('with one key and one address are one message', async () => {
    const fake = fakePlatform();
    const results = await run(fake, { items: 3, parameters: message({ sendKey: 'same' }) });
    expect(fake.sends).toHaveLength(1);
    expect(results.map(({ by }) => by).sort()).toEqual(['accepted', 'sent_before', 'sent_before']);
  });

  it('above a thousand bring a hint to use a campaign', async () => {
    const { context, hints } = fakeContext({ items: 1_001, parameters: { resource: 'x' } });
    await expect(execute(context, fakePlatform().platform)).rejects.toThrow();
    expect(hints).toHaveLength(1);
  });
});

describe('a lost answer', () => {
  it('is looked up before the node reports, and the message is sent once', async () => {
    const fake: FakePlatform = fakePlatform(async (send) => {
      fake.sends.push(send);
      throw lost();
    });
    const [result] = await run(fake);
    expect(result).toMatchObject({ status: 'sent', by: 'looked_up', messageId: '1' });
    expect(fake.sends).toHaveLength(1);
  });

  it('is sent again with the same key only after its absence is proven', async () => {
    const startedMs = performance.now();
    let secondMs = 0;
    const fake = fakePlatform(async (_send, calls) => {
      if (calls === 1) throw lost();
      secondMs = performance.now();
    });
    const [result] = await run(fake);
    expect(result).toMatchObject({ status: 'sent', by: 'accepted' });
    expect(fake.sends.map(({ attempt }) => attempt)).toEqual([2]);
    expect(secondMs - startedMs).toBeGreaterThanOrEqual(60);
  });

  it('is never sent again where the platform may lose its mark', async () => {
    const fake = fakePlatform(
      async () => {
        throw lost();
      },
      INBOX,
      'park',
    );
    await expect(run(fake)).rejects.toThrow(/may have been sent/);
    expect(fake.sends).toHaveLength(0);
  });

  it.each(['resend', 'park'] as const)(
    'stays unknown without a look-up, and a retry with the same key is refused (%s)',
    async (onAbsent) => {
      let calls = 0;
      const fake = fakePlatform(
        async () => {
          calls += 1;
          throw lost();
        },
        { ...INBOX, lookup: false },
        onAbsent,
      );
      for (const executionId of ['a', 'b']) {
        const failing = run(fake, { parameters: message({ sendKey: 'order-5' }), executionId });
        await expect(failing).rejects.toMatchObject({
          message: expect.stringMatching(/may have been sent, and is not sent again/),
          description: expect.stringContaining('Nobody can be asked for it here'),
        });
      }
      expect(calls).toBe(1);
      expect(fake.lookUps).toBe(0);
    },
  );

  it('is told with what helps where it can be looked up', async () => {
    const fake = fakePlatform(async () => {
      throw lost();
    });
    fake.find = () => ({ kind: 'unclear', why: 'not now' });
    await expect(
      run(fake, { parameters: message({ options: { settleSeconds: 0 } }) }),
    ).rejects.toMatchObject({ description: expect.stringContaining("'Look Up First' on") });
  });

  it("is never reported in n8n's own words for a socket error, which tell people to try again", async () => {
    const fake = fakePlatform(async () => {
      throw lost();
    });
    fake.find = () => ({ kind: 'unclear', why: 'no answer (ECONNRESET)' });
    await expect(
      run(fake, { parameters: message({ options: { settleSeconds: 0 } }) }),
    ).rejects.toThrow(/may have been sent/);
  });

  it('that settles later is found by the retry', async () => {
    const fake: FakePlatform = fakePlatform(async (send) => {
      fake.sends.push(send);
      throw lost();
    });
    const find = fake.find;
    fake.find = () => ({ kind: 'unclear', why: 'not now' });
    const options = { settleSeconds: 0 };
    await expect(run(fake, { parameters: message({ options }) })).rejects.toThrow(/not now/);
    fake.find = find;
    const [result] = await run(fake);
    expect(result).toMatchObject({ by: 'looked_up' });
    expect(fake.sends).toHaveLength(1);
  });
});

describe('running again', () => {
  it('in the same execution ("Retry On Fail") sends nothing twice', async () => {
    const fake = fakePlatform();
    await run(fake);
    const [again] = await run(fake);
    expect(again).toMatchObject({ status: 'sent', by: 'sent_before', messageId: '1' });
    expect(fake.sends).toHaveLength(1);
  });

  it('in another execution sends again without a key, and not with one', async () => {
    const fake = fakePlatform();
    await run(fake, { executionId: 'a' });
    await run(fake, { executionId: 'b' });
    expect(fake.sends).toHaveLength(2);
    const parameters = message({ sendKey: 'order-1' });
    await run(fake, { executionId: 'c', parameters });
    await run(fake, { executionId: 'd', parameters });
    expect(fake.sends).toHaveLength(3);
  });

  it('with a key of the user looks it up first, and does not send what is there', async () => {
    const fake = fakePlatform();
    fake.contacts.add(phone(0));
    fake.find = () => ({ kind: 'found', receipts: [{ messageId: '77', conversationId: '5' }] });
    const [result] = await run(fake, { parameters: message({ sendKey: 'order-2' }) });
    expect(result).toMatchObject({ by: 'sent_before', messageId: '77', key: 'order-2' });
    expect(fake.sends).toHaveLength(0);
  });

  it('refuses where the look-up cannot tell, and says that nothing was sent', async () => {
    const fake = fakePlatform();
    fake.contacts.add(phone(0));
    fake.find = () => ({ kind: 'unclear', why: 'too many messages' });
    await expect(run(fake, { parameters: message({ sendKey: 'k' }) })).rejects.toThrow(
      /too many messages.*nothing was sent/,
    );
  });

  it('does not look up when told not to', async () => {
    const fake = fakePlatform();
    fake.contacts.add(phone(0));
    await run(fake, { parameters: message({ sendKey: 'k', options: { lookUpFirst: false } }) });
    expect(fake.lookUps).toBe(0);
    expect(fake.sends).toHaveLength(1);
  });
});

describe('a refusal', () => {
  it('for now is repeated after as long as the platform asks for', async () => {
    let firstMs = 0;
    let secondMs = 0;
    const fake = fakePlatform(async (_send, calls) => {
      if (calls === 1) {
        firstMs = performance.now();
        throw rateLimited(40);
      }
      secondMs = performance.now();
    });
    const [result] = await run(fake);
    expect(result).toMatchObject({ status: 'sent' });
    expect(secondMs - firstMs).toBeGreaterThanOrEqual(39);
  });

  it('is not repeated more often than the options say', async () => {
    let calls = 0;
    const fake = fakePlatform(async () => {
      calls += 1;
      throw rateLimited(1);
    });
    const options = { maxRetries: 2 };
    await expect(run(fake, { parameters: message({ options }) })).rejects.toThrow('429');
    expect(calls).toBe(3);
  });

  it('becomes an item with "Continue On Fail", and the others go on', async () => {
    const fake = fakePlatform(async ({ address }) => {
      if (address.value !== phone(1)) return;
      throw new ProviderError('rejected', 'fake: 422', {
        ...{ provider: 'chatwoot', status: 422, reason: 'opted_out', detail: 'stopped' },
      });
    });
    const results = await run(fake, {
      items: 3,
      continueOnFail: true,
      parameters: (item) => message({}, phone(item)),
    });
    expect(results.map(({ status }) => status)).toEqual(['sent', undefined, 'sent']);
    expect(results[1]).toEqual({
      error: 'fake: 422',
      description: expect.stringMatching(/^stopped\. /),
      code: 'rejected',
      reason: 'opted_out',
      httpCode: 422,
    });
  });

  it('otherwise ends the node with the item in the error, what was done, and nothing new begun', async () => {
    const fake = fakePlatform(async ({ address }) => {
      if (address.value === phone(2)) throw rateLimited(1_000_000);
    });
    const failing = run(fake, {
      items: 9,
      parameters: (item) => message({ options: { maxConcurrency: 1 } }, phone(item)),
    });
    await expect(failing).rejects.toMatchObject({
      context: { itemIndex: 2 },
      description: expect.stringContaining('2 of 9 items were done'),
    });
    expect(fake.sends).toHaveLength(2);
  });

  it('of a recipient that is no address comes before any call', async () => {
    const failing = run(fakePlatform(), { parameters: message({}, '212 555 0100') });
    await expect(failing).rejects.toMatchObject({
      context: { itemIndex: 0 },
      description: expect.stringContaining('Default Country'),
    });
  });
});

describe('a template', () => {
  const template = (more: IDataObject) =>
    message({ operation: 'sendTemplate', template: { mode: 'list', value: 'ready|en' }, ...more });
  const parameters = (value: string) => ({
    templateParameters: { parameter: [{ name: '1', value }] },
  });

  it('is sent with its parameters and the text that agents see', async () => {
    const fake = fakePlatform();
    await run(fake, { parameters: template(parameters('1234')) });
    expect(fake.sends[0]?.content).toEqual({
      ...{ kind: 'template', name: 'ready', language: 'en' },
      ...{ params: { '1': '1234' }, text: 'Order 1234' },
    });
  });

  it('with a parameter missing, or that is not there, is refused before anything is sent', async () => {
    const fake = fakePlatform();
    await expect(run(fake, { parameters: template({}) })).rejects.toThrow("lacks a value for '1'");
    const other = template({ template: { mode: 'name', value: 'other' } });
    await expect(run(fake, { parameters: other })).rejects.toThrow("no template 'other'");
    expect(fake.sends).toHaveLength(0);
  });
});

it('a cancelled execution begins no further item', async () => {
  const stop = new AbortController();
  const fake = fakePlatform(async (_send, calls) => {
    if (calls === 2) stop.abort();
  });
  const parameters = (item: number) => message({ options: { maxConcurrency: 1 } }, phone(item));
  const results = await run(fake, { items: 20, parameters, signal: stop.signal });
  expect(results).toHaveLength(2);
  expect(fake.sends).toHaveLength(2);
});
