import { ProviderError } from '../../core/errors';
import type { RejectReason } from '../../core/words';
import { type Body, readAny, readOptionalNumber, readOptionalText } from '../read';
import { PROVIDER } from './settings';

/** Statuses after which Bird does nothing more, without having delivered (bird docs, message-status-and-interactions). */
export const FAILED = [
  'rejected',
  'skipped',
  'deleted',
  'sending_failed',
  'delivery_failed',
] as const;

/** Those of them in which a message was never handed to a carrier. */
export const NOT_SENT: readonly string[] = ['rejected', 'skipped', 'deleted'];

export function isFailed(status: string): boolean {
  return (FAILED as readonly string[]).includes(status);
}

/** Why a message failed, in Bird's words; null where it gives none. */
export function failureWords(message: Body): string | null {
  const description = readOptionalText(message, 'failure.description');
  const code = readOptionalNumber(message, 'failure.code');
  const said = [
    readOptionalText(message, 'reason'),
    readOptionalText(message, 'details'),
    description,
    code === null ? null : `code ${code}`,
  ].filter((part) => part !== null && part !== '');
  return said.length === 0 ? null : said.join(', ');
}

/**
 * A message that was taken and rejected in one answer: final, and nobody got it.
 *
 * The codes are in families (bird docs, message-failure-codes): of 12xxx the third is a destination that is not served and
 * the second a kind of message; what comes from `touchpoint` is about a template.
 */
export function rejection(asked: string, message: Body, status: string): ProviderError {
  return new ProviderError('rejected', `${PROVIDER}: ${asked}: answered with status ${status}`, {
    provider: PROVIDER,
    reason: reasonOf(message),
    detail: failureWords(message) ?? status,
  });
}

function reasonOf(message: Body): RejectReason {
  const code = readAny(message, 'failure.code');
  if (code === 12003) return 'invalid_address';
  if (code === 12002) return 'content';
  return readOptionalText(message, 'failure.source.name') === 'touchpoint' ? 'template' : 'other';
}
