import { afterEach, expect, test } from 'vitest';
import {
  describeSandbox,
  type PressnxpressOptions,
  startSandbox,
} from '../../../../worker/sandbox';

const SMS = '/channel/sms/sandbox-sms-touchpoint/enqueue?apiKey=sandbox-api-key';
const MAIL = '/channel/mail/sandbox-mail-touchpoint/enqueue?apiKey=sandbox-api-key';
const PHONE = { phone: '+12025550100' };

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(options: PressnxpressOptions = {}) {
  const sandbox = await startSandbox({ pressnxpress: options });
  open.push(() => sandbox.close());
  async function post(path: string, body: unknown, type = 'application/json') {
    const response = await fetch(`${sandbox.url}/pressnxpress${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return [response.status, text === '' ? null : (JSON.parse(text) as unknown)] as const;
  }
  return { sandbox, post };
}

const SAID = { message: expect.any(String) as string };

test('takes a person for each channel, as JSON or as a form, as often as it is told', async () => {
  const { sandbox, post } = await start();
  expect(await post(SMS, { ...PHONE, firstname: 'Jane', SKU: 'A-7' })).toEqual([200, SAID]);
  const form = 'phone=%2B12025550100&sku=b';
  expect(await post(SMS, form, 'application/x-www-form-urlencoded')).toEqual([200, SAID]);
  expect(await post(MAIL, { email: 'jane@example.org', campaignRunnerKey: 'k' })).toEqual([
    200,
    SAID,
  ]);
  expect([...sandbox.accepted()]).toEqual([
    ['+12025550100', 2],
    ['jane@example.org', 1],
  ]);
  expect(
    sandbox.messages().map(({ inboxId, key, attributes }) => [inboxId, key, attributes]),
  ).toEqual([
    ['sms', null, { ...PHONE, firstname: 'Jane', SKU: 'A-7' }],
    ['sms', null, { ...PHONE, sku: 'b' }],
    ['mail', 'k', { email: 'jane@example.org', campaignRunnerKey: 'k' }],
  ]);
  // Another case is another attribute.
  expect(sandbox.pressnxpress.attributes('sandbox-sms-touchpoint')).toEqual([
    'phone',
    'firstname',
    'SKU',
    'sku',
  ]);
});

const refused: [string, string, unknown, number][] = [
  ['another key', SMS.replace('api-key', 'other-key'), PHONE, 401],
  ['no key', SMS.replace(/\?.*/, ''), PHONE, 401],
  ['another touchpoint', SMS.replace('sms-touchpoint', 'none'), PHONE, 401],
  ["the other channel's touchpoint", SMS.replace('sandbox-sms', 'sandbox-mail'), PHONE, 401],
  ['no address', SMS, { email: 'jane@example.org' }, 400],
  ['an address of another case', SMS, { Phone: '+12025550100' }, 400],
  ['a number that is not in E.164', SMS, { phone: '2025550100' }, 400],
  ['an e-mail that is none', MAIL, { email: 'jane' }, 400],
  ['somebody who is suppressed', SMS, { phone: '+12025550199' }, 400],
  ['a body that is none', SMS, '{', 400],
  [
    'another path',
    '/channel/fax/sandbox-sms-touchpoint/enqueue?apiKey=sandbox-api-key',
    PHONE,
    404,
  ],
];
test.each(refused)('%s is refused, in the shape of a success', async (_, path, body, status) => {
  const suppressed = ['+12025550199'];
  const { sandbox, post } = await start({ suppressed });
  expect(await post(path, body)).toEqual([status, SAID]);
  expect(sandbox.messages()).toEqual([]);
  const same = await start({ suppressed, errors: 'with_200' });
  expect(await same.post(path, body)).toEqual([200, SAID]);
  expect(same.sandbox.messages()).toEqual([]);
});

test('sends strangers to the page to log in, by option', async () => {
  const { post } = await start({ strangers: 'redirected' });
  expect(await post(SMS.replace('api-key', 'x'), PHONE)).toEqual([302, null]);
  expect((await post(SMS, PHONE))[0]).toBe(200);
});

test('keeps its shape for failures, and its names for the control API, until a reset', async () => {
  const { sandbox, post } = await start({ successStatus: 202 });
  sandbox.setFaults([{ fault: 'error_after_commit', times: 1 }]);
  expect(await post(SMS, PHONE)).toEqual([500, SAID]);
  expect((await post(SMS, PHONE))[0]).toBe(202);
  const names = async () =>
    (await fetch(`${sandbox.url}/_sandbox/pressnxpress/attributes/sandbox-sms-touchpoint`)).json();
  expect(await names()).toEqual(['phone']);
  expect(sandbox.accepted().get('+12025550100')).toBe(2);
  expect(describeSandbox(sandbox).join('\n')).toMatch(/platform: pressnxpress[^]*sandbox-api-key/);
  sandbox.reset();
  expect(await names()).toEqual([]);
});
