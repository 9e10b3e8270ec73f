import type { Json } from '../../core/http';
import { type Body, readAny } from '../read';
import { atLeast } from './version';

/**
 * Where a message can carry the send's key so that a listing shows it again. Chatwoot has no idempotency key, so this is
 * what a lost answer is settled by.
 */
export const CARRIERS = ['content_attributes', 'external_created_at', 'source_id'] as const;
export type Carrier = (typeof CARRIERS)[number];

const API_CHANNEL = 'Channel::Api';
/** What a send's key looks like. */
const KEY = /^[A-Za-z0-9_-]{1,40}$/;

/**
 * Every carrier at once: a server silently drops those that it does not know. `source_id` is for API inboxes only; on
 * any other channel it makes Chatwoot believe that the message came from there, and not send it (Chatwoot v4.15.1,
 * app/services/base/send_on_channel_service.rb).
 */
export function marker(key: string, attempt: number, channelType: string): Record<string, Json> {
  return {
    content_attributes: { campaign_runner: { key, attempt } },
    // A free string that Chatwoot stores and never reads (app/builders/messages/message_builder.rb).
    external_created_at: key,
    ...(channelType === API_CHANNEL ? { source_id: key } : {}),
  };
}

/** The carriers in which a listed message bears this key. */
export function carriersOf(row: Body, key: string): readonly Carrier[] {
  const value: Record<Carrier, Body> = {
    content_attributes: readAny(row, 'content_attributes.campaign_runner.key'),
    external_created_at: readAny(row, 'content_attributes.external_created_at'),
    source_id: readAny(row, 'source_id'),
  };
  return CARRIERS.filter((carrier) => value[carrier] === key);
}

/** The key that a message bears in one of its carriers, whosever it is; null where there is none. */
export function keyOf(row: Body, channelType: string | null): string | null {
  const values = [
    readAny(row, 'content_attributes.campaign_runner.key'),
    readAny(row, 'content_attributes.external_created_at'),
    // On other channels this is the channel's own id.
    channelType === API_CHANNEL ? readAny(row, 'source_id') : null,
  ];
  const key = values.find((value) => typeof value === 'string' && KEY.test(value));
  return typeof key === 'string' ? key : null;
}

/** What a server of this version keeps; nothing is promised for a server that does not tell its version. */
export function carriersKept(version: string | null, channelType: string): readonly Carrier[] {
  const since: Record<Carrier, string> = {
    content_attributes: '4.9',
    external_created_at: '1.17',
    source_id: '3.4',
  };
  return CARRIERS.filter(
    (carrier) =>
      atLeast(version, since[carrier]) && (carrier !== 'source_id' || channelType === API_CHANNEL),
  );
}
