import { ProviderError } from '../../core/errors';
import type { HttpRequest } from '../../core/http';
import type { Address } from '../../core/message';
import { type Ask, asker, type Refusal, type Rules, refusal } from '../../providers/ask';
import { httpsAddress } from '../../providers/https-address';
import {
  type Contact,
  defineProvider,
  type Identity,
  type Inbox,
  type Profile,
  type Receipt,
  type Send,
} from '../../providers/provider';
import { readId, readOptionalText, readText } from '../../providers/read';
import { findSent } from './find-sent';
import { POSTBOX } from './words';

const BASE = 'https://api.postbox.example';

/** An account is one sender, so there is nothing to list. */
export const INBOX: Inbox = {
  id: 'post',
  name: 'Postbox',
  channel: 'sms',
  addressKinds: ['phone'],
  text: true,
  template: false,
  replyWindow: false,
  lookup: true,
  facts: {},
};

/** Reasons that are found before anything is posted ("Errors"). One that is not named there proves nothing. */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['bad_phone', { reason: 'invalid_address' }],
  ['stopped', { reason: 'opted_out' }],
  ['too_long', { reason: 'content' }],
]);

const rules: Rules = {
  provider: POSTBOX,
  refuses: ({ status }, body) =>
    status === 422 ? REFUSALS.get(readOptionalText(body, 'reason') ?? '') : undefined,
};

const PING: HttpRequest = { method: 'GET', path: '/v1/me', call: 'lookup' };

/** Postbox: people by phone, letters to them. It keeps a mark on each letter, and lists letters with it. */
export const postbox = defineProvider({
  id: POSTBOX,
  displayName: 'Postbox',
  capabilities: {
    channels: ['sms'],
    addressKinds: ['phone'],
    text: true,
    template: false,
    attachments: null,
    contacts: true,
    conversations: false,
    instead: { template: 'Write message.text.', attachments: 'Put a link into the text.' },
    deliveryEvents: [],
    catchesUp: [],
    deduplicates: 'by_lookup',
    onAbsent: 'resend',
    // Posted within 30 s or never ("Letters"), and that doubled.
    settleDelayMs: 60_000,
    // Half of the 100 that an account may make ("Limits"): the limiter lets half a second come at once.
    limits: { contact: 20, message: 20, lookup: 10 },
    calls: { cold: ['contact', 'message'], found: ['contact', 'message'], warm: ['message'] },
  },
  credentials: [
    { name: 'url', label: 'URL', default: BASE, help: 'Address of the API, without /v1.' },
    { name: 'key', label: 'Key', secret: true, required: true, help: 'Postbox, Settings, Keys.' },
  ],
  authorize({ url = BASE, key = '' }) {
    if (!/^[\x21-\x7e]+$/.test(key)) {
      const what = `${POSTBOX}: key is missing, or has characters that no key has`;
      throw new ProviderError('invalid_input', what, { provider: POSTBOX });
    }
    return { baseUrl: httpsAddress(POSTBOX, url), headers: { 'x-postbox-key': key }, query: {} };
  },
  ping: () => PING,
  connect(http) {
    const ask = asker(http, rules);
    return {
      refuse: (reason, detail) => refusal(POSTBOX, reason, detail),
      ping: () => identify(ask),
      listInboxes: async () => [INBOX],
      ensureContact: (address, profile) => ensureContact(ask, address, profile),
      // Letters to one person are one thread, under the person's id: what the contact book remembers.
      ensureConversation: async ({ id }) => ({
        id,
        watermark: null,
        canReply: true,
        blocked: false,
      }),
      sendMessage: (send) => postLetter(ask, send),
      findSent: (key, trace) => findSent(ask, key, trace),
      // Nobody is blocked: Postbox itself refuses letters to people who said stop.
      listBlocked: async () => new Set(),
    };
  },
});

async function identify(ask: Ask): Promise<Identity> {
  return ask({
    asked: 'reading the account',
    request: PING,
    read: (body) => ({ name: readText(body, 'name'), warnings: [] }),
  });
}

/** Created or found by one and the same request ("People"). */
async function ensureContact(ask: Ask, { value }: Address, { name }: Profile): Promise<Contact> {
  return ask({
    asked: 'creating or finding a person',
    request: { method: 'POST', path: '/v1/people', json: { phone: value, name }, call: 'contact' },
    read: (body, status) => ({ id: readId(body, 'id'), created: status === 201, blocked: false }),
  });
}

/** The one request that delivers. The mark is what the letter is found by if the answer is lost. */
async function postLetter(ask: Ask, { key, contact, content, sendBy }: Send): Promise<Receipt> {
  if (content.kind !== 'text') throw refusal(POSTBOX, 'template', 'Postbox has no templates');
  return ask({
    asked: 'posting a letter',
    request: {
      method: 'POST',
      path: '/v1/letters',
      json: { to: contact.id, text: content.text, mark: key },
      call: 'message',
      delivers: sendBy === undefined ? {} : { sendBy },
    },
    read: (body) => ({ messageId: readId(body, 'id'), conversationId: contact.id }),
  });
}
