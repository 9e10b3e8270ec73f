import type { Json } from '../../../core/http';
import { answer, type Script } from '../../support/scripted-http';
import { contactRow, conversationRow, marked, messageRow, page, routes } from './fixture';

type Row = { [key: string]: Json };

/** The end of the window; times below are seconds before it. */
export const UNTIL = 1_795_000_000_000;
export const SINCE = UNTIL - 600_000;
export const ago = (seconds: number): number => UNTIL / 1000 - seconds;
export const agoIso = (seconds: number): string => new Date(ago(seconds) * 1000).toISOString();

/** A message to the person, with what became of it. */
export const ours = (id: number, secondsAgo: number, more: Row = {}): Row => ({
  ...marked(id),
  created_at: ago(secondsAgo),
  updated_at: agoIso(secondsAgo),
  ...more,
});

export const theirs = (id: number, secondsAgo: number, content = 'STOP'): Row =>
  messageRow(id, {
    message_type: 0,
    content,
    content_attributes: {},
    created_at: ago(secondsAgo),
    updated_at: agoIso(secondsAgo),
    sender: { id: 11, type: 'contact' },
  });

/** A line of Chatwoot's own. */
export const line = (id: number, secondsAgo: number): Row =>
  messageRow(id, { message_type: 2, content: 'resolved', created_at: ago(secondsAgo) });

/** A conversation with all that was said in it, as the list of conversations shows it. */
export function active(
  id: number,
  said: readonly Row[],
  { contact = {}, ...more }: Row & { contact?: Row } = {},
): Row {
  const wrote = said.findLast((row) => row['message_type'] === 0)?.['created_at'] ?? null;
  const last = said.at(-1);
  const spoken = said.findLast((row) => row['message_type'] !== 2);
  const row = conversationRow(
    id,
    {
      messages: last === undefined ? [] : [last],
      last_non_activity_message: spoken ?? null,
      last_activity_at: last?.['created_at'] ?? 0,
      timestamp: last?.['created_at'] ?? 0,
      unread_count: said.filter((each) => each['message_type'] === 0).length,
      waiting_since: 0,
      agent_last_seen_at: 0,
      ...more,
    },
    // As Chatwoot does it: the field is not there where the person never wrote.
    contactRow(11, { ...(wrote === null ? {} : { last_activity_at: wrote }), ...contact }),
  );
  (row['meta'] as Row)['channel'] = 'Channel::Sms';
  return row;
}

/** The list of conversations, by activity, and the messages of each, as Chatwoot pages them. */
export function server(
  conversations: ReadonlyMap<Row, readonly Row[]>,
  headers: Readonly<Record<string, string>> = {},
): Script {
  const rows = [...conversations.keys()];
  return routes({
    'GET /conversations': (request) =>
      answer(
        {
          data: {
            meta: {},
            payload: page(
              rows.toSorted(
                (a, b) => Number(b['last_activity_at']) - Number(a['last_activity_at']),
              ),
              request,
              25,
            ),
          },
        },
        200,
        headers,
      ),
    ...Object.fromEntries(
      [...conversations].map(([row, said]) => [
        `GET /conversations/${Number(row['id'])}/messages`,
        latest(said),
      ]),
    ),
  });
}

/** The last 20, or the last 20 before an id, oldest first. */
export function latest(said: readonly Row[]): Script {
  return ({ query }) => {
    const before = Number(query?.['before'] ?? Number.POSITIVE_INFINITY);
    return answer({ payload: said.filter(({ id }) => Number(id) < before).slice(-20) });
  };
}

/** Conversations from what was said in each. */
export function talks(
  given: Readonly<Record<number, readonly Row[]>>,
): ReadonlyMap<Row, readonly Row[]> {
  return new Map(Object.entries(given).map(([id, said]) => [active(Number(id), said), said]));
}

/** The call of a webhook that tells of this message, in a conversation whose last one it is. */
export function call(event: string, conversationId: number, message: Row): Row {
  const types = ['incoming', 'outgoing', 'activity', 'template'];
  return {
    event,
    ...message,
    message_type: types[Number(message['message_type'])] ?? '',
    created_at: new Date(Number(message['created_at']) * 1000).toISOString(),
    conversation: {
      id: conversationId,
      inbox_id: 3,
      channel: 'Channel::Sms',
      messages: [message],
      meta: { sender: contactRow(11) },
    },
  };
}
