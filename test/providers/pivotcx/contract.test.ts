import { pivotcx } from '../../../providers/pivotcx';
import { describeContract } from '../../support/provider-contract';
import { answer } from '../../support/scripted-http';
import {
  ADA,
  CONTACTS,
  CONVERSATIONS,
  created,
  empty,
  INBOX,
  KEY,
  PHONE,
  page,
  routes,
  row,
  SEND,
  SETTINGS,
  STRANGER,
} from './fixture';

const sent = { receipt: { messageId: '5001', conversationId: '900' } };
const send = () => answer({ id: 5001, message: 'Your order is ready.' }, 201);

const UNTIL = Date.parse('2026-11-20T10:15:42Z');
const at = (secondsAgo: number) => new Date(UNTIL - secondsAgo * 1000).toISOString();
const said = (id: number, secondsAgo: number, direction = 'inbound') => ({
  id,
  direction,
  message: 'STOP',
  created: at(secondsAgo),
});

describeContract('pivotcx', {
  definition: pivotcx,
  // A bare list is an envelope too unless the account names one.
  credentials: { ...SETTINGS, username: 'ada', password: 'pw-Secret-1', resultsPath: 'results' },
  inbox: INBOX,
  address: PHONE,
  profile: ADA,
  content: { kind: 'text', text: 'Your order is ready.' },
  key: KEY,
  journeys: {
    cold: {
      script: (request, index) =>
        routes({
          [`GET ${CONVERSATIONS}`]: index === 0 ? empty : () => page([row(900)]),
          [`POST ${CONTACTS}`]: created,
          [`POST ${SEND}`]: send,
        })(request, index),
      ...sent,
    },
    found: {
      script: routes({ [`GET ${CONVERSATIONS}`]: () => page([row(900)]), [`POST ${SEND}`]: send }),
      ...sent,
    },
    warm: {
      script: routes({ [`POST ${SEND}`]: send }),
      contact: { id: '11', created: false, blocked: false },
      conversation: { id: '900', watermark: null, canReply: true, blocked: false },
      ...sent,
    },
  },
  // What an acceptance looks like is in no document; and any 4xx is final.
  accepts: ['a 200 is an empty object', 'nobody knows the 4xx'],
  lookUps: {},
  catchUp: {
    settings: {
      messagesPath: '/v1/users/:user/teams/:team/conversations/:id/messages/',
      conversationActivePath: 'lastMessageAt',
    },
    since: UNTIL - 600_000,
    until: UNTIL,
    script: routes({
      [`GET ${CONVERSATIONS}`]: () =>
        page([
          { ...row(900), lastMessageAt: at(100) },
          { ...row(901, STRANGER, 12), last_message_at: at(90_000) },
        ]),
      [`GET ${CONVERSATIONS}900/messages/`]: () =>
        page([said(5002, 120), said(5003, 110, 'outbound'), said(5001, 90_000)]),
    }),
    told: [
      {
        id: '5002-replied',
        kind: 'replied',
        messageId: '5002',
        conversationId: '900',
        key: null,
        address: PHONE,
        at: UNTIL - 120_000,
        text: 'STOP',
      },
    ],
  },
});
