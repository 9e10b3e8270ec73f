import { describe, expect, it } from 'vitest';
import type { Attachment, Content } from '../../../core/message';
import type { Inbox, Send } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { answer, type Script } from '../../support/scripted-http';
import {
  CHANNEL,
  connect,
  type Fields,
  IN_INBOX,
  inboxOf,
  KEY,
  MAIL,
  NONE,
  ours,
  PERSON,
  PHONE,
  SETTINGS,
  SMS,
  TALK,
} from './fixture';

const SEND = `POST /channels/${CHANNEL}/messages`;
const IN_TALK = `POST /conversations/${TALK}/messages`;
const TEXT: Content = { kind: 'text', text: 'Your order is ready.' };
const TEMPLATE = { kind: 'template', name: 'project-1', params: { name: 'Ada' } } as const;
const accepted = () => answer(ours(1, { status: 'accepted' }), 202);
const file = (contentType: string, more: Partial<Attachment> = {}): Attachment => ({
  ...{ filename: 'a.bin', contentType, bytes: new Uint8Array(1) },
  ...{ url: 'https://media.api.bird.com/a', ...more },
});

async function send(
  content: Content,
  {
    settings = SETTINGS,
    script = accepted,
    ...more
  }: Partial<Send> & { settings?: Fields; script?: Script; inbox?: Inbox } = {},
) {
  const { provider, requests } = connect({ [SEND]: script, [IN_TALK]: script }, settings);
  const person = { inbox: SMS, address: PHONE, contact: PERSON, conversation: NONE };
  const receipt = await provider.sendMessage({ key: KEY, attempt: 1, ...person, content, ...more });
  return { receipt, request: requests[0], json: requests[0]?.json as Record<string, unknown> };
}

const refused = (content: Content, more?: Parameters<typeof send>[1]) =>
  caught(() => send(content, more));

describe('a message to a channel', () => {
  it('has the receiver, the key as its reference, a tag, and no field beside', async () => {
    const { json, receipt } = await send(TEXT);
    expect(json).toEqual({
      receiver: {
        contacts: [{ identifierKey: 'phonenumber', identifierValue: PHONE.value }],
      },
      reference: KEY,
      tags: ['campaign-runner'],
      body: { type: 'text', text: { text: 'Your order is ready.' } },
    });
    expect(receipt).toEqual({ messageId: 'message-1', conversationId: null });
  });

  it('has no tag where none is wanted', async () => {
    expect((await send(TEXT, { settings: { ...SETTINGS, tag: '' } })).json).not.toHaveProperty(
      'tags',
    );
  });

  it('goes to the channel also where the contact book knows a conversation', async () => {
    const { request, receipt } = await send(TEXT, { conversation: { ...NONE, id: TALK } });
    expect(request?.path).toContain(`/channels/${CHANNEL}/messages`);
    expect(receipt.conversationId).toBeNull();
  });

  it.each<[string, Content, object]>([
    [
      'one image, with its caption',
      { ...TEXT, attachments: [file('image/png')] },
      {
        type: 'image',
        image: {
          text: 'Your order is ready.',
          images: [{ mediaUrl: 'https://media.api.bird.com/a' }],
        },
      },
    ],
    [
      'a file without a caption',
      { kind: 'text', text: '', attachments: [file('application/pdf')] },
      {
        type: 'file',
        file: {
          files: [
            {
              mediaUrl: 'https://media.api.bird.com/a',
              contentType: 'application/pdf',
              filename: 'a.bin',
            },
          ],
        },
      },
    ],
    [
      'images and files together, as files',
      { ...TEXT, attachments: [file('image/png'), file('video/mp4')] },
      {
        type: 'file',
        file: {
          text: 'Your order is ready.',
          files: [
            expect.objectContaining({ contentType: 'image/png' }),
            expect.objectContaining({ contentType: 'video/mp4' }),
          ],
        },
      },
    ],
  ])('may hold %s', async (_, content, body) => {
    expect((await send(content)).json['body']).toEqual(body);
  });

  it('is a template beside the receiver, never inside a body', async () => {
    const { json } = await send({ ...TEMPLATE, language: 'en', text: 'Hi Ada' });
    expect(json['template']).toEqual({
      projectId: 'project-1',
      version: 'latest',
      locale: 'en',
      parameters: [{ type: 'string', key: 'name', value: 'Ada' }],
    });
    expect(json).not.toHaveProperty('body');
    const fixed = await send({ ...TEMPLATE, name: 'project-1:version-7' });
    expect(fixed.json['template']).toEqual({
      projectId: 'project-1',
      version: 'version-7',
      parameters: [{ type: 'string', key: 'name', value: 'Ada' }],
    });
  });

  it.each<[string, Content, string]>([
    ['nothing', { kind: 'text', text: '' }, 'content'],
    ['a file that is nowhere', { ...TEXT, attachments: [fileWithoutUrl()] }, 'content'],
    ['eleven files', { ...TEXT, attachments: Array(11).fill(file('image/png')) }, 'content'],
    ['a template of no project', { ...TEMPLATE, name: ':latest' }, 'template'],
    [
      'a template with a header apart',
      { ...TEMPLATE, header: { mediaUrl: 'https://example.org/a', mediaType: 'image' } },
      'template',
    ],
    [
      'a template with a button apart',
      { ...TEMPLATE, buttons: [{ type: 'url', parameter: 'a' }] },
      'template',
    ],
  ])('with %s is refused before any request', async (_, content, reason) => {
    const script = () => expect.fail('nothing may be asked');
    expect(await refused(content, { script })).toMatchObject({ code: 'rejected', reason });
  });
});

function fileWithoutUrl(): Attachment {
  return { filename: 'a.bin', contentType: 'image/png', bytes: new Uint8Array(1) };
}

describe('a mail', () => {
  const settings = { ...SETTINGS, mailSubject: 'News' };
  it('says a text twice, so that every reader shows it, under the subject that is set', async () => {
    const inbox = await inboxOf('email', {}, settings);
    const content: Content = { ...TEXT, text: 'A & <b>\n"c"', attachments: [file('image/png')] };
    const { json } = await send(content, { settings, inbox, address: MAIL });
    expect(json['receiver']).toEqual({
      contacts: [{ identifierKey: 'emailaddress', identifierValue: MAIL.value }],
    });
    expect(json['body']).toEqual({
      type: 'html',
      html: {
        html: '<p>A &amp; &lt;b&gt;<br>&quot;c&quot;</p>',
        text: 'A & <b>\n"c"',
        attachments: [
          { mediaUrl: 'https://media.api.bird.com/a', filename: 'a.bin', inline: false },
        ],
        metadata: { subject: 'News' },
      },
    });
  });

  it('without a subject is no mail', async () => {
    const inbox = await inboxOf('email');
    expect(await refused(TEXT, { inbox, address: MAIL })).toMatchObject({ reason: 'content' });
  });
});

describe('a message in the shared inbox', () => {
  it('is written by the key, by its id, and has no field beside', async () => {
    const { request, json, receipt } = await send(TEXT, {
      settings: IN_INBOX,
      conversation: { ...NONE, id: TALK },
      script: () => answer({ id: 'm-1', conversationId: TALK, status: 'accepted' }, 201),
    });
    expect(request?.path).toContain(`/conversations/${TALK}/messages`);
    expect(json).toEqual({
      participantType: 'accessKey',
      participantId: 'key-id-1',
      addMissingParticipants: true,
      recipients: [{ type: 'to', identifierKey: 'phonenumber', identifierValue: PHONE.value }],
      reference: KEY,
      body: { type: 'text', text: { text: 'Your order is ready.' } },
    });
    expect(receipt).toEqual({ messageId: 'm-1', conversationId: TALK });
  });
});

describe('a refusal', () => {
  it.each(['rejected', 'skipped', 'deleted', 'sending_failed', 'delivery_failed'])(
    'in an answer that accepts the request: %s',
    async (status) => {
      const failure = { code: 15005, description: 'unknown subscriber', source: { name: 'sms' } };
      const error = await refused(TEXT, {
        script: () => answer(ours(1, { status, failure }), 202),
      });
      expect(error).toMatchObject({
        code: 'rejected',
        reason: 'other',
        detail: 'unknown subscriber, code 15005',
      });
      expect(error?.message).toBe(`bird: sending a message: answered with status ${status}`);
    },
  );

  it.each([
    [{ code: 12003 }, 'invalid_address'],
    [{ code: 12002 }, 'content'],
    [{ code: 14005, source: { name: 'touchpoint' } }, 'template'],
  ])('of a family that is known has its reason: %j', async (failure, reason) => {
    const script = () => answer(ours(1, { status: 'rejected', failure }), 202);
    expect((await refused(TEXT, { script }))?.reason).toBe(reason);
  });

  it.each(['accepted', 'processing', 'scheduled', 'sent', 'delivered', 'pending', 'new-word'])(
    'is none while the status is %s',
    async (status) => {
      const script = () => answer(ours(1, { status }), 202);
      expect((await send(TEXT, { script })).receipt.messageId).toBe('message-1');
    },
  );

  it.each([
    ['.receiver.contacts[0]', 'invalid_address'],
    ['.recipients[0].identifierValue', 'invalid_address'],
    ['.template.parameters', 'template'],
    ['.body.text', 'content'],
    ['.tags[0]', 'other'],
  ])('of %s says what was wrong, with the details', async (path, reason) => {
    const details = { [path]: ['property "x" is unsupported', 'and more'] };
    const script = () => answer({ code: 'InvalidPayload', message: 'malformed', details }, 422);
    expect(await refused(TEXT, { script })).toMatchObject({
      code: 'rejected',
      reason,
      detail: `malformed: ${path}: property "x" is unsupported, and more`,
    });
  });

  it.each([undefined, null, 'no', ['no', { a: 1 }], { a: { b: 1 } }])(
    'with details of any other shape is still a refusal: %j',
    async (details) => {
      const script = () =>
        answer({ message: 'malformed', ...(details === undefined ? {} : { details }) }, 400);
      const error = await refused(TEXT, { script });
      expect(error).toMatchObject({ code: 'rejected', reason: 'other' });
      expect(error?.detail).toMatch(/^malformed/);
    },
  );
});
