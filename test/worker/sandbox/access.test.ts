import { expect, test } from 'vitest';
import { PROVIDERS } from '../../../core/words';
import { parseAccountsFile } from '../../../worker/campaign/accounts-file';
import { PLATFORMS } from '../../../worker/engine/accounts';
import { describeSandbox } from '../../../worker/sandbox';
import { REHEARSALS } from '../../../worker/sandbox/rehearsals';
import { ids, start } from './client';

const tokens = [
  { token: 'sandbox-token' },
  { token: 'agent', role: 'agent', inboxIds: [3], name: 'Agent' },
  { token: 'bot', kind: 'agent_bot' },
  { token: 'elsewhere', accountIds: [2] },
] as const;
const accounts = [{ id: 1 }, { id: 2 }, { id: 3, status: 'suspended' }] as const;

test('the open endpoints need no token', async () => {
  const { raw } = await start();
  expect((await raw('/health')).json).toEqual({ status: 'woot' });
  expect((await raw('/api')).json).toMatchObject({ version: '4.15.1', queue_services: 'ok' });
});

test('both spellings of the token header are one', async () => {
  const { raw } = await start();
  for (const name of ['api_access_token', 'api-access-token']) {
    const reply = await raw('/api/v1/profile', { headers: { [name]: 'sandbox-token' } });
    expect(reply.status).toBe(200);
    expect(reply.json.accounts[0]).toMatchObject({ id: 1, role: 'administrator' });
  }
});

test.each([
  ['no token', '/api/v1/accounts/1/inboxes', undefined, 401, { errors: [expect.any(String)] }],
  ['a bad token', '/api/v1/accounts/1/inboxes', 'x', 401, { error: 'Invalid Access Token' }],
  [
    'an account of others',
    '/api/v1/accounts/1/inboxes',
    'elsewhere',
    401,
    { error: 'You are not authorized to access this account' },
  ],
  [
    'a suspended account',
    '/api/v1/accounts/3/inboxes',
    'sandbox-token',
    401,
    { error: 'Account is suspended' },
  ],
  [
    'a bot that reads messages',
    '/api/v1/accounts/1/conversations/1/messages',
    'bot',
    401,
    { error: 'Access to this endpoint is not authorized for bots' },
  ],
  [
    'an agent outside the inbox',
    '/api/v1/accounts/1/inboxes/1',
    'agent',
    401,
    { error: 'You are not authorized to do this action' },
  ],
  [
    'an unknown account',
    '/api/v1/accounts/9/inboxes',
    'sandbox-token',
    404,
    { error: 'Resource could not be found' },
  ],
])('%s', async (_name, path, token, status, body) => {
  const { raw } = await start({ chatwoot: { tokens, accounts } });
  const headers: Record<string, string> = token === undefined ? {} : { 'api-access-token': token };
  const reply = await raw(path, { headers });
  expect(reply.status).toBe(status);
  expect(reply.json).toEqual(body);
});

test('an agent sees only its inboxes, and a bot may create a message', async () => {
  const { raw, post, contact, conversation } = await start({ chatwoot: { tokens, accounts } });
  const asAgent = { headers: { 'api-access-token': 'agent' } };
  const inboxes = await raw('/api/v1/accounts/1/inboxes', asAgent);
  expect(ids(inboxes)).toEqual([3]);
  const sync = await raw('/api/v1/accounts/1/inboxes/2/sync_templates', {
    ...asAgent,
    method: 'POST',
  });
  expect(sync.status).toBe(401);
  const id = await conversation(3, await contact({ phone_number: '+12025550100' }));
  const asBot = { 'api-access-token': 'bot' };
  const reply = await post(`/conversations/${id}/messages`, { content: 'x' }, asBot);
  expect(reply.status).toBe(200);
});

test('malformed JSON is a 400, an unknown path a 404', async () => {
  const { raw, get } = await start();
  const reply = await raw('/api/v1/accounts/1/contacts', {
    method: 'POST',
    headers: { 'api-access-token': 'sandbox-token', 'content-type': 'application/json' },
    body: '{"name":',
  });
  expect(reply.status).toBe(400);
  expect((await get('/nothing')).status).toBe(404);
});

test('it describes itself for a terminal', async () => {
  const { sandbox } = await start();
  const text = describeSandbox(sandbox).join('\n');
  expect(text).toContain(sandbox.url);
  for (const id of PROVIDERS) {
    // An account as an accounts file takes it: what is printed works as it is.
    expect(text).toContain(`{ platform: ${id}, url: "${sandbox.url}${REHEARSALS[id].mount}", `);
    const account = `{ platform: ${id}, ${text.split(`{ platform: ${id}, `)[1]?.split('\n')[0]}`;
    const read = parseAccountsFile(`rehearsal: ${account}`, { providers: PLATFORMS, env: {} });
    expect(read.get('rehearsal')?.credentials).toMatchObject(REHEARSALS[id].credentials);
  }
  expect(text).toMatch(/inbox +5 +Channel::TwilioSms whatsapp +Twilio WhatsApp/);
});
