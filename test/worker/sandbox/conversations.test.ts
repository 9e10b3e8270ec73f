import { expect, test } from 'vitest';
import {
  API,
  EMAIL,
  ids,
  LOCKED,
  type Reply,
  type Row,
  SMS,
  start,
  TWILIO_SMS,
  TWILIO_WHATSAPP,
  WHATSAPP,
} from './client';

const PHONE = '+12025550100';
test('every create makes a new conversation, unless the inbox is locked to a single one', async () => {
  const { conversation, contact, send, post } = await start();
  const ana = await contact({ name: 'Ana', phone_number: PHONE });
  const more = { source_id: 'cmp-1' };
  expect([await conversation(API, ana, more), await conversation(API, ana, more)]).toEqual([1, 2]);
  const single = await conversation(LOCKED, ana, { source_id: 'one' });
  await send('POST', `/conversations/${single}/toggle_status`, { status: 'resolved' });
  const again = await post('/conversations', {
    inbox_id: LOCKED,
    contact_id: ana,
    source_id: 'one',
    custom_attributes: { ignored: 'yes' },
    message: { content: 'Hello' },
  });
  expect(again.json).toMatchObject({ id: single, status: 'resolved', custom_attributes: {} });
  expect(again.json.messages[0].content).toBe('Hello');
});

test('numbers of conversations are per account', async () => {
  const accounts = [{ id: 1 }, { id: 2 }];
  const { conversation, contact, raw } = await start({ chatwoot: { accounts } });
  await conversation(API, await contact({ name: 'Ana' }));
  const headers = { 'api-access-token': 'sandbox-token', 'content-type': 'application/json' };
  const post = (path: string, body: unknown): Promise<Reply> =>
    raw(`/api/v1/accounts/2${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const ben = (await post('/contacts', { name: 'Ben' })).json.payload.contact.id;
  const made = await post('/conversations', { inbox_id: API, contact_id: ben });
  expect(made.json).toMatchObject({ id: 1, account_id: 2 });
});

test('without a source_id an API inbox opens a new session on every call', async () => {
  const { conversation, contact, get } = await start();
  const ana = await contact({ name: 'Ana' });
  await conversation(API, ana);
  await conversation(API, ana);
  expect((await get(`/contacts/${ana}`)).json.payload.contact_inboxes).toHaveLength(2);
});

test('a source_id of somebody else: 422 on API, taken over on Sms and e-mail, 422 elsewhere', async () => {
  const { post, contact, get } = await start();
  const ana = await contact({ name: 'Ana', phone_number: PHONE, email: 'ana@example.com' });
  const ben = await contact({ name: 'Ben', phone_number: '+12025550101', email: 'b@example.com' });
  const open = (inbox: number, who: number, source: string): Promise<Reply> =>
    post('/conversations', { inbox_id: inbox, contact_id: who, source_id: source });

  await open(API, ana, 's');
  const api = await open(API, ben, 's');
  expect([api.status, api.json]).toEqual([422, { error: 'source_id should be unique' }]);

  for (const [inbox, source] of [
    [SMS, PHONE],
    [EMAIL, 'ana@example.com'],
  ] as const) {
    await open(inbox, ana, source);
    expect((await open(inbox, ben, source)).status).toBe(200);
    const sessions = (await get(`/contacts/${ana}`)).json.payload.contact_inboxes as Row[];
    const renamed = sessions.find((each) => each.inbox.id === inbox);
    expect(renamed?.source_id).not.toBe(source);
    expect(renamed?.source_id).toContain(source);
  }
  for (const [inbox, source] of [
    [WHATSAPP, '12025550100'],
    [TWILIO_SMS, PHONE],
    [TWILIO_WHATSAPP, `whatsapp:${PHONE}`],
  ] as const) {
    await open(inbox, ana, source);
    const taken = await open(inbox, ben, source);
    expect([taken.status, taken.json.attributes]).toEqual([422, ['source_id']]);
  }
});

test('source_id formats of the phone channels', async () => {
  const { post, contact } = await start();
  const ana = await contact({ name: 'Ana' });
  for (const [inbox, source] of [
    [WHATSAPP, PHONE],
    [TWILIO_SMS, '12025550100'],
    [TWILIO_WHATSAPP, PHONE],
  ] as const) {
    const body = { inbox_id: inbox, contact_id: ana, source_id: source };
    expect((await post('/conversations', body)).json.attributes).toEqual(['source_id']);
  }
  const missing = await post('/conversations', { inbox_id: SMS, contact_id: ana });
  expect(missing.json.error).toBe('param is missing or the value is empty: contact phone number');
});

test('a source_id alone is looked up over all inboxes', async () => {
  const { post, conversation, contact } = await start();
  await conversation(API, await contact({ name: 'Ana' }), { source_id: 'only' });
  expect((await post('/conversations', { source_id: 'only' })).json.inbox_id).toBe(API);
  expect((await post('/conversations', { source_id: 'none' })).status).toBe(404);
  expect((await post('/conversations', {})).status).toBe(404);
});

test('an inline message is created with its conversation or not at all', async () => {
  const { post, get, contact, sandbox } = await start();
  const ana = await contact({ name: 'Ana', phone_number: PHONE });
  const body = { inbox_id: API, contact_id: ana, source_id: 's' };
  const message = { content: 'Hi', content_attributes: { cmp: { key: 'k-1' } } };
  const made = await post('/conversations', { ...body, message });
  expect(made.json.messages[0]).toMatchObject({
    content: 'Hi',
    message_type: 1,
    content_attributes: { cmp: { key: 'k-1' } },
    conversation_id: made.json.id,
  });
  const long = await post('/conversations', { ...body, message: { content: 'x'.repeat(150_001) } });
  expect(long.json).toEqual({
    message: 'Content is too long (maximum is 150000 characters)',
    attributes: ['content'],
  });
  const raised = await post('/conversations', { ...body, message: { message_type: 'nonsense' } });
  expect(raised.status).toBe(500);
  expect(ids(await get('/conversations?status=all'))).toEqual([made.json.id]);
  expect(sandbox.accepted()).toEqual(new Map([[PHONE, 1]]));
});

test('status, attributes and unknown ids', async () => {
  const { post, contact } = await start();
  const ana = await contact({ name: 'Ana', blocked: true });
  const body = { inbox_id: API, contact_id: ana };
  expect((await post('/conversations', body)).json.status).toBe('resolved');
  expect((await post('/conversations', { ...body, status: 'ajar' })).status).toBe(500);
  expect((await post('/conversations', { ...body, contact_id: 99 })).status).toBe(404);
  expect((await post('/conversations', { ...body, inbox_id: 99 })).status).toBe(404);
  const long = await post('/conversations', {
    ...body,
    custom_attributes: { k: 'x'.repeat(1501) },
  });
  expect(long.json.attributes).toEqual(['custom_attributes']);
  const big = await post('/conversations', { ...body, additional_attributes: { k: 1e10 } });
  expect(big.status).toBe(422);
  const referer = { ...body, additional_attributes: { referer: 'nowhere' } };
  expect((await post('/conversations', referer)).json.additional_attributes.referer).toBeNull();
});

test('the list shows open ones, 25 a page, in a data envelope; a session finds its own', async () => {
  const { get, post, contact, conversation } = await start();
  const ana = await contact({ name: 'Ana', phone_number: PHONE });
  for (let n = 0; n < 26; n += 1) await conversation(API, ana, { source_id: 'many' });
  const last = await conversation(SMS, ana);
  await post(`/conversations/${last}/toggle_status`, { status: 'resolved' });
  const first = await get('/conversations');
  expect(first.json.data.meta).toMatchObject({ all_count: 26, unassigned_count: 26 });
  expect(ids(first)).toHaveLength(25);
  expect(ids(await get('/conversations?page=2'))).toHaveLength(1);
  const query = `inbox_id=${SMS}&source_id=${encodeURIComponent(PHONE)}`;
  expect(ids(await get(`/conversations?${query}`))).toEqual([]);
  expect(ids(await get(`/conversations?${query}&status=all`))).toEqual([last]);
  expect(ids(await get(`/contacts/${ana}/conversations`))).toHaveLength(20);
});

test('the filter has no envelope; contact_id came with 4.14.2', async () => {
  const key = { attribute_key: 'contact_id', filter_operator: 'equal_to', values: [1] };
  const body = { payload: [{ ...key, query_operator: null }] };
  const fresh = await start();
  await fresh.conversation(API, await fresh.contact({ name: 'Ana' }));
  const found = await fresh.post('/conversations/filter', body);
  expect([found.json.meta.all_count, ids(found)]).toEqual([1, [1]]);
  const old = await start({ chatwoot: { version: '4.14.0' } });
  expect((await old.post('/conversations/filter', body)).status).toBe(422);
});

test('toggling writes an activity; custom attributes are replaced; priority changes', async () => {
  const { get, post, send, contact, conversation } = await start();
  const id = await conversation(API, await contact({ name: 'Ana' }), {
    custom_attributes: { a: 1 },
  });
  const toggled = await post(`/conversations/${id}/toggle_status`);
  expect(toggled.json.payload).toEqual({
    success: true,
    conversation_id: id,
    current_status: 'resolved',
    snoozed_until: null,
  });
  const shown = (await get(`/conversations/${id}`)).json;
  expect(shown.messages[0].message_type).toBe(2);
  expect(shown.last_non_activity_message).toBeNull();
  const attributes = { custom_attributes: { b: 'x' } };
  expect((await post(`/conversations/${id}/custom_attributes`, attributes)).json).toEqual(
    attributes,
  );
  const patched = await send('PATCH', `/conversations/${id}`, { priority: 'high' });
  expect(patched.json.priority).toBe('high');
});

test('an outgoing message does not reopen a conversation, an incoming one does', async () => {
  const { get, post, contact, conversation } = await start();
  const id = await conversation(API, await contact({ name: 'Ana' }), { status: 'resolved' });
  const status = async (): Promise<string> =>
    (await get(`/conversations/${id}`)).json.status as string;
  await post(`/conversations/${id}/messages`, { content: 'out' });
  expect(await status()).toBe('resolved');
  await post(`/conversations/${id}/messages`, { content: 'in', message_type: 'incoming' });
  expect(await status()).toBe('open');
});

test('the reply window of WhatsApp is 24 hours in this conversation', async () => {
  const { get, sandbox, contact, conversation } = await start();
  const ana = await contact({ phone_number: PHONE });
  const canReply = async (id: number): Promise<boolean> =>
    (await get(`/conversations/${id}`)).json.can_reply as boolean;
  expect(await canReply(await conversation(WHATSAPP, ana))).toBe(false);
  expect(await canReply(await conversation(TWILIO_SMS, ana))).toBe(true);
  const day = 24 * 3_600_000;
  const old = sandbox.chatwoot.seed.incoming({ phone: PHONE, inboxId: WHATSAPP, ageMs: day + 1 });
  expect(await canReply(old.conversation.displayId)).toBe(false);
  sandbox.chatwoot.seed.incoming({ phone: PHONE, inboxId: WHATSAPP, ageMs: day - 60_000 });
  expect(await canReply(old.conversation.displayId)).toBe(true);
});
