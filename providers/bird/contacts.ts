import type { Json } from '../../core/http';
import type { Address } from '../../core/message';
import type { Channel } from '../../core/words';
import type { Contact, Inbox, Profile } from '../provider';
import {
  type Body,
  readAny,
  readFields,
  readId,
  readList,
  readOptionalNumber,
  readOptionalText,
} from '../read';
import { type Account, identifierOf, read, segment } from './account';
import { invalidInput } from './settings';

/** Characters of a name (bird docs, contacts-api, create contact). */
const NAME_LIMIT = 150;

/** Which attribute says whether somebody wants messages on a channel (bird docs, applications, subscriptions). */
const SUBSCRIPTION: Readonly<Partial<Record<Channel, string>>> = {
  sms: 'subscribedSms',
  whatsapp: 'subscribedWhatsapp',
  mail: 'subscribedEmail',
};

/** A contact as a node shows it. */
export interface ContactCard {
  readonly id: string;
  readonly name: string;
  readonly identifiers: readonly { readonly key: string; readonly value: string }[];
  /** All of them, also those that are not shown. */
  readonly identifierCount: number | null;
  readonly attributes: Readonly<Record<string, Json>>;
  readonly listIds: readonly string[];
  readonly createdAt: string | null;
}

/** What a contact is created from. */
export interface NewContact {
  readonly displayName: string;
  readonly addresses: readonly Address[];
  readonly attributes?: Readonly<Record<string, Json>>;
  readonly listIds?: readonly string[];
}

/**
 * Creates the contact of an address or updates it, in one call that is safe to repeat (bird docs, contacts-api, upsert by
 * identifier). A list's values are written over those that the contact has.
 *
 * @throws ProviderError `rejected` for an attribute that the workspace does not define, or one of another type.
 */
export async function ensureContact(
  account: Account,
  address: Address,
  { profile, inbox }: { profile: Profile; inbox: Inbox },
): Promise<Contact> {
  const { key, value } = identifierOf(address);
  return account.ask({
    asked: 'creating or updating a contact',
    request: {
      method: 'PATCH',
      path: account.path(`/contacts/identifiers/${segment(key)}/${segment(value)}`),
      json: described(account, profile),
      call: 'contact',
    },
    read: (body, status) => ({
      id: readId(body, 'id'),
      created: status === 201,
      blocked: isBlocked(account, body, inbox),
    }),
  });
}

/**
 * Whether the contact's own word keeps this channel's messages back. Bird's campaigns honour it; that its channels do too is
 * not documented, so it is looked at here.
 */
function isBlocked({ settings }: Account, contact: Body, { channel }: Inbox): boolean {
  const name = SUBSCRIPTION[channel];
  if (settings.consent === 'ignore' || name === undefined) return false;
  // True, false, or not there; told as a word by some.
  const said = readAny(contact, `attributes.${name}`);
  if (settings.consent === 'require') return said !== true && said !== 'true';
  return said === false || said === 'false';
}

function described({ settings }: Account, { name, attributes }: Profile): Json {
  const known = [...(name ?? '')].slice(0, NAME_LIMIT).join('');
  const named = known === '' || settings.nameField === '' ? {} : { [settings.nameField]: known };
  return { ...named, attributes: { ...attributes } };
}

/** @throws ProviderError `not_found`. */
export async function getContact(account: Account, id: string): Promise<ContactCard> {
  return account.ask({
    asked: 'reading a contact',
    request: read(account, `/contacts/${segment(id)}`),
    read: contactCard,
  });
}

/**
 * A new contact. Not safe to repeat blindly: a second one with the same address is refused.
 *
 * @throws ProviderError `rejected` when an address is another contact's.
 */
export async function createContact(
  account: Account,
  { displayName, addresses, attributes, listIds }: NewContact,
): Promise<ContactCard> {
  if (displayName.trim() === '') throw invalidInput('a contact needs a name');
  return account.ask({
    asked: 'creating a contact',
    request: {
      method: 'POST',
      path: account.path('/contacts'),
      json: {
        displayName: [...displayName].slice(0, NAME_LIMIT).join(''),
        identifiers: addresses.map(identifierOf),
        ...(attributes === undefined ? {} : { attributes: { ...attributes } }),
        ...(listIds === undefined ? {} : { listIds: [...listIds] }),
      },
      call: 'contact',
    },
    read: contactCard,
  });
}

/** Contacts that own this address: none or one (bird docs, contacts-api, search by identifier). */
export async function searchContacts(
  account: Account,
  address: Address,
): Promise<readonly ContactCard[]> {
  return account.ask({
    asked: 'searching contacts',
    request: {
      method: 'POST',
      path: account.path('/contacts/search'),
      json: { identifier: identifierOf(address) },
      call: 'lookup',
    },
    read: (body) => readList(body, 'results').map(contactCard),
  });
}

export function contactCard(row: Body): ContactCard {
  const identifiers = readAny(row, 'featuredIdentifiers');
  const lists = readAny(row, 'listIds');
  return {
    id: readId(row, 'id'),
    name: readOptionalText(row, 'computedDisplayName') ?? '',
    identifiers: (Array.isArray(identifiers) ? identifiers : []).map((each) => ({
      key: readOptionalText(each, 'key') ?? '',
      value: readOptionalText(each, 'value') ?? '',
    })),
    identifierCount: readOptionalNumber(row, 'identifierCount'),
    attributes: readFields(row, 'attributes') as Record<string, Json>,
    listIds: (Array.isArray(lists) ? lists : []).filter((id) => typeof id === 'string'),
    createdAt: readOptionalText(row, 'createdAt'),
  };
}
