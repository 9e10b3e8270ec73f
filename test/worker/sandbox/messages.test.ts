import { expect, test } from 'vitest';
import { API, PHONE, type Reply, type Row, room, SMS, TOKEN, WHATSAPP } from './client';

test('a message keeps its markers; echo_id is only echoed', async () => {
  const { say, list } = await room(API);
  const body = {
    content: 'Hi',
    echo_id: 'e-1',
    source_id: 'ulid-1',
    content_attributes: { cmp: { key: 'k-1', a: 1 } },
    external_created_at: '2026-01-01T00:00:00.123Z',
  };
  const made = (await say(body)).json;
  expect(made).toMatchObject({
    message_type: 1,
    status: 'sent',
    echo_id: 'e-1',
    source_id: 'ulid-1',
  });
  expect(made.sender.type).toBe('user');
  const [stored] = await list();
  expect(stored).not.toHaveProperty('echo_id');
  expect(stored).not.toHaveProperty('additional_attributes');
  expect(stored?.content_attributes).toEqual({
    cmp: { key: 'k-1', a: 1 },
    external_created_at: '2026-01-01T00:00:00.123Z',
  });
});

test('up to 4.8 custom content_attributes are dropped; external_created_at stays', async () => {
  const { say } = await room(API, { chatwoot: { version: '4.8.0' } });
  const made = await say({
    content: 'Hi',
    content_attributes: { cmp: { key: 'k' }, in_reply_to: 5 },
    external_created_at: 'mark',
  });
  expect(made.json.content_attributes).toEqual({ in_reply_to: 5, external_created_at: 'mark' });
});

test('automation_rule_id replaces all content_attributes', async () => {
  const { say } = await room(API);
  const made = await say({ content_attributes: { automation_rule_id: 1, cmp: { key: 'k' } } });
  expect(made.json.content_attributes).toEqual({ automation_rule_id: 1 });
});

test('Liquid runs in outgoing texts: an injection has an effect', async () => {
  const { say, sandbox } = await room(API);
  const text = async (content: string): Promise<string> =>
    (await say({ content })).json.content as string;
  expect(await text('Hi {{ contact.name }} of {{contact.custom_attribute.city}}')).toBe(
    'Hi Ana of Leeds',
  );
  expect(await text('{{contact.phone_number}}|{{ contact.email }}|{{ nobody.knows }}')).toBe(
    `${PHONE}|ana@example.com|`,
  );
  expect(await text('a{% if true %}b{% endif %}c')).toBe('abc');
  expect(await text('`{{contact.name}}` {{contact.name}}')).toBe('`{{contact.name}}` Ana');
  const incoming = await say({ content: '{{contact.name}}', message_type: 'incoming' });
  expect(incoming.json.content).toBe('{{contact.name}}');
  expect(sandbox.messages()[0]?.content).toBe('Hi Ana of Leeds');
});

test('Liquid runs in template parameters too', async () => {
  const { say, get, id } = await room(API);
  const params = {
    body: { 1: '{{contact.name}}' },
    buttons: [{ type: 'url', parameter: '{{x}}' }],
  };
  await say({ content: 'seen', template_params: { name: 't', processed_params: params } });
  const row = (await get(`/conversations/${id}`)).json.messages[0];
  expect(row.additional_attributes.template_params.processed_params).toEqual({
    body: { 1: 'Ana' },
    buttons: [{ type: 'url', parameter: '' }],
  });
});

test.each([
  [
    'an incoming message on SMS',
    SMS,
    { message_type: 'incoming' },
    'Incoming messages are only allowed in Api inboxes',
  ],
  ['an unknown type', API, { message_type: 'loud' }, "'loud' is not a valid message_type"],
  [
    'a list as parameters',
    WHATSAPP,
    { template_params: { name: 't', processed_params: ['a'] } },
    'Validation failed: Template params/processed params must be of type hash',
  ],
  [
    'a template without a name',
    WHATSAPP,
    { template_params: { language: 'en' } },
    'Validation failed: Name is required',
  ],
  [
    'a text that is too long',
    API,
    { content: 'x'.repeat(150_001) },
    'Validation failed: Content is too long (maximum is 150000 characters)',
  ],
  [
    'a menu without items',
    API,
    { content_type: 'input_select' },
    'Validation failed: Content attributes At least one item is required.',
  ],
])('%s is a 422', async (_name, inbox, body, error) => {
  const { say, list, sandbox } = await room(inbox);
  const reply = await say({ content: 'x', ...body });
  expect([reply.status, reply.json]).toEqual([422, { error }]);
  expect(await list()).toEqual([]);
  expect(sandbox.messages()).toEqual([]);
});

test('the integer 1 as a type makes the contact the sender', async () => {
  const { say } = await room(API);
  const made = await say({ content: 'x', message_type: 1 });
  expect(made.json).toMatchObject({ message_type: 1, sender: { type: 'contact', name: 'Ana' } });
});

test('201st message of a minute in one conversation', async () => {
  const { say, list } = await room(API);
  for (let n = 0; n < 200; n += 1) await say({ content: String(n) });
  expect((await say({ content: 'x' })).json).toEqual({
    error: 'Validation failed: Too many messages',
  });
  expect(await list()).toHaveLength(20);
  const all = await list('?after=0');
  expect([all.length, all[0]?.content]).toEqual([100, '0']);
  expect((await list(`?before=${all[30]?.id}`)).map((row) => row.content as string)).toEqual(
    Array.from({ length: 20 }, (_, n) => String(n + 10)),
  );
  const between = await list(`?after=${all[1]?.id}&before=${all[4]?.id}`);
  expect(between.map((row) => row.content as string)).toEqual(['1', '2', '3']);
});

test('files come as a form, and content_attributes as JSON text', async () => {
  const { raw, id, sandbox } = await room(API);
  const form = new FormData();
  form.set('content', 'see this');
  form.set('content_attributes', JSON.stringify({ cmp: { key: 'k-9' } }));
  form.set('template_params[name]', 't');
  form.append('attachments[]', new Blob(['%PDF'], { type: 'application/pdf' }), 'bill.pdf');
  form.append('attachments[]', new Blob(['GIF'], { type: 'image/gif' }), 'a.gif');
  const reply = await raw(`/api/v1/accounts/1/conversations/${id}/messages`, {
    method: 'POST',
    headers: { 'api-access-token': TOKEN },
    body: form,
  });
  expect(reply.json.content_attributes).toEqual({ cmp: { key: 'k-9' } });
  expect(reply.json.attachments).toMatchObject([
    { file_type: 'file', file_size: 4 },
    { file_type: 'image', file_size: 3 },
  ]);
  expect(sandbox.messages()[0]).toMatchObject({ key: 'k-9', recipient: PHONE });
});

test('status reports are for API inboxes, and do not go back from read', async () => {
  const { say, send, id } = await room(API);
  const message = (await say({ content: 'x' })).json.id;
  const report = (status: string, external_error?: string): Promise<Reply> =>
    send('PATCH', `/conversations/${id}/messages/${message}`, { status, external_error });
  expect((await report('read')).json.status).toBe('read');
  expect((await report('delivered')).json.status).toBe('read');
  const failed = await report('failed', '30003');
  expect(failed.json.content_attributes).toEqual({ external_error: '30003' });
  const sms = await room(SMS);
  const other = (await sms.say({ content: 'x' })).json.id;
  const path = `/conversations/${sms.id}/messages/${other}`;
  const refused = await sms.send('PATCH', path, { status: 'read' });
  expect([refused.status, refused.json]).toEqual([
    403,
    { error: 'Message status update is only allowed for API inboxes' },
  ]);
});

test('retry and delete lose the marker', async () => {
  const { say, send, post, list, id, sandbox } = await room(API);
  const body = { content: 'x', content_attributes: { cmp: { key: 'k' } } };
  const message = (await say(body)).json.id;
  const path = `/conversations/${id}/messages/${message}`;
  expect((await post(`${path}/retry`)).json.content_attributes).toEqual({});
  // On an API inbox nothing is sent again.
  expect(sandbox.summary().accepted).toBe(1);
  expect((await send('DELETE', path)).status).toBe(200);
  expect((await list())[0]).toMatchObject({ content_attributes: { deleted: true } });
});

test('search finds a part of a text, newest first', async () => {
  const { say, get } = await room(API);
  for (const content of ['see https://x.example/abc', 'other', 'ABC again']) await say({ content });
  const { messages } = (await get('/search/messages?q=abc')).json.payload;
  expect((messages as Row[]).map((row) => row.content as string)).toEqual([
    'ABC again',
    'see https://x.example/abc',
  ]);
});
