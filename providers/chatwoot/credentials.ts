import { type Edition, failed } from './account';

export type Settings = Readonly<Record<string, string>>;

/** What every request of an account is made with, checked. */
export interface Access {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly accountId: string;
  readonly token: string;
}

/** @throws ProviderError `invalid_input` that names the field, never its value. */
export function accessOf(edition: Edition, credentials: Settings): Access {
  const accountId = accountIdOf(edition, credentials);
  const token = (credentials['token'] ?? '').trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw failed(edition, 'invalid_input', 'token is missing or not a token');
  }
  return { baseUrl: baseUrlOf(edition, credentials), accountId, token };
}

/** @throws ProviderError `invalid_input` that names the field, never its value. */
export function accountIdOf(edition: Edition, settings: Settings): string {
  const id = (settings['accountId'] ?? '').trim();
  if (/^\d+$/.test(id)) return id;
  throw failed(
    edition,
    'invalid_input',
    'accountId must be a number: the one in the address bar after /accounts/',
  );
}

function baseUrlOf(edition: Edition, settings: Settings): string {
  const text = (settings['url'] ?? '').trim() || edition.url;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.username === '' && url.search === '' && url.hash === '';
  if (!plain || !/^https?:$/.test(url.protocol)) {
    throw failed(
      edition,
      'invalid_input',
      `url must be an http(s) address, such as ${edition.url}`,
    );
  }
  return url.href.replace(/\/+$/, '');
}
