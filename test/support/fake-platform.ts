import { ProviderError } from '../../core/errors';
import type { Platform } from '../../nodes/shared/platform';
import type { Finding, Inbox, Provider, Send } from '../../providers/provider';
import { defineProvider } from '../../providers/provider';

export const INBOX: Inbox = {
  id: '1',
  name: 'Support',
  channel: 'sms',
  addressKinds: ['phone', 'email'],
  text: true,
  template: true,
  replyWindow: false,
  lookup: true,
  facts: {},
};

export type SendStep = (send: Send, calls: number) => Promise<void>;

export interface FakePlatform {
  readonly platform: Platform;
  /** Every send that reached the platform, also those whose answer was lost. */
  readonly sends: Send[];
  readonly contacts: Set<string>;
  /** What a look-up says; by default what is in `sends`. */
  find: (key: string) => Finding | Promise<Finding>;
  lookUps: number;
  most: number;
}

let accounts = 0;

/** A platform in memory, a new account each time. `step` runs where the platform takes a message, and may throw. */
export function fakePlatform(
  step: SendStep = async () => {},
  inbox: Inbox = INBOX,
  onAbsent: 'resend' | 'park' = 'resend',
): FakePlatform {
  accounts += 1;
  const url = `https://platform-${accounts}.example`;
  let calls = 0;
  let inFlight = 0;
  const fake: FakePlatform = {
    sends: [],
    contacts: new Set(),
    lookUps: 0,
    most: 0,
    find: (key) => {
      const sent = fake.sends.findIndex((send) => send.key === key);
      return sent === -1 ? { kind: 'absent' } : { kind: 'found', receipts: [receipt(sent + 1)] };
    },
    platform: {
      credentialName: 'chatwootApi',
      definition: defineProvider({
        id: 'chatwoot',
        displayName: 'Fake',
        capabilities: {
          channels: ['sms'],
          addressKinds: ['phone', 'email'],
          text: true,
          template: true,
          attachments: null,
          contacts: true,
          conversations: true,
          deliveryEvents: [],
          catchesUp: [],
          deduplicates: 'by_lookup',
          onAbsent,
          settleDelayMs: 60,
          limits: {},
          calls: { cold: [], found: [], warm: [] },
        },
        credentials: [],
        authorize: () => ({ baseUrl: url, headers: {}, query: {} }),
        connect: () => provider,
      }),
    },
  };
  const provider: Provider = {
    refuse: (reason, detail) =>
      new ProviderError('rejected', `fake: ${reason}`, { provider: 'chatwoot', reason, detail }),
    listInboxes: async () => [inbox],
    listTemplates: async () => [
      { name: 'ready', language: 'en', status: 'approved', params: ['1'], body: 'Order {{1}}' },
    ],
    async ensureContact({ value }) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const created = !fake.contacts.has(value);
      fake.contacts.add(value);
      return { id: value, created, blocked: false };
    },
    ensureConversation: async () => ({ id: 'c1', watermark: '0', canReply: true, blocked: false }),
    async sendMessage(send) {
      calls += 1;
      inFlight += 1;
      fake.most = Math.max(fake.most, inFlight);
      try {
        await step(send, calls);
        fake.sends.push(send);
        return receipt(fake.sends.length);
      } finally {
        inFlight -= 1;
      }
    },
    async findSent(key) {
      fake.lookUps += 1;
      return fake.find(key);
    },
  };
  return fake;
}

function receipt(id: number) {
  return { messageId: String(id), conversationId: 'c1' };
}

export function lost(): ProviderError {
  return new ProviderError('outcome_unknown', 'fake: no answer', { provider: 'chatwoot' });
}
