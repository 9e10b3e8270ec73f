import { describe, expect, it } from 'vitest';
import { caught } from '../../support/provider-contract';
import { answer, type Script } from '../../support/scripted-http';
import {
  CHANNEL,
  CONTACT,
  connect,
  DATE,
  IN_INBOX,
  inboxOf,
  OTHER,
  PERSON,
  PHONE,
  type Row,
  SMS,
  TALK,
  WORKSPACE,
} from './fixture';

const OF_PERSON = 'GET /participants/phonenumber/%2B12025550123/conversations';
const WINDOW = `GET /channels/${CHANNEL}/contacts/${CONTACT}`;
const talk = (id: string, createdAt: string, more: Row = {}): Row => ({
  ...{ id, channelId: CHANNEL, name: 'Ada', status: 'active', createdAt, ...more },
});
const none = () => answer({ results: [] });
const window =
  (expires: string | null, more: Row = {}): Script =>
  () =>
    answer({ serviceWindowExpireAt: expires, ...more }, 200, { date: DATE });

describe('without conversations', () => {
  it('nothing is asked for an SMS or a mail', async () => {
    const { provider, requests } = connect({});
    const conversation = await provider.ensureConversation(PERSON, PHONE, SMS, 'text');
    expect(conversation).toEqual({ id: null, watermark: null, canReply: true, blocked: false });
    expect(requests).toEqual([]);
  });

  it('nothing is asked for a template on WhatsApp', async () => {
    const { provider, requests } = connect({});
    const inbox = await inboxOf('whatsapp');
    expect(await provider.ensureConversation(PERSON, PHONE, inbox, 'template')).toMatchObject({
      id: null,
      blocked: false,
    });
    expect(requests).toEqual([]);
  });

  it.each<[string, Script, boolean]>([
    ['is open until then', window('2026-11-20T10:16:00Z'), true],
    ['closed a moment ago', window('2026-11-20T10:15:41Z'), false],
    ['never opened', window(null), false],
    ['is always open', window(null, { isPermanentSession: true }), true],
    ['is of somebody unknown', () => answer({ code: 'NotFound', message: 'no' }, 404), false],
    ['cannot be compared', () => answer({ serviceWindowExpireAt: '2026-11-20T10:16:00Z' }), false],
  ])('a text on WhatsApp is looked at: a window that %s', async (_, script, canReply) => {
    const { provider, requests } = connect({ [WINDOW]: script });
    const inbox = await inboxOf('whatsapp');
    expect((await provider.ensureConversation(PERSON, PHONE, inbox, 'text')).canReply).toBe(
      canReply,
    );
    expect(requests[0]).toMatchObject({
      call: 'lookup',
      query: { contactIdentifierValue: PHONE.value },
    });
  });

  it('a window that is told in another way is an error, not a guess', async () => {
    const { provider } = connect({ [WINDOW]: () => answer({ metadata: {} }) });
    const inbox = await inboxOf('whatsapp');
    const error = await caught(() => provider.ensureConversation(PERSON, PHONE, inbox));
    expect(error?.code).toBe('unexpected_response');
  });
});

describe('in the shared inbox', () => {
  async function ensure(table: Record<string, Script>, contact = PERSON) {
    const { provider, requests } = connect(table, IN_INBOX);
    return { conversation: await provider.ensureConversation(contact, PHONE, SMS), requests };
  }

  it('the newest active one of the person in this channel is used', async () => {
    const { conversation, requests } = await ensure({
      [OF_PERSON]: () =>
        answer({
          results: [
            talk('talk-old', '2026-01-01T00:00:00Z'),
            talk(TALK, '2026-11-01T00:00:00Z'),
            talk('talk-closed', '2026-11-02T00:00:00Z', { status: 'closed' }),
            talk('talk-other', '2026-11-03T00:00:00Z', { channelId: OTHER }),
          ],
        }),
    });
    expect(conversation).toEqual({ id: TALK, watermark: null, canReply: true, blocked: false });
    expect(requests[0]?.query).toEqual({ limit: 100, channelId: CHANNEL, status: 'active' });
  });

  it('an empty one is made where there is none, never with a message', async () => {
    const { conversation, requests } = await ensure({
      [OF_PERSON]: none,
      'POST /conversations': () => answer({ id: TALK }, 201),
    });
    expect(conversation.id).toBe(TALK);
    expect(requests[1]).toMatchObject({
      call: 'conversation',
      json: {
        channelId: CHANNEL,
        participants: [
          { type: 'contact', identifierKey: 'phonenumber', identifierValue: PHONE.value },
        ],
      },
    });
    expect(requests[1]?.json).not.toHaveProperty('initialMessage');
    expect(requests[1]?.delivers).toBeUndefined();
  });

  it('somebody new cannot have one: it is made at once', async () => {
    const created = { ...PERSON, created: true };
    const { requests } = await ensure(
      { 'POST /conversations': () => answer({ id: TALK }, 201) },
      created,
    );
    expect(requests).toHaveLength(1);
  });

  it('a conflict names the one that is there, somewhere among other ids', async () => {
    const details = [{ what: `conversation ${TALK} of ${CONTACT}`, in: WORKSPACE }, CHANNEL];
    const { conversation, requests } = await ensure({
      [OF_PERSON]: none,
      'POST /conversations': () => answer({ code: 'Conflict', message: 'exists', details }, 409),
    });
    expect(conversation.id).toBe(TALK);
    expect(requests).toHaveLength(2);
  });

  it.each([{}, { a: OTHER, b: TALK }])(
    'a conflict that does not name one is looked up again: %j',
    async (details) => {
      let looks = 0;
      const { conversation } = await ensure({
        [OF_PERSON]: () => {
          looks += 1;
          return answer({ results: looks === 1 ? [] : [talk(TALK, '2026-11-01T00:00:00Z')] });
        },
        'POST /conversations': () => answer({ code: 'Conflict', message: 'exists', details }, 409),
      });
      expect(conversation.id).toBe(TALK);
    },
  );

  it('a conflict that leads nowhere is this one person’s matter', async () => {
    const error = await caught(() =>
      ensure({
        [OF_PERSON]: none,
        'POST /conversations': () => answer({ code: 'Conflict', message: 'exists' }, 409),
      }),
    );
    expect(error).toMatchObject({ code: 'rejected', reason: 'other' });
  });

  it('none is opened for somebody who cannot be written to now', async () => {
    const { provider, requests } = connect({ [WINDOW]: window(null) }, IN_INBOX);
    const inbox = await inboxOf('whatsapp');
    expect(await provider.ensureConversation(PERSON, PHONE, inbox, 'text')).toMatchObject({
      id: null,
      canReply: false,
    });
    expect(requests).toHaveLength(1);
  });
});

it('lists conversations of the workspace, and of a person', async () => {
  const { provider, requests } = connect({
    'GET /conversations': () =>
      answer({ results: [talk(TALK, '2026-11-01T00:00:00Z')], nextPageToken: 'next' }),
    [OF_PERSON]: none,
  });
  const page = await provider.listConversations({ limit: 5, channelId: CHANNEL, reverse: true });
  expect(page).toEqual({
    rows: [
      {
        id: TALK,
        channelId: CHANNEL,
        name: 'Ada',
        status: 'active',
        createdAt: '2026-11-01T00:00:00Z',
      },
    ],
    nextPageToken: 'next',
  });
  expect(requests[0]?.query).toEqual({ limit: 5, channelId: CHANNEL, reverse: true });
  expect((await provider.listConversations({ participant: PHONE })).nextPageToken).toBeNull();
});
