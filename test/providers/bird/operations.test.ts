import { expect, it } from 'vitest';
import { answer } from '../../support/scripted-http';
import { CHANNEL, connect, MAIL, messageRow, ours, PHONE, SETTINGS, TALK } from './fixture';

const LIST = `GET /channels/${CHANNEL}/messages`;
const shown = {
  id: 'message-1',
  channelId: CHANNEL,
  conversationId: null,
  reference: 'of-another-send',
  direction: 'outgoing',
  status: 'delivered',
  failure: null,
  text: 'Your order is ready.',
  tags: ['campaign-runner'],
  createdAt: '2026-11-20T10:15:41.999Z',
  lastStatusAt: null,
};

it('shows one message', async () => {
  const { provider } = connect({ [`${LIST}/message-1`]: () => answer(messageRow(1)) });
  expect(await provider.getMessage(CHANNEL, 'message-1')).toEqual(shown);
});

it('lists a channel by every filter of its document', async () => {
  const { provider, requests } = connect({
    [LIST]: () => answer({ results: [messageRow(1)], nextPageToken: 'next' }),
  });
  const page = await provider.listMessages(CHANNEL, {
    limit: 5,
    pageToken: 'token',
    reverse: true,
    platform: 'sms',
    direction: 'incoming',
    start: '2026-11-01T00:00:00Z',
    end: '2026-11-02T00:00:00Z',
    sender: '+12025550190',
    recipient: PHONE,
    tag: 'spring',
    subject: 'News',
    batchId: 'batch-1',
    status: 'sent',
  });
  expect(page).toEqual({ rows: [shown], nextPageToken: 'next' });
  expect(requests[0]?.query).toEqual({
    limit: 5,
    pageToken: 'token',
    reverse: true,
    platformId: 'sms',
    direction: 'incoming',
    startAt: '2026-11-01T00:00:00Z',
    endAt: '2026-11-02T00:00:00Z',
    sender: '+12025550190',
    phonenumber: PHONE.value,
    tag: 'spring',
    subject: 'News',
    batchId: 'batch-1',
    status: 'sent',
  });
});

it('lists the workspace, also by channel, with the names that are set', async () => {
  const settings = { ...SETTINGS, filters: 'channel=channel_id,email=to' };
  const { provider, requests } = connect(
    { 'GET /channels/messages': () => answer({ results: [], nextPageToken: '' }) },
    settings,
  );
  expect(await provider.listWorkspaceMessages({ channelId: CHANNEL, recipient: MAIL })).toEqual({
    rows: [],
    nextPageToken: null,
  });
  expect(requests[0]?.query).toEqual({ channel_id: CHANNEL, to: MAIL.value });
});

it('lists a conversation from a time on', async () => {
  const { provider, requests } = connect({
    [`GET /conversations/${TALK}/messages`]: () => answer({ results: [ours(1)] }),
  });
  const query = { limit: 5, dateFrom: '2026-11-01T00:00:00Z' };
  const { rows } = await provider.listConversationMessages(TALK, query);
  expect(rows).toHaveLength(1);
  expect(requests[0]?.query).toEqual(query);
});

it('lists what people did with a message', async () => {
  const at = '2026-11-20T10:16:00Z';
  const { provider } = connect({
    [`${LIST}/message-1/interactions`]: () =>
      answer({
        results: [{ id: 'i-1', type: 'read', createdAt: at }, { interactionType: 'click' }],
      }),
  });
  expect(await provider.listInteractions(CHANNEL, 'message-1')).toEqual([
    { id: 'i-1', type: 'read', at },
    { id: null, type: 'click', at: null },
  ]);
});

it('says where the files of a message are, and which of them want the key', async () => {
  const file = (mediaUrl: string) => ({ mediaUrl, contentType: 'image/png', filename: 'a.png' });
  const body = {
    type: 'file',
    file: {
      files: [
        file('https://media.api.bird.com/1'),
        file('https://media.nest.messagebird.com/2'),
        file('https://shop.example.org/3'),
      ],
    },
  };
  const table = { [`${LIST}/message-1`]: () => answer(messageRow(1, { body })) };
  const links = await connect(table).provider.listMedia(CHANNEL, 'message-1');
  expect(links.map(({ needsKey }) => needsKey)).toEqual([true, true, false]);
  expect(links[0]).toMatchObject({ contentType: 'image/png', filename: 'a.png' });
  const elsewhere = { ...SETTINGS, mediaUrl: 'https://shop.example.org' };
  const own = await connect(table, elsewhere).provider.listMedia(CHANNEL, 'message-1');
  expect(own.map(({ needsKey }) => needsKey)).toEqual([false, true, true]);
});

it('lists the templates of every project', async () => {
  const { provider } = connect({
    'GET /projects': () => answer({ results: [{ id: 'p-1', name: 'Order' }, { id: 'p-2' }] }),
    'GET /projects/p-1/channel-templates': () =>
      answer({
        results: [{ id: 't-1', status: 'active', defaultLocale: 'en', description: 'Hi' }],
      }),
    'GET /projects/p-2/channel-templates': () => answer({ message: 'no' }, 404),
  });
  expect(await provider.listChannelTemplates()).toEqual([
    {
      projectId: 'p-1',
      project: 'Order',
      id: 't-1',
      status: 'active',
      defaultLocale: 'en',
      description: 'Hi',
    },
  ]);
  // By a list whose shape is not described no campaign may be refused.
  expect('listTemplates' in provider).toBe(false);
});
