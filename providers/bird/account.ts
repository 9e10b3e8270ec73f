import type { HttpRequest } from '../../core/http';
import type { Address } from '../../core/message';
import type { Ask } from '../ask';
import type { Authorization } from '../provider';
import {
  addressOf,
  type Fields,
  fieldOf,
  invalidInput,
  type Settings,
  settingsOf,
  workspaceIdOf,
} from './settings';

/** One workspace, as the rest of the adapter speaks to it. */
export interface Account {
  readonly settings: Settings;
  readonly ask: Ask;
  /** A path below the workspace. */
  path(rest: string): string;
}

export function openAccount(fields: Fields, ask: Ask): Account {
  const settings = settingsOf(fields);
  return { settings, ask, path: (rest) => `/workspaces/${settings.workspaceId}${rest}` };
}

/**
 * The CRM API's key in its header (bird docs, api-access/common-api-usage). Some samples there use another scheme, so the
 * word is a setting.
 *
 * @throws ProviderError `invalid_input` that names the field, never its value.
 */
export function authorize(fields: Fields): Authorization {
  // Everything is looked at before the first request is made.
  settingsOf(fields);
  const key = fieldOf(fields, 'accessKey', '');
  if (/^(Bearer\s+)?bk_/i.test(key)) {
    throw invalidInput(
      'accessKey is a key of the newer Bird platform API (it begins with bk_), which has other paths and ids; this account ' +
        'needs an access key of the Bird CRM: Bird, workspace settings, access keys',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key)) throw invalidInput('accessKey is missing or not a key');
  const scheme = fieldOf(fields, 'authScheme', 'AccessKey') || 'AccessKey';
  if (!/^[A-Za-z]+$/.test(scheme)) throw invalidInput('authScheme must be one word: AccessKey');
  return {
    baseUrl: addressOf(fields, 'url', 'https://api.bird.com'),
    headers: { authorization: `${scheme} ${key}`, accept: 'application/json' },
    query: {},
  };
}

/** The cheapest read that needs a key. Also n8n's credential test. */
export function pingRequest(fields: Fields): HttpRequest {
  return {
    method: 'GET',
    path: `/workspaces/${workspaceIdOf(fields)}/channels`,
    query: { limit: 1 },
    call: 'lookup',
  };
}

export type Query = NonNullable<HttpRequest['query']>;

/** A read below the workspace, charged as a look-up. */
export function read(account: Account, rest: string, query?: Query): HttpRequest {
  return {
    method: 'GET',
    path: account.path(rest),
    call: 'lookup',
    ...(query === undefined ? {} : { query }),
  };
}

/** The pair that identifies a person in a workspace. */
export function identifierOf({ kind, value }: Address): { key: string; value: string } {
  return { key: kind === 'phone' ? 'phonenumber' : 'emailaddress', value };
}

/** One segment of a path. The plus sign of a number has to be encoded (bird docs, common-api-usage). */
export function segment(text: string): string {
  return encodeURIComponent(text);
}
