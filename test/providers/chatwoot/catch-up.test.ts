import { expect, it } from 'vitest';
import type { DeliveryEvent } from '../../../core/delivery';
import type { Json } from '../../../core/http';
import { chatwoot } from '../../../providers/chatwoot';
import { caught } from '../../support/provider-contract';
import { answer, type Script, scripted } from '../../support/scripted-http';
import {
  active,
  ago,
  latest,
  line,
  ours,
  SINCE,
  server,
  talks,
  theirs,
  UNTIL,
} from './active-fixture';
import { BASE, messageRow, routes, SETTINGS } from './fixture';

type Row = { [key: string]: Json };

async function catchUp(script: Script) {
  const { http, requests } = scripted(script);
  const events: DeliveryEvent[] = [];
  const error = await caught(async () => {
    for await (const page of chatwoot.connect(http, SETTINGS).catchUp(SINCE, UNTIL)) {
      events.push(...page);
    }
  });
  const asked = requests.map(({ path, query }) => {
    const page = query?.['page'] === undefined ? '' : ` page ${query['page']}`;
    return `${path.replace(BASE, '')}${page}`;
  });
  return { events, ids: events.map(({ id }) => id).sort(), asked, error };
}

/** A campaign that is sending: one message to each, some seconds apart. */
const campaign = (from: number, to: number, secondsApart = 5) =>
  Object.fromEntries(
    Array.from({ length: to - from + 1 }, (_, at) => [
      from + at,
      [ours(10_000 + from + at, 5 + at * secondsApart)],
    ]),
  );

it('costs one request where nothing happened', async () => {
  const quiet = talks({ 42: [theirs(1, 90_000)] });
  for (const script of [server(new Map()), server(quiet)]) {
    const { events, asked } = await catchUp(script);
    expect(events).toEqual([]);
    expect(asked).toEqual(['/conversations page 1']);
  }
});

it('reads, while a campaign sends, the messages of those alone who may have written', async () => {
  const { ids, asked } = await catchUp(
    server(talks({ ...campaign(100, 155), 42: [ours(1, 400), theirs(2, 100), ours(3, 50)] })),
  );
  expect(ids).toEqual(['2-replied']);
  expect(asked.filter((path) => path.includes('/messages'))).toEqual([
    '/conversations/42/messages',
  ]);
  // 57 conversations in pages of 25, and the front once more, as it may have changed.
  expect(asked.filter((path) => path.includes(' page '))).toEqual([
    '/conversations page 1',
    '/conversations page 2',
    '/conversations page 3',
    '/conversations page 4',
    '/conversations page 1',
  ]);
});

it('finds what the person wrote, whoever has answered it: a bot, an agent, or the campaign', async () => {
  const bot = { sender: { id: 9, type: 'agent_bot' }, content_attributes: {} };
  const { ids } = await catchUp(
    server(
      talks({
        42: [theirs(1, 100), ours(2, 99, bot)],
        43: [theirs(3, 100), ours(4, 20)],
        44: [theirs(5, 100), line(6, 50)],
        45: [theirs(7, 100), messageRow(8, { private: true, created_at: ago(40) })],
      }),
    ),
  );
  expect(ids).toEqual(['1-replied', '3-replied', '5-replied', '7-replied']);
});

it('finds everything that the person wrote, however much was said since', async () => {
  const said = Array.from({ length: 65 }, (_, at) =>
    at % 2 === 0 ? theirs(100 + at, 500 - at) : ours(100 + at, 500 - at),
  );
  const { ids, asked } = await catchUp(server(talks({ 42: said })));
  expect(ids).toHaveLength(33);
  expect(asked.filter((path) => path.includes('/messages'))).toHaveLength(4);
});

it('finds a reply of somebody whose contact never says that it wrote, as nobody has read it', async () => {
  const said = [theirs(1, 100), ours(2, 20)];
  const silent = active(42, said, { contact: { last_activity_at: null } });
  expect((await catchUp(server(new Map([[silent, said]])))).ids).toEqual(['1-replied']);
});

it('finds a reply in a conversation that is only known to wait for an answer', async () => {
  const said = [theirs(1, 100), ours(2, 20, { sender: { id: 9, type: 'agent_bot' } })];
  const waiting = active(42, said, {
    unread_count: 0,
    waiting_since: ago(100),
    contact: { last_activity_at: ago(90_000) },
  });
  expect((await catchUp(server(new Map([[waiting, said]])))).ids).toEqual(['1-replied']);
});

it('finds a reply in a conversation that moves to the front while the list is read', async () => {
  const reply = theirs(1, 550);
  const before = talks({ ...campaign(100, 160), 42: [reply] });
  const said = [reply, ours(2, 0)];
  const after = new Map([...before].filter(([row]) => row['id'] !== 42)).set(
    active(42, said),
    said,
  );
  // It is the last one of page 3, and gets a message of ours once page 1 was read.
  let listed = 0;
  const { ids } = await catchUp((request, index) => {
    if (request.path.endsWith('/conversations')) listed += 1;
    return server(listed > 1 ? after : before)(request, index);
  });
  expect(ids).toEqual(['1-replied']);
});

it('gives up, with all that it has found, where more happens than can be read', async () => {
  let listed = 0;
  const { error, ids } = await catchUp((request, index) => {
    listed += 1;
    const busy = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [
        at + 1,
        [ours(listed * 100 + at, 0, { status: 'read' })],
      ]),
    );
    return server(talks(busy))(request, index);
  });
  expect(error).toMatchObject({ code: 'unavailable', provider: 'chatwoot' });
  expect(ids.length).toBeGreaterThan(40);
});

it('tells what became of a message where it is the last one, and never that it was sent', async () => {
  const refused = { external_error: '131026: Message undeliverable' };
  const { events } = await catchUp(
    server(
      talks({
        42: [ours(1, 100)],
        43: [ours(2, 100, { status: 'read' }), line(3, 50)],
        44: [ours(4, 100, { status: 'failed', content_attributes: refused })],
      }),
    ),
  );
  expect(events).toMatchObject([
    { id: '2-read', conversationId: '43', at: UNTIL - 100_000 },
    { id: '4-failed', kind: 'failed', text: refused.external_error },
  ]);
});

it('tells, of who wrote, also what became of the messages before', async () => {
  const said = [ours(1, 300, { status: 'delivered' }), theirs(2, 100)];
  expect((await catchUp(server(talks({ 42: said })))).ids).toEqual(['1-delivered', '2-replied']);
});

it('bears with clocks that differ a little, and follows one that is far behind', async () => {
  const late = server(talks({ 42: [theirs(1, 625)], 43: [theirs(2, 635)], 44: [theirs(3, 1225)] }));
  expect((await catchUp(late)).ids).toEqual(['1-replied']);
  // Ten minutes behind: what they call 11 minutes ago was a minute ago.
  const date = new Date(UNTIL - 600_000).toUTCString();
  const behind = server(
    talks({
      42: [theirs(1, 625)],
      43: [theirs(2, 635)],
      44: [theirs(3, 1225)],
      45: [theirs(4, 1240)],
    }),
    { date },
  );
  expect((await catchUp(behind)).ids).toEqual(['1-replied', '2-replied', '3-replied']);
});

it('tells also what bears a time to come, by a clock that is ahead', async () => {
  expect((await catchUp(server(talks({ 42: [theirs(1, -7200)] })))).ids).toEqual(['1-replied']);
});

it('reads on where the list is not in order, until a whole page is older', async () => {
  const rows = [...talks({ ...campaign(100, 130, 1) }).keys()];
  const pages: Row[][] = [
    // The newest is not at the beginning.
    [active(1, [ours(1, 90_000)]), ...rows.slice(0, 23), active(2, [ours(2, 90_000)])],
    // In order by itself, and not to be trusted any more.
    [active(43, [theirs(4, 100)]), active(3, [ours(5, 90_000)])],
    [active(42, [theirs(3, 100)])],
    [active(4, [ours(6, 90_000)])],
  ];
  const { ids, asked } = await catchUp(
    routes({
      'GET /conversations': ({ query }) =>
        answer({ data: { payload: pages[Number(query?.['page']) - 1] ?? [] } }),
      'GET /conversations/42/messages': latest([theirs(3, 100)]),
      'GET /conversations/43/messages': latest([theirs(4, 100)]),
    }),
  );
  expect(ids).toEqual(['3-replied', '4-replied']);
  expect(asked.filter((path) => path.includes(' page '))).toEqual([
    '/conversations page 1',
    '/conversations page 2',
    '/conversations page 3',
    '/conversations page 4',
    '/conversations page 1',
  ]);
});

it('gives up on a list that has no end', async () => {
  const rows = [...talks(campaign(100, 124)).keys()];
  const { error, asked } = await catchUp(
    routes({ 'GET /conversations': () => answer({ data: { payload: rows } }) }),
  );
  expect(error).toMatchObject({ code: 'unexpected_response', provider: 'chatwoot' });
  expect(asked.length).toBeLessThan(30);
});

it('goes on without a conversation that was deleted meanwhile', async () => {
  const list = talks({ 42: [theirs(1, 100), ours(2, 50)], 43: [theirs(3, 100), ours(4, 60)] });
  const { ids, error } = await catchUp((request, index) =>
    request.path.endsWith('/42/messages')
      ? answer({ error: 'Resource could not be found' }, 404)
      : server(list)(request, index),
  );
  expect(error).toBeUndefined();
  expect(ids).toEqual(['3-replied']);
});

it('ends in a conversation whose server takes no notice of where it is asked from', async () => {
  const said = Array.from({ length: 30 }, (_, at) => theirs(100 + at, 400 - at));
  const list = talks({ 42: said });
  const { ids, asked } = await catchUp((request, index) =>
    request.path.endsWith('/messages')
      ? answer({ payload: said.slice(-20) })
      : server(list)(request, index),
  );
  expect(ids).toHaveLength(20);
  expect(asked.filter((path) => path.includes('/messages'))).toHaveLength(2);
});

it('has told what it had found before a page fails', async () => {
  const list = talks({ ...campaign(100, 140), 42: [theirs(1, 3)] });
  const { ids, error } = await catchUp((request, index) =>
    request.query?.['page'] === 2 ? answer({ error: 'boom' }, 500) : server(list)(request, index),
  );
  expect(ids).toEqual(['1-replied']);
  expect(error?.code).toBe('unavailable');
});
