import { type ErrorCode, ProviderError } from '../../core/errors';
import type { CallKind, ProviderId, RejectReason } from '../../core/words';
import { type Ask, refusal } from '../ask';

/** A platform that speaks Chatwoot's Application API: Chatwoot itself, or one that is built on it. */
export interface Edition {
  readonly id: ProviderId;
  readonly displayName: string;
  /** Where it is, for accounts that do not say so. */
  readonly url: string;
}

export const CHATWOOT: Edition = {
  id: 'chatwoot',
  displayName: 'Chatwoot',
  url: 'https://app.chatwoot.com',
};

/** One account, as the rest of the adapter speaks to it. */
export interface Account {
  readonly id: string;
  readonly edition: Edition;
  readonly ask: Ask;
  /** A path below `/api/v1/accounts/<id>`. */
  path(rest: string): string;
  /** The version to go by where the server is not asked for its own; null promises nothing. */
  readonly assumedVersion?: string | null;
  /** How a contact is found by its address: exactly, or among those that contain it. */
  readonly findBy: 'filter' | 'search';
}

/** A refusal of one recipient, in the platform's name. */
export function refuse({ id }: Edition, reason: RejectReason, detail: string): ProviderError {
  return refusal(id, reason, detail);
}

/** An error that is not about one recipient, in the platform's name. */
export function failed(
  { id }: Edition,
  code: ErrorCode,
  what: string,
  detail?: string,
): ProviderError {
  return new ProviderError(code, `${id}: ${what}`, {
    provider: id,
    ...(detail === undefined ? {} : { detail }),
  });
}

/** A read below the account, charged as a look-up. */
export function read(path: string, query?: Readonly<Record<string, string | number>>) {
  const call: CallKind = 'lookup';
  return { method: 'GET', path, call, ...(query === undefined ? {} : { query }) } as const;
}
