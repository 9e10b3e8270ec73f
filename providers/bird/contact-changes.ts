import type { Json } from '../../core/http';
import type { Address } from '../../core/message';
import { type Account, identifierOf, segment } from './account';
import { type ContactCard, contactCard } from './contacts';
import { type Page, readPage } from './pages';

/** What is to be changed; what is absent stays. */
export interface ContactChanges {
  readonly name?: string;
  /** Added to those that the contact has. */
  readonly addAddresses?: readonly Address[];
  /** Written over those of the same names; the others stay. */
  readonly attributes?: Readonly<Record<string, Json>>;
  readonly addToLists?: readonly string[];
  readonly removeFromLists?: readonly string[];
}

/** One page of the workspace's contacts (bird docs, contacts-api, list contacts). */
export async function listContacts(
  account: Account,
  query: { limit?: number; pageToken?: string; reverse?: boolean } = {},
): Promise<Page<ContactCard>> {
  const { rows, nextPageToken } = await readPage(account, {
    asked: 'listing contacts',
    path: '/contacts',
    query: { ...query },
    row: contactCard,
  });
  return { rows, nextPageToken };
}

/**
 * Safe to repeat (bird docs, contacts-api, update a contact). That a name goes by the same field as where somebody is created
 * is assumed, and a setting.
 *
 * @throws ProviderError `not_found`; `rejected` for an address of somebody else, or an attribute that is not defined.
 */
export async function updateContact(
  account: Account,
  id: string,
  { name, addAddresses = [], attributes, addToLists = [], removeFromLists = [] }: ContactChanges,
): Promise<ContactCard> {
  const { nameField } = account.settings;
  return account.ask({
    asked: 'updating a contact',
    request: {
      method: 'PATCH',
      path: account.path(`/contacts/${segment(id)}`),
      json: {
        ...(name === undefined || nameField === '' ? {} : { [nameField]: name }),
        ...(addAddresses.length === 0 ? {} : { addIdentifiers: addAddresses.map(identifierOf) }),
        ...(attributes === undefined ? {} : { attributes: { ...attributes } }),
        ...(addToLists.length === 0 ? {} : { addToLists: [...addToLists] }),
        ...(removeFromLists.length === 0 ? {} : { removeFromLists: [...removeFromLists] }),
      },
      call: 'contact',
    },
    read: contactCard,
  });
}

/** @throws ProviderError `not_found`. */
export async function deleteContact(account: Account, id: string): Promise<void> {
  await account.ask({
    asked: 'deleting a contact',
    request: { method: 'DELETE', path: account.path(`/contacts/${segment(id)}`), call: 'contact' },
    expects: (status) => status === 204,
    read: () => undefined,
  });
}
