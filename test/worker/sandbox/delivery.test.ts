import { expect, test } from 'vitest';
import { API, EMAIL, PHONE, room, SMS, TWILIO_SMS, TWILIO_WHATSAPP, WHATSAPP } from './client';

test('a source_id keeps a message from being delivered, except on API inboxes', async () => {
  for (const inbox of [SMS, TWILIO_SMS, EMAIL]) {
    const { say, sandbox, list } = await room(inbox);
    expect((await say({ content: 'x', source_id: 'mine' })).status).toBe(200);
    expect(sandbox.accepted().size).toBe(0);
    expect(sandbox.messages()[0]).toMatchObject({ delivered: false });
    await say({ content: 'x' });
    const [, sent] = await list();
    expect(sent?.source_id).not.toBeNull();
    expect(sandbox.accepted()).toEqual(new Map([[inbox === EMAIL ? 'ana@example.com' : PHONE, 1]]));
  }
  const api = await room(API);
  await api.say({ content: 'x', source_id: 'mine' });
  expect(api.sandbox.accepted()).toEqual(new Map([[PHONE, 1]]));
});

test('phone channels write to the session, not to the new number of the contact', async () => {
  const { say, send, sandbox } = await room(SMS);
  await send('PATCH', '/contacts/1', { phone_number: '+12025550199' });
  await say({ content: 'x' });
  expect(sandbox.accepted()).toEqual(new Map([[PHONE, 1]]));
});

test('blocked people are written to all the same: skipping them is the runner’s part', async () => {
  const { say, send, sandbox } = await room(API);
  await send('PATCH', '/contacts/1', { blocked: true });
  await say({ content: 'x' });
  expect(sandbox.accepted()).toEqual(new Map([[PHONE, 1]]));
});

test('notes are stored and never delivered', async () => {
  const { say, sandbox, list } = await room(SMS);
  await say({ content: 'note', private: true });
  expect(sandbox.messages()).toEqual([]);
  expect(await list('?filter_internal_messages=1')).toEqual([]);
  expect(await list()).toHaveLength(1);
});

const template = (name: string, params: unknown, language = 'en'): Record<string, unknown> => ({
  content: 'as agents see it',
  template_params: { name, language, category: 'UTILITY', processed_params: params },
});

test.each([
  ['free text in a closed window', { content: 'x' }, 'Template not found or invalid template name'],
  ['a template', template('order_update', { body: { 1: 'Ana', 2: 'A-1' } }), undefined],
  ['the flat form', template('order_update', { 1: 'Ana', 2: 'A-1' }), undefined],
  ['a named one', template('spring_recall', { body: { first_name: 'Ana' } }, 'en_US'), undefined],
  ['a wrong name', template('spring_recall', { body: { 1: 'Ana' } }, 'en_US'), '(#132000)'],
  ['a blank parameter', template('order_update', { body: { 1: 'Ana', 2: '' } }), '(#132000)'],
  ['a rejected one', template('lottery_win', { body: { 1: 'Ana' } }), '(#132000)'],
])('WhatsApp: %s', async (_name, body, failure) => {
  const { say, list, sandbox } = await room(WHATSAPP);
  // The answer always shows the row as it was created.
  expect((await say(body)).json).toMatchObject({ status: 'sent', source_id: null });
  const [row] = await list();
  if (failure === undefined) {
    expect(row?.source_id).toMatch(/^wamid\./);
    expect(sandbox.accepted()).toEqual(new Map([[PHONE, 1]]));
  } else {
    expect([row?.status, row?.content_attributes.external_error]).toEqual([
      'failed',
      expect.stringContaining(failure),
    ]);
    expect(sandbox.accepted().size).toBe(0);
  }
});

test('before 4.5 only the flat form of parameters is known', async () => {
  const { say, list } = await room(WHATSAPP, { chatwoot: { version: '4.4.0' } });
  await say(template('order_update', { body: { 1: 'Ana', 2: 'A-1' } }));
  await say(template('order_update', { 1: 'Ana', 2: 'A-1' }));
  expect((await list()).map((row) => row.status as string)).toEqual(['failed', 'sent']);
});

test('an open window takes free text', async () => {
  const { say, sandbox } = await room(WHATSAPP);
  sandbox.chatwoot.seed.incoming({ phone: PHONE, inboxId: WHATSAPP });
  await say({ content: 'x' });
  expect(sandbox.accepted().get(PHONE)).toBe(1);
});

test('Twilio: a template that is not there fails on every medium', async () => {
  const known = template('order_update', { 1: 'Ana', 2: 'A-1' });
  for (const [inbox, body, count] of [
    [TWILIO_SMS, known, 0],
    [TWILIO_SMS, { content: 'x' }, 1],
    [TWILIO_WHATSAPP, known, 1],
    [TWILIO_WHATSAPP, { content: 'x' }, 0],
  ] as const) {
    const { say, sandbox } = await room(inbox);
    await say(body);
    expect(sandbox.summary().accepted).toBe(count);
  }
});

test('with the workers stopped a row stays sent without a provider id', async () => {
  const { say, list } = await room(SMS, { chatwoot: { workers: false } });
  await say({ content: 'x' });
  expect((await list())[0]).toMatchObject({ status: 'sent', source_id: null });
});
