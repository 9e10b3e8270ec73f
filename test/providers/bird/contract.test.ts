import { expect } from 'vitest';
import { bird } from '../../../providers/bird';
import { describeContract } from '../../support/provider-contract';
import { answer, type Script } from '../../support/scripted-http';
import {
  CHANNEL,
  CONTACT,
  channelRow,
  DATE,
  KEY,
  messageRow,
  NOW,
  OTHER,
  ours,
  PHONE,
  pages,
  routes,
  SETTINGS,
  SMS,
  strangers,
  traceOf,
} from './fixture';

const UPSERT = 'PATCH /contacts/identifiers/phonenumber/%2B12025550123';
const SEND = `POST /channels/${CHANNEL}/messages`;
const LIST = `GET /channels/${CHANNEL}/messages`;
const accepted = (n: number) => () => answer(ours(n, { status: 'accepted' }), 202);
const contact = (status: number) => () => answer({ id: CONTACT, attributes: {} }, status);
const found = (...ids: number[]) => ({
  kind: 'found' as const,
  receipts: ids.map((n) => ({ messageId: `message-${n}`, conversationId: null })) as never,
});
const OUT = { channelId: CHANNEL, direction: 'outgoing' };
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString();
const stop = {
  id: 'message-901',
  channelId: CHANNEL,
  direction: 'incoming',
  status: 'delivered',
  sender: { contact: { identifierKey: 'phonenumber', identifierValue: PHONE.value } },
  body: { type: 'text', text: { text: 'STOP' } },
  createdAt: at(120),
};
const arrived = ours(902, { ...OUT, createdAt: at(300), lastStatusAt: at(290) });
const undelivered = ours(903, {
  ...OUT,
  status: 'delivery_failed',
  failure: { code: 15005, description: 'unknown subscriber' },
  createdAt: at(250),
  lastStatusAt: at(240),
});
const happened = [
  stop,
  arrived,
  undelivered,
  ours(904, { ...OUT, status: 'sent', createdAt: at(10) }),
  ours(905, { ...OUT, createdAt: at(7200), lastStatusAt: at(7100) }),
  { ...stop, id: 'message-906', createdAt: at(7200) },
  { ...stop, id: 'message-907', channelId: OTHER },
];

const looked = (script: Script) => ({ trace: traceOf(), script: routes({ [LIST]: script }) });

describeContract('bird', {
  definition: bird,
  credentials: { ...SETTINGS, accessKey: 'key-Secret-1' },
  inbox: SMS,
  address: PHONE,
  profile: { name: 'Ada', attributes: { city: 'Paris' } },
  content: { kind: 'text', text: 'Your order is ready.' },
  key: KEY,
  journeys: {
    cold: {
      script: routes({ [UPSERT]: contact(201), [SEND]: accepted(1) }),
      receipt: { messageId: 'message-1', conversationId: null },
    },
    found: {
      script: routes({ [UPSERT]: contact(200), [SEND]: accepted(2) }),
      receipt: { messageId: 'message-2', conversationId: null },
    },
    // The contact book is not believed, as the contact's own word is looked at each time.
    warm: {
      script: routes({ [UPSERT]: contact(200), [SEND]: accepted(3) }),
      receipt: { messageId: 'message-3', conversationId: null },
    },
  },
  ambiguous: answer({ code: 'Conflict', message: 'conflicting conditions' }, 409),
  lookUps: {
    'finds the message on page three': {
      ...looked(pages([...strangers(1, 230), ours(231), ...strangers(232, 260)])),
      finding: found(231),
    },
    'shows a double': {
      ...looked(pages([ours(1), ...strangers(2, 150), ours(151)])),
      finding: found(1, 151),
    },
    'takes a message that two windows show for one': {
      trace: traceOf({ since: NOW - 10 * 86_400_000 }),
      script: routes({ [LIST]: pages([ours(1)]) }),
      finding: { kind: 'found', receipts: [{ messageId: 'message-1', conversationId: null }] },
    },
    'is not led astray by a filter that is ignored': {
      // Other channels, other times, and what people wrote: all of them in one list.
      ...looked(
        pages([
          ...strangers(1, 150, { channelId: OTHER }),
          ...strangers(151, 200, { createdAt: '2020-01-01T00:00:00Z' }),
          ours(201, { direction: 'incoming' }),
          ours(202, { channelId: OTHER }),
        ]),
      ),
      finding: { kind: 'absent' },
    },
    "takes a stranger's equal text for no proof": {
      ...looked(pages(strangers(1, 3))),
      finding: { kind: 'absent' },
    },
    'is absent while nobody sent anything': { ...looked(pages([])), finding: { kind: 'absent' } },
    'knows nothing of a list without an end': {
      ...looked((_request, index) =>
        answer({ results: [messageRow(index)], nextPageToken: `${index}` }, 200, { date: DATE }),
      ),
      finding: { kind: 'unclear' },
    },
    'knows nothing of a list that begins again and again': {
      ...looked(() =>
        answer({ results: [messageRow(1)], nextPageToken: 'x' }, 200, { date: DATE }),
      ),
      finding: { kind: 'unclear' },
    },
    'finds a message in a list that begins again': {
      ...looked(() => answer({ results: [ours(1)], nextPageToken: 'x' }, 200, { date: DATE })),
      finding: found(1),
    },
    'knows nothing when the clocks differ': {
      trace: traceOf({ since: NOW + 11 * 60_000, until: NOW + 11 * 60_000 }),
      script: routes({ [LIST]: pages([]) }),
      finding: { kind: 'unclear', why: expect.stringContaining('clocks differ') as never },
    },
    'bears with clocks that differ a little': {
      trace: traceOf({ since: NOW + 9 * 60_000, until: NOW + 9 * 60_000 }),
      script: routes({ [LIST]: pages([]) }),
      finding: { kind: 'absent' },
    },
    'finds a message although the clocks differ': {
      trace: traceOf({ until: NOW + 86_400_000 }),
      script: routes({ [LIST]: pages([ours(1)]) }),
      finding: found(1),
    },
    'knows nothing when the answer does not say what time it is': {
      ...looked(() => answer({ results: [] })),
      finding: { kind: 'unclear' },
    },
    'knows nothing of a list that leaves references out': {
      ...looked(pages([messageRow(1, { reference: null })])),
      finding: { kind: 'unclear' },
    },
    'does not call sent what was rejected, nor lets it be sent again by itself': {
      ...looked(pages([ours(1, { status: 'rejected', failure: { description: 'no balance' } })])),
      finding: {
        kind: 'unclear',
        why: 'Bird has it as rejected, so nobody got it: no balance',
      },
    },
    'prefers the one that was sent to one that was rejected': {
      ...looked(pages([ours(1, { status: 'rejected' }), ours(2, { status: 'delivery_failed' })])),
      finding: found(2),
    },
  },
  catchUp: {
    since: NOW - 600_000,
    until: NOW,
    // Filters are ignored: one list for both questions.
    script: routes({
      'GET /channels': () =>
        answer({ results: [channelRow(), channelRow('slack', { id: OTHER })] }),
      [LIST]: pages(happened),
    }),
    told: [
      {
        id: 'message-901:replied',
        kind: 'replied',
        messageId: 'message-901',
        key: null,
        address: PHONE,
        at: NOW - 120_000,
        text: 'STOP',
      },
      { id: 'message-902:delivered', kind: 'delivered', key: KEY, at: NOW - 290_000 },
      {
        id: 'message-903:delivery_failed',
        kind: 'failed',
        key: KEY,
        text: 'unknown subscriber, code 15005',
      },
    ],
    webhooks: [
      { service: 'channels', event: 'sms.inbound', payload: stop },
      { service: 'channels', event: 'sms.outbound', payload: arrived },
      { service: 'channels', event: 'sms.outbound', payload: undelivered },
    ],
  },
});
