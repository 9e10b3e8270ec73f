import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BirdApi } from '../../credentials/BirdApi.credentials';
import { Bird } from '../../nodes/Bird/Bird.node';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { MAIL, PROJECT, SMS, WORKSPACE } from '../../worker/sandbox/bird/options';
import { fakeContext } from '../support/n8n-context';
import { type NodeOnSandbox, onSandbox, type RunOnSandbox } from '../support/n8n-sandbox';

let sandbox: Sandbox;
let run: RunOnSandbox;
const fields = () => ({
  url: `${sandbox.url}/bird`,
  workspaceId: WORKSPACE,
  accessKey: 'sandbox-key',
  accessKeyId: 'acce5500-0000-4000-8000-000000000001',
});
/** What the host of files answers, which is not in the sandbox. */
let mediaHost: NodeOnSandbox['intercept'] = () => undefined;
beforeAll(async () => {
  sandbox = await startSandbox();
  run = onSandbox({
    node: new Bird(),
    credential: new BirdApi(),
    fields: fields(),
    intercept: (request) => mediaHost?.(request),
  });
});
afterEach(() => {
  mediaHost = () => undefined;
  sandbox.reset();
});
afterAll(() => sandbox.close());

const sms = { mode: 'list', value: SMS };
const recipient = '+12025550123';
const person = { inbox: sms, recipient, contactName: 'Ada Lovelace' };
let key = 0;
const send = (more: object = {}) => {
  key += 1;
  return {
    ...person,
    resource: 'message',
    operation: 'send',
    text: 'Hi',
    sendKey: `b${key}`,
    ...more,
  };
};

describe('channels and contacts', () => {
  it('gets one channel and all of them, with what they are', async () => {
    const { json } = await run({ resource: 'channel', operation: 'get', inbox: sms });
    expect(json).toMatchObject({ id: SMS, name: 'SMS', channel: 'sms', status: 'active' });
    const { items } = await run({ resource: 'channel', operation: 'getMany' });
    expect(items.map(({ json: { name } }) => name)).toEqual([
      ...['SMS', 'WhatsApp', 'E-mail', 'Old number (inactive)', 'Telegram'],
    ]);
  });

  it('calls a channel by its name in Bird, wherever one is chosen', () => {
    const chosen = new Bird().description.properties.filter(({ name }) => name === 'inbox');
    expect(chosen.length).toBeGreaterThan(0);
    for (const { displayName, modes = [] } of chosen) {
      expect(displayName).toBe('Channel');
      expect(modes.map(({ placeholder }) => placeholder)).toEqual([
        'Select a channel...',
        'e.g. 5f1c6c0e-0000-4000-8000-000000000000',
      ]);
    }
  });

  it('upserts a contact with attributes, finds it by its number, and reads it', async () => {
    const attributes = { attribute: [{ name: 'city', value: 'London' }] };
    const upsert = { ...person, resource: 'contact', operation: 'createOrFind', attributes };
    const { json: made } = await run(upsert);
    expect(made).toMatchObject({ created: true, blocked: false });
    expect((await run(upsert)).json).toEqual({ ...made, created: false });
    const { json: found } = await run({ resource: 'contact', operation: 'search', recipient });
    const contactId = made['contactId'];
    expect(found).toMatchObject({ id: contactId, attributes: { city: 'London' } });
    const { json: read } = await run({ resource: 'contact', operation: 'get', contactId });
    expect(read).toEqual(found);
    const nobody = { resource: 'contact', operation: 'search', recipient: '+12025550199' };
    expect((await run(nobody)).items).toEqual([]);
  });
});

it('creates a contact once, and says so the second time', async () => {
  const attributes = { attribute: [{ name: 'city', value: 'London' }] };
  const create = { resource: 'contact', operation: 'create', recipient, attributes };
  const { json } = await run({ ...create, contactName: 'Ada Lovelace' });
  expect(json).toMatchObject({ name: 'Ada Lovelace', attributes: { city: 'London' } });
  await expect(run({ ...create, contactName: 'Ada' })).rejects.toThrow('creating a contact');
  await expect(run({ ...create, contactName: '' })).rejects.toThrow('a contact needs a name');
});

describe('contacts', () => {
  const made = async (phone = recipient) =>
    (await run({ ...person, resource: 'contact', operation: 'createOrFind', recipient: phone }))
      .json['contactId'];
  const contact = (operation: string, more: object = {}) =>
    run({ resource: 'contact', operation, ...more });

  it('are changed in what is given, and in nothing else', async () => {
    const contactId = await made();
    await contact('update', {
      contactId,
      updateFields: {
        ...{ name: 'Ada King', addPhone: '202-555-0188', addEmail: 'ADA@example.org' },
        ...{ addToLists: 'l-1, l-2', removeFromLists: ['l-3'] },
      },
      attributes: { attribute: [{ name: 'subscribedSms', type: 'boolean', value: 'yes' }] },
      options: { defaultCountry: 'US' },
    });
    const request = sandbox.requests().at(-1);
    expect(request?.method).toBe('PATCH');
    expect(JSON.parse(String(request?.body))).toEqual({
      displayName: 'Ada King',
      addIdentifiers: [
        { key: 'phonenumber', value: '+12025550188' },
        { key: 'emailaddress', value: 'ada@example.org' },
      ],
      ...{ attributes: { subscribedSms: true }, addToLists: ['l-1', 'l-2'] },
      removeFromLists: ['l-3'],
    });
    const { json } = await contact('get', { contactId });
    expect(json).toMatchObject({ name: 'Ada King', attributes: { subscribedSms: true } });
    await expect(contact('update', { contactId })).rejects.toThrow('nothing to change');
    const bad = { contactId, updateFields: { addPhone: 'ada@example.org' } };
    await expect(contact('update', bad)).rejects.toThrow("The 'Add Phone' is not a usable address");
  });

  it('are listed to their end', async () => {
    for (let n = 0; n < 3; n += 1) await made(`+1202555012${n}`);
    const { items } = await contact('getMany', { returnAll: true });
    expect(items).toHaveLength(3);
    expect((await contact('getMany', { limit: 2 })).items).toHaveLength(2);
    await contact('getMany', { limit: 2, filters: { reverse: true } });
    expect(new URLSearchParams(sandbox.requests().at(-1)?.query as never).get('reverse')).toBe(
      'true',
    );
  });

  it('are deleted, which is answered with nothing, and are not there any more', async () => {
    const contactId = await made();
    expect((await contact('delete', { contactId })).json).toEqual({ deleted: true });
    await expect(contact('get', { contactId })).rejects.toMatchObject({ httpCode: '404' });
    expect((await contact('getMany', { returnAll: true })).items).toEqual([]);
    expect(await made()).not.toBe(contactId);
  });
});

describe('conversations', () => {
  it('are read, and closed', async () => {
    const open = { ...person, resource: 'conversation', operation: 'findOrCreate' };
    const { conversationId } = (await run(open)).json;
    const place = { resource: 'conversation', conversationId };
    const { json } = await run({ ...place, operation: 'get' });
    expect(json).toMatchObject({ id: conversationId, status: 'active', channelId: SMS });
    const updateFields = { status: 'closed' };
    const { json: closed } = await run({ ...place, operation: 'update', updateFields });
    expect(closed).toEqual({ ...json, status: 'closed' });
    expect(JSON.parse(String(sandbox.requests().at(-1)?.body))).toEqual({ status: 'closed' });
    await expect(run({ ...place, operation: 'update' })).rejects.toThrow('nothing to change');
  });

  it('finds or creates one, lists it for its person, and lists its messages', async () => {
    const open = { ...person, resource: 'conversation', operation: 'findOrCreate' };
    const { json: made } = await run(open);
    expect(made).toEqual({
      contactId: expect.any(String),
      conversationId: expect.any(String),
      canReply: true,
    });
    const { conversationId } = made;
    expect((await run(open)).json).toEqual(made);
    const list = { resource: 'conversation', operation: 'getMany', limit: 5 };
    const { items } = await run({ ...list, filters: { participant: recipient, channelId: SMS } });
    expect(items.map(({ json }) => json['id'])).toEqual([conversationId]);
    expect((await run({ ...list, filters: { participant: '+12025550199' } })).items).toEqual([]);
    const messages = { resource: 'conversation', operation: 'getMessages', conversationId };
    expect((await run({ ...messages, returnAll: true })).items).toEqual([]);
  });

  it('sends into the shared inbox where the credential says so, and lists it there', async () => {
    const inShared = onSandbox({
      node: new Bird(),
      credential: new BirdApi(),
      fields: { ...fields(), conversations: 'inbox' },
    });
    const { json: sent } = await inShared(send());
    expect(sent).toMatchObject({ status: 'sent', conversationId: expect.any(String) });
    const { conversationId } = sent;
    const messages = { resource: 'conversation', operation: 'getMessages', conversationId };
    const { items } = await inShared({ ...messages, filters: { dateFrom: '2020-01-01' } });
    expect(items.map(({ json: { text } }) => text)).toEqual(['Hi']);
  });
});

describe('messages', () => {
  it('sends a text, reads it with its status, and what happened to it', async () => {
    const { json: sent } = await run(send());
    expect(sent).toMatchObject({ status: 'sent', by: 'accepted', conversationId: null });
    const place = { resource: 'message', inbox: sms, messageId: sent['messageId'] };
    const { json } = await run({ ...place, operation: 'get' });
    expect(json).toMatchObject({ id: sent['messageId'], text: 'Hi', direction: 'outgoing' });
    sandbox.bird.seed.interaction(sent['messageId'] as string, 'read');
    const { items } = await run({ ...place, operation: 'getInteractions' });
    expect(items.map(({ json: { type } }) => type)).toEqual(['read']);
  });

  it('lists those of a channel with every filter that the document names', async () => {
    const filters = {
      ...{ direction: 'outgoing', platform: 'sms', sender: '+12025550190', tag: 'campaign-runner' },
      ...{ recipient, start: '2026-07-01T10:00', end: '2026-07-02T10:00:00Z', status: 'accepted' },
      ...{ subject: 'order', batchId: 'b-1', reverse: true },
    };
    await run({ resource: 'message', operation: 'getMany', inbox: sms, limit: 20, filters });
    expect(sandbox.requests().map(({ path, query }) => ({ path, query }))).toEqual([
      {
        path: `/bird/workspaces/${WORKSPACE}/channels/${SMS}/messages`,
        query: expect.anything(),
      },
    ]);
    const query = new URLSearchParams(sandbox.requests()[0]?.query as never);
    expect(Object.fromEntries(query)).toEqual({
      ...{ limit: '20', reverse: 'true', direction: 'outgoing', platformId: 'sms' },
      ...{ sender: '+12025550190', phonenumber: recipient, tag: 'campaign-runner' },
      // Ten o'clock where the workflow is.
      ...{ startAt: '2026-07-01T08:00:00.000Z', endAt: '2026-07-02T10:00:00.000Z' },
      ...{ status: 'accepted', subject: 'order', batchId: 'b-1' },
    });
  });

  it('lists those of the whole workspace', async () => {
    await run(send());
    await run(send({ inbox: sms, recipient: '+12025550124' }));
    const list = { resource: 'message', operation: 'getManyInWorkspace', returnAll: true };
    const { items } = await run({ ...list, filters: { channelId: SMS } });
    expect(items).toHaveLength(2);
    const requests = sandbox.requests().at(-1);
    expect(requests?.path).toBe(`/bird/workspaces/${WORKSPACE}/channels/messages`);
  });

  it('reads a long list to its end, and a limit of it in pages', async () => {
    sandbox.bird.seed.outgoing({ channelId: SMS, address: recipient }, 230);
    const list = { resource: 'message', operation: 'getMany', inbox: sms };
    expect((await run({ ...list, returnAll: true })).items).toHaveLength(230);
    const { items } = await run({ ...list, limit: 130 });
    expect(items).toHaveLength(130);
    expect(new Set(items.map(({ json: { id } }) => id)).size).toBe(130);
  });

  it('sends a template by its project, version and language', async () => {
    const template = { mode: 'list', value: `${PROJECT}|en` };
    const parameter = [
      { name: 'name', value: 'Ada' },
      { name: 'order', value: 'A-7' },
    ];
    const { json, requests } = await run(
      send({ operation: 'sendTemplate', template, templateParameters: { parameter } }),
    );
    expect(json).toMatchObject({ status: 'sent' });
    expect(JSON.parse(requests.at(-1)?.body as string)).toMatchObject({
      template: {
        ...{ projectId: PROJECT, version: 'latest', locale: 'en' },
        parameters: [
          { type: 'string', key: 'name', value: 'Ada' },
          { type: 'string', key: 'order', value: 'A-7' },
        ],
      },
    });
  });

  it('lists templates for the node, and for choosing one', async () => {
    const { json } = await run({ resource: 'template', operation: 'getMany' });
    expect(json).toMatchObject({ projectId: PROJECT, defaultLocale: 'en', status: 'active' });
    const { searchTemplates } = new Bird().methods.listSearch;
    const { context } = fakeContext({
      parameters: { inbox: sms },
      credentials: fields(),
      http: async ({ url }) => {
        const answer = await fetch(url, { headers: { authorization: 'AccessKey sandbox-key' } });
        return { statusCode: answer.status, body: await answer.text() };
      },
    });
    await expect(searchTemplates.call(context)).resolves.toEqual({
      results: [{ name: 'Order update (en)', value: `${PROJECT}|en` }],
    });
  });
});

it('a lost answer is looked up by the reference, and the message is sent once', async () => {
  sandbox.setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
  const { json } = await run(send());
  expect(json).toMatchObject({ status: 'sent', by: 'looked_up' });
  expect([...sandbox.accepted()]).toEqual([[recipient, 1]]);
});

describe('files', () => {
  const bytes = Buffer.from('not really a picture');
  const binary = {
    data: { data: { data: '', mimeType: 'image/png', fileName: 'plan.png' }, bytes },
  };

  it('go up without the key, and a message points at them', async () => {
    const parameters = { resource: 'media', operation: 'upload', inbox: sms, binaryField: 'data' };
    const { json, anonymous } = await run(parameters, { binary });
    expect(json).toEqual({
      mediaUrl: expect.stringMatching(/^https:\/\/media\.api\.bird\.com\//),
      ...{ contentType: 'image/png', filename: 'plan.png' },
    });
    expect(anonymous).toHaveLength(1);
    expect(JSON.stringify(anonymous[0])).not.toContain('sandbox-key');

    const file = [{ url: json['mediaUrl'], contentType: 'image/png', filename: '' }];
    const { json: sent, requests } = await run(send({ text: '', files: { file } }));
    expect(sent).toMatchObject({ status: 'sent' });
    expect(JSON.parse(requests.at(-1)?.body as string)).toMatchObject({
      body: { type: 'image', image: { images: [{ mediaUrl: json['mediaUrl'] }] } },
    });
  });

  it('of the item are uploaded before the message that points at them', async () => {
    const given = { binary: [{ binaryField: 'data', filename: 'our plan.png', contentType: '' }] };
    const { json, requests, anonymous } = await run(send({ text: 'Look', files: given }), {
      binary,
    });
    expect(json).toMatchObject({ status: 'sent' });
    expect(anonymous).toHaveLength(1);
    expect(JSON.parse(requests.at(-1)?.body as string)).toMatchObject({
      body: {
        type: 'image',
        image: {
          text: 'Look',
          images: [{ mediaUrl: expect.stringMatching(/^https:\/\/media\.api\.bird\.com\//) }],
        },
      },
    });
    expect([...sandbox.accepted()]).toEqual([[recipient, 1]]);
  });

  it('that are no web address, or of no type, are refused before anything is sent', async () => {
    for (const file of [
      { url: 'file:///etc/passwd', contentType: 'text/plain' },
      { url: 'https://media.example/plan.png', contentType: '' },
    ]) {
      await expect(run(send({ files: { file: [file] } }))).rejects.toThrow(/^A file of 'Files'/);
    }
    await expect(run(send({ text: ' ' }))).rejects.toThrow("The 'Text' is empty");
    expect(sandbox.accepted().size).toBe(0);
  });

  it.each([
    ['anywhere', {}],
    ['channel', { inbox: sms }],
    ['conversation', { conversationId: '' }],
  ])('get a place that is usable in: %s', async (usableIn, place) => {
    const given = { ...place };
    if ('conversationId' in given) {
      const open = { ...person, resource: 'conversation', operation: 'findOrCreate' };
      given.conversationId = (await run(open)).json['conversationId'];
    }
    const { json } = await run({
      ...{ resource: 'media', operation: 'getUploadAddress', contentType: 'image/png', usableIn },
      ...given,
    });
    expect(json).toEqual({
      ...{ mediaUrl: expect.any(String), uploadUrl: expect.any(String), uploadMethod: 'POST' },
      uploadFormData: expect.objectContaining({ 'Content-Type': 'image/png' }),
    });
  });

  describe('come down', () => {
    const own = 'https://media.api.bird.com/files/plan.png';
    const public_ = 'https://cdn.example/public.pdf';
    const download = async (url: string, contentType: string) => {
      const file = [{ url, contentType, filename: '' }];
      const { json } = await run(send({ files: { file } }));
      const place = { inbox: sms, messageId: json['messageId'], binaryField: 'got' };
      return run({ resource: 'media', operation: 'download', ...place });
    };
    const seen: [string, string | undefined][] = [];
    const follows: boolean[] = [];
    const serve = (answers: Record<string, object>) => {
      seen.length = 0;
      follows.length = 0;
      mediaHost = (request) => {
        const answer = answers[request.url];
        if (answer === undefined) return undefined;
        follows.push(request.disableFollowRedirect !== true);
        seen.push([request.url, request.headers?.['authorization'] as string | undefined]);
        return { statusCode: 200, headers: {}, body: Uint8Array.from(bytes).buffer, ...answer };
      };
    };

    it("with the key from Bird's own host", async () => {
      serve({ [own]: {} });
      const { items } = await download(own, 'image/png');
      expect(seen).toEqual([[own, 'AccessKey sandbox-key']]);
      expect(items[0]).toMatchObject({
        json: { mediaUrl: own, filename: 'plan.png' },
        binary: { got: { data: bytes.toString('base64'), fileName: 'plan.png' } },
        pairedItem: { item: 0 },
      });
    });

    it('without it from any other', async () => {
      serve({ [public_]: { headers: { 'content-type': 'application/pdf; q=1' } } });
      const { items } = await download(public_, 'application/pdf');
      expect(seen).toEqual([[public_, undefined]]);
      expect(items[0]?.binary?.['got']).toMatchObject({ mimeType: 'application/pdf' });
    });

    it('and without it from where that host sends us on', async () => {
      serve({ [own]: { statusCode: 302, headers: { location: public_ } }, [public_]: {} });
      await download(own, 'image/png');
      expect(seen).toEqual([
        [own, 'AccessKey sandbox-key'],
        [public_, undefined],
      ]);
      // Nor does n8n's client, which would take the key along.
      expect(follows).toEqual([false, true]);
    });

    it('or say why not', async () => {
      serve({ [own]: { statusCode: 404 } });
      await expect(download(own, 'image/png')).rejects.toThrow(
        'bird: downloading a file: answered 404',
      );
      const { json } = await run(send());
      const place = { inbox: sms, messageId: json['messageId'] };
      await expect(run({ resource: 'media', operation: 'download', ...place })).rejects.toThrow(
        'The message has no files',
      );
    });
  });
});

it('a key of the newer platform gets a sentence that says which key is needed', async () => {
  const other = onSandbox({
    node: new Bird(),
    credential: new BirdApi(),
    fields: { ...fields(), accessKey: 'bk_eu1_x' },
  });
  await expect(other(send())).rejects.toThrow(/access key of the Bird CRM/);
});

it('a mail without a subject in the credential is refused before anything is sent', async () => {
  const inbox = { mode: 'id', value: MAIL };
  await expect(run(send({ inbox, recipient: 'ada@example.org' }))).rejects.toThrow(
    /refused before/,
  );
  expect(sandbox.accepted().size).toBe(0);
});
