import { createHash, createHmac } from 'node:crypto';
import type { Outgoing, WebhookTarget } from '../outgoing';
import type { Message } from './rows';
import type { Store } from './store';
import { iso, messageView } from './views';

/** What Bird tells of by itself. */
export interface Tell {
  /** `status` where it tells an earlier one than is kept. */
  status(message: Message, status?: string): void;
  answer(message: Message): void;
  interaction(message: Message, interaction: Message['interactions'][number]): void;
}

const SECOND = 1000;
/** "Growing gaps over 8 hours": the gaps are a guess. */
const RETRY_MS = [1, 5, 30, 2 * 60, 10 * 60, 30 * 60, 60 * 60, 2 * 60 * 60, 4 * 60 * 60].map(
  (seconds) => seconds * SECOND,
);
/** How long an answer may take is not documented. */
const TIMEOUT_MS = 10 * SECOND;

/**
 * `{service, event, payload}`, with the message as lists show it (bird docs, webhook-subscriptions). The fields of an
 * interaction are a guess. A call that is not taken is made again with the time and the signature of the first try.
 */
export function teller(store: Store, outgoing: Outgoing): Tell {
  function tell(kind: 'inbound' | 'outbound' | 'interaction', message: Message, payload: unknown) {
    const target = outgoing.targetOf('bird');
    if (target === undefined) return;
    const platform = store.channels.get(message.channelId)?.platformId ?? '';
    const body = JSON.stringify({ service: 'channels', event: `${platform}.${kind}`, payload });
    outgoing.send({
      url: target.url,
      body,
      headers: signature(target, body, store.now()),
      timeoutMs: TIMEOUT_MS,
      retryMs: target.retryMs ?? RETRY_MS,
    });
  }

  return {
    status: (message, status) => tell('outbound', message, messageView(store, message, status)),
    answer: (message) => tell('inbound', message, messageView(store, message)),
    interaction: (message, { id, type, atMs }) =>
      tell('interaction', message, {
        id,
        messageId: message.id,
        channelId: message.channelId,
        type,
        createdAt: iso(atMs),
      }),
  };
}

/** Over the time, the address exactly as it was subscribed, and the hash of the body in bytes. */
function signature(
  { url, secret }: WebhookTarget,
  body: string,
  nowMs: number,
): Record<string, string> {
  if (secret === undefined) return {};
  const time = String(Math.floor(nowMs / SECOND));
  const signed = createHmac('sha256', secret)
    .update(`${time}\n${url}\n`)
    .update(createHash('sha256').update(body).digest());
  return {
    'messagebird-request-timestamp': time,
    'messagebird-signature': signed.digest('base64'),
  };
}
