import { bevatel } from '../../../providers/bevatel';
import { describeContract } from '../../support/provider-contract';
import { answer } from '../../support/scripted-http';
import { call, ours, SINCE, server, talks, theirs, UNTIL } from '../chatwoot/active-fixture';
import {
  contactRow,
  conversationList,
  conversationRow,
  KEY,
  marked,
  messageList,
  messageRow,
  PHONE,
  routes,
  taken,
} from '../chatwoot/fixture';
import { accepted, CREDENTIALS, DEVELOPER, inboxOf, TEMPLATE, WHATSAPP } from './fixture';

const SMS = inboxOf({ channel_type: 'Channel::Sms' });
const credentials = { url: 'https://chat.example.com', ...CREDENTIALS };
const stranger = contactRow(2, { phone_number: `${PHONE.value}4` });
const known = {
  'POST /contacts': taken,
  'GET /contacts/search': () => answer({ meta: {}, payload: [stranger, contactRow(11)] }),
  'GET /conversations': conversationList([conversationRow(42, { messages: [messageRow(100)] })]),
};
const cold = { 'POST /contacts': () => answer({ payload: { contact: contactRow(11) } }) };
const contact = { id: '11', created: false, blocked: false };
const conversation = { id: '42', watermark: '100', canReply: true, blocked: false };
const kept = (id: number, key = KEY) =>
  messageRow(id, { content_attributes: { external_created_at: key } });
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => messageRow(from + index));
const bare = (id: number, more = {}) => messageRow(id, { content_attributes: {}, ...more });
const trace = {
  ...{ address: PHONE, inbox: SMS, contactId: '11', conversationId: '42', watermark: '100' },
  ...{ since: 0, until: 0 },
};
const said = (...messages: ReturnType<typeof messageRow>[]) => ({
  'GET /conversations/42/messages': messageList(messages),
});

const delivered = ours(205, 300, { status: 'delivered' });
const stop = theirs(301, 120);
const catchUp = {
  since: SINCE,
  until: UNTIL,
  script: server(
    talks({
      42: [stop, ours(302, 60)],
      43: [delivered],
      44: [theirs(100, 90_000), ours(101, 7200, { status: 'read' })],
    }),
  ),
  told: [
    { id: '301-replied', kind: 'replied', conversationId: '42', address: PHONE, text: 'STOP' },
    { id: '205-delivered', kind: 'delivered', messageId: '205', conversationId: '43' },
  ] as const,
  webhooks: [call('message_created', 42, stop), call('message_updated', 43, delivered)],
};

describeContract('bevatel, texts', {
  definition: bevatel,
  credentials,
  inbox: SMS,
  address: PHONE,
  profile: { name: 'Ada' },
  content: { kind: 'text', text: 'Your order is ready.' },
  key: KEY,
  journeys: {
    cold: {
      script: routes({
        ...cold,
        'POST /conversations': () => answer(conversationRow(42, { messages: [kept(900)] })),
      }),
      receipt: { messageId: '900', conversationId: '42' },
    },
    found: {
      script: routes({ ...known, 'POST /conversations/42/messages': () => answer(marked(901)) }),
      receipt: { messageId: '901', conversationId: '42' },
    },
    warm: {
      script: routes({ 'POST /conversations/42/messages': () => answer(marked(902)) }),
      contact,
      conversation,
      receipt: { messageId: '902', conversationId: '42' },
    },
  },
  ambiguous: answer({ error: 'Redis::CannotConnectError' }, 422),
  waitWithoutRetryAfterMs: 18_000,
  lookUps: {
    'finds the message on page three, by the mark that old servers keep': {
      trace,
      script: routes(said(...rows(101, 330), kept(331))),
      finding: { kind: 'found', receipts: [{ messageId: '331', conversationId: '42' }] },
    },
    "takes a stranger's equal text for no proof": {
      trace,
      script: routes(said(...rows(101, 103))),
      finding: { kind: 'absent' },
    },
    'knows nothing when a message has no mark: the server may keep none': {
      trace,
      script: routes(said(bare(101))),
      finding: { kind: 'unclear' },
    },
    'knows nothing of it on an API inbox either, as nobody has tried what is kept there': {
      trace: { ...trace, inbox: inboxOf({ channel_type: 'Channel::Api' }) },
      script: routes(said(bare(101))),
      finding: { kind: 'unclear' },
    },
    'of an unopened conversation: an ignored filter is no complete list': {
      trace: { ...trace, conversationId: null, watermark: null },
      script: routes({
        'GET /conversations': conversationList([conversationRow(7, {}, contactRow(99))]),
        'GET /contacts/11/conversations': () =>
          answer({
            payload: Array.from({ length: 20 }, (_, at) => ({
              ...conversationRow(50 + at),
              inbox_id: 4,
            })),
          }),
      }),
      finding: { kind: 'unclear' },
    },
  },
  catchUp,
});

const sent = { trace: { ...trace, inbox: WHATSAPP } };
const listed = {
  'GET /contacts/11/conversations': () => answer({ payload: [conversationRow(42)] }),
};

describeContract('bevatel, templates', {
  definition: bevatel,
  credentials,
  inbox: WHATSAPP,
  address: PHONE,
  profile: { name: 'Ada' },
  content: TEMPLATE,
  key: KEY,
  journeys: {
    cold: {
      script: routes({ ...cold, [DEVELOPER]: accepted }),
      receipt: { messageId: null, conversationId: null },
    },
    found: {
      script: routes({ ...known, [DEVELOPER]: () => answer({ message_id: 77 }) }),
      receipt: { messageId: '77', conversationId: '42' },
    },
    warm: {
      script: routes({
        [DEVELOPER]: () => answer({ message: 'ok', data: { id: 78, status: 'sent' } }, 201),
      }),
      contact,
      conversation,
      receipt: { messageId: '78', conversationId: '42' },
    },
  },
  ambiguous: answer({ message: 'Phone number is invalid', attributes: ['phone_number'] }, 422),
  lookUps: {
    'never takes a new message for the one that is looked for': {
      ...sent,
      script: routes({ ...listed, ...said(bare(101), bare(102, { message_type: 3 })) }),
      finding: { kind: 'unclear' },
    },
    'never proves an absence': {
      ...sent,
      script: routes({ ...listed, ...said() }),
      finding: { kind: 'unclear' },
    },
    'finds a text, which bears the key': {
      ...sent,
      script: routes({ ...listed, ...said(kept(101)) }),
      finding: { kind: 'found', receipts: [{ messageId: '101', conversationId: '42' }] },
    },
  },
  catchUp,
});
