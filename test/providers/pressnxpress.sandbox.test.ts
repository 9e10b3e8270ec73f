import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { ensureContact, ensureConversation, findSent, sendMessage } from '../../activities';
import type { Address, Content } from '../../core/message';
import { pressnxpress } from '../../providers/pressnxpress';
import type { Inbox, Receipt } from '../../providers/provider';
import { createTransport } from '../../worker/http/transport';
import { type FaultName, type PressnxpressOptions, startSandbox } from '../../worker/sandbox';
import { FAULTS } from '../../worker/sandbox/faults';
import { caught } from '../support/provider-contract';

const KEY = 'key-Secret+1';
const TOKEN = 'tp-Secret/2';
const MAIL_TOKEN = 'tp-Secret 3';
const SETUP: PressnxpressOptions = {
  apiKey: KEY,
  touchpoints: [
    { token: TOKEN, channel: 'sms' },
    { token: MAIL_TOKEN.replace(' ', '-'), channel: 'mail' },
  ],
};
const SURVEY: Content = {
  kind: 'template',
  name: 'after a purchase',
  params: { amount: '12.50 €', SKU: 'A-7', sku: 'a-8' },
};

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: PressnxpressOptions = {}, settings: Record<string, string> = {}) {
  const sandbox = await startSandbox({ pressnxpress: { ...SETUP, ...options } });
  const url = `${sandbox.url}/pressnxpress`;
  const fields = { url, touchpointToken: TOKEN, apiKey: KEY, ...settings };
  const transport = createTransport(pressnxpress.authorize(fields), { timeoutMs: 2_000 });
  open.push(
    () => sandbox.close(),
    () => transport.destroy(),
  );
  const provider = pressnxpress.connect(transport.http, fields);
  const inbox = (await provider.listInboxes())[0] as Inbox;
  const address: Address = inbox.addressKinds.includes('phone')
    ? { kind: 'phone', value: '+12025550123' }
    : { kind: 'email', value: 'ada@example.org' };

  async function walk(content = SURVEY) {
    let receipt: Receipt | undefined;
    const error = await caught(async () => {
      const profile = { firstName: 'Ada', lastName: 'Lovelace' };
      const contact = await ensureContact(provider, { address, profile, inbox });
      const step = { contact, address, inbox, content, profile };
      const conversation = await ensureConversation(provider, step);
      receipt = await sendMessage(provider, { ...step, key: 'k-1', attempt: 1, conversation });
    });
    return { receipt, error };
  }
  return { sandbox, provider, inbox, address, walk };
}

const encodings = [{ encoding: 'json' }, { encoding: 'form' }];
describe.each(encodings)('with $encoding', (settings) => {
  const channels: [string, string, Record<string, string>][] = [
    ['sms', TOKEN, {}],
    ['mail', 'tp-Secret-3', { channel: 'mail', touchpointToken: 'tp-Secret-3' }],
  ];
  it.each(channels)('a touchpoint of %s is told of a person once', async (channel, token, more) => {
    const { sandbox, address, walk } = await start({}, { ...settings, ...more });
    expect(await walk()).toEqual({
      receipt: { messageId: null, conversationId: null },
      error: undefined,
    });
    expect([...sandbox.accepted()]).toEqual([[address.value, 1]]);
    expect(sandbox.messages()[0]).toMatchObject({
      inboxId: channel,
      key: null,
      attributes: {
        ...{ amount: '12.50 €', SKU: 'A-7', sku: 'a-8', firstname: 'Ada', lastname: 'Lovelace' },
        [address.kind]: address.value,
      },
    });
    // Another case is another attribute.
    expect(sandbox.pressnxpress.attributes(token)).toEqual(expect.arrayContaining(['SKU', 'sku']));
    expect(sandbox.requests()).toHaveLength(1);
  });
});

it('carries the key as an attribute where the account wants that', async () => {
  const { sandbox, walk } = await start({}, { traceAttribute: 'yes' });
  await walk();
  expect(sandbox.messages()[0]?.key).toBe('k-1');
});

it('refuses a text before any request', async () => {
  const { sandbox, walk } = await start();
  const { error } = await walk({ kind: 'text', text: 'Hello' });
  expect(error).toMatchObject({ code: 'rejected', reason: 'content' });
  expect(sandbox.requests()).toEqual([]);
});

describe('errors in the shape of a success', () => {
  const suppressed = ['+12025550123'];

  it('are told by their status', async () => {
    const { walk } = await start({ suppressed });
    expect((await walk()).error).toMatchObject({
      code: 'rejected',
      detail: 'Contact is unsubscribed',
      status: 400,
    });
    const stranger = await start({}, { apiKey: 'other' });
    expect((await stranger.walk()).error).toMatchObject({ code: 'auth_failed' });
  });

  it('are told by patterns where the status is 200', async () => {
    const options: PressnxpressOptions = { suppressed, errors: 'with_200' };
    // Without a pattern nobody can tell: this is what the docs warn of.
    expect((await (await start(options)).walk()).error).toBeUndefined();
    const byError = await start(options, { errorMessagePattern: 'unsubscribed' });
    expect((await byError.walk()).error).toMatchObject({ code: 'rejected' });
    const bySuccess = await start(options, { successMessagePattern: '^queued success' });
    expect((await bySuccess.walk()).error).toMatchObject({ code: 'outcome_unknown' });
    const good = await start({ errors: 'with_200' }, { successMessagePattern: '^queued success' });
    expect((await good.walk()).error).toBeUndefined();
  });
});

it('follows no redirect to a page to log in', async () => {
  const { sandbox, walk } = await start({ strangers: 'redirected' }, { apiKey: 'other' });
  expect((await walk()).error).toMatchObject({ code: 'outcome_unknown', status: 302 });
  expect(sandbox.requests()).toHaveLength(1);
});

const doubtful: [FaultName, number][] = [
  ['drop_after_commit', 1],
  ['cut_after_commit', 1],
  ['error_after_commit', 1],
  ['garbage_after_commit', 1],
  ['empty_after_commit', 1],
  ['truncated_after_commit', 1],
  ['drop_before_commit', 0],
  ['error_before_commit', 0],
  ['garbage_before_commit', 0],
];
it.each(doubtful)('after %s the outcome is open, and stays so', async (fault, count) => {
  const { sandbox, provider, inbox, address, walk } = await start();
  sandbox.setFaults([{ fault, times: 1 }]);
  expect((await walk()).error?.code).toBe('outcome_unknown');
  expect(sandbox.accepted().get(address.value) ?? 0).toBe(count);
  const known = { contactId: 'none', conversationId: null, watermark: null, since: 0, until: 0 };
  const finding = await findSent(provider, 'k-1', { inbox, address, ...known });
  expect(finding.kind).toBe('unclear');
});

it('lets neither key nor token into an error, whatever happens', async () => {
  const secrets = [KEY, TOKEN, encodeURIComponent(KEY), encodeURIComponent(TOKEN), 'Secret'];
  const { sandbox, walk } = await start();
  let errors = 0;
  for (const fault of FAULTS) {
    sandbox.setFaults([{ fault, options: { ms: 50 } }]);
    const { error } = await walk();
    errors += error === undefined ? 0 : 1;
    const text = inspect(error, { depth: null, showHidden: true }) + String(error?.stack);
    for (const secret of secrets) expect(text, fault).not.toContain(secret);
    expect(error?.message ?? '').not.toMatch(/555|Ada|http|enqueue\?/);
  }
  const gone = await start();
  await gone.sandbox.close();
  const { error } = await gone.walk();
  expect(error?.code).toBe('unavailable');
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('Secret');
  // All but the faults that only other requests can have, or that answer in the end.
  expect(errors).toBeGreaterThan(FAULTS.length - 5);
});
