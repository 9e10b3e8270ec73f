import { chatwoot } from '../../../providers/chatwoot';
import { describeContract } from '../../support/provider-contract';
import { answer } from '../../support/scripted-http';
import { call, ours, SINCE, server, talks, theirs, UNTIL } from './active-fixture';
import {
  contactRow,
  conversationList,
  conversationRow,
  inboxOf,
  KEY,
  marked,
  messageList,
  messageRow,
  PHONE,
  routes,
  SETTINGS,
  SMS,
  taken,
} from './fixture';

const inbox = inboxOf(SMS);
const known = {
  ...{ address: PHONE, inbox, contactId: '11', conversationId: '42', watermark: '100' },
  ...{ since: 0, until: 0 },
};
const unopened = { ...known, conversationId: null, watermark: null };
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => messageRow(from + index));
const conversations = (from: number, to: number, sender?: ReturnType<typeof contactRow>) =>
  Array.from({ length: to - from + 1 }, (_, index) => conversationRow(from + index, {}, sender));
const found = (...ids: string[]) => ({
  kind: 'found' as const,
  receipts: ids.map((messageId) => ({ messageId, conversationId: '42' })) as never,
});
const nowhere = {
  'GET /conversations': conversationList([]),
  'GET /contacts/11/conversations': () => answer({ payload: [] }),
};

const delivered = ours(205, 300, { status: 'delivered' });
const stop = theirs(301, 120);

describeContract('chatwoot', {
  definition: chatwoot,
  credentials: { ...SETTINGS, token: 'tok-Secret-1' },
  inbox,
  address: PHONE,
  profile: { name: 'Ada', attributes: { city: 'Paris' } },
  content: { kind: 'text', text: 'Your order is ready.' },
  key: KEY,
  journeys: {
    cold: {
      script: routes({
        'POST /contacts': () => answer({ payload: { contact: contactRow(11) } }),
        'POST /conversations': () => answer(conversationRow(42, { messages: [marked(900)] })),
      }),
      receipt: { messageId: '900', conversationId: '42' },
    },
    found: {
      script: routes({
        'POST /contacts': taken,
        'POST /contacts/filter': () => answer({ meta: { count: 1 }, payload: [contactRow(11)] }),
        'GET /conversations': conversationList([
          conversationRow(42, { messages: [messageRow(7)] }),
        ]),
        'POST /conversations/42/messages': () => answer(marked(901)),
      }),
      receipt: { messageId: '901', conversationId: '42' },
    },
    warm: {
      script: routes({ 'POST /conversations/42/messages': () => answer(marked(902)) }),
      contact: { id: '11', created: false, blocked: false },
      conversation: { id: '42', watermark: '7', canReply: true, blocked: false },
      receipt: { messageId: '902', conversationId: '42' },
    },
  },
  ambiguous: answer({ error: 'Redis::CannotConnectError' }, 422),
  waitWithoutRetryAfterMs: 18_000,
  lookUps: {
    'finds the message on page three': {
      trace: known,
      script: routes({
        'GET /conversations/42/messages': messageList([...rows(101, 330), marked(331)]),
      }),
      finding: found('331'),
    },
    'shows a double': {
      trace: known,
      script: routes({
        'GET /conversations/42/messages': messageList([
          marked(101),
          ...rows(102, 260),
          marked(261),
        ]),
      }),
      finding: found('101', '261'),
    },
    'finds the key in external_created_at': {
      trace: known,
      script: routes({
        'GET /conversations/42/messages': messageList([
          messageRow(101, { content_attributes: { external_created_at: KEY } }),
        ]),
      }),
      finding: found('101'),
    },
    'finds the key in source_id': {
      trace: known,
      script: routes({
        'GET /conversations/42/messages': messageList([messageRow(101, { source_id: KEY })]),
      }),
      finding: found('101'),
    },
    "takes a stranger's equal text for no proof": {
      trace: known,
      script: routes({ 'GET /conversations/42/messages': messageList(rows(101, 103)) }),
      finding: { kind: 'absent' },
    },
    'knows nothing when an agent may have retried the message': {
      trace: known,
      script: routes({
        'GET /conversations/42/messages': messageList([
          messageRow(101, { content_attributes: {} }),
        ]),
      }),
      finding: { kind: 'unclear' },
    },
    'knows nothing when a message was deleted since': {
      trace: known,
      script: routes({
        'GET /conversations/42/messages': messageList([
          messageRow(101, { content_attributes: { deleted: true } }),
        ]),
      }),
      finding: { kind: 'unclear' },
    },
    'knows nothing when the list starts again and again': {
      trace: known,
      script: routes({ 'GET /conversations/42/messages': () => answer({ payload: rows(1, 100) }) }),
      finding: { kind: 'unclear' },
    },
    'knows nothing of a conversation that is gone': {
      trace: known,
      script: routes({ 'GET /conversations/42/messages': () => answer({}, 404) }),
      finding: { kind: 'unclear' },
    },
    'of an unopened conversation: finds it on page three': {
      trace: unopened,
      script: routes({
        ...nowhere,
        'GET /conversations': conversationList([
          ...conversations(60, 109).reverse(),
          conversationRow(42, { custom_attributes: { campaign_runner_key: KEY } }),
        ]),
        'GET /conversations/42/messages': messageList([marked(331)]),
        ...Object.fromEntries(
          conversations(60, 109).map(({ id }) => [
            `GET /conversations/${Number(id)}/messages`,
            messageList([]),
          ]),
        ),
      }),
      finding: found('331'),
    },
    'of an unopened conversation: finds it': {
      trace: unopened,
      script: routes({
        ...nowhere,
        'GET /conversations': conversationList([conversationRow(42), conversationRow(41)]),
        'GET /conversations/42/messages': messageList([marked(331)]),
        'GET /conversations/41/messages': messageList(rows(1, 2)),
      }),
      finding: found('331'),
    },
    'of an unopened conversation: takes the key on the conversation for proof': {
      trace: unopened,
      script: routes({
        ...nowhere,
        'GET /contacts/11/conversations': () =>
          answer({
            payload: [conversationRow(42, { custom_attributes: { campaign_runner_key: KEY } })],
          }),
        'GET /conversations/42/messages': messageList([
          messageRow(5, { content_attributes: { deleted: true } }),
        ]),
      }),
      finding: { kind: 'found', receipts: [{ messageId: null, conversationId: '42' }] },
    },
    'of an unopened conversation: absent when there is none': {
      trace: unopened,
      script: routes(nowhere),
      finding: { kind: 'absent' },
    },
    'of an unopened conversation: an ignored filter is no complete list': {
      trace: unopened,
      script: routes({
        'GET /conversations': conversationList(conversations(1, 30, contactRow(99))),
        'GET /contacts/11/conversations': () =>
          answer({ payload: conversations(50, 69).map((row) => ({ ...row, inbox_id: 4 })) }),
      }),
      finding: { kind: 'unclear' },
    },
    "of an unopened conversation: the contact's own short list is complete": {
      trace: unopened,
      script: routes({
        'GET /conversations': conversationList(conversations(1, 30, contactRow(99))),
        'GET /contacts/11/conversations': () => answer({ payload: [conversationRow(42)] }),
        'GET /conversations/42/messages': messageList(rows(1, 3)),
      }),
      finding: { kind: 'absent' },
    },
  },
  catchUp: {
    since: SINCE,
    until: UNTIL,
    script: server(
      talks({
        42: [ours(300, 7200), stop, ours(302, 60)],
        43: [delivered],
        44: [theirs(100, 90_000), ours(101, 7200, { status: 'read' })],
      }),
    ),
    told: [
      {
        id: '301-replied',
        kind: 'replied',
        messageId: '301',
        conversationId: '42',
        key: null,
        address: PHONE,
        at: UNTIL - 120_000,
        text: 'STOP',
      },
      {
        id: '205-delivered',
        kind: 'delivered',
        messageId: '205',
        conversationId: '43',
        key: KEY,
        address: PHONE,
        at: UNTIL - 300_000,
        text: null,
      },
    ],
    webhooks: [call('message_created', 42, stop), call('message_updated', 43, delivered)],
  },
});
