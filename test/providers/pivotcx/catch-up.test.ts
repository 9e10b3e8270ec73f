import { expect, it } from 'vitest';
import type { DeliveryEvent } from '../../../core/delivery';
import { caught } from '../../support/provider-contract';
import type { Script } from '../../support/scripted-http';
import { asked, CONVERSATIONS, connect, PHONE, page, routes, row, STRANGER } from './fixture';

const UNTIL = Date.parse('2026-11-20T10:15:42Z');
const SINCE = UNTIL - 600_000;
const LISTED = {
  messagesPath: '/v1/users/:user/teams/:team/conversations/:id/messages/',
  conversationActivePath: 'lastMessageAt',
};
const at = (secondsAgo: number) => new Date(UNTIL - secondsAgo * 1000).toISOString();
const said = (id: number, secondsAgo: number, more = {}) => ({
  ...{ id, direction: 'inbound', message: 'STOP', created: at(secondsAgo) },
  ...more,
});

async function catchUp(script: Script, settings: Readonly<Record<string, string>> = LISTED) {
  const { provider, requests } = connect(script, settings);
  const events: DeliveryEvent[] = [];
  const error = await caught(async () => {
    for await (const each of provider.catchUp?.(SINCE, UNTIL) ?? []) events.push(...each);
  });
  return { events, requests, error };
}

it('cannot, unless the account says where messages are and when a conversation was written in', () => {
  const script = routes({});
  for (const settings of [
    {},
    { messagesPath: LISTED.messagesPath },
    { conversationActivePath: 'lastMessageAt' },
  ]) {
    expect(connect(script, settings).provider.catchUp).toBeUndefined();
  }
  expect(connect(script, LISTED).provider.catchUp).toBeTypeOf('function');
});

it('reads the messages of those conversations alone that were written in', async () => {
  const { events, requests } = await catchUp(
    routes({
      [`GET ${CONVERSATIONS}`]: () =>
        page([
          { ...row(900), lastMessageAt: at(100) },
          { ...row(901, STRANGER, 12), lastMessageAt: at(90_000) },
        ]),
      [`GET ${CONVERSATIONS}900/messages/`]: () => page([said(1, 120)]),
    }),
  );
  expect(events).toMatchObject([{ kind: 'replied', address: PHONE, text: 'STOP' }]);
  expect(asked(requests)).toEqual([`GET ${CONVERSATIONS}`, `GET ${CONVERSATIONS}900/messages/`]);
});

it('passes over conversations that nobody has written in, and tells of those behind them', async () => {
  const more = { conversationActivePath: 'last.sentAt' };
  const { events, error } = await catchUp(
    routes({
      [`GET ${CONVERSATIONS}`]: () =>
        page([
          { ...row(898), last: { sentAt: null } },
          { ...row(899), last: null },
          { ...row(901, STRANGER, 12), last: { sent_at: null } },
          { ...row(900), last: { sentAt: at(100) } },
        ]),
      [`GET ${CONVERSATIONS}900/messages/`]: () => page([said(1, 120)]),
    }),
    { ...LISTED, ...more },
  );
  expect(error).toBeUndefined();
  expect(events).toMatchObject([{ kind: 'replied', text: 'STOP' }]);
});

it('tells also what bears a time to come, by a clock that is ahead', async () => {
  const { events } = await catchUp(
    routes({
      [`GET ${CONVERSATIONS}`]: () => page([{ ...row(900), lastMessageAt: at(-7200) }]),
      [`GET ${CONVERSATIONS}900/messages/`]: () => page([said(1, -7200)]),
    }),
  );
  expect(events).toMatchObject([{ kind: 'replied', text: 'STOP' }]);
});

it('goes by the names that the account says', async () => {
  const { events } = await catchUp(
    routes({
      [`GET ${CONVERSATIONS}`]: () => page([{ ...row(900), contact: 11, activity: { at: at(5) } }]),
      [`GET ${CONVERSATIONS}900/messages/`]: () =>
        page([
          { id: 'm1', kind: 'in', body: { text: 'Stop' }, sent_at: at(10) },
          { id: 'm2', kind: 'out', body: { text: 'Hi' }, sent_at: at(20) },
        ]),
    }),
    {
      ...LISTED,
      conversationActivePath: 'activity.at',
      messageCreatedPath: 'sentAt',
      messageDirectionPath: 'kind',
      messageInbound: 'in',
      messageTextPath: 'body.text',
    },
  );
  expect(events).toMatchObject([
    // A conversation that does not show whose it is says nothing of the person.
    { id: 'm1-replied', text: 'Stop', address: null, conversationId: '900' },
  ]);
});

it.each([
  ['conversationActivePath', [row(900)], []],
  ['messageCreatedPath', [{ ...row(900), lastMessageAt: at(5) }], [said(1, 5, { created: 'now' })]],
])('says which setting is wrong: %s', async (setting, conversations, messages) => {
  const { error } = await catchUp(
    routes({
      [`GET ${CONVERSATIONS}`]: () => page(conversations),
      [`GET ${CONVERSATIONS}900/messages/`]: () => page(messages),
    }),
  );
  expect(error).toMatchObject({ code: 'unexpected_response', provider: 'pivotcx' });
  expect(error?.message).toContain(setting);
});

it('does not pass over what is behind the pages that it may read', async () => {
  const next = 'https://pivot.example.org/v1/users/7/teams/42/conversations/?page=2';
  const { error } = await catchUp(
    routes({
      [`GET ${CONVERSATIONS}`]: () => page([{ ...row(901), lastMessageAt: at(9e4) }], next),
    }),
    { ...LISTED, searchPages: '3' },
  );
  expect(error?.message).toContain('searchPages');
});
