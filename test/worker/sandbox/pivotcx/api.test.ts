import { afterEach, describe, expect, test } from 'vitest';
import { describeSandbox, type PivotcxOptions, startSandbox } from '../../../../worker/sandbox';

type Anything = ReturnType<typeof JSON.parse>;

const LOGIN = `Basic ${Buffer.from('sandbox:sandbox-password').toString('base64')}`;
const TEAM = '/pivotcx/v1/users/7/teams/42';
const EVIDENCE = { optIn: true, optInMethod: 'list', optInDetail: '' };

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(options: PivotcxOptions = {}) {
  const sandbox = await startSandbox({ pivotcx: options });
  open.push(() => sandbox.close());
  async function raw(path: string, init: RequestInit = {}) {
    const response = await fetch(`${sandbox.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { authorization: LOGIN, ...init.headers },
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    const json = isJson ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }
  const post = (path: string, body: unknown) =>
    raw(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  return {
    sandbox,
    raw,
    post,
    list: (query = '') => raw(`${TEAM}/conversations/${query}`),
    contact: (number: string, more: object = {}) =>
      post(`${TEAM}/contacts/`, {
        ...{ firstName: 'Jane', lastName: 'Doe' },
        primaryPhone: { number, ...EVIDENCE },
        ...more,
      }),
  };
}

/** A contact, and the id of the conversation that came with it. */
async function room(options: PivotcxOptions = {}) {
  const client = await start(options);
  await client.contact('+12025550100');
  const { json } = await client.list();
  const id = (json.results ?? json)[0].id as number;
  return { ...client, id, path: `${TEAM}/conversations/${id}/send_message/` };
}

describe('the login', () => {
  test.each([
    ['none', '', 'Authentication credentials were not provided.'],
    ['a wrong password', `Basic ${btoa('sandbox:wrong')}`, 'Invalid username/password.'],
    ['another scheme', 'Bearer sandbox-password', 'Invalid username/password.'],
  ])('%s is refused', async (_, authorization, detail) => {
    const { raw } = await start();
    const reply = await raw(`${TEAM}/conversations/`, { headers: { authorization } });
    expect(reply.status).toBe(401);
    expect(reply.json).toEqual({ detail });
    expect(reply.headers.get('www-authenticate')).toMatch(/^Basic/);
  });

  test('is for one user and one team', async () => {
    const { raw } = await start();
    for (const path of ['/v1/users/8/teams/42', '/v1/users/7/teams/1']) {
      expect((await raw(`/pivotcx${path}/conversations/`)).status).toBe(404);
    }
    expect((await raw('/pivotcx/v1/users/7/')).json).toEqual({ detail: 'Not found.' });
  });
});

test('a path without its slash is redirected, unless it may lack it', async () => {
  const strict = await start();
  const redirected = await strict.raw(`${TEAM}/conversations?page=1`);
  expect(redirected.status).toBe(301);
  expect(redirected.headers.get('location')).toBe(`${TEAM}/conversations/?page=1`);
  const loose = await start({ slash: 'optional' });
  expect((await loose.raw(`${TEAM}/conversations`)).status).toBe(200);
});

describe('a contact', () => {
  test('is made with its conversation, and shown with what it was made of', async () => {
    const { contact, list } = await start();
    const email = { address: 'jane@example.org', ...EVIDENCE, optInMethod: 'delegated' };
    const made = await contact('+12025550100', { primaryEmail: email });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      firstName: 'Jane',
      primaryPhone: { number: '+12025550100', optIn: true },
      primaryEmail: { address: 'jane@example.org', optInMethod: 'delegated' },
    });
    const { results, count, next } = (await list()).json;
    expect({ count, next }).toEqual({ count: 1, next: null });
    expect(results[0]).toMatchObject({ contactName: 'Jane Doe', contact: { id: made.json.id } });
    expect(results[0].id).not.toBe(made.json.id);
  });

  const phone = (more: object) => ({
    primaryPhone: { number: '+12025550101', ...EVIDENCE, ...more },
  });
  const problems: [string, object, object][] = [
    ['without a number', { primaryPhone: undefined }, { primaryPhone: [expect.any(String)] }],
    [
      'of a number that is not in E.164',
      phone({ number: '2025550101' }),
      { primaryPhone: { number: [expect.any(String)] } },
    ],
    [
      'of a number that counts up',
      phone({ number: '+123456789' }),
      { primaryPhone: { number: [expect.any(String)] } },
    ],
    [
      'without permission',
      phone({ optIn: false }),
      { primaryPhone: { optIn: [expect.any(String)] } },
    ],
    [
      'without a method',
      phone({ optInMethod: '' }),
      { primaryPhone: { optInMethod: [expect.any(String)] } },
    ],
    [
      'with an e-mail that is none',
      { primaryEmail: { address: 'x', ...EVIDENCE } },
      { primaryEmail: { address: [expect.any(String)] } },
    ],
  ];
  test.each(problems)('%s is refused', async (_, more, json) => {
    const { contact, list } = await start();
    const reply = await contact('+12025550101', more);
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual(json);
    expect((await list()).json.count).toBe(0);
  });

  test('is unique by its number', async () => {
    for (const takenStatus of [400, 409] as const) {
      const { contact, list } = await start({ takenStatus });
      await contact('+12025550100');
      const again = await contact('+12025550100', { firstName: 'Bob' });
      expect(again.status).toBe(takenStatus);
      expect(again.json.primaryPhone.number).toHaveLength(1);
      expect((await list()).json.count).toBe(1);
    }
  });

  test('needs what the options say', async () => {
    const { contact } = await start({ needs: ['lastName', 'primaryEmail'] });
    const reply = await contact('+12025550100', { lastName: ' ' });
    expect(Object.keys(reply.json)).toEqual(['lastName', 'primaryEmail']);
  });
});

describe('the list of conversations', () => {
  const people = async (options: PivotcxOptions) => {
    const client = await start(options);
    for (const [index, lastName] of ['Doe', 'Dolittle', 'Roe', 'doerr', 'Poe'].entries()) {
      client.sandbox.pivotcx.seed.contact({ phone: `+1202555010${index}`, lastName });
    }
    return client;
  };
  const names = (json: Anything) => (json.results ?? json).map((row: Anything) => row.contactName);

  test('is narrowed by a part of the name in any case, the newest first', async () => {
    const { list } = await people({});
    expect(names((await list('?contact_name__icontains=DOE')).json)).toEqual(['doerr', 'Doe']);
    expect(names((await list('?contact_id=1')).json)).toHaveLength(5);
    const ignoring = await people({ ignoresName: true });
    expect(names((await ignoring.list('?contact_name__icontains=DOE')).json)).toHaveLength(5);
  });

  test('has pages that link to each other with all that was asked', async () => {
    const { list, sandbox } = await people({ pageSize: 2 });
    const first = (await list('?contact_name__icontains=o')).json;
    expect(first).toMatchObject({ count: 5, previous: null });
    expect(first.next).toBe(
      `${sandbox.url}${TEAM}/conversations/?contact_name__icontains=o&page=2`,
    );
    const last = (await list('?contact_name__icontains=o&page=3')).json;
    expect(last.next).toBeNull();
    expect(names(last)).toEqual(['Doe']);
    expect((await list('?page=4')).json).toEqual({ detail: 'Invalid page.' });
  });

  test('has other envelopes, spellings and contents by option', async () => {
    expect(names((await (await people({ envelope: 'list' })).list()).json)).toHaveLength(5);
    const results = (await (await people({ envelope: 'results', pageSize: 2 })).list()).json;
    expect(Object.keys(results)).toEqual(['next', 'previous', 'results']);
    const snake = (await (await people({ spelling: 'snake' })).list()).json.results[0];
    expect(snake).toMatchObject({
      contact_name: 'Poe',
      contact: { primary_phone: { opt_in: true } },
    });
    const byId = (await (await people({ shows: 'contact_id' })).list()).json.results[0];
    expect(byId.contact).toEqual(expect.any(Number));
    const byName = (await (await people({ shows: 'name' })).list()).json.results[0];
    expect(Object.keys(byName)).toEqual(['id', 'contactName', 'created']);
  });

  test('shows a conversation after a while', async () => {
    let now = 1_795_000_000_000;
    const { contact, list } = await start({ conversationAfterMs: 100, now: () => now });
    await contact('+12025550100');
    expect((await list()).json.count).toBe(0);
    now += 100;
    expect((await list()).json.count).toBe(1);
  });
});

describe('a message', () => {
  test('is one field, of JSON or of a form, and counted for its number', async () => {
    const { sandbox, post, raw, path, id } = await room();
    const made = await post(path, { message: 'Hello' });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ conversation: id, message: 'Hello', direction: 'outbound' });
    const form = await raw(path, {
      method: 'POST',
      body: new URLSearchParams({ message: 'ü & ü' }),
    });
    expect(form.status).toBe(201);
    expect([...sandbox.accepted()]).toEqual([['+12025550100', 2]]);
    expect(sandbox.messages().map(({ content }) => content)).toEqual(['Hello', 'ü & ü']);
  });

  test.each([
    [{}, { message: ['This field is required.'] }],
    [{ message: ' ' }, { message: ['This field may not be blank.'] }],
    [{ message: ['a'] }, { message: ['Not a valid string.'] }],
  ])('of %o is refused', async (body, json) => {
    const { post, path, sandbox } = await room();
    const reply = await post(path, body);
    expect([reply.status, reply.json]).toEqual([400, json]);
    expect(sandbox.messages()).toEqual([]);
  });

  test('needs a conversation that is there', async () => {
    const { post } = await room();
    expect((await post(`${TEAM}/conversations/1/send_message/`, { message: 'x' })).status).toBe(
      404,
    );
  });

  test('is not taken for who has texted STOP, until START', async () => {
    const { post, path, sandbox } = await room({ stopped: ['+12025550100'] });
    expect((await post(path, { message: 'x' })).status).toBe(400);
    await post('/_sandbox/pivotcx/start', { phone: '+12025550100' });
    expect((await post(path, { message: 'x' })).status).toBe(201);
    await post('/_sandbox/pivotcx/stop', { phone: '+12025550100' });
    expect((await post(path, { message: 'x' })).status).toBe(400);
    expect(sandbox.messages()).toHaveLength(1);
  });

  test('is answered as the options say', async () => {
    const bare = await room({ sendAnswer: 'nothing' });
    expect(await bare.post(bare.path, { message: 'x' })).toMatchObject({ status: 204, text: '' });
    const whole = await room({ sendAnswer: 'conversation' });
    expect((await whole.post(whole.path, { message: 'x' })).json.id).toBe(whole.id);
  });

  test('is listed only by option', async () => {
    const closed = await room();
    expect((await closed.raw(`${TEAM}/conversations/${closed.id}/messages/`)).status).toBe(404);
    const listing = await room({ listsMessages: true });
    await listing.post(listing.path, { message: 'one' });
    await listing.post(listing.path, { message: 'two' });
    const { json } = await listing.raw(`${TEAM}/conversations/${listing.id}/messages/`);
    expect(json.results.map((row: Anything) => row.message)).toEqual(['two', 'one']);
  });
});

test('a body that is no JSON, and a failure, look as Django writes them', async () => {
  const { raw, sandbox, path } = await room();
  const headers = { 'content-type': 'application/json' };
  expect((await raw(path, { method: 'POST', body: '{', headers })).json).toEqual({
    detail: 'Parse error.',
  });
  sandbox.setFaults([{ fault: 'error_before_commit', options: { status: 502 } }]);
  const failed = await raw(path, { method: 'POST', body: '{}', headers });
  expect(failed.status).toBe(502);
  expect(failed.text).toContain('Server Error (502)');
});

test('is put in by others over HTTP, described, and reset to the start', async () => {
  const { sandbox, post, list } = await start({ stopped: ['+12025550100'] });
  const made = await post('/_sandbox/pivotcx/contacts', {
    phone: '+12025550100',
    firstName: 'Ann',
  });
  expect(made.json).toMatchObject({ firstName: 'Ann', primaryPhone: { number: '+12025550100' } });
  expect((await list('?contact_name__icontains=ann')).json.count).toBe(1);
  expect(describeSandbox(sandbox).join('\n')).toMatch(/platform: pivotcx[^]*teamId: "42"/);
  sandbox.reset();
  expect((await list()).json.count).toBe(0);
});
