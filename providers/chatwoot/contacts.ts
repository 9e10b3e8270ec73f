import type { Json } from '../../core/http';
import type { Address } from '../../core/message';
import type { Contact, Profile } from '../provider';
import { readFlag, readId, readOptionalText } from '../read';
import { type Account, failed, refuse } from './account';
import { CONTACTS_PAGE, filterContacts, findContact } from './find-contact';
import { invalidAttributes } from './rules';

const NAME_LIMIT = 255;
const ATTRIBUTE_LIMIT = 1500;
const IDENTITY = ['phone_number', 'email', 'identifier'];

/**
 * Creates the contact, or finds it when the address is taken: one call for somebody new, two for somebody known. By
 * Chatwoot's filter: its search matches parts of a number and has a limit of its own.
 *
 * @throws ProviderError `rejected`/`invalid_address` when Chatwoot neither takes the address nor knows it.
 */
export async function ensureContact(
  account: Account,
  address: Address,
  profile: Profile,
): Promise<Contact> {
  const identity = { [attributeOf(address)]: address.value };
  const made = await createContact(account, { ...identity, ...described(profile) });
  if (made.contact !== undefined) return made.contact;
  // "Taken" and "not a number" both name the attribute, and only the text tells them apart, in the account's language.
  const found = await findContact(account, attributeOf(address), address.value);
  if (found !== undefined) return found;
  throw refuse(account.edition, 'invalid_address', made.refused);
}

/** The contact, or the platform's words where an attribute that identifies people was refused. */
export async function createContact(
  account: Account,
  json: Readonly<Record<string, Json>>,
): Promise<{ contact: Contact } | { contact?: undefined; refused: string }> {
  return account.ask({
    asked: 'creating a contact',
    request: {
      method: 'POST',
      path: account.path('/contacts'),
      json: { ...json },
      call: 'contact',
    },
    expects: (status, body) =>
      status === 422 && invalidAttributes(body).some((name) => IDENTITY.includes(name)),
    read: (body, status) =>
      status === 422
        ? { refused: readOptionalText(body, 'message') ?? '' }
        : {
            contact: {
              id: readId(body, 'payload.contact.id'),
              created: true,
              blocked: readFlag(body, 'payload.contact.blocked'),
            },
          },
  });
}

/**
 * Ids of all blocked contacts: Chatwoot itself still delivers to them. All or nothing.
 *
 * @throws ProviderError `unavailable` when the list changed while it was read; `rejected` on servers that cannot filter
 * by it.
 */
export async function listBlocked(account: Account): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  let count: number | null = null;
  for (let page = 1, news = CONTACTS_PAGE; news > 0; page += 1) {
    const answer = await filterContacts(account, { attribute: 'blocked', value: true, page });
    const before = ids.size;
    for (const row of answer.rows) if (readFlag(row, 'blocked')) ids.add(row.id);
    count = answer.count;
    // A server that ignores `page` brings the same rows again: no news, and a count that then does not fit.
    news = answer.rows.length < CONTACTS_PAGE ? 0 : ids.size - before;
  }
  if (count === null || ids.size >= count) return ids;
  throw failed(
    account.edition,
    'unavailable',
    'listing blocked contacts: the list changed while it was read',
  );
}

function attributeOf(address: Address): 'phone_number' | 'email' {
  return address.kind === 'email' ? 'email' : 'phone_number';
}

/** What else a new contact is made of; cut where a long value would cost the person the message. */
function described({ name, attributes }: Profile): Record<string, Json> {
  const kept = Object.entries(attributes ?? {}).map(
    ([key, value]) =>
      [key, typeof value === 'string' ? cut(value, ATTRIBUTE_LIMIT) : value] as const,
  );
  return {
    ...(name === undefined || name === '' ? {} : { name: cut(name, NAME_LIMIT) }),
    ...(kept.length === 0 ? {} : { custom_attributes: Object.fromEntries<Json>(kept) }),
  };
}

function cut(text: string, limit: number): string {
  // By characters, so that no emoji is halved.
  return text.length <= limit ? text : [...text].slice(0, limit).join('');
}
