import { asker } from './ask';
import { CHATWOOT } from './chatwoot/account';
import { accessOf, accountIdOf } from './chatwoot/credentials';
import { type ChatwootProvider, operationsOf } from './chatwoot/operations';
import { rulesOf } from './chatwoot/rules';
import { profileRequest } from './chatwoot/server';
import { webhookOf } from './chatwoot/webhook';
import { defineProvider } from './provider';

export type { ChatwootProvider } from './chatwoot/operations';

/**
 * Chatwoot's Application API, from version 2.17 on with look-up (older and unknown ones after a probe). Chatwoot has no
 * idempotency key: every message carries the send's key, and a lost answer is settled by reading the conversation.
 */
export const chatwoot = defineProvider<ChatwootProvider>({
  id: CHATWOOT.id,
  displayName: CHATWOOT.displayName,
  capabilities: {
    channels: ['sms', 'whatsapp', 'mail', 'api'],
    addressKinds: ['phone', 'email'],
    text: true,
    template: true,
    templateParts: ['header', 'buttons'],
    // What a server takes is a setting of its own; the bound is ours.
    attachments: { mostBytes: 16 * 1_048_576, types: [''], most: 15, addresses: false },
    contacts: true,
    conversations: true,
    deliveryEvents: ['sent', 'delivered', 'read', 'failed', 'replied'],
    catchesUp: ['delivered', 'read', 'failed', 'replied'],
    deduplicates: 'by_lookup',
    onAbsent: 'resend',
    // 30 s in the queue and 15 s of work (rack-timeout's defaults), doubled.
    settleDelayMs: 90_000,
    // Together 2,280 a minute, of the 3,000 that one address may make (config/initializers/rack_attack.rb).
    limits: { contact: 8, conversation: 2, message: 8, lookup: 20 },
    calls: {
      cold: ['contact', 'message'],
      found: ['contact', 'lookup', 'lookup', 'message'],
      warm: ['message'],
    },
  },
  credentials: [
    {
      name: 'url',
      label: 'URL',
      default: CHATWOOT.url,
      help: 'Address of the Chatwoot server, without /api.',
    },
    {
      name: 'accountId',
      label: 'Account ID',
      required: true,
      help: 'The number after /accounts/ in the address bar of Chatwoot.',
    },
    {
      name: 'token',
      label: 'Access Token',
      secret: true,
      required: true,
      help: "An administrator's token: Chatwoot, Profile Settings, Access Token. Not an agent bot's.",
    },
  ],
  authorize(credentials) {
    const { baseUrl, token } = accessOf(CHATWOOT, credentials);
    // With hyphens: nginx drops headers with underscores, and Chatwoot's Rack reads both alike.
    return { baseUrl, headers: { 'api-access-token': token }, query: {} };
  },
  ping: () => profileRequest,
  connect(http, settings) {
    const id = accountIdOf(CHATWOOT, settings);
    return operationsOf({
      id,
      edition: CHATWOOT,
      ask: asker(http, rulesOf(CHATWOOT)),
      path: (rest) => `/api/v1/accounts/${id}${rest}`,
      findBy: 'filter',
    });
  },
  webhook: webhookOf(CHATWOOT, 'signed'),
});
