import { expect, test } from 'vitest';
import { API, type Client, ids, PHONE, room, SMS, start } from './client';

const assigned = async ({ get }: Client, id: number) => {
  const { meta } = (await get(`/conversations/${id}`)).json;
  return [meta.team?.name, meta.assignee?.name];
};

test('whoever works in an account is there from the start: the owner of the token, agents, a team', async () => {
  const { get } = await start();
  expect((await get('/agents')).json).toMatchObject([
    { id: 1, name: 'Sandbox Admin', role: 'administrator' },
    { id: 7, name: 'Emma Woodhouse', role: 'agent', email: 'emma@example.org' },
    { id: 8, role: 'agent' },
  ]);
  expect((await get('/teams')).json).toMatchObject([{ id: 2, name: 'billing', is_member: false }]);
});

test('a conversation is assigned to a team and to a person, and shows both until they are taken away', async () => {
  const ana = await room(API);
  const assign = (body: object) => ana.post(`/conversations/${ana.id}/assignments`, body);
  expect(await assigned(ana, ana.id)).toEqual([undefined, undefined]);
  expect((await assign({ team_id: 2 })).json).toMatchObject({ name: 'billing' });
  expect((await assign({ assignee_id: 7, team_id: 99 })).json).toMatchObject({ id: 7 });
  expect(await assigned(ana, ana.id)).toEqual(['billing', 'Emma Woodhouse']);
  expect(ids(await ana.get('/conversations?assignee_type=assigned'))).toEqual([ana.id]);
  expect(ids(await ana.get('/conversations?team_id=2'))).toEqual([ana.id]);
  expect(ids(await ana.get('/conversations?assignee_type=me'))).toEqual([]);
  // One whom nobody knows takes the assignment away, as null does.
  const gone = await assign({ assignee_id: 99 });
  expect([gone.status, gone.text]).toEqual([200, 'null']);
  await assign({ team_id: null });
  expect(await assigned(ana, ana.id)).toEqual([undefined, undefined]);
  expect((await assign({})).json).toBeNull();
});

test('a conversation may be assigned as it is made', async () => {
  const client = await start();
  const ana = await client.contact({ name: 'Ana', phone_number: PHONE });
  const id = await client.conversation(SMS, ana, { assignee_id: 8, team_id: 2 });
  expect(await assigned(client, id)).toEqual(['billing', 'Phileas Fogg']);
});

test('custom attributes are listed by whose they are, with the values of a list', async () => {
  const { get } = await start();
  const keys = async (query: string) =>
    (await get(`/custom_attribute_definitions${query}`)).json.map(
      (row: { attribute_key: string }) => row.attribute_key,
    );
  expect(await keys('?attribute_model=1')).toEqual(['city', 'visits', 'plan', 'vip', 'since']);
  expect(await keys('?attribute_model=0')).toEqual(['order']);
  expect(await keys('')).toHaveLength(6);
  const [, , plan] = (await get('/custom_attribute_definitions?attribute_model=1')).json;
  expect(plan).toMatchObject({ attribute_values: ['free', 'paid'] });
});

test('a deleted contact is gone with its conversations, and its addresses are free', async () => {
  const ana = await room(API);
  await ana.say({ content: 'Hi' });
  const ben = await ana.contact({ name: 'Ben', phone_number: '+12025550101' });
  const other = await ana.conversation(SMS, ben);
  const gone = await ana.send('DELETE', '/contacts/1');
  expect([gone.status, gone.text]).toEqual([200, '']);
  expect((await ana.send('DELETE', '/contacts/1')).status).toBe(404);
  expect((await ana.get(`/conversations/${ana.id}`)).status).toBe(404);
  expect(ids(await ana.get('/conversations?status=all'))).toEqual([other]);
  expect(ids(await ana.get('/conversations?status=all&inbox_id=3'))).toEqual([other]);
  expect(ids(await ana.get(`/contacts/search?q=${encodeURIComponent(PHONE)}`))).toEqual([]);
  const again = await ana.contact({ name: 'Ana', phone_number: PHONE });
  expect(again).toBe(3);
  // Sessions are one person's alone.
  expect(await ana.conversation(API, again, { source_id: 's' })).toBe(other + 1);
});

test('only an administrator deletes a contact', async () => {
  const tokens = [
    { token: 'sandbox-token', role: 'agent' as const, inboxIds: [SMS] },
    { token: 'admin', name: 'Admin' },
  ];
  const { contact, send, get } = await start({ chatwoot: { tokens } });
  const ana = await contact({ name: 'Ana', phone_number: PHONE });
  expect((await send('DELETE', `/contacts/${ana}`)).status).toBe(401);
  expect((await get(`/contacts/${ana}`)).status).toBe(200);
});

test('a file that opens a conversation is with its first message', async () => {
  const { raw, contact, get } = await start();
  const ana = await contact({ name: 'Ana', phone_number: PHONE });
  const form = new FormData();
  const fields = { inbox_id: SMS, contact_id: ana, 'message[content]': 'Your plan' };
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
  form.append('message[attachments][]', new Blob(['a plan'], { type: 'image/png' }), 'plan.png');
  form.append('attachments[]', new Blob(['stray'], { type: 'image/png' }), 'stray.png');
  const headers = { 'api-access-token': 'sandbox-token' };
  const made = await raw('/api/v1/accounts/1/conversations', {
    ...{ method: 'POST', headers, body: form },
  });
  const [message] = (await get(`/conversations/${made.json.id}/messages`)).json.payload;
  expect(message).toMatchObject({ content: 'Your plan', attachments: [{ file_size: 6 }] });
  expect(message.attachments).toHaveLength(1);
});
