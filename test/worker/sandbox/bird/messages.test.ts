import { describe, expect, test } from 'vitest';
import { CHANNELS, MAIL, PROJECT, SMS, WHATSAPP } from '../../../../worker/sandbox/bird/options';
import { ids, MESSAGES, message, PHONE, start } from './client';

const TEMPLATE = {
  projectId: PROJECT,
  version: 'latest',
  locale: 'en',
  parameters: [
    { type: 'string', key: 'name', value: 'Ada' },
    { type: 'string', key: 'order', value: '7' },
  ],
};
const { receiver, body } = message();

describe('sending', () => {
  test('is accepted with 202, echoes the reference, keeps tags in lower case, and counts', async () => {
    const { say, get, sandbox } = await start();
    const sent = await say({ reference: 'key-1', tags: ['Spring Recall'] });
    expect(sent.status).toBe(202);
    expect(sent.json).toMatchObject({
      channelId: SMS,
      reference: 'key-1',
      status: 'accepted',
      direction: 'outgoing',
      tags: ['spring recall'],
      receiver: { contacts: [{ identifierValue: PHONE }] },
    });
    for (const field of ['sender', 'lastStatusAt', 'createdAt', 'updatedAt']) {
      expect(sent.json).toHaveProperty(field);
    }
    expect(await get(`${MESSAGES}/${sent.json.id}`)).toMatchObject({
      json: { status: 'delivered' },
    });
    expect(sandbox.messages()).toMatchObject([
      { platform: 'bird', recipient: PHONE, delivered: true, key: 'key-1', content: 'Hello' },
    ]);
  });

  test('takes the same reference twice: it is a label', async () => {
    const { say, sandbox } = await start();
    for (const _ of [1, 2]) expect((await say({ reference: 'key-1' })).status).toBe(202);
    expect(sandbox.summary()).toMatchObject({ accepted: 2, doublesByKey: 1 });
  });

  test('a list for a receiver is refused in the words of the live API', async () => {
    const { call, sandbox } = await start();
    const given = { receiver: { contacts: [{ listId: 'x' }] }, body };
    const refused = await call('POST', MESSAGES, given);
    expect({ status: refused.status, json: refused.json }).toEqual({
      status: 422,
      json: {
        code: 'InvalidPayload',
        message: 'One or more fields provided in the request body are malformed',
        details: { '.receiver.contacts[0]': ['property "listId" is unsupported'] },
      },
    });
    expect(sandbox.messages()).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['a field that nobody knows', { receiver, body, idempotencyKey: 'x' }, '.'],
    ['no receiver', { body }, '.'],
    ['neither body nor template', { receiver }, '.'],
    ['both', { receiver, body, template: TEMPLATE }, '.'],
    ['a template inside the body', { receiver, body: { ...body, template: TEMPLATE } }, '.body'],
    ['a body without its part', { receiver, body: { type: 'text' } }, '.body'],
    [
      'a text that is a number',
      { receiver, body: { type: 'text', text: { text: 1 } } },
      '.body.text.text',
    ],
    [
      'a file without its type',
      { receiver, body: { type: 'file', file: { files: [{ mediaUrl: 'x' }] } } },
      '.body.file.files[0]',
    ],
    ['eleven tags', { receiver, body, tags: Array(11).fill('a') }, '.tags'],
    ['an odd tag', { receiver, body, tags: ['a/b'] }, '.tags[0]'],
    [
      'two receivers',
      {
        receiver: {
          contacts: [...receiver.contacts, ...message('+12025550101').receiver.contacts],
        },
        body,
      },
      '.receiver.contacts',
    ],
    [
      'no number',
      { receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: '123' }] }, body },
      '.receiver.contacts[0].identifierValue',
    ],
    [
      'a mail address',
      {
        receiver: {
          contacts: [{ identifierKey: 'emailaddress', identifierValue: 'a@example.org' }],
        },
        body,
      },
      '.receiver.contacts[0].identifierKey',
    ],
    [
      'an unknown project',
      { receiver, template: { ...TEMPLATE, projectId: 'x' } },
      '.template.projectId',
    ],
    [
      'an unknown version',
      { receiver, template: { ...TEMPLATE, version: 'x' } },
      '.template.version',
    ],
    [
      'an unknown locale',
      { receiver, template: { ...TEMPLATE, locale: 'xx' } },
      '.template.locale',
    ],
    [
      'a value too few',
      { receiver, template: { ...TEMPLATE, parameters: [] } },
      '.template.parameters',
    ],
  ])('with %s is refused, and names the place', async (_, given, path) => {
    const { post, sandbox } = await start();
    const refused = await post(MESSAGES, given);
    expect([refused.status, Object.keys(refused.json.details)]).toEqual([422, [path]]);
    expect(sandbox.messages()).toEqual([]);
  });

  test('by a channel that is not active, or not there', async () => {
    const { post } = await start();
    const inactive = CHANNELS[3]?.id ?? '';
    expect((await post(`/channels/${inactive}/messages`, message())).status).toBe(422);
    expect((await post('/channels/x/messages', message())).status).toBe(404);
  });

  test('a template and a mail', async () => {
    const { post, sandbox } = await start();
    expect((await post(MESSAGES, { receiver, template: TEMPLATE })).status).toBe(202);
    const contacts = [{ identifierValue: 'Ada@Example.org' }, { identifierValue: 'b@example.org' }];
    const html = { html: '<p>Hi', text: 'Hi', metadata: { subject: 'News' } };
    const mail = { receiver: { contacts }, body: { type: 'html', html } };
    expect((await post(`/channels/${MAIL}/messages`, mail)).status).toBe(202);
    expect(sandbox.accepted()).toEqual(
      new Map([
        [PHONE, 1],
        ['ada@example.org', 1],
      ]),
    );
  });

  test('may be rejected in the answer that accepts, and counts for nothing', async () => {
    const { say, get, sandbox } = await start({
      rejected: [PHONE],
      undeliverable: ['+12025550101'],
    });
    const rejected = await say();
    expect(rejected.status).toBe(202);
    expect(rejected.json).toMatchObject({ status: 'rejected', failure: { code: 14001 } });
    const later = await say({}, '+12025550101');
    expect(later.json.status).toBe('accepted');
    expect(later.json).not.toHaveProperty('failure');
    expect((await get(`${MESSAGES}/${later.json.id}`)).json).toMatchObject({
      status: 'delivery_failed',
      failure: { code: 15005, source: { name: 'sms-messagebird' } },
    });
    expect(sandbox.summary()).toMatchObject({ accepted: 0, notDelivered: 2 });
  });

  test('freely on WhatsApp reaches a person only in the window', async () => {
    const { post, get, sandbox } = await start();
    await post(`/channels/${WHATSAPP}/messages`, message());
    expect(sandbox.messages()).toMatchObject([{ delivered: false, why: 'the window is closed' }]);
    const { contactId = '' } = { contactId: sandbox.bird.seed.contact(PHONE).id };
    const window = () =>
      get(`/channels/${WHATSAPP}/contacts/${contactId}?contactIdentifierValue=x`);
    expect((await window()).json.serviceWindowExpireAt).toBeNull();
    sandbox.bird.seed.incoming({ channelId: WHATSAPP, address: PHONE });
    expect(Date.parse((await window()).json.serviceWindowExpireAt)).toBeGreaterThan(Date.now());
    await post(`/channels/${WHATSAPP}/messages`, message());
    expect(sandbox.accepted().get(PHONE)).toBe(1);
  });

  test('to somebody unsubscribed is held back only where that is switched on', async () => {
    for (const enforcesConsent of [false, true]) {
      const { say, sandbox } = await start({ enforcesConsent });
      sandbox.bird.seed.contact(PHONE, { subscribedSms: false });
      expect((await say()).json.status).toBe(enforcesConsent ? 'rejected' : 'accepted');
    }
  });
});

describe('listing', () => {
  test('has the newest first, ten of them, and goes on by token whatever comes meanwhile', async () => {
    const { get, sandbox } = await start();
    sandbox.bird.seed.outgoing({ channelId: SMS, address: PHONE }, 25);
    const first = await get(MESSAGES);
    expect(first.json.results).toHaveLength(10);
    sandbox.bird.seed.outgoing({ channelId: SMS, address: PHONE }, 5);
    const seen = ids(first);
    for (let token = first.json.nextPageToken; token !== undefined; ) {
      const next = await get(`${MESSAGES}?pageToken=${token}`);
      seen.push(...ids(next));
      token = next.json.nextPageToken;
    }
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
  });

  test('turned round begins with the oldest', async () => {
    const { get, sandbox } = await start();
    const at = { channelId: SMS, address: PHONE };
    const [b, c, a] = [200, 100, 300].map(
      (ageMs) => sandbox.bird.seed.outgoing({ ...at, ageMs }).id,
    );
    expect(ids(await get(MESSAGES))).toEqual([c, b, a]);
    const first = await get(`${MESSAGES}?reverse=true&limit=2`);
    expect(ids(first)).toEqual([a, b]);
    const rest = await get(
      `${MESSAGES}?reverse=true&limit=2&pageToken=${first.json.nextPageToken}`,
    );
    expect(ids(rest)).toEqual([c]);
    expect(rest.json).not.toHaveProperty('nextPageToken');
  });

  test.each([
    ['limit=0', 422],
    ['limit=101', 422],
    ['pageToken=x', 422],
    ['startAt=yesterday', 422],
    ['startAt=2026-11-01T00:00:00Z&endAt=2026-11-09T00:00:00Z', 422],
    ['startAt=2026-11-01T00:00:00Z&endAt=2026-11-08T00:00:00Z', 200],
    ['nobody=knows', 200],
  ])('%s is answered with %i', async (query, status) => {
    const { get } = await start();
    expect((await get(`${MESSAGES}?${query}`)).status).toBe(status);
  });

  test('is narrowed by every filter, and ignores those that it shall', async () => {
    const names = ['direction', 'phonenumber', 'status', 'startAt', 'endAt', 'tag'];
    const ago = new Date(Date.now() - 60_000).toISOString();
    const queries = [
      'direction=incoming',
      `phonenumber=${encodeURIComponent(PHONE)}`,
      'status=rejected',
      `startAt=${ago}`,
      `endAt=${ago}`,
      'tag=Spring',
    ];
    for (const ignored of [false, true]) {
      const { get, sandbox } = await start(ignored ? { ignoredFilters: names } : {});
      const at = { channelId: SMS, address: PHONE };
      const { seed } = sandbox.bird;
      seed.outgoing({ ...at, tags: ['spring'], ageMs: 120_000 });
      seed.incoming({ ...at, address: '+12025550101' });
      seed.outgoing({ ...at, address: '+12025550101', status: 'rejected' });
      for (const query of queries) {
        const { length } = ids(await get(`${MESSAGES}?${query}`));
        expect(length, query).toBe(ignored ? 3 : query.startsWith('startAt') ? 2 : 1);
      }
    }
  });

  test('of the workspace shows every channel in order of time', async () => {
    const { get, sandbox } = await start();
    const { seed } = sandbox.bird;
    const a = seed.outgoing({ channelId: SMS, address: PHONE, ageMs: 300 }).id;
    const b = seed.outgoing({ channelId: WHATSAPP, address: PHONE, ageMs: 200 }).id;
    const c = seed.outgoing({ channelId: SMS, address: PHONE, ageMs: 100 }).id;
    expect(ids(await get('/channels/messages'))).toEqual([c, b, a]);
    expect(ids(await get(`/channels/messages?channelId=${WHATSAPP}`))).toEqual([b]);
    expect(ids(await get('/channels/messages?platformId=sms&limit=1'))).toEqual([c]);
  });

  test('shows a message late where lists lag', async () => {
    let shift = 0;
    const { get, say } = await start({ listingLagMs: 1000, now: () => Date.now() + shift });
    const sent = await say();
    expect(ids(await get(MESSAGES))).toEqual([]);
    expect((await get(`${MESSAGES}/${sent.json.id}`)).status).toBe(200);
    shift = 1000;
    expect(ids(await get(MESSAGES))).toEqual([sent.json.id]);
  });
});

test('what a person did with a message, and what one is seeded over HTTP', async () => {
  const { raw, get } = await start();
  const control = (method: string, path: string, json: unknown) =>
    raw(method, `/_sandbox/bird${path}`, { body: JSON.stringify(json) });
  const seed = { channel_id: SMS, address: PHONE, reference: 'x', age_seconds: 60, times: 2 };
  const { json } = await control('POST', '/outgoing', seed);
  await control('PATCH', `/messages/${json.id}`, { status: 'sent', interaction: 'read' });
  expect((await get(MESSAGES)).json.results).toMatchObject([
    { reference: 'x', status: 'sent' },
    {},
  ]);
  const done = await get(`${MESSAGES}/${json.id}/interactions`);
  expect(done.json.results).toMatchObject([{ type: 'read' }]);
  await control('POST', '/contacts', { address: PHONE, attributes: { subscribedSms: false } });
  const said = await control('POST', '/incoming', { channel_id: SMS, address: PHONE, text: 'Yes' });
  expect(said.json).toMatchObject({
    direction: 'incoming',
    sender: { contact: { identifierValue: PHONE } },
  });
  expect((await control('POST', '/incoming', { channel_id: 'x', address: PHONE })).status).toBe(
    400,
  );
});
