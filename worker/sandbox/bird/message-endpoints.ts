import { isFields } from '../body';
import type { Answer, Fields } from '../platform';
import { commit, type Draft } from './commit';
import { type Ask, channelOf, type Endpoint, ok } from './endpoint';
import { found, invalid, malformed } from './errors';
import { listMessages } from './message-list';
import { identify } from './people';
import type { Channel, Message } from './rows';
import { CREATE_MESSAGE } from './schemas';
import { checkShape, textIn } from './shape';
import { checkTemplate } from './templates';
import { channelView, messageView, windowView } from './views';

const TAG = /^[a-zA-Z0-9-_ ]{1,50}$/;

export const CHANNEL_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/channels/messages',
    answer: (ask) => listMessages(ask, [...ask.store.channels.values()]),
  },
  {
    method: 'GET',
    path: '/channels/:channel',
    answer: (ask) => ok(channelView(channelOf(ask))),
  },
  {
    method: 'GET',
    path: '/channels/:channel/messages',
    answer: (ask) => listMessages(ask, [channelOf(ask)]),
  },
  { method: 'POST', path: '/channels/:channel/messages', answer: createMessage },
  {
    method: 'GET',
    path: '/channels/:channel/messages/:message',
    answer: (ask) => ok(messageView(ask.store, messageOf(ask))),
  },
  {
    method: 'GET',
    path: '/channels/:channel/messages/:message/interactions',
    answer: (ask) =>
      ok({
        results: messageOf(ask).interactions.map(({ id, type, atMs }) => ({
          id,
          type,
          createdAt: new Date(atMs).toISOString(),
        })),
      }),
  },
  {
    method: 'GET',
    path: '/channels/:channel/contacts/:contact',
    answer: (ask) =>
      ok(
        windowView(
          channelOf(ask),
          found(ask.store.contacts.get(ask.path.contact ?? ''), 'contact'),
        ),
      ),
  },
];

function createMessage(ask: Ask): Answer {
  const { store, fields } = ask;
  const channel = activeChannel(channelOf(ask));
  checkShape(fields, CREATE_MESSAGE);
  const { contacts } = fields.receiver as { contacts: Fields[] };
  if (contacts.length > 1 && channel.platformId !== 'email') {
    throw invalid('.receiver.contacts', 'only e-mail takes more than one receiver');
  }
  const tags = (fields.tags ?? []) as string[];
  for (const [index, tag] of tags.entries()) {
    if (!TAG.test(tag)) throw invalid(`.tags[${index}]`, 'is not a tag');
  }
  const content = contentOf(ask, fields);
  const person = identify(ask, contacts[0] as Fields, '.receiver.contacts[0]', channel);
  const { message, first } = commit(ask, {
    channel,
    ...person,
    reference: typeof fields.reference === 'string' ? fields.reference : null,
    tags,
    content,
    conversationId: null,
    hidden: false,
  });
  return ok(messageView(store, message, first), 202);
}

/** Body or template, and exactly one of them. */
export function contentOf(ask: Ask, fields: Fields): Draft['content'] {
  const { body, template } = fields;
  if ((body === undefined) === (template === undefined)) {
    throw malformed({ '.': ['exactly one of "body" and "template" must be set'] });
  }
  if (template !== undefined) {
    checkTemplate(ask.store, template as Fields);
    return { template };
  }
  const given = body as Fields;
  if (!isFields(given[textIn(given.type)] ?? null)) {
    throw invalid('.body', `property "${textIn(given.type)}" is missing`);
  }
  return { body: given };
}

export function activeChannel(channel: Channel): Channel {
  if (channel.status !== 'active') throw invalid('.channelId', 'the channel is not active');
  return channel;
}

function messageOf(ask: Ask): Message {
  const message = ask.store.messages.get(ask.path.message ?? '');
  const own = message?.channelId === channelOf(ask).id ? message : undefined;
  return found(own, 'message');
}
