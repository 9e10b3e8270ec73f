import { ProviderError } from '../core/errors';
import type { ProviderId } from '../core/words';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The base address of a platform that is spoken to over HTTPS only, without a trailing slash. On loopback, where the
 * sandbox is, plain HTTP is allowed as well.
 *
 * @throws ProviderError `invalid_input` that names the field, never its value.
 */
export function httpsAddress(provider: ProviderId, text: string, field = 'url'): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.username === '' && url.search === '' && url.hash === '';
  const safe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (plain && safe) return url.href.replace(/\/+$/, '');
  throw new ProviderError(
    'invalid_input',
    `${provider}: ${field} must be an address with https, and with nothing but a path behind the host`,
    { provider },
  );
}
