import { expect, test } from 'vitest';
import {
  API,
  EMAIL,
  ids,
  type Reply,
  rows,
  SMS,
  start,
  TWILIO_SMS,
  TWILIO_WHATSAPP,
  WHATSAPP,
} from './client';

const PHONE = '+12025550100';

function byPhone(value: unknown): unknown {
  const condition = { attribute_key: 'phone_number', filter_operator: 'equal_to' };
  return { payload: [{ ...condition, values: value, query_operator: null }] };
}

test.each([
  [WHATSAPP, '12025550100'],
  [SMS, PHONE],
  [TWILIO_SMS, PHONE],
  [TWILIO_WHATSAPP, `whatsapp:${PHONE}`],
  [EMAIL, 'ana@example.com'],
  [API, expect.stringMatching(/^[0-9a-f-]{36}$/)],
])('inbox %i derives its source_id', async (inbox, sourceId) => {
  const { post } = await start();
  const body = { name: 'Ana', phone_number: PHONE, email: 'Ana@Example.com', inbox_id: inbox };
  const { json } = await post('/contacts', body);
  expect(json.payload.contact_inbox.source_id).toEqual(sourceId);
  expect(json.payload.contact).toMatchObject({ email: 'ana@example.com', blocked: false });
  expect(json.payload.contact.contact_inboxes).toHaveLength(1);
});

test('create and inbox are one transaction', async () => {
  const { post, get } = await start();
  const missing = await post('/contacts', { phone_number: PHONE, inbox_id: 99 });
  expect([missing.status, missing.json.error]).toEqual([404, 'Resource could not be found']);
  const noPhone = await post('/contacts', { name: 'Ana', email: 'a@example.com', inbox_id: SMS });
  expect(noPhone.status).toBe(422);
  expect(noPhone.json).toEqual({
    error: 'param is missing or the value is empty: contact phone number',
  });
  expect((await get('/contacts')).json.meta.count).toBe(0);
});

test('phone, e-mail and identifier are unique; the refusal names the attributes', async () => {
  const { post } = await start();
  const fields = { phone_number: PHONE, email: 'ana@example.com', identifier: 'crm-1' };
  await post('/contacts', fields);
  const again = await post('/contacts', { ...fields, email: 'ANA@example.com' });
  expect(again.status).toBe(422);
  expect(again.json).toEqual({
    message:
      'Email has already been taken, Identifier has already been taken, Phone number has already been taken',
    attributes: ['email', 'identifier', 'phone_number'],
  });
});

test('formats: the phone pattern is not anchored at its start', async () => {
  const { post } = await start();
  const bad = await post('/contacts', { phone_number: '2025550100', email: 'nobody' });
  expect(bad.json).toEqual({
    message: 'Email Invalid email, Phone number should be in e164 format',
    attributes: ['email', 'phone_number'],
  });
  expect((await post('/contacts', { phone_number: `abc${PHONE}` })).status).toBe(200);
  const long = await post('/contacts', { name: 'x'.repeat(256) });
  expect(long.json.message).toBe('Name is too long (maximum is 255 characters)');
  // Blank is skipped by the validation, not by the database's index.
  expect((await post('/contacts', { identifier: '' })).status).toBe(200);
  expect((await post('/contacts', { identifier: '' })).status).toBe(500);
});

test('an empty phone number or source_id gives no session, without a word', async () => {
  const { post } = await start();
  const empty = await post('/contacts', { name: 'A', phone_number: '', inbox_id: SMS });
  expect(empty.json.payload.contact_inbox.source_id).toBeNull();
  const source = await post('/contacts', { name: 'B', inbox_id: API, source_id: '' });
  expect(source.json.payload.contact_inbox.source_id).toBeNull();
});

test('a source_id of somebody else makes the create a 500', async () => {
  const { post, get } = await start();
  await post('/contacts', { name: 'A', inbox_id: API, source_id: 's-1' });
  expect((await post('/contacts', { name: 'B', inbox_id: API, source_id: 's-1' })).status).toBe(
    500,
  );
  expect((await get('/contacts/search?q=B')).json.payload).toEqual([]);
});

test('the filter finds exactly, normalises a phone and misses a bare text', async () => {
  const { post, contact } = await start();
  const id = await contact({ phone_number: PHONE });
  await contact({ phone_number: '+12025550101' });
  expect(ids(await post('/contacts/filter', byPhone([PHONE])))).toEqual([id]);
  const bare = await post('/contacts/filter?page=1', byPhone(['12025550100']));
  expect(bare.json.meta).toEqual({ count: 1, current_page: '1' });
  expect(ids(await post('/contacts/filter', byPhone(PHONE)))).toEqual([]);
});

test('the filter chains conditions and refuses what it cannot read', async () => {
  const { post, contact } = await start();
  const first = await contact({ name: 'Ana', phone_number: PHONE, blocked: true });
  const second = await contact({ name: 'Ben', email: 'ben@example.com' });
  const is = (key: string, value: string, joint: string | null): unknown => ({
    attribute_key: key,
    filter_operator: 'equal_to',
    values: [value],
    query_operator: joint,
  });
  const filter = (...payload: unknown[]): Promise<Reply> => post('/contacts/filter', { payload });
  expect(ids(await filter(is('blocked', 'true', null)))).toEqual([first]);
  const either = await filter(is('email', 'BEN@example.com', 'OR'), is('name', 'ana', null));
  expect(ids(either)).toEqual([first, second]);
  expect(ids(await filter(is('name', 'ana', 'and'), is('email', 'x', null)))).toEqual([]);
  expect((await filter(is('shoe_size', '9', null))).json.error).toMatch(/^Invalid attribute key/);
  expect((await filter(is('name', 'ana', 'XOR'), is('name', 'b', null))).status).toBe(422);
  expect((await filter(is('name', 'ana', 'AND'))).status).toBe(500);
  expect((await filter(is('name', 'ana', null), is('name', 'b', null))).status).toBe(500);
  expect((await post('/contacts/filter', {})).status).toBe(500);
});

test('search looks for parts, and is throttled at 100 a minute and account', async () => {
  // Within one minute of the wall clock, whatever the hour.
  const { get, post, contact } = await start();
  await contact({ name: 'Ana', phone_number: PHONE });
  const hit = await get(`/contacts/search?q=${encodeURIComponent('+1202')}`);
  expect(hit.json.meta).toEqual({ count: 1, current_page: 1, has_more: false });
  expect((await get('/contacts/search?q=')).json.meta.count).toBeNull();
  const replies = await Promise.all(
    Array.from({ length: 220 }, () => get('/contacts/search?q=zzz')),
  );
  const limited = replies.filter((reply) => reply.status === 429);
  expect(limited.length).toBeGreaterThanOrEqual(20);
  expect(limited[0]?.text).toBe('Retry later\n');
  expect(limited[0]?.headers.get('content-type')).toBe('text/plain');
  expect(limited[0]?.headers.get('retry-after')).toBeNull();
  // The filter is not throttled.
  expect((await post('/contacts/filter', byPhone([PHONE]))).status).toBe(200);
});

test('contact_inboxes/filter: a bare contact, or a 404 without a body', async () => {
  const { post } = await start();
  await post('/contacts', { name: 'Ana', phone_number: PHONE, inbox_id: WHATSAPP });
  const body = { inbox_id: WHATSAPP, source_id: '12025550100' };
  expect((await post('/contact_inboxes/filter', body)).json.name).toBe('Ana');
  const miss = await post('/contact_inboxes/filter', { ...body, inbox_id: SMS });
  expect([miss.status, miss.text]).toEqual([404, '']);
});

test('update merges attributes, blocks, and refuses a taken phone', async () => {
  const { send, get, contact } = await start();
  const id = await contact({ phone_number: PHONE, custom_attributes: { a: 1 } });
  await contact({ phone_number: '+12025550101' });
  const patched = await send('PATCH', `/contacts/${id}`, {
    custom_attributes: { b: 2 },
    blocked: true,
  });
  expect(patched.json.payload).toMatchObject({ blocked: true, custom_attributes: { a: 1, b: 2 } });
  expect((await send('PUT', `/contacts/${id}`, { phone_number: '+12025550101' })).status).toBe(422);
  expect((await get(`/contacts/${id}`)).json.payload.phone_number).toBe(PHONE);
});

test('a contact gets sessions: idempotent only with a source_id on API inboxes', async () => {
  const { post, get, contact } = await start();
  const id = await contact({ name: 'Ana', phone_number: PHONE });
  const path = `/contacts/${id}/contact_inboxes`;
  const one = await post(path, { inbox_id: API, source_id: 'cmp-1' });
  expect(one.json).toMatchObject({ source_id: 'cmp-1', inbox: { id: API } });
  await post(path, { inbox_id: API, source_id: 'cmp-1' });
  await post(path, { inbox_id: API });
  await post(path, { inbox_id: API });
  const sessions = (await get(`/contacts/${id}`)).json.payload.contact_inboxes;
  expect(sessions).toHaveLength(3);
  const options = rows(await get(`/contacts/${id}/contactable_inboxes`));
  const whatsapp = options.find((each) => each.inbox.id === WHATSAPP);
  expect(whatsapp?.source_id).toBe('12025550100');
});

test('labels are replaced as a whole; a text clears them', async () => {
  const { post, get, contact } = await start();
  const path = `/contacts/${await contact({ name: 'Ana' })}/labels`;
  expect((await post(path, { labels: ['vip', 'uk'] })).json).toEqual({ payload: ['vip', 'uk'] });
  expect((await post(path, { labels: 'vip' })).json).toEqual({ payload: [] });
  expect((await get(path)).json).toEqual({ payload: [] });
});

test('uniqueness texts follow the account locale up to 4.13 only', async () => {
  for (const [version, text] of [
    ['4.8.0', 'Phone number ist bereits vergeben'],
    ['4.15.1', 'Phone number has already been taken'],
  ] as const) {
    const accounts = [{ id: 1, locale: 'de' }];
    const { post } = await start({ chatwoot: { version, accounts } });
    await post('/contacts', { phone_number: PHONE });
    const again = await post('/contacts', { phone_number: PHONE });
    expect(again.json).toEqual({ message: text, attributes: ['phone_number'] });
    const bad = { attribute_key: 'x', filter_operator: 'equal_to', values: ['1'] };
    const filter = await post('/contacts/filter', { payload: [bad] });
    expect(filter.json.error).toMatch(/^Ungültiger Attributschlüssel/);
  }
});

test('contacts are listed 15 a page, those without any address not at all', async () => {
  const { get, sandbox } = await start();
  for (let n = 0; n < 16; n += 1) sandbox.chatwoot.seed.contact({ identifier: `crm-${n}` });
  sandbox.chatwoot.seed.contact({ name: 'Nobody' });
  const second = await get('/contacts?page=2');
  expect(second.json.meta).toEqual({ count: 16, current_page: '2' });
  expect(second.json.payload).toHaveLength(1);
});
