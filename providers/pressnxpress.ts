import { ProviderError } from '../core/errors';
import { type Ask, asker, type Rules, refusal } from './ask';
import { attributesOf } from './pressnxpress/attributes';
import {
  CREDENTIALS,
  PROVIDER,
  type Settings,
  secretOf,
  settingsOf,
} from './pressnxpress/settings';
import {
  type Contact,
  type Conversation,
  defineProvider,
  type Inbox,
  type Provider,
  type Receipt,
  type Send,
} from './provider';
import { readText } from './read';

/** There are no contacts to ask for: the platform makes its own from the attributes. */
const CONTACT: Contact = { id: 'none', created: false, blocked: false };
const CONVERSATION: Conversation = { id: null, watermark: null, canReply: true, blocked: false };
const ACCEPTED: Receipt = { messageId: null, conversationId: null };

/**
 * Any 4xx is final (an assumption: no document lists status codes), and it is the person's matter unless it is one of
 * the common ones.
 */
const rules: Rules = { provider: PROVIDER, refuses: () => ({ reason: 'other' }) };

/**
 * Press'nXPress: one request, which hands a person to a touchpoint (a survey by SMS or mail). Words and link belong to the
 * touchpoint, so a message is a template whose parameters become attributes. There is no id in the answer, no key and
 * no look-up: a lost answer is a person's to decide (help.pressnxpress.com, integration-api-sms and -email).
 */
export const pressnxpress = defineProvider<Provider>({
  id: PROVIDER,
  displayName: "Press'nXPress",
  capabilities: {
    channels: ['sms', 'mail'],
    addressKinds: ['phone', 'email'],
    text: false,
    template: true,
    attachments: null,
    contacts: false,
    conversations: false,
    instead: {
      text: 'The words belong to the touchpoint: name it in message.template, and give its attributes as params.',
      attachments: 'A touchpoint sends its own words and link, and nothing else.',
    },
    deliveryEvents: [],
    catchesUp: [],
    deduplicates: 'no',
    onAbsent: 'park',
    settleDelayMs: 0,
    // Not documented, so low.
    limits: { message: 2 },
    calls: { cold: ['message'], found: ['message'], warm: ['message'] },
  },
  credentials: CREDENTIALS,
  authorize(credentials) {
    const { url } = settingsOf(credentials);
    return {
      baseUrl: url,
      headers: {},
      query: { apiKey: secretOf(credentials, 'apiKey') },
      path: { touchpointToken: secretOf(credentials, 'touchpointToken') },
    };
  },
  connect(http, fields) {
    const settings = settingsOf(fields);
    const ask = asker(http, { ...rules, doubts429: settings.doubts429 });
    return {
      refuse: (reason, detail) => refusal(PROVIDER, reason, detail),
      listInboxes: async () => [inboxOf(settings)],
      ensureContact: async () => CONTACT,
      ensureConversation: async () => CONVERSATION,
      sendMessage: (send) => enqueue(ask, settings, send),
    };
  },
});

/** A touchpoint is of one channel, and an account is one touchpoint. */
function inboxOf({ channel }: Settings): Inbox {
  return {
    id: channel,
    name: channel === 'sms' ? 'SMS touchpoint' : 'Mail touchpoint',
    channel,
    addressKinds: [channel === 'sms' ? 'phone' : 'email'],
    text: false,
    template: true,
    replyWindow: false,
    lookup: false,
    asks: ['firstName', 'lastName'],
    facts: {},
  };
}

async function enqueue(ask: Ask, settings: Settings, send: Send): Promise<Receipt> {
  const { channel, encoding } = settings;
  const attributes = attributesOf(send, settings);
  return ask({
    asked: 'enqueueing for a touchpoint',
    request: {
      method: 'POST',
      path: `/channel/${channel}/{touchpointToken}/enqueue`,
      call: 'message',
      delivers: send.sendBy === undefined ? {} : { sendBy: send.sendBy },
      ...(encoding === 'form' ? { form: attributes } : { json: attributes }),
    },
    read: (body, status) => judged(readText(body, 'message'), status, settings),
  });
}

/**
 * What a 2xx means. Success and error have the same shape, so where an account says how their messages read, these
 * decide.
 */
function judged(message: string, status: number, settings: Settings): Receipt {
  const { errorMessage, successMessage } = settings;
  const about = { provider: PROVIDER, status, detail: message } as const;
  if (errorMessage?.test(message)) {
    const what = `${PROVIDER}: enqueueing for a touchpoint: answered ${status} with an error`;
    throw new ProviderError('rejected', what, { ...about, reason: 'other' });
  }
  if (successMessage !== null && !successMessage.test(message)) {
    const what = `${PROVIDER}: enqueueing for a touchpoint: answered ${status} without success`;
    throw new ProviderError('outcome_unknown', what, about);
  }
  return ACCEPTED;
}
