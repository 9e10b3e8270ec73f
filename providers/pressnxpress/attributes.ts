import type { Address } from '../../core/message';
import { refusal } from '../ask';
import type { Send } from '../provider';
import { PROVIDER, type Settings } from './settings';

/** Spelled the same for ever: another case would be another attribute of the touchpoint. */
const TRACE = 'campaignRunnerKey';

/**
 * Everything that a touchpoint is told of one person, as top-level keys. The parameters keep the exact case that the
 * campaign gives them, because it tells attributes apart; among them may be `identifier`, `company` and the others that
 * the platform knows (help.pressnxpress.com, integration-api-sms). The address is the recipient's, whatever they say.
 *
 * @throws ProviderError `rejected` for what a touchpoint cannot send.
 */
export function attributesOf(send: Send, { traceAttribute }: Settings): Record<string, string> {
  const { content, profile = {}, address, key } = send;
  if (content.kind !== 'template') {
    throw refusal(PROVIDER, 'content', 'the words of the message belong to the touchpoint');
  }
  if (content.header !== undefined || (content.buttons ?? []).length > 0) {
    throw refusal(PROVIDER, 'template', 'a touchpoint has attributes, and no header or buttons');
  }
  return Object.fromEntries([
    ...named('firstname', profile.firstName),
    ...named('lastname', profile.lastName),
    ...Object.entries(content.params),
    ...(traceAttribute ? [[TRACE, key] as const] : []),
    [addressKey(address), address.value] as const,
  ]);
}

function named(key: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined || value === '' ? [] : [[key, value]];
}

function addressKey({ kind }: Address): 'phone' | 'email' {
  return kind === 'phone' ? 'phone' : 'email';
}
