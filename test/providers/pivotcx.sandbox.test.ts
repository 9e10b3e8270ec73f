import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { ensureContact, ensureConversation, findSent, sendMessage } from '../../activities';
import type { Address, Content } from '../../core/message';
import { type PivotcxProvider, pivotcx } from '../../providers/pivotcx';
import type { Inbox, Profile, Receipt, Trace } from '../../providers/provider';
import { createTransport } from '../../worker/http/transport';
import {
  type FaultName,
  type PivotcxOptions,
  type Sandbox,
  startSandbox,
} from '../../worker/sandbox';
import { caught } from '../support/provider-contract';

const TEXT: Content = { kind: 'text', text: 'Your order is ready. 100 % & more=fun ü' };
const PASSWORD = 'pä:ss-Secret 1';
const ACCOUNT = { userId: 'u-7', teamId: '42', username: 'ada', password: PASSWORD };
const ADA: Profile = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' };

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: PivotcxOptions = {}, settings: Record<string, string> = {}) {
  const sandbox = await startSandbox({ pivotcx: { ...ACCOUNT, ...options } });
  const fields = { ...ACCOUNT, url: `${sandbox.url}/pivotcx`, ...settings };
  const transport = createTransport(pivotcx.authorize(fields), { timeoutMs: 2_000 });
  open.push(
    () => sandbox.close(),
    () => transport.destroy(),
  );
  const provider = pivotcx.connect(transport.http, fields);
  const inbox = (await provider.listInboxes())[0] as Inbox;
  return { sandbox, provider, inbox };
}

type Place = { provider: PivotcxProvider; inbox: Inbox };

/** The three steps, as far as they go, with what a ledger would remember of them. */
async function walk({ provider, inbox }: Place, number = 100, profile = ADA) {
  const address: Address = { kind: 'phone', value: `+1202555${String(number).padStart(4, '0')}` };
  let receipt: Receipt | undefined;
  let trace: Trace | undefined;
  const error = await caught(async () => {
    const contact = await ensureContact(provider, { address, profile, inbox });
    const step = { contact, address, inbox, content: TEXT, profile };
    const conversation = await ensureConversation(provider, step);
    const { id: conversationId, watermark } = conversation;
    const now = Date.now();
    const known = { conversationId, watermark, since: now, until: now };
    trace = { inbox, address, contactId: contact.id, ...known };
    receipt = await sendMessage(provider, { ...step, key: 'key-1', attempt: 1, conversation });
  });
  return { address, receipt, trace, error };
}

function received(sandbox: Sandbox, { value }: Address): number {
  return sandbox.accepted().get(value) ?? 0;
}

function calls(sandbox: Sandbox): string[] {
  return sandbox
    .requests()
    .map(({ method, path }) => `${method} ${path.split('/').filter(Boolean).at(-1) ?? ''}`);
}

const places: [string, PivotcxOptions, Record<string, string>][] = [
  ['as it is by itself', {}, {}],
  ['with JSON for messages', {}, { bodyEncoding: 'json' }],
  ['with bare lists', { envelope: 'list' }, {}],
  ['with results alone', { envelope: 'results', pageSize: 2 }, {}],
  ['in snake case', { spelling: 'snake' }, {}],
  ['with pages of two', { pageSize: 2 }, {}],
  ['with no notice of the name', { ignoresName: true, pageSize: 2 }, {}],
  ['with 409 for who is there', { takenStatus: 409 }, {}],
  ['without slashes', { slash: 'optional' }, { trailingSlash: 'never' }],
  ['with conversations for answers', { sendAnswer: 'conversation' }, {}],
  ['with empty answers', { sendAnswer: 'nothing' }, { emptyAnswer: 'accepted' }],
  ['that needs all names and the e-mail', { needs: ['firstName', 'lastName', 'primaryEmail'] }, {}],
];
describe.each(places)('PivotCX %s', (_, options, settings) => {
  it('takes one message from each of several people of one name, new and known', async () => {
    const { sandbox, ...place } = await start(options, settings);
    for (const other of [91, 92, 93, 94, 95]) {
      sandbox.pivotcx.seed.contact({ phone: `+12025550${other + 60}`, lastName: 'Lovelace' });
    }
    for (const round of [1, 2]) {
      for (const number of [100, 101, 102]) {
        const { address, error, receipt } = await walk(place, number);
        expect(error).toBeUndefined();
        expect(receipt?.conversationId).toMatch(/^\d+$/);
        expect(received(sandbox, address)).toBe(round);
      }
    }
    expect(sandbox.accepted().size).toBe(3);
    for (const { content } of sandbox.messages())
      expect(content).toBe(TEXT.kind === 'text' && TEXT.text);
  });
});

it('costs four calls for somebody new, and three for somebody known', async () => {
  const { sandbox, ...place } = await start();
  await walk(place);
  expect(calls(sandbox)).toEqual([
    'GET conversations',
    'POST contacts',
    'GET conversations',
    'POST send_message',
  ]);
  await walk(place);
  expect(calls(sandbox).slice(4)).toEqual([
    'GET conversations',
    'GET conversations',
    'POST send_message',
  ]);
});

it('writes what the API takes, byte for byte', async () => {
  const { sandbox, ...place } = await start();
  await walk(place);
  const [list, contact, , message] = sandbox.requests();
  expect(list?.query).toBe('contact_name__icontains=Lovelace');
  expect(JSON.parse(contact?.body ?? '')).toMatchObject({
    primaryPhone: { number: '+12025550100', optIn: true, optInMethod: 'list', optInDetail: '' },
    primaryEmail: { address: 'ada@example.org', optIn: true },
  });
  expect(message?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(message?.body).toBe('message=Your+order+is+ready.+100+%25+%26+more%3Dfun+%C3%BC');
});

it('finds somebody whom others put in under another name', async () => {
  const { sandbox, ...place } = await start({ pageSize: 3 });
  sandbox.pivotcx.seed.contact({ phone: '+12025550100', firstName: 'Countess' });
  for (let other = 0; other < 8; other += 1) {
    sandbox.pivotcx.seed.contact({ phone: `+1202555015${other}`, lastName: 'Lovelace' });
  }
  const { error, address } = await walk(place);
  expect(error).toBeUndefined();
  expect(received(sandbox, address)).toBe(1);
  expect(sandbox.accepted().size).toBe(1);
});

it('never writes to a stranger of the same name', async () => {
  const { sandbox, ...place } = await start({ shows: 'name' });
  sandbox.pivotcx.seed.contact({ phone: '+12025550199', firstName: 'Ada', lastName: 'Lovelace' });
  const { error } = await walk(place);
  expect(error).toMatchObject({ code: 'rejected', reason: 'other' });
  expect(error?.detail).toMatch(/^conversation ambiguous/);
  expect(sandbox.messages()).toEqual([]);
});

it('knows a conversation by the contact id that its creation told', async () => {
  const { sandbox, ...place } = await start({ shows: 'contact_id' });
  const { error, address } = await walk(place);
  expect(error).toBeUndefined();
  expect(received(sandbox, address)).toBe(1);
});

it('follows no link to another origin, not even on this machine', async () => {
  const other = await startSandbox({ pivotcx: ACCOUNT });
  open.push(() => other.close());
  const { sandbox, ...place } = await start({
    linkOrigin: other.url,
    pageSize: 1,
    ignoresName: true,
  });
  sandbox.pivotcx.seed.contact({ phone: '+12025550100', lastName: 'Lovelace' });
  sandbox.pivotcx.seed.contact({ phone: '+12025550199', lastName: 'Lovelace' });
  const { error } = await walk(place);
  expect(error).toMatchObject({ code: 'rejected' });
  expect(other.requests()).toEqual([]);
  expect(sandbox.messages()).toEqual([]);
});

it('waits for a conversation that is listed later', async () => {
  let now = 1_795_000_000_000;
  const { sandbox, ...place } = await start({ conversationAfterMs: 5_000, now: () => now });
  for (const _ of [1, 2]) expect((await walk(place)).error).toMatchObject({ code: 'unavailable' });
  now += 5_000;
  const { error, address } = await walk(place);
  expect(error).toBeUndefined();
  expect(received(sandbox, address)).toBe(1);
});

it('makes one contact, also where the answer to its creation is lost', async () => {
  const lost: FaultName[] = ['drop_after_commit', 'error_after_commit', 'phone_taken'];
  for (const fault of lost) {
    const { sandbox, ...place } = await start();
    sandbox.setFaults([{ match: { path: '/contacts/$' }, fault, times: 1 }]);
    const first = await walk(place);
    if (fault !== 'phone_taken') expect(first.error, fault).toMatchObject({ code: 'unavailable' });
    const { error, address } = first.error === undefined ? first : await walk(place);
    expect(error, fault).toBeUndefined();
    expect(received(sandbox, address), fault).toBe(1);
    expect(
      calls(sandbox).filter((call) => call === 'POST contacts'),
      fault,
    ).toHaveLength(1);
  }
});

it('is refused for a person who texted STOP, and for a number that is none', async () => {
  const { sandbox, ...place } = await start({
    stopped: ['+12025550100'],
    refuses: ['+12025550101'],
  });
  const stopped = await walk(place, 100);
  expect(stopped.error).toMatchObject({ code: 'rejected', reason: 'other', status: 400 });
  expect(stopped.error?.detail).toContain('opted out');
  expect((await walk(place, 101)).error).toMatchObject({ reason: 'invalid_address' });
  sandbox.pivotcx.seed.start('+12025550100');
  expect((await walk(place, 100)).error).toBeUndefined();
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
  const { sandbox, provider, inbox } = await start();
  sandbox.setFaults([{ match: { delivers: true }, fault, times: 1 }]);
  const { error, address, trace } = await walk({ provider, inbox });
  expect(error?.code).toBe('outcome_unknown');
  expect(received(sandbox, address)).toBe(count);
  if (trace === undefined) throw new Error('no trace');
  expect((await findSent(provider, 'key-1', trace)).kind).toBe('unclear');
});

it.each<FaultName>(['rate_limited', 'retry_later'])('after %s nothing was sent', async (fault) => {
  const { sandbox, ...place } = await start();
  sandbox.setFaults([{ match: { delivers: true }, fault, times: 1 }]);
  const { error } = await walk(place);
  expect(error).toMatchObject({ code: 'rate_limited' });
  expect(sandbox.messages()).toEqual([]);
});

it('looks a lost message up where the account has a list of messages, and never believes it', async () => {
  const messagesPath = '/v1/users/:user/teams/:team/conversations/:id/messages/';
  const { sandbox, provider, inbox } = await start({ listsMessages: true }, { messagesPath });
  expect(inbox.lookup).toBe(true);
  for (const [number, fault, kind] of [
    [100, 'drop_after_commit', 'unclear'],
    [101, 'drop_before_commit', 'absent'],
  ] as const) {
    sandbox.setFaults([{ match: { delivers: true }, fault, times: 1 }]);
    const { trace } = await walk({ provider, inbox }, number);
    if (trace === undefined) throw new Error('no trace');
    expect((await findSent(provider, 'key-1', trace)).kind).toBe(kind);
  }
});

it('says whose the login is, and when it is not accepted', async () => {
  const { sandbox, provider } = await start();
  expect(await provider.ping()).toEqual({ name: 'team 42', warnings: [] });
  sandbox.setFaults([{ fault: 'wrong_token' }]);
  expect(await caught(() => provider.ping())).toMatchObject({ code: 'auth_failed', status: 401 });
  const stranger = await start({}, { password: 'other' });
  expect(await caught(() => stranger.provider.ping())).toMatchObject({ code: 'auth_failed' });
  const elsewhere = await start({}, { teamId: '43' });
  expect(await caught(() => elsewhere.provider.ping())).toMatchObject({ code: 'not_found' });
});

it('lets no secret into an error, whatever happens', async () => {
  const { sandbox, ...place } = await start();
  const encoded = Buffer.from(`ada:${PASSWORD}`).toString('base64');
  for (const fault of [...doubtful.map(([name]) => name), 'rate_limited', 'wrong_token'] as const) {
    for (const delivers of [true, false]) {
      sandbox.setFaults([{ match: { delivers }, fault }]);
      const { error } = await walk(place);
      const text = inspect(error, { depth: null, showHidden: true });
      expect(error, fault).toBeDefined();
      for (const secret of [PASSWORD, encoded]) expect(text).not.toContain(secret);
      expect(error?.message).not.toMatch(/555|Ada|Lovelace|order/);
    }
  }
});
