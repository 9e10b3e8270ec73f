import { describeAddressFailure, parseAddress } from '../../../core/address';
import type { Content } from '../../../core/message';
import { isCountry } from '../../../core/phone';
import { InputError } from '../../campaign/input-error';
import type { Single } from '../../campaign/single';

/** One message, as a program asks for it. */
export interface Message {
  /** A name in the accounts file. */
  readonly account: string;
  /** The id of the inbox that sends. */
  readonly inbox: string;
  /** A phone number or an e-mail address. */
  readonly to: string;
  /** For a number without +, such as US. */
  readonly country?: string;
  /** For a contact that is not there yet. */
  readonly name?: string;
  /** The message, as it is; or a template. */
  readonly text?: string;
  readonly template?: {
    readonly name: string;
    readonly language?: string;
    readonly params?: Readonly<Record<string, string>>;
  };
  /** Up to 40 letters, digits, dashes or underscores. The same key never sends twice. */
  readonly key: string;
}

/** @throws InputError that quotes neither address nor text: what a program throws ends in logs. */
export function singleOf(message: Message): Single {
  const { account, inbox, to, country, name, key } = message;
  if (!/^[A-Za-z0-9_][A-Za-z0-9_-]{0,39}$/.test(key)) {
    throw new InputError('key must be up to 40 letters, digits, dashes or underscores.');
  }
  if (country !== undefined && !isCountry(country)) {
    throw new InputError('country must be a country code in capitals, like US or GB.');
  }
  const read = parseAddress(to.includes('@') ? 'email' : 'phone', to, country);
  if (!read.ok) {
    const why = describeAddressFailure(read.why).replace('set audience.country', 'give country');
    throw new InputError(`"to" cannot be used: ${why}. Nothing was sent.`);
  }
  const content = contentOf(message);
  return { key, account, inboxId: inbox, address: read.address, name: name ?? null, content };
}

function contentOf({ text, template }: Message): Content {
  if (template !== undefined && text === undefined) {
    const { name, language, params = {} } = template;
    return { kind: 'template', name, params, ...(language === undefined ? {} : { language }) };
  }
  if (text === undefined || template !== undefined) {
    throw new InputError('Give either text or template, and not both.');
  }
  if (text.trim() === '') throw new InputError('text is empty.');
  return { kind: 'text', text };
}
