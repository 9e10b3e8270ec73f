import { describe, expect, test } from 'vitest';
import { SMS, WORKSPACE } from '../../../../worker/sandbox/bird/options';
import { ids, MESSAGES, message, PHONE, start } from './client';

const UPSERT = `/contacts/identifiers/phonenumber/${encodeURIComponent(PHONE)}`;
const PARTICIPANT = { type: 'contact', identifierKey: 'phonenumber', identifierValue: PHONE };
const TALK = { name: 'Ada', channelId: SMS, participants: [PARTICIPANT] };
const OF_PERSON = `/participants/phonenumber/${encodeURIComponent(PHONE)}/conversations`;

describe('access', () => {
  test.each([
    ['AccessKey sandbox-key', 200],
    ['Bearer sandbox-key', 401],
    ['AccessKey other', 401],
    ['', 401],
  ])('with "%s" is %i', async (authorization, status) => {
    const { get } = await start();
    const reply = await get('/channels', { authorization });
    expect(reply.status).toBe(status);
    if (status !== 200) expect(Object.keys(reply.json)).toEqual(['code', 'message']);
  });

  test('to another workspace, or to what a key may not do, is forbidden', async () => {
    const { get, raw } = await start({
      keys: [{ key: 'sandbox-key', id: 'k', denied: '^/contacts' }],
    });
    expect((await get('/contacts')).status).toBe(403);
    expect((await get('/channels')).status).toBe(200);
    const headers = { authorization: 'AccessKey sandbox-key' };
    const other = WORKSPACE.replace('1', '2');
    expect((await raw('GET', `/bird/workspaces/${other}/channels`, { headers })).status).toBe(403);
  });

  test('to nowhere is a 404, and what is no JSON a 400', async () => {
    const { get, raw } = await start();
    expect((await get('/nowhere')).status).toBe(404);
    const reply = await raw('POST', `/bird/workspaces/${WORKSPACE}${MESSAGES}`, {
      headers: { authorization: 'AccessKey sandbox-key', 'content-type': 'application/json' },
      body: '{',
    });
    expect(reply.status).toBe(400);
  });

  test('is limited to 50 reads and 500 sends a second where that is on', async () => {
    const limited = async (limits: boolean) => {
      const { get, sandbox } = await start({ limits });
      const replies = await Promise.all(Array.from({ length: 160 }, () => get('/channels')));
      expect(replies.filter(({ status }) => status === 429)).toHaveLength(
        sandbox.summary().rateLimited,
      );
      return sandbox.summary().rateLimited;
    };
    // At most two seconds of the wall clock take part.
    expect(await limited(true)).toBeGreaterThanOrEqual(10);
    expect(await limited(false)).toBe(0);
  });
});

describe('contacts', () => {
  test('are created by the first upsert and updated by the next', async () => {
    const { call } = await start();
    const made = await call('PATCH', UPSERT, { displayName: 'Ada', attributes: { city: 'Paris' } });
    expect(made).toMatchObject({
      status: 201,
      json: { computedDisplayName: 'Ada', identifierCount: 1, attributes: { city: 'Paris' } },
    });
    const again = await call('PATCH', UPSERT, { attributes: { subscribedSms: true } });
    expect(again).toMatchObject({
      status: 200,
      json: { id: made.json.id, attributes: { city: 'Paris', subscribedSms: true } },
    });
  });

  test('are made by a message to somebody unknown', async () => {
    const { say, call } = await start();
    const { json } = await say();
    expect(await call('PATCH', UPSERT, {})).toMatchObject({
      status: 200,
      json: { id: json.receiver.contacts[0].id },
    });
  });

  test.each<[string, string, object, number]>([
    ['an attribute that is not defined', UPSERT, { attributes: { shoe: '42' } }, 422],
    ['an attribute of another type', UPSERT, { attributes: { subscribedSms: 'yes' } }, 422],
    ['no number', '/contacts/identifiers/phonenumber/123', {}, 422],
    ['fields that nobody knows', UPSERT, { whatever: 1 }, 201],
  ])('with %s: %s', async (_, path, body, status) => {
    const { call } = await start();
    expect((await call('PATCH', path, body)).status).toBe(status);
  });

  test('own their addresses alone', async () => {
    const { call, post, get } = await start();
    const identifiers = [{ key: 'emailaddress', value: 'Ada@Example.org' }];
    const ada = await post('/contacts', { displayName: 'Ada', identifiers });
    expect(ada.status).toBe(201);
    const twin = await post('/contacts', { displayName: 'Ben', identifiers });
    expect([twin.status, twin.json.message]).toEqual([409, 'duplicate identifier']);
    const ben = await call('PATCH', UPSERT, {});
    const claim = await call('PATCH', UPSERT, { addIdentifiers: identifiers });
    expect(claim.status).toBe(409);
    const [identifier] = identifiers;
    expect(ids(await post('/contacts/search', { identifier }))).toEqual([ada.json.id]);
    expect(ids(await get('/contacts'))).toEqual([ada.json.id, ben.json.id]);
    const more = { key: 'emailaddress', value: 'ben@example.org' };
    expect((await post(`/contacts/${ben.json.id}/identifiers`, more)).status).toBe(201);
    expect((await get(`/contacts/${ben.json.id}/identifiers`)).json.results).toHaveLength(2);
    expect((await get('/contacts/x')).status).toBe(404);
  });

  test('are deleted with their addresses, which are free again', async () => {
    const { call, get } = await start();
    const ada = await call('PATCH', UPSERT, {});
    expect((await call('DELETE', `/contacts/${ada.json.id}`)).status).toBe(204);
    expect((await call('DELETE', `/contacts/${ada.json.id}`)).status).toBe(404);
    expect(ids(await get('/contacts'))).toEqual([]);
    expect((await call('PATCH', UPSERT, {})).status).toBe(201);
  });

  test('of a race are found by the upsert, and refused to the other', async () => {
    const { call, post, sandbox } = await start();
    sandbox.setFaults([{ fault: 'phone_taken', times: 1 }]);
    expect((await call('PATCH', UPSERT, {})).status).toBe(200);
    sandbox.setFaults([{ fault: 'duplicate_phone', times: 1 }]);
    const identifiers = [{ key: 'phonenumber', value: '+12025550109' }];
    expect((await post('/contacts', { displayName: 'Ada', identifiers })).status).toBe(409);
  });
});

describe('conversations', () => {
  const draft = {
    participantType: 'accessKey',
    participantId: 'acce5500-0000-4000-8000-000000000001',
    addMissingParticipants: true,
    recipients: [{ type: 'to', identifierKey: 'phonenumber', identifierValue: PHONE }],
    reference: 'key-1',
    body: message().body,
  };

  test('are one at a time for a person and channel; the conflict names it or not', async () => {
    for (const conflictNamesId of [true, false]) {
      const { post, get, call } = await start({ conflictNamesId });
      const first = await post('/conversations', TALK);
      expect(first).toMatchObject({ status: 201, json: { status: 'active', channelId: SMS } });
      const second = await post('/conversations', TALK);
      expect(second.status).toBe(409);
      expect(JSON.stringify(second.json).includes(first.json.id)).toBe(conflictNamesId);
      expect(ids(await get(`${OF_PERSON}?channelId=${SMS}&status=active`))).toEqual([
        first.json.id,
      ]);
      await call('PATCH', `/conversations/${first.json.id}`, { status: 'closed' });
      expect(ids(await get(`${OF_PERSON}?status=active`))).toEqual([]);
      expect((await post('/conversations', TALK)).status).toBe(201);
    }
  });

  test('take messages of their participants, until they are closed', async () => {
    const { post, get, call, sandbox } = await start();
    const { json } = await post('/conversations', TALK);
    const place = `/conversations/${json.id}/messages`;
    const sent = await post(place, draft);
    expect(sent).toMatchObject({
      status: 201,
      json: { conversationId: json.id, reference: 'key-1', status: 'accepted' },
    });
    expect((await post(place, { ...draft, idempotencyKey: 'x' })).status).toBe(422);
    expect((await post(place, { ...draft, participantId: 'x' })).status).toBe(404);
    expect((await post(place, { ...draft, draft: true })).status).toBe(201);
    expect(sandbox.accepted().get(PHONE)).toBe(1);
    const from = (time: string) => get(`${place}?dateFrom=${time}`);
    expect(ids(await from('2020-01-01T00:00:00Z'))).toEqual([sent.json.id]);
    expect(ids(await from('2999-01-01T00:00:00Z'))).toEqual([]);
    await call('PATCH', `/conversations/${json.id}`, { status: 'closed' });
    expect((await post(place, draft)).status).toBe(409);
  });

  test('with a first message are a send', async () => {
    const { post, sandbox } = await start();
    const fault = { fault: 'error_before_commit', match: { delivers: true } } as const;
    const { recipients, body } = draft;
    const first = { ...TALK, initialMessage: { recipients, body } };
    sandbox.setFaults([fault]);
    expect((await post('/conversations', first)).status).toBe(500);
    expect((await post('/conversations', TALK)).status).toBe(201);
    sandbox.reset();
    expect((await post('/conversations', first)).status).toBe(201);
    expect(sandbox.accepted().get(PHONE)).toBe(1);
  });

  test.each([
    ['same_id', true, true],
    ['other_id', true, false],
    ['hidden', false, false],
  ] as const)('in the list of the channel: %s', async (conversationMessages, shown, same) => {
    const { post, get } = await start({ conversationMessages });
    const { json } = await post('/conversations', TALK);
    const sent = await post(`/conversations/${json.id}/messages`, draft);
    const listed = await get(MESSAGES);
    expect(listed.json.results).toHaveLength(shown ? 1 : 0);
    expect(ids(listed).includes(sent.json.id)).toBe(same);
  });
});

describe('a file', () => {
  async function place(path = `/channels/${SMS}`) {
    const client = await start();
    const reply = await client.post(`${path}/presigned-upload`, { contentType: 'image/png' });
    const upload = (
      names = Object.keys(reply.json.uploadFormData),
      headers?: Record<string, string>,
    ) => {
      const form = new FormData();
      for (const name of names) form.append(name, reply.json.uploadFormData[name]);
      form.append('file', new Blob(['x'], { type: 'image/png' }), 'a.png');
      return fetch(reply.json.uploadUrl, {
        method: 'POST',
        body: form,
        ...(headers && { headers }),
      });
    };
    return { ...client, reply, upload };
  }

  test('is taken by the store without a key, with every field of the form', async () => {
    const { reply, upload } = await place();
    expect(reply.json).toMatchObject({
      uploadMethod: 'POST',
      mediaUrl: expect.stringMatching(/^https:/),
    });
    expect((await upload()).status).toBe(204);
    expect((await upload(['key', 'Content-Type'])).status).toBe(403);
    const headers = { authorization: 'AccessKey sandbox-key' };
    expect((await upload(undefined, headers)).status).toBe(400);
  });

  test('has a place in a channel, in a conversation, or anywhere, and no other field', async () => {
    const { post } = await place('/media');
    expect((await post('/channels/x/presigned-upload', { contentType: 'a/b' })).status).toBe(404);
    expect((await post('/conversations/x/presigned-upload', { contentType: 'a/b' })).status).toBe(
      404,
    );
    const odd = { contentType: 'a/b', filename: 'a' };
    expect((await post('/media/presigned-upload', odd)).status).toBe(422);
  });
});

test('faults have the shape of this platform', async () => {
  const { say, sandbox } = await start();
  sandbox.setFaults([{ fault: 'refused_after_commit', times: 1 }]);
  expect(await say()).toMatchObject({ status: 409, json: { code: 'Conflict' } });
  sandbox.setFaults([{ fault: 'error_before_commit', times: 1 }]);
  expect((await say()).json).toHaveProperty('code');
  sandbox.setFaults([{ fault: 'wrong_token', times: 1 }]);
  expect((await say()).status).toBe(401);
  expect(sandbox.accepted().get(PHONE)).toBe(1);
});

test('projects and their templates, and the channels one by one', async () => {
  const { get } = await start();
  const [project] = ids(await get('/projects'));
  expect((await get(`/projects/${project}`)).json).toMatchObject({ name: 'Order update' });
  const templates = await get(`/projects/${project}/channel-templates`);
  expect(templates.json.results).toMatchObject([{ defaultLocale: 'en', status: 'active' }]);
  expect((await get('/projects/x/channel-templates')).status).toBe(404);
  expect((await get('/channels?limit=2')).json.results).toHaveLength(2);
  expect((await get(`/channels/${SMS}`)).json).toMatchObject({
    platformId: 'sms',
    status: 'active',
  });
});
