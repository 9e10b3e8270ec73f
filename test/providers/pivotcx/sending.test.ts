import { describe, expect, it } from 'vitest';
import { requestTarget } from '../../../core/http';
import type { Content } from '../../../core/message';
import type { Trace } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { answer, plain, type Script } from '../../support/scripted-http';
import { connect, INBOX, KEY, nothing, PHONE, page, routes, SEND, SETTINGS, TEAM } from './fixture';

const TEXT: Content = { kind: 'text', text: 'Your order is ready. 100 % & more=fun ü' };

async function say(script: Script, settings: Record<string, string> = {}, content = TEXT) {
  const { provider, requests } = connect(script, settings);
  const contact = { id: '11', created: false, blocked: false };
  const conversation = { id: '900', watermark: null, canReply: true, blocked: false };
  const send = { key: KEY, attempt: 1, inbox: INBOX, address: PHONE, contact, conversation };
  let receipt: unknown;
  const error = await caught(async () => {
    receipt = await provider.sendMessage({ ...send, content });
  });
  return { receipt, error, requests };
}

describe('a message', () => {
  it('is one form field, or one of a JSON body', async () => {
    const { requests } = await say(() => answer({ id: 1 }));
    const common = { method: 'POST', path: SEND, call: 'message', delivers: {} };
    expect(requests).toEqual([{ ...common, form: { message: TEXT.text } }]);
    const inJson = await say(() => answer({ id: 1 }), { bodyEncoding: 'json' });
    expect(inJson.requests).toEqual([{ ...common, json: { message: TEXT.text } }]);
  });

  const paths: [Record<string, string>, string][] = [
    [{ sendPath: '/v2/c/:id/send' }, '/v2/c/900/send'],
    [{ trailingSlash: 'never' }, SEND.slice(0, -1)],
    [{ trailingSlash: 'always', sendPath: '/c/:id/send_message' }, '/c/900/send_message/'],
    [{ userId: 'a/b', sendPath: '/:user/:id/:team' }, '/a%2Fb/900/42'],
  ];
  it.each(paths)('goes where the account says: %o', async (settings, path) => {
    expect((await say(() => answer({ id: 1 }), settings)).requests[0]?.path).toBe(path);
  });

  const accepted: [string, Script, string | null][] = [
    ['its own id', () => answer({ id: 5001 }, 201), '5001'],
    ['an id inside', () => answer({ message: { id: 'm-1' }, id: 900 }), 'm-1'],
    ['the text and an id', () => answer({ message: 'Your order', messageId: 7 }), '7'],
    ["the conversation's id", () => answer({ id: 900 }), null],
    ['nothing known', () => answer({ status: 'ok' }), null],
    ['an id of no known kind', () => answer({ id: { a: 1 } }), null],
  ];
  it.each(accepted)('is accepted by an object with %s', async (_, script, messageId) => {
    const { receipt, error } = await say(script);
    expect(error).toBeUndefined();
    expect(receipt).toEqual({ messageId, conversationId: '900' });
  });

  const refused: [number, Script, string | undefined][] = [
    [400, () => answer({ detail: 'Opted out.' }, 400), 'Opted out.'],
    [400, () => answer({ message: ['Too long.'] }, 400), 'message: Too long.'],
    [409, () => answer({ detail: 'Closed.' }, 409), 'Closed.'],
    [422, () => plain('<html>', 422), undefined],
    [451, () => plain('no', 451), 'no'],
  ];
  it.each(refused)('is refused for good by a %s', async (status, script, detail) => {
    const { error } = await say(script);
    expect(error).toMatchObject({ code: 'rejected', reason: 'other', status });
    expect(error?.detail).toBe(detail);
    expect(error?.message).toBe(`pivotcx: sending a message: answered ${status}`);
  });

  it('that is redirected, for a slash too few, is in doubt', async () => {
    const { error } = await say(() => plain('', 301, { location: SEND }));
    expect(error?.code).toBe('outcome_unknown');
  });

  const bare: [string, Script, boolean][] = [
    ['a 204', nothing, true],
    ['an empty 200', () => plain('', 200, { 'content-length': '0' }), true],
    ['an empty 200 of unknown length', () => plain('', 200), false],
    ['a page to log in', () => plain('<html>', 200, { 'content-length': '6' }), false],
    ['half of an answer', () => plain('{"id":', 201, { 'content-length': '6' }), false],
  ];
  it.each(bare)(
    'answered by %s is in doubt unless the account says otherwise',
    async (_, script, ok) => {
      expect((await say(script)).error?.code).toBe('outcome_unknown');
      const told = await say(script, { emptyAnswer: 'accepted' });
      expect(told.error?.code).toBe(ok ? undefined : 'outcome_unknown');
      if (ok) expect(told.receipt).toEqual({ messageId: null, conversationId: '900' });
    },
  );

  const impossible: Content[] = [
    { kind: 'template', name: 'ready', params: {} },
    {
      kind: 'text',
      text: 'See file',
      attachments: [{ filename: 'a.txt', contentType: 'text/plain', bytes: new Uint8Array(1) }],
    },
  ];
  it.each(impossible)(
    'of $kind that the platform has no way for is no request',
    async (content) => {
      const { error, requests } = await say(() => answer({}), {}, content);
      expect(error?.code).toBe('rejected');
      expect(requests).toEqual([]);
    },
  );
});

describe('a look-up', () => {
  const MESSAGES = `${TEAM}/conversations/900/messages/`;
  const SINCE = Date.parse('2026-11-20T10:00:00Z');
  const trace = (conversationId: string | null = '900'): Trace => ({
    inbox: INBOX,
    address: PHONE,
    contactId: '11',
    conversationId,
    watermark: null,
    since: SINCE,
    until: SINCE + 60_000,
  });
  const look = (script: Script, settings = {}) =>
    connect(script, {
      messagesPath: '/v1/users/:user/teams/:team/conversations/:id/messages/',
      ...settings,
    });
  const old = { id: 1, message: 'Your order is ready.', created: '2026-11-20T09:30:00Z' };

  it('is promised only where the account has a list of messages', async () => {
    const [without] = await connect(nothing).provider.listInboxes();
    const [having] = await look(nothing).provider.listInboxes();
    expect([without?.lookup, having?.lookup]).toEqual([false, true]);
    expect(await connect(nothing).provider.findSent(KEY, trace())).toMatchObject({
      kind: 'unclear',
    });
    expect(await look(nothing).provider.findSent(KEY, trace(null))).toMatchObject({
      kind: 'unclear',
    });
  });

  const findings: [string, readonly object[], string][] = [
    ['is absent from an empty conversation', [], 'absent'],
    ['is absent where an equal text is older', [old], 'absent'],
    ['may be what was made since', [old, { ...old, created: '2026-11-20T10:00:01Z' }], 'unclear'],
    [
      'may be what a slow clock made before',
      [{ ...old, created: '2026-11-20T04:55:00-05:00' }],
      'unclear',
    ],
    [
      'cannot be told where no zone is given',
      [{ ...old, created: '2026-11-20T01:00:00' }],
      'unclear',
    ],
    ['cannot be told where no moment is given', [{ id: 1 }], 'unclear'],
  ];
  it.each(findings)('says that the message %s', async (_, rows, kind) => {
    const { provider, requests } = look(routes({ [`GET ${MESSAGES}`]: () => page(rows as never) }));
    expect((await provider.findSent(KEY, trace())).kind).toBe(kind);
    expect(requests).toHaveLength(1);
  });

  it('reads to the end, and says nothing of a list that goes on', async () => {
    const script: Script = ({ query }) => {
      const number = Number(query?.['page'] ?? 1);
      const next = `${SETTINGS.url}${MESSAGES}?page=${number + 1}`;
      const created = number === 3 ? '2026-11-20T10:00:30Z' : old.created;
      return page([{ ...old, created }], number === 3 ? null : next);
    };
    expect((await look(script).provider.findSent(KEY, trace())).kind).toBe('unclear');
    const short = look(script, { searchPages: '2' });
    expect((await short.provider.findSent(KEY, trace())).kind).toBe('unclear');
    expect(short.requests).toHaveLength(2);
  });

  it('reads the moment where the account says', async () => {
    const rows = () => answer([{ meta: { sent_at: '2026-11-20T10:00:30Z' } }]);
    const { provider } = look(rows, { messageCreatedPath: 'meta.sentAt' });
    expect((await provider.findSent(KEY, trace())).kind).toBe('unclear');
  });
});

it('pings by the one read that is documented, for a name that nobody has', async () => {
  const { provider, requests } = connect(() => page([]));
  expect(await provider.ping()).toEqual({ name: 'team 42', warnings: [] });
  expect(requests.map((request) => requestTarget(request))).toEqual([
    `${TEAM}/conversations/?contact_name__icontains=campaign-runner-ping`,
  ]);
  expect(await caught(() => connect(() => answer({ rows: [] })).provider.ping())).toMatchObject({
    code: 'unexpected_response',
  });
});
