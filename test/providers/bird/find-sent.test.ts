import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../core/http';
import { answer, type Script } from '../../support/scripted-http';
import {
  CHANNEL,
  connect,
  IN_INBOX,
  KEY,
  messageRow,
  NOW,
  OTHER,
  ours,
  pages,
  SETTINGS,
  SMS,
  strangers,
  TALK,
  traceOf,
} from './fixture';

const LIST = `GET /channels/${CHANNEL}/messages`;
const IN_TALK = `GET /conversations/${TALK}/messages`;
const OF_PERSON = 'GET /participants/phonenumber/%2B12025550123/conversations';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const time = (request: HttpRequest | undefined, name: string) =>
  Date.parse(String(request?.query?.[name]));

describe('many messages at once', () => {
  it('cost one listing, in the order of the question', async () => {
    const { provider, requests } = connect({
      [LIST]: pages([...strangers(1, 120), ours(121), messageRow(122, { reference: 'key-2' })]),
    });
    const sought = ['key-2', 'key-3', KEY].map((key) => ({ key, trace: traceOf() }));
    const findings = await provider.findAllSent(sought);
    expect(findings.map(({ kind }) => kind)).toEqual(['found', 'absent', 'found']);
    expect(requests).toHaveLength(2);
    expect(await provider.findAllSent([])).toEqual([]);
  });

  it('are asked for over the whole time in question, with room for clocks', async () => {
    const { provider, requests } = connect({ [LIST]: pages([]) });
    await provider.findAllSent([
      { key: 'a', trace: traceOf({ since: NOW - 3 * HOUR, until: NOW - HOUR }) },
      { key: 'b', trace: traceOf({ since: NOW - 5 * HOUR, until: NOW }) },
    ]);
    const [only] = requests;
    expect(requests).toHaveLength(1);
    expect(only?.query).toMatchObject({ limit: 100, direction: 'outgoing' });
    expect(time(only, 'startAt')).toBe(NOW - 5 * HOUR - HOUR / 4);
    // Open at its end: a moment that lies ahead by their clock might be refused.
    expect(only?.query).not.toHaveProperty('endAt');
  });

  it('of a long time are asked for in windows of at most seven days, without a gap', async () => {
    const { provider, requests } = connect({ [LIST]: pages([]) });
    const trace = traceOf({ since: NOW - 20 * DAY });
    expect(await provider.findAllSent([{ key: KEY, trace }])).toEqual([{ kind: 'absent' }]);
    expect(requests).toHaveLength(3);
    expect(time(requests[0], 'startAt')).toBeLessThan(trace.since);
    for (const [at, request] of requests.entries()) {
      const end = at < 2 ? time(request, 'endAt') : trace.until;
      expect(end - time(request, 'startAt')).toBeLessThanOrEqual(7 * DAY);
      if (at > 0) expect(time(request, 'startAt')).toBeLessThan(time(requests[at - 1], 'endAt'));
    }
    expect(requests[2]?.query).not.toHaveProperty('endAt');
  });

  it('of several channels are asked for channel by channel', async () => {
    const elsewhere = messageRow(1, { channelId: OTHER, reference: 'key-2' });
    const { provider } = connect({
      [LIST]: pages([ours(1), elsewhere]),
      [`GET /channels/${OTHER}/messages`]: pages([elsewhere]),
    });
    const inbox = { ...SMS, id: OTHER };
    const findings = await provider.findAllSent([
      { key: KEY, trace: traceOf() },
      { key: 'key-2', trace: traceOf({ inbox }) },
      { key: KEY, trace: traceOf({ inbox }) },
    ]);
    expect(findings.map(({ kind }) => kind)).toEqual(['found', 'found', 'absent']);
  });

  it('too old to be listed are not asked for, and nothing is concluded', async () => {
    const { provider, requests } = connect({});
    expect((await provider.findSent(KEY, traceOf({ since: 0 }))).kind).toBe('unclear');
    expect(requests).toEqual([]);
  });
});

it('a late commit: absent first, and found when it is there', async () => {
  const rows = strangers(1, 3);
  const { provider } = connect({ [LIST]: (request, index) => pages(rows)(request, index) });
  expect((await provider.findSent(KEY, traceOf())).kind).toBe('absent');
  rows.push(ours(9));
  expect((await provider.findSent(KEY, traceOf())).kind).toBe('found');
});

it('filters go by the names that are set, and one without a name is left out', async () => {
  const settings = { ...SETTINGS, filters: 'start=from, end=, direction=way' };
  const { provider, requests } = connect({ [LIST]: pages([]) }, settings);
  await provider.findSent(KEY, traceOf());
  expect(Object.keys(requests[0]?.query ?? {})).toEqual(['limit', 'from', 'way']);
});

it('rows without a reference are nothing where no tag says that they are ours', async () => {
  const bare = pages([messageRow(1, { reference: null })]);
  const { provider } = connect({ [LIST]: bare }, { ...SETTINGS, tag: '' });
  expect((await provider.findSent(KEY, traceOf())).kind).toBe('absent');
  const named = { [LIST]: pages([messageRow(1, { reference: null, tags: ['spring'] })]) };
  const own = connect(named, { ...SETTINGS, tag: 'Spring' }).provider;
  expect((await own.findSent(KEY, traceOf())).kind).toBe('unclear');
});

describe('in a conversation', () => {
  const talk = { conversationId: TALK };
  const row = (n: number, more = {}) => ({ ...ours(n, more), id: `talk-message-${n}` });

  it('is looked for there as well, from before its time on', async () => {
    const { provider, requests } = connect({
      [LIST]: pages([]),
      [IN_TALK]: pages([...strangers(1, 230), row(231)]),
    });
    expect(await provider.findSent(KEY, traceOf(talk))).toEqual({
      kind: 'found',
      receipts: [{ messageId: 'talk-message-231', conversationId: TALK }],
    });
    expect(time(requests[1], 'dateFrom')).toBe(traceOf().since - HOUR / 4);
  });

  it('one message that both lists show is one, whatever its ids', async () => {
    const { provider } = connect({ [LIST]: pages([ours(1)]), [IN_TALK]: pages([row(1)]) });
    expect(await provider.findSent(KEY, traceOf(talk))).toEqual({
      kind: 'found',
      receipts: [{ messageId: 'talk-message-1', conversationId: TALK }],
    });
  });

  it('a double shows in either list', async () => {
    const { provider } = connect({
      [LIST]: pages([ours(1), ours(2)]),
      [IN_TALK]: pages([row(1)]),
    });
    const finding = await provider.findSent(KEY, traceOf(talk));
    expect(finding).toMatchObject({ kind: 'found', receipts: { length: 2 } });
  });

  it.each<[string, Script]>([
    ['is gone', () => answer({ code: 'NotFound', message: 'no' }, 404)],
    ['begins again and again', () => answer({ results: [], nextPageToken: 'x' })],
  ])('that %s nothing is concluded', async (_, script) => {
    const { provider } = connect({ [LIST]: pages([]), [IN_TALK]: script });
    expect((await provider.findSent(KEY, traceOf(talk))).kind).toBe('unclear');
  });

  it('of which the place is not known, every one of the person in this channel is read', async () => {
    const table = {
      [LIST]: pages([]),
      [OF_PERSON]: pages([
        { id: 'talk-1', channelId: CHANNEL },
        { id: 'talk-2', channelId: OTHER },
        { id: TALK, channelId: CHANNEL },
      ]),
      'GET /conversations/talk-1/messages': pages(strangers(1, 2)),
      [IN_TALK]: pages([row(5)]),
    };
    const { provider } = connect(table, IN_INBOX);
    expect(await provider.findSent(KEY, traceOf())).toMatchObject({
      receipts: [{ messageId: 'talk-message-5', conversationId: TALK }],
    });
    const nobody = { ...table, [OF_PERSON]: () => answer({ message: 'no' }, 404) };
    expect(await connect(nobody, IN_INBOX).provider.findSent(KEY, traceOf())).toEqual({
      kind: 'absent',
    });
    const endless = { ...table, [OF_PERSON]: () => answer({ results: [], nextPageToken: 'x' }) };
    const finding = await connect(endless, IN_INBOX).provider.findSent(KEY, traceOf());
    expect(finding.kind).toBe('unclear');
  });
});
