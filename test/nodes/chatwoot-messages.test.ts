import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onChatwoot } from '../support/n8n-chatwoot';

const { sandbox, platforms } = onChatwoot();

const PNG = Buffer.from('not really a picture');
const binary = {
  data: { data: { data: '', mimeType: 'image/png', fileName: 'plan.png' }, bytes: PNG },
};

/** Somebody's host of files. */
let host: Server;
let files: string;
const fetched: string[] = [];
beforeAll(async () => {
  host = createServer((request, response) => {
    fetched.push(String(request.url));
    if (request.url === '/gone.pdf') return response.writeHead(404).end();
    const length = request.url === '/big.pdf' ? 17 * 1_048_576 : 3;
    response.writeHead(200, { 'content-type': 'application/pdf; q=1' }).end(Buffer.alloc(length));
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  files = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
});
afterAll(() => void host.close());

const person = {
  inbox: { mode: 'id', value: '1' },
  recipient: '+12025550123',
  contactName: 'Ada Lovelace',
};
let key = 0;
/** Another key each time: the memory of the process outlives the sandbox's. */
const send = (more: object = {}) => {
  key += 1;
  return {
    ...person,
    resource: 'message',
    operation: 'send',
    text: 'Hi',
    sendKey: `m${key}`,
    ...more,
  };
};
const message = (operation: string, more: object = {}) => ({
  resource: 'message',
  operation,
  ...more,
});

describe.each(platforms)('%s: messages', (name, start) => {
  const listed = async (conversationId: unknown) =>
    (await start()(message('getMany', { conversationId }))).items.map(({ json }) => json);

  it('take files of the item and files at addresses, with the text or without', async () => {
    const given = {
      binary: [{ binaryField: 'data', contentType: '', filename: 'our plan.png' }],
      file: [{ url: `${files}/terms.pdf`, contentType: '', filename: '' }],
    };
    await start()(send());
    const { json } = await start()(send({ text: '', files: given }), { binary });
    expect(json).toMatchObject({ status: 'sent', by: 'accepted' });
    const [, sent] = await listed(json['conversationId']);
    expect(sent?.['attachments']).toEqual([
      { type: 'image', url: expect.stringContaining('our') },
      { type: 'file', url: expect.stringContaining('terms.pdf') },
    ]);
    expect([...sandbox().accepted()]).toEqual([[person.recipient, 2]]);
  });

  it('may open a conversation with a file', async () => {
    const given = { binary: [{ binaryField: 'data', contentType: '', filename: '' }] };
    const { json } = await start()(send({ files: given }), { binary });
    const [sent, ...more] = await listed(json['conversationId']);
    expect(sent).toMatchObject({
      ...{ content: 'Hi', attachments: [{ type: 'image', url: expect.any(String) }] },
    });
    expect(more).toEqual([]);
  });

  it('with a file that is lost on the way are found by their key, and sent once', async () => {
    sandbox().setFaults([{ match: { delivers: true }, fault: 'drop_after_commit', times: 1 }]);
    const file = [{ url: `${files}/terms.pdf`, contentType: '', filename: '' }];
    const failing = start()(send({ files: { file }, options: { settleSeconds: 2 } }));
    await expect(failing).resolves.toMatchObject({ json: { by: 'looked_up' } });
    expect([...sandbox().accepted()]).toEqual([[person.recipient, 1]]);
  });

  it('to many people fetch a file once', async () => {
    fetched.length = 0;
    const file = [{ url: `${files}/once.pdf`, contentType: 'application/pdf', filename: 'x.pdf' }];
    const phone = (item: number) => `+120255501${String(10 + item)}`;
    const { items } = await start()(send(), {
      items: 6,
      parameters: (item) => send({ recipient: phone(item), files: { file } }),
    });
    expect(items.map(({ json: { status } }) => status)).toEqual(Array(6).fill('sent'));
    expect(fetched).toEqual(['/once.pdf']);
  });

  it.each([
    ['too large', 'big.pdf', "A file of 'Files' has 17.0 MB; 16.0 are allowed"],
    ['gone', 'gone.pdf', 'downloading a file: answered 404'],
  ])('with a file that is %s are not sent', async (_why, path, words) => {
    const file = [{ url: `${files}/${path}`, contentType: '', filename: '' }];
    await expect(start()(send({ files: { file } }))).rejects.toThrow(words);
    expect(sandbox().accepted().size).toBe(0);
  });

  it('without text and file, or with a file of no web address, are refused', async () => {
    await expect(start()(send({ text: ' ' }))).rejects.toThrow("The 'Text' is empty");
    const file = [{ url: 'file:///etc/passwd', contentType: 'text/plain', filename: '' }];
    await expect(start()(send({ files: { file } }))).rejects.toThrow('has no web address');
    await expect(start()(send({ files: { binary: [{ binaryField: 'none' }] } }))).rejects.toThrow(
      "'none'",
    );
    expect(sandbox().accepted().size).toBe(0);
  });

  it('for agents only are private, are not run as Liquid, and reach nobody', async () => {
    const { json: sent } = await start()(send());
    const { conversationId } = sent;
    const note = { conversationId, text: 'Asked for {{ contact.name }}', files: {} };
    const { json } = await start()(message('addNote', note));
    expect(json).toEqual({ conversationId, messageId: expect.any(String) });
    expect((await listed(conversationId)).at(-1)).toMatchObject({
      ...{ private: true, type: 'outgoing', senderType: 'user' },
      content: expect.not.stringContaining('Ada'),
    });
    expect([...sandbox().accepted()]).toEqual([[person.recipient, 1]]);
  });

  it('of a person may bring files', async () => {
    const { json: sent } = await start()(send());
    const { conversationId } = sent;
    const given = { binary: [{ binaryField: 'data' }] };
    await start()(message('addIncoming', { conversationId, text: '', files: given }), { binary });
    expect((await listed(conversationId)).at(-1)).toMatchObject({
      ...{ type: 'incoming', senderType: 'contact', senderName: 'Ada Lovelace' },
      attachments: [{ type: 'image', url: expect.any(String) }],
    });
  });

  it('of an API inbox are told what became of them, and of no other', async () => {
    const { json: sent } = await start()(send());
    const { conversationId, messageId } = sent;
    const update = { conversationId, messageId, status: 'failed', failure: 'no such number' };
    const { json } = await start()(message('updateStatus', update));
    expect(json).toEqual({ conversationId, messageId, status: 'failed' });
    expect(await listed(conversationId)).toMatchObject([
      { status: 'failed', failure: 'no such number' },
    ]);
    const elsewhere = await start()(send({ inbox: { mode: 'id', value: '3' } }));
    const { conversationId: other, messageId: theirs } = elsewhere.json;
    const refused = { conversationId: other, messageId: theirs, status: 'read' };
    await expect(start()(message('updateStatus', refused))).rejects.toMatchObject({
      httpCode: '403',
    });
  });

  it('are deleted', async () => {
    const { json: sent } = await start()(send());
    const { conversationId, messageId } = sent;
    const { json } = await start()(message('delete', { conversationId, messageId }));
    expect(json).toEqual({ deleted: true });
    expect((await listed(conversationId))[0]?.['content']).not.toBe('Hi');
  });

  it('are not repeated where that is not safe', async () => {
    const { json: sent } = await start()(send());
    const { conversationId } = sent;
    const match = { path: '/messages$' };
    sandbox().setFaults([{ match, fault: 'drop_after_commit', times: 1 }]);
    const note = message('addNote', { conversationId, text: 'x', options: { maxRetries: 2 } });
    await expect(start()(note)).rejects.toThrow('adding a private note');
    expect(await listed(conversationId)).toHaveLength(2);
  });

  describe('with a template', () => {
    const inbox = { mode: 'id', value: '2' };
    const template = { mode: 'list', value: 'order_update|en' };
    const filled = (more: object) =>
      send({ operation: 'sendTemplate', inbox, template, text: '', ...more });
    const sentParams = () => {
      const bodies = sandbox()
        .requests()
        .map(({ body }) => String(body ?? ''));
      return JSON.stringify(bodies.filter((body) => body.includes('order_update')));
    };

    it('take its variables from the mapper, and by name before that', async () => {
      const templateVariables = {
        ...{ mappingMode: 'defineBelow', schema: [] },
        value: { '1': 'Ada', '2': 'A-1' },
      };
      const parameter = [{ name: '2', value: 'A-7' }];
      const { json } = await start()(
        filled({ templateVariables, templateParameters: { parameter } }),
      );
      expect(json).toMatchObject({ status: 'sent' });
      expect(sentParams()).toContain('Ada');
      expect(sentParams()).toContain('A-7');
      expect(sentParams()).not.toContain('A-1');
    });

    it('take its variables from the item, by their names and no others', async () => {
      const templateVariables = { mappingMode: 'autoMapInputData', value: null, schema: [] };
      const json = () => ({ '1': 'Ada', '2': 7, phone: 'secret' });
      const ran = await start()(filled({ templateVariables }), { json });
      expect(ran.json).toMatchObject({ status: 'sent' });
      expect(sentParams()).toContain('Ada');
      expect(sentParams()).not.toContain('secret');
    });

    it('are refused where a variable is missing', async () => {
      const templateVariables = {
        ...{ mappingMode: 'defineBelow', schema: [] },
        value: { '1': 'Ada', '2': '' },
      };
      await expect(start()(filled({ templateVariables }))).rejects.toMatchObject({
        message: "Template 'order_update' lacks a value for '2'",
        description: "Fill it in under 'Template Variables'",
      });
      expect(sandbox().accepted().size).toBe(0);
    });

    it('have a header and buttons where the platform takes them', async () => {
      const templateVariables = {
        ...{ mappingMode: 'defineBelow', schema: [] },
        value: { '1': 'Ada', '2': 'A-7' },
      };
      const templateParts = {
        ...{
          headerUrl: 'https://media.example/i.pdf',
          headerType: 'document',
          headerName: 'i.pdf',
        },
        buttons: { button: [{ type: 'url', parameter: 'A-7' }] },
      };
      const sending = start()(filled({ templateVariables, templateParts }));
      if (name === 'Bevatel') {
        await expect(sending).rejects.toThrow(/refused before sending: template/);
        return;
      }
      await expect(sending).resolves.toMatchObject({ json: { status: 'sent' } });
      const body = sandbox()
        .requests()
        .map((request) => String(request.body ?? ''))
        .find((text) => text.includes('order_update'));
      expect(JSON.parse(String(body)).message.template_params.processed_params).toEqual({
        body: { '1': 'Ada', '2': 'A-7' },
        header: {
          ...{ media_url: 'https://media.example/i.pdf', media_type: 'document' },
          media_name: 'i.pdf',
        },
        buttons: [{ type: 'url', parameter: 'A-7' }],
      });
      const empty = { buttons: { button: [{ type: 'copy_code', parameter: ' ' }] } };
      await expect(start()(filled({ templateVariables, templateParts: empty }))).rejects.toThrow(
        'has no value',
      );
    });
  });
});
