import type { HttpResponse } from '../../core/http';
import type { RejectReason } from '../../core/words';
import type { Refusal, Rules } from '../ask';
import { type Body, readAny, readFields, readOptionalText } from '../read';
import { PROVIDER } from './settings';

/** Bird's answers beyond the common ones (bird docs, channels-api, api-reference/messaging). */
export const rules: Rules = { provider: PROVIDER, refuses, words };

/**
 * A malformed or invalid request was not processed. A conflict (409) says nothing of what an earlier request did, and no
 * document says what it means for a message: it stays open, and is looked up.
 */
function refuses({ status }: HttpResponse, body: Body): Refusal | undefined {
  return status === 400 || status === 422 ? { reason: reasonOf(body) } : undefined;
}

/** What was refused, by the paths in `details`, such as `.receiver.contacts[0]`. */
function reasonOf(body: Body): RejectReason {
  const paths = Object.keys(readFields(body, 'details'));
  const about = (words: RegExp) => paths.some((path) => words.test(path));
  if (about(/^\.?(receiver|recipients|participants|add_?identifiers|identifiers?)\b/i)) {
    return 'invalid_address';
  }
  if (about(/^\.?template\b/i)) return 'template';
  return about(/^\.?body\b/i) ? 'content' : 'other';
}

/** The message with its details: on its own it only says that something is malformed. */
function words(body: Body): string | undefined {
  const message = readOptionalText(body, 'message');
  if (message === null) return undefined;
  const details = readAny(body, 'details');
  if (typeof details !== 'object' || details === null) return message;
  if (Array.isArray(details)) return `${message}: ${details.map(said).join('; ')}`;
  const parts = Object.entries(details).map(([path, what]) => `${path}: ${said(what)}`);
  return parts.length === 0 ? message : `${message}: ${parts.join('; ')}`;
}

function said(what: Body): string {
  if (typeof what === 'string') return what;
  if (Array.isArray(what)) return what.map(said).join(', ');
  return JSON.stringify(what) ?? '';
}
