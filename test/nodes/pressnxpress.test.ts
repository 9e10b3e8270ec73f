import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PressnxpressApi } from '../../credentials/PressnxpressApi.credentials';
import { Pressnxpress } from '../../nodes/Pressnxpress/Pressnxpress.node';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { onSandbox } from '../support/n8n-sandbox';

const TOKEN = 'tp-Secret/2';
const KEY = 'key-Secret+1';
let sandbox: Sandbox;
const touchpoint = (more: object = {}) =>
  onSandbox({
    node: new Pressnxpress(),
    credential: new PressnxpressApi(),
    fields: {
      url: `${sandbox.url}/pressnxpress`,
      ...{ touchpointToken: TOKEN, apiKey: KEY, ...more },
    },
  });
beforeAll(async () => {
  const touchpoints = [
    { token: TOKEN, channel: 'sms' },
    { token: 'mail-token', channel: 'mail' },
  ] as const;
  sandbox = await startSandbox({ pressnxpress: { apiKey: KEY, touchpoints } });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const recipient = '+12025550123';
let key = 0;
const send = (more: object = {}) => {
  key += 1;
  return {
    ...{ resource: 'message', operation: 'sendTemplate', recipient, sendKey: `x${key}` },
    templateParameters: {
      parameter: [
        { name: 'SKU', value: 'A-7' },
        { name: 'sku', value: 'a-8' },
        { name: 'amount', value: 12.5 },
      ],
    },
    additionalFields: { firstName: 'Ada', lastName: 'Lovelace' },
    ...more,
  };
};

it.each(['json', 'form'])(
  'hands a person to the touchpoint, names of attributes to the letter (%s)',
  async (encoding) => {
    const { json } = await touchpoint({ encoding })(send());
    expect(json).toEqual({
      ...{ key: `x${key}`, status: 'sent', by: 'accepted' },
      ...{ contactId: null, conversationId: null, messageId: null },
    });
    expect([...sandbox.accepted()]).toEqual([[recipient, 1]]);
    expect(sandbox.messages()[0]).toMatchObject({
      attributes: {
        ...{ SKU: 'A-7', sku: 'a-8', amount: '12.5' },
        ...{ firstname: 'Ada', lastname: 'Lovelace', phone: recipient },
      },
    });
  },
);

it('writes to a mail touchpoint by e-mail', async () => {
  const by = touchpoint({ channel: 'mail', touchpointToken: 'mail-token' });
  await by(send({ recipient: 'ada@example.org' }));
  expect([...sandbox.accepted()]).toEqual([['ada@example.org', 1]]);
  await expect(by(send())).rejects.toThrow(/invalid_address/);
});

it('refuses an attribute without a name, and one that is no text, before any request', async () => {
  for (const row of [
    { name: ' ', value: 'x' },
    { name: 'SKU', value: { a: 1 } },
  ]) {
    const templateParameters = { parameter: [row] };
    await expect(touchpoint()(send({ templateParameters }))).rejects.toThrow(/templateParameters/);
  }
  expect(sandbox.requests()).toEqual([]);
});

describe('key and token', () => {
  it('are in no request that the node makes, and in no error', async () => {
    sandbox.setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
    const errors: unknown[] = [];
    for (const more of [{}, { apiKey: 'wrong-Secret' }]) {
      await touchpoint(more)(send()).catch((error: unknown) => errors.push(error));
    }
    expect(errors).toHaveLength(2);
    for (const error of errors) {
      expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/Secret/);
    }
    const { requests } = await touchpoint()(send());
    expect(requests[0]?.url).toBe(
      `${sandbox.url}/pressnxpress/channel/sms/{touchpointToken}/enqueue`,
    );
    expect(JSON.stringify(requests)).not.toMatch(/Secret/);
  });
});

it('a lost answer is unknown, remembered, and refused on a retry', async () => {
  sandbox.setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
  const parameters = send();
  await expect(touchpoint()(parameters)).rejects.toThrow(/may have been sent/);
  await expect(touchpoint()(parameters)).rejects.toThrow(/may have been sent/);
  expect([...sandbox.accepted()]).toEqual([[recipient, 1]]);
});
