import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PivotcxApi } from '../../credentials/PivotcxApi.credentials';
import { Pivotcx } from '../../nodes/Pivotcx/Pivotcx.node';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { onSandbox, type RunOnSandbox } from '../support/n8n-sandbox';

let sandbox: Sandbox;
let run: RunOnSandbox;
const fields = () => ({
  url: `${sandbox.url}/pivotcx`,
  ...{ userId: '7', teamId: '42', username: 'sandbox', password: 'sandbox-password' },
});
const withFields = (more: object = {}) =>
  onSandbox({
    node: new Pivotcx(),
    credential: new PivotcxApi(),
    fields: { ...fields(), ...more },
  });
beforeAll(async () => {
  sandbox = await startSandbox({ pivotcx: { listsMessages: true } });
  run = withFields();
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const recipient = '+12025550123';
const person = {
  ...{ recipient, optInMethod: 'delegated', optInDetail: 'signup form, May 2026' },
  additionalFields: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' },
};
let key = 0;
const send = (more: object = {}) => {
  key += 1;
  return {
    ...person,
    resource: 'message',
    operation: 'send',
    text: 'Hi',
    sendKey: `p${key}`,
    ...more,
  };
};
const created = () =>
  sandbox
    .requests()
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/contacts/'))
    .map(({ body }) => JSON.parse(String(body)));

it('makes a contact with names, e-mail and the evidence of its opt-in, and finds it again', async () => {
  const parameters = { ...person, resource: 'contact', operation: 'createOrFind' };
  const { json: made } = await run(parameters);
  expect(made).toMatchObject({ created: true, contactId: expect.any(String) });
  const evidence = { optIn: true, optInMethod: 'delegated', optInDetail: 'signup form, May 2026' };
  expect(created()).toEqual([
    {
      ...{ firstName: 'Ada', lastName: 'Lovelace' },
      primaryPhone: { number: recipient, ...evidence },
      primaryEmail: { address: 'ada@example.org', ...evidence },
    },
  ]);
  expect((await run(parameters)).json).toEqual({ ...made, created: false });
  expect(created()).toHaveLength(1);
});

it('takes the evidence of the credential where an item has none, and parts a whole name', async () => {
  const by = withFields({ optInMethod: 'list', optInDetail: 'import of May' });
  await by({
    ...{ resource: 'contact', operation: 'createOrFind' },
    ...{ recipient, contactName: 'Ada Lovelace' },
  });
  expect(created()).toEqual([
    {
      ...{ firstName: 'Ada', lastName: 'Lovelace' },
      primaryPhone: {
        ...{ number: recipient, optIn: true, optInMethod: 'list', optInDetail: 'import of May' },
      },
    },
  ]);
});

it('finds the conversation that came with a contact, and makes nobody', async () => {
  const { json: contact } = await run({
    ...person,
    resource: 'contact',
    operation: 'createOrFind',
  });
  const find = { resource: 'conversation', operation: 'find', recipient, contactName: 'Ada' };
  const { json: byNumber } = await run(find);
  expect(byNumber).toEqual({ contactId: null, conversationId: expect.any(String) });
  const { contactId } = contact;
  expect((await run({ ...find, contactId })).json).toEqual({ ...byNumber, contactId });

  const stranger = { ...find, recipient: '+12025550124', options: { maxRetries: 0 } };
  await expect(run(stranger)).rejects.toThrow('the conversation is not listed yet');
  expect(created()).toHaveLength(1);
  expect(sandbox.accepted().size).toBe(0);
});

it('sends a text into it', async () => {
  const { json } = await run(send());
  expect(json).toMatchObject({ status: 'sent', by: 'accepted', contactId: expect.any(String) });
  expect([...sandbox.accepted()]).toEqual([[recipient, 1]]);
});

describe.each([
  ['without a list of messages', {}],
  ['with one', { messagesPath: '/v1/users/:user/teams/:team/conversations/:id/messages/' }],
])('a lost answer, %s', (_what, settings) => {
  it('is unknown at once, remembered, and refused on a retry', async () => {
    const by = withFields(settings);
    sandbox.setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
    const parameters = send();
    const startedMs = performance.now();
    const failing = by(parameters);
    await expect(failing).rejects.toThrow(/may have been sent, and is not sent again/);
    await expect(failing).rejects.toMatchObject({
      description: expect.stringContaining('Nobody can be asked for it here'),
    });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await expect(by(parameters)).rejects.toThrow(/may have been sent/);
    expect([...sandbox.accepted()]).toEqual([[recipient, 1]]);
  });
});

it('does not hold a send up for a look that could find nothing', async () => {
  const messagesPath = '/v1/users/:user/teams/:team/conversations/:id/messages/';
  const by = withFields({ messagesPath });
  await by(send());
  expect((await by(send())).json).toMatchObject({ status: 'sent', by: 'accepted' });
  expect(sandbox.requests().some(({ path }) => path.endsWith('/messages/'))).toBe(false);
});

describe('conversations', () => {
  const list = (more: object = {}) => ({ resource: 'conversation', operation: 'getMany', ...more });

  it('are listed with whose they are and all that is shown of them', async () => {
    for (const [n, firstName] of ['Ada', 'Grace', 'Adam'].entries()) {
      const additionalFields = { firstName, lastName: 'L' };
      await run(send({ recipient: `+1202555012${n}`, additionalFields }));
    }
    const { items } = await run(list({ filters: { contactName: 'ada' }, returnAll: true }));
    expect(items.map(({ json: { phone } }) => phone).sort()).toEqual([
      ...['+12025550120', '+12025550122'],
    ]);
    expect(items[0]?.json).toMatchObject({
      ...{ id: expect.any(String), contactId: expect.any(String) },
      row: { contactName: expect.stringContaining('Ada') },
    });
    expect((await run(list({ limit: 2 }))).items).toHaveLength(2);
    expect((await run(list({ returnAll: true }))).items).toHaveLength(3);
  });

  it('say that there are more than the pages of the credential', async () => {
    const paging = await startSandbox({ pivotcx: { pageSize: 2 } });
    const short = withFields({ url: `${paging.url}/pivotcx`, searchPages: '1' });
    for (let n = 0; n < 3; n += 1) {
      paging.pivotcx.seed.contact({ firstName: 'Ada', phone: `+1202555012${n}` });
    }
    const cut = await short(list({ returnAll: true }));
    expect(cut.items).toHaveLength(2);
    expect(cut.hints).toMatchObject([{ message: expect.stringContaining('Search Pages') }]);
    expect((await short(list({ limit: 1 }))).hints).toEqual([]);
    await paging.close();
  });
});
