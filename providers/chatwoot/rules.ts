import type { HttpResponse } from '../../core/http';
import type { Refusal, Rules } from '../ask';
import { type Body, readAny, readOptionalText } from '../read';
import type { Edition } from './account';

const MINUTE_MS = 60_000;

/** Chatwoot's answers beyond the common ones. */
export function rulesOf({ id }: Edition): Rules {
  return { provider: id, refuses, retryAfterMs: untilNextMinute };
}

/**
 * What a 4xx means. The list is closed on purpose: creating a message rescues every error, also one that is raised after
 * the row was committed, and answers 422 with its text, so any text that is not known here proves nothing (Chatwoot
 * v4.15.1, app/controllers/api/v1/accounts/conversations/messages_controller.rb). Texts are translated for some accounts
 * on servers before 4.14; a translated one is simply not recognised.
 */
export function refuses({ status }: HttpResponse, body: Body): Refusal | undefined {
  // Malformed JSON or a body that the proxy in front does not take: neither reached the application.
  if (status === 400) return { reason: 'other' };
  if (status === 413) return { reason: 'content' };
  if (status !== 422) return undefined;
  const attributes = invalidAttributes(body);
  if (attributes.length > 0) return { reason: reasonOf(attributes) };
  return refusedInWords(readOptionalText(body, 'error') ?? '');
}

/** The record's invalid attributes: the part of an error that no locale changes. Empty in other errors. */
export function invalidAttributes(body: Body): readonly string[] {
  const attributes = readAny(body, 'attributes');
  if (!Array.isArray(attributes)) return [];
  return attributes.filter((attribute) => typeof attribute === 'string');
}

function reasonOf(
  attributes: readonly string[],
): 'invalid_address' | 'template' | 'content' | 'other' {
  if (attributes.some((name) => /^(phone_number|email|identifier|source_id)$/.test(name))) {
    return 'invalid_address';
  }
  // A message's template parameters are checked as part of its additional attributes (app/models/message.rb).
  if (attributes.includes('additional_attributes')) return 'template';
  return attributes.includes('content') ? 'content' : 'other';
}

function refusedInWords(error: string): Refusal | undefined {
  // Lost a race for the person's session: it exists now, so looking again finds it.
  if (error === 'source_id should be unique') return { harmless: true };
  if (error.startsWith('param is missing or the value is empty')) {
    return { reason: error.includes(': contact ') ? 'invalid_address' : 'other' };
  }
  if (error === 'Incoming messages are only allowed in Api inboxes')
    return { reason: 'not_allowed' };
  if (!error.startsWith('Validation failed: ')) return undefined;
  if (error.includes('Content is too long')) return { reason: 'content' };
  // 200 messages a minute in one conversation (lib/limits.rb): this person's matter, not the account's.
  if (error.includes('Too many messages')) return { harmless: true, retryAfterMs: MINUTE_MS };
  return error.includes('must be of type') ? { reason: 'template' } : undefined;
}

/**
 * Chatwoot's limiter says nothing but "Retry later"; its windows are fixed to the minute of the server's wall clock
 * (Chatwoot v4.15.1, config/initializers/rack_attack.rb).
 */
function untilNextMinute({ headers }: HttpResponse): number | undefined {
  const serverMs = Date.parse(headers['date'] ?? '');
  return Number.isNaN(serverMs) ? undefined : MINUTE_MS - (serverMs % MINUTE_MS);
}
