import { expect, it } from 'vitest';
import type { DeliveryEvent } from '../../../core/delivery';
import type { HttpRequest } from '../../../core/http';
import { caught } from '../../support/provider-contract';
import { answer, type Script } from '../../support/scripted-http';
import {
  BASE,
  CHANNEL,
  channelRow,
  connect,
  DATE,
  messageRow,
  NOW,
  OTHER,
  ours,
  PHONE,
  pages,
  type Row,
} from './fixture';

const HOUR = 3_600_000;
const LIST = `GET /channels/${CHANNEL}/messages`;
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString();
const channels =
  (...rows: Row[]): Script =>
  () =>
    answer({ results: rows }, 200, { date: DATE });

const said = (n: number, secondsAgo: number, more: Row = {}): Row => ({
  id: `message-${n}`,
  channelId: CHANNEL,
  direction: 'incoming',
  status: 'delivered',
  sender: { contact: { identifierKey: 'phonenumber', identifierValue: PHONE.value } },
  body: { type: 'text', text: { text: 'STOP' } },
  createdAt: at(secondsAgo),
  ...more,
});

const arrived = (n: number, secondsAgo: number, more: Row = {}): Row =>
  ours(n, { createdAt: at(secondsAgo), lastStatusAt: at(secondsAgo), ...more });

/** As documented: by time and direction. */
const heeds = (row: Row, { query }: HttpRequest): boolean => {
  const made = Date.parse(row['createdAt'] as string);
  const end = query?.['endAt'];
  return (
    row['direction'] === query?.['direction'] &&
    made >= Date.parse(String(query?.['startAt'])) &&
    (end === undefined || made <= Date.parse(String(end)))
  );
};

async function catchUp(
  table: Readonly<Record<string, Script>>,
  [since, until] = [NOW - HOUR, NOW],
) {
  const { provider, requests } = connect({ 'GET /channels': channels(channelRow()), ...table });
  const events: DeliveryEvent[] = [];
  const error = await caught(async () => {
    for await (const page of provider.catchUp(since, until)) events.push(...page);
  });
  return { events, ids: events.map(({ id }) => id), requests, error };
}

it('asks each channel that people are written to by: for answers first, then for what was sent', async () => {
  const rows = [said(1, 100), arrived(2, 200), arrived(3, 90_000)];
  const { ids, requests } = await catchUp({
    'GET /channels': channels(
      channelRow(),
      channelRow('email', { id: OTHER }),
      channelRow('whatsapp', { id: 'asleep', status: 'inactive' }),
      channelRow('slack', { id: 'chat' }),
    ),
    [LIST]: pages(rows, heeds),
    [`GET /channels/${OTHER}/messages`]: pages([]),
  });
  expect(ids).toEqual(['message-1:replied', 'message-2:delivered']);
  const asked = requests.map(({ path, query }) => [
    path.replace(BASE, ''),
    query?.['direction'] ?? '',
  ]);
  expect(asked).toEqual([
    ['/channels', ''],
    [`/channels/${CHANNEL}/messages`, 'incoming'],
    [`/channels/${OTHER}/messages`, 'incoming'],
    [`/channels/${CHANNEL}/messages`, 'outgoing'],
    [`/channels/${OTHER}/messages`, 'outgoing'],
  ]);
});

it('reads every page', async () => {
  const rows = Array.from({ length: 250 }, (_, n) => said(n, n));
  expect((await catchUp({ [LIST]: pages(rows, heeds) })).ids).toHaveLength(250);
});

it('asks for weeks in stretches, and tells twice what two of them show', async () => {
  const rows = [said(1, 9 * 86_400), said(2, 7 * 86_400 + 90), said(3, 60)];
  const window: [number, number] = [NOW - 14 * 24 * HOUR, NOW];
  const { ids, requests } = await catchUp({ [LIST]: pages(rows, heeds) }, window);
  expect(ids).toHaveLength(4);
  expect([...new Set(ids)]).toHaveLength(3);
  for (const { query } of requests.slice(1)) {
    const end = query?.['endAt'];
    if (end === undefined) continue;
    const span = Date.parse(String(end)) - Date.parse(String(query?.['startAt']));
    expect(span).toBeLessThanOrEqual(7 * 24 * HOUR);
  }
});

it('goes no further back than it is asked where the filter of times is ignored', async () => {
  const rows = Array.from({ length: 2000 }, (_, n) => said(n, n * 60));
  const { ids, requests } = await catchUp({
    [LIST]: pages(rows, (row, { query }) => row['direction'] === query?.['direction']),
  });
  // An hour, and a minute for the clocks.
  expect(ids).toHaveLength(62);
  expect(requests.length).toBeLessThan(6);
});

it('gives up, and names the setting, where a list shows the oldest first and all that there ever was', async () => {
  const { error, requests } = await catchUp({
    [LIST]: (request) => {
      const from = Number(request.query?.['pageToken'] ?? 0);
      const results = [said(from, 9e8 - from), said(from + 1, 9e8 - from - 1)];
      return answer({ results, nextPageToken: String(from + 2) });
    },
  });
  expect(error).toMatchObject({ code: 'unavailable', provider: 'bird' });
  expect(error?.message).toContain('filters');
  expect(requests.length).toBeLessThan(600);
});

it('gives up on a list that begins again and again', async () => {
  const again = () => answer({ results: [said(1, 10)], nextPageToken: 'x' });
  const { error, ids } = await catchUp({ [LIST]: again });
  expect(error).toMatchObject({ code: 'unexpected_response', provider: 'bird' });
  expect(ids[0]).toBe('message-1:replied');
});

it('tells nothing of strangers: of other channels, other directions, other times', async () => {
  const rows = [
    said(1, 10, { channelId: OTHER }),
    said(2, 5000),
    arrived(3, 10, { direction: 'incoming', channelId: OTHER }),
    messageRow(4, { createdAt: at(10), status: 'accepted' }),
    arrived(5, 10, { status: 'sent' }),
  ];
  expect((await catchUp({ [LIST]: pages(rows) })).ids).toEqual([]);
});

it('tells of a message by when its status changed', async () => {
  const rows = [
    arrived(1, 3640, { lastStatusAt: at(3500) }),
    arrived(2, 3640, { status: 'sending_failed', lastStatusAt: at(10) }),
  ];
  const { events } = await catchUp({ [LIST]: pages(rows, heeds) });
  expect(events).toMatchObject([
    { id: 'message-1:delivered', at: NOW - 3_500_000 },
    { id: 'message-2:sending_failed', kind: 'failed' },
  ]);
});

it('tells of an answer by when it was made, however often it was touched since', async () => {
  const rows = [said(1, 600, { lastStatusAt: at(5), updatedAt: at(5) })];
  const { events } = await catchUp({ [LIST]: pages(rows, heeds) });
  expect(events).toMatchObject([{ id: 'message-1:replied', at: NOW - 600_000 }]);
});

it('tells also what bears a time to come, by a clock that is ahead', async () => {
  const rows = [said(1, -7200), arrived(2, -7200)];
  const { ids } = await catchUp({ [LIST]: pages(rows, heeds) });
  expect(ids).toEqual(['message-1:replied', 'message-2:delivered']);
});

it('follows a clock that is behind', async () => {
  const rows = [said(1, 3600 + 500)];
  const table = { [LIST]: pages(rows, heeds) };
  expect((await catchUp(table)).ids).toEqual([]);
  const ahead = 600_000;
  const window: [number, number] = [NOW - HOUR + ahead, NOW + ahead];
  const soon = { [LIST]: pages([said(2, 3300)], heeds) };
  expect((await catchUp(soon, window)).ids).toEqual(['message-2:replied']);
});
