import type { Fields } from '../platform';
import type { Setup } from './endpoint';
import { invalid } from './errors';
import type { Channel, Contact, Identifier } from './rows';
import type { Store } from './store';

const KEYS: Readonly<Record<string, string>> = {
  sms: 'phonenumber',
  whatsapp: 'phonenumber',
  email: 'emailaddress',
};

/** The person that a receiver names; one whom nobody knows is created (seed document of this platform). */
export function identify(
  { store }: Setup,
  receiver: Fields,
  path: string,
  channel: Channel,
): { contact: Contact; identifier: Identifier } {
  const expected = KEYS[channel.platformId] ?? 'phonenumber';
  const known = typeof receiver.id === 'string' ? store.contacts.get(receiver.id) : undefined;
  if (known !== undefined && receiver.identifierValue === undefined) {
    const identifier = known.identifiers.find(({ key }) => key === expected);
    if (identifier === undefined)
      throw invalid(path, 'the contact has no address for this channel');
    return { contact: known, identifier };
  }
  const value = receiver.identifierValue;
  if (typeof value !== 'string') throw invalid(path, 'property "identifierValue" is missing');
  const { identifierKey } = receiver;
  if (identifierKey !== undefined && identifierKey !== expected) {
    throw invalid(`${path}.identifierKey`, `this channel writes to ${expected}`);
  }
  const identifier = checkIdentifier({ key: expected, value }, `${path}.identifierValue`);
  const contact = store.contactOf(identifier) ?? store.addContact([identifier]);
  return { contact, identifier };
}

/** In the form in which it is kept. */
export function checkIdentifier({ key, value }: Identifier, path: string): Identifier {
  const valid =
    key === 'phonenumber'
      ? /^\+[1-9]\d{6,14}$/.test(value)
      : key !== 'emailaddress' || /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value);
  if (!valid || value.length > 500 || key.length > 64) throw invalid(path, 'is not a valid value');
  return { key, value: key === 'emailaddress' ? value.toLowerCase() : value };
}

/** Attributes must be defined, and of their type; `undefined` where a body has none. */
export function checkAttributes({ attributes: defined }: Store, given: Fields): void {
  if (defined === false) return;
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(defined, name) ? defined[name] : undefined;
    if (type === undefined) throw invalid(`.attributes.${name}`, 'is not an attribute');
    if (value !== null && typeof value !== type) {
      throw invalid(`.attributes.${name}`, `must be a ${type}`);
    }
  }
}
