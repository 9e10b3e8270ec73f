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
} from './fixture';

const sent = { receipt: { messageId: '5001', conversationId: '900' } };
const send = () => answer({ id: 5001, message: 'Your order is ready.' }, 201);

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
});
