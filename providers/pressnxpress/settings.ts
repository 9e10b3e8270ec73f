import { ProviderError } from '../../core/errors';
import { httpsAddress } from '../https-address';
import type { CredentialField } from '../provider';

export const PROVIDER = 'pressnxpress';

type Fields = Readonly<Record<string, string>>;

/** An account's settings, checked. */
export interface Settings {
  readonly url: string;
  readonly channel: 'sms' | 'mail';
  readonly encoding: 'json' | 'form';
  readonly successMessage: RegExp | null;
  readonly errorMessage: RegExp | null;
  readonly traceAttribute: boolean;
  readonly doubts429: boolean;
}

export const CREDENTIALS: readonly CredentialField[] = [
  {
    name: 'url',
    label: 'URL',
    default: 'https://pressnxpress.com/api/v2',
    help: "Address of Press'nXPress up to the version.",
  },
  {
    name: 'channel',
    label: 'Channel',
    default: 'sms',
    help: 'Of the touchpoint: sms or mail.',
  },
  {
    name: 'touchpointToken',
    label: 'Touchpoint Token',
    secret: true,
    required: true,
    help: "Press'nXPress, the touchpoint, Manage, Get API (as an administrator).",
  },
  {
    name: 'apiKey',
    label: 'API Key',
    secret: true,
    required: true,
    help: "The organisation's API token: Press'nXPress, organisation settings.",
  },
  {
    name: 'encoding',
    label: 'Encoding',
    default: 'json',
    help: 'How attributes are written: json or form.',
  },
  {
    name: 'successMessagePattern',
    label: 'Success Message Pattern',
    help: 'Regular expression; an answer with another message then leaves the outcome open.',
  },
  {
    name: 'errorMessagePattern',
    label: 'Error Message Pattern',
    help: 'Regular expression; an answer with such a message is a refusal, whatever its status.',
  },
  {
    name: 'traceAttribute',
    label: 'Trace Attribute',
    default: 'no',
    help: "yes: each request carries the send's key as the attribute campaignRunnerKey, which is stored.",
  },
  {
    name: 'tooManyRequests',
    label: 'A 429',
    default: 'not_sent',
    help: 'not_sent: a 429 proves that nothing was sent, and it is tried again. unknown: it proves nothing, and a person decides.',
  },
];

/** @throws ProviderError `invalid_input` that names the field, never its value. */
export function settingsOf(fields: Fields): Settings {
  return {
    url: httpsAddress(PROVIDER, text(fields, 'url') || 'https://pressnxpress.com/api/v2'),
    channel: oneOf(fields, 'channel', ['sms', 'mail']),
    encoding: oneOf(fields, 'encoding', ['json', 'form']),
    successMessage: pattern(fields, 'successMessagePattern'),
    errorMessage: pattern(fields, 'errorMessagePattern'),
    traceAttribute: oneOf(fields, 'traceAttribute', ['no', 'yes']) === 'yes',
    doubts429: oneOf(fields, 'tooManyRequests', ['not_sent', 'unknown']) === 'unknown',
  };
}

/** A secret of the account, which has to be there. */
export function secretOf(fields: Fields, name: string): string {
  const secret = text(fields, name);
  if (/^[\x21-\x7e]+$/.test(secret)) return secret;
  throw invalidInput(`${name} is missing, or has characters that no token has`);
}

/** One of the choices; the first where nothing is said. */
function oneOf<T extends string>(fields: Fields, name: string, choices: readonly [T, ...T[]]): T {
  const given = text(fields, name);
  const chosen = given === '' ? choices[0] : choices.find((choice) => choice === given);
  if (chosen !== undefined) return chosen;
  throw invalidInput(`${name} must be ${choices.join(' or ')}`);
}

function pattern(fields: Fields, name: string): RegExp | null {
  const source = text(fields, name);
  if (source === '') return null;
  try {
    return new RegExp(source, 'i');
  } catch {
    throw invalidInput(`${name} is not a regular expression`);
  }
}

function text(fields: Fields, name: string): string {
  return (fields[name] ?? '').trim();
}

function invalidInput(what: string): ProviderError {
  return new ProviderError('invalid_input', `${PROVIDER}: ${what}`, { provider: PROVIDER });
}
