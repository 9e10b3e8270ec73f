import { ProviderError } from '../../core/errors';
import type { CallKind } from '../../core/words';
import type { Ask } from '../ask';

export const PROVIDER = 'chatwoot';

/** One Chatwoot account, as the rest of the adapter speaks to it. */
export interface Account {
  readonly id: string;
  readonly ask: Ask;
  /** A path below `/api/v1/accounts/<id>`. */
  path(rest: string): string;
}

export type Settings = Readonly<Record<string, string>>;

/** @throws ProviderError `invalid_input` that names the field, never its value. */
export function accountIdOf(settings: Settings): string {
  const id = (settings['accountId'] ?? '').trim();
  if (/^\d+$/.test(id)) return id;
  throw invalidInput('accountId must be a number: the one in the address bar after /accounts/');
}

export function invalidInput(what: string): ProviderError {
  return new ProviderError('invalid_input', `${PROVIDER}: ${what}`, { provider: PROVIDER });
}

/** A read below the account, charged as a look-up. */
export function read(path: string, query?: Readonly<Record<string, string | number>>) {
  const call: CallKind = 'lookup';
  return { method: 'GET', path, call, ...(query === undefined ? {} : { query }) } as const;
}
