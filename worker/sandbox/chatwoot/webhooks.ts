import { createHmac, randomUUID } from 'node:crypto';
import type { Outgoing } from '../outgoing';
import { atLeast } from './options';
import type { Message } from './rows';
import type { Store } from './store';
import { webhookView } from './webhook-view';

/** `WEBHOOK_TIMEOUT` (Chatwoot v4.15.1, lib/webhooks/trigger.rb). */
const TIMEOUT_MS = 5_000;

export type Tell = (event: 'message_created' | 'message_updated', message: Message) => void;

/**
 * What Chatwoot tells of messages: to the account's webhook, and to an API inbox's own callback. One try each. Not of its own
 * lines, but of notes. What an API inbox's callback does not take has failed, as the callback is its delivery.
 * Chatwoot v4.15.1 app/listeners/webhook_listener.rb, lib/webhooks/trigger.rb.
 */
export function teller(store: Store, outgoing: Outgoing): Tell {
  const { edition, version } = store;

  function tell(event: Parameters<Tell>[0], message: Message): void {
    const target = outgoing.targetOf(edition.id);
    if (target === undefined || message.messageType === 'activity') return;
    const { inbox } = message.conversation.session;
    const accountName = store.accounts.get(inbox.accountId)?.name ?? '';
    // As it is now: by the time of the call it may have changed again.
    const body = JSON.stringify(webhookView(event, message, { accountName, nowMs: store.now() }));
    send(target, { body, since: '4.11.2' });
    const callback =
      inbox.channelType === 'Channel::Api' ? target.inboxes?.[String(inbox.id)] : undefined;
    if (callback === undefined) return;
    const delivers =
      event === 'message_created' && message.messageType === 'outgoing' && !message.private;
    send(callback, {
      body,
      since: '4.13.0',
      ...(delivers && { failed: (why) => undelivered(message, why) }),
    });
  }

  function send(
    { url, secret }: { url: string; secret?: string },
    { body, since, failed }: { body: string; since: string; failed?: (why: string) => void },
  ): void {
    const signs = edition.signsWebhooks && atLeast(version, since) && secret !== undefined;
    outgoing.send({
      url,
      body,
      headers: {
        'x-chatwoot-delivery': randomUUID(),
        ...(signs && signature(body, secret, store.now())),
      },
      timeoutMs: TIMEOUT_MS,
      retryMs: [],
      ...(failed === undefined ? {} : { failed }),
    });
  }

  function undelivered(message: Message, why: string): void {
    message.status = 'failed';
    message.contentAttributes = { ...message.contentAttributes, external_error: why };
    message.updatedMs = store.now();
    tell('message_updated', message);
  }

  return tell;
}

function signature(body: string, secret: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const hex = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-chatwoot-timestamp': timestamp, 'x-chatwoot-signature': `sha256=${hex}` };
}
