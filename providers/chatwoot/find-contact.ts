import type { Contact } from '../provider';
import {
  type Body,
  readFields,
  readFlag,
  readId,
  readList,
  readOptionalNumber,
  readOptionalText,
} from '../read';
import { type Account, read } from './account';

/** Rows on a page of contacts (Chatwoot v4.15.1, app/controllers/api/v1/accounts/contacts_controller.rb). */
export const CONTACTS_PAGE = 15;
/** Pages that a search reads at most. */
const LIMIT = 50;

export type ContactRow = Readonly<Record<string, Body>> & { readonly id: string };

/** One page of those that have exactly this value. */
export async function filterContacts(
  account: Account,
  { attribute, value, page }: { attribute: string; value: string | boolean; page: number },
): Promise<{ rows: readonly ContactRow[]; count: number | null }> {
  const condition = {
    attribute_key: attribute,
    filter_operator: 'equal_to',
    values: [value],
    query_operator: null,
  };
  return account.ask({
    asked: 'looking for a contact',
    request: {
      method: 'POST',
      path: account.path('/contacts/filter'),
      query: { page, sort: 'created_at', include_contact_inboxes: 'false' },
      json: { payload: [condition] },
      call: 'lookup',
    },
    read: (body) => ({
      rows: contactRows(body),
      count: readOptionalNumber(body, 'meta.count'),
    }),
  });
}

/** All that contain it, in a name, an address or an identifier (Chatwoot v4.15.1, contacts_controller.rb). */
async function search(account: Account, value: string): Promise<readonly ContactRow[]> {
  const rows = new Map<string, ContactRow>();
  for (let page = 1, news = CONTACTS_PAGE; news > 0 && page <= LIMIT; page += 1) {
    const found = await account.ask({
      asked: 'looking for a contact',
      request: read(account.path('/contacts/search'), {
        q: value,
        page,
        include_contact_inboxes: 'false',
      }),
      read: contactRows,
    });
    const before = rows.size;
    for (const row of found) rows.set(row.id, row);
    news = found.length < CONTACTS_PAGE ? 0 : rows.size - before;
  }
  return [...rows.values()];
}

function contactRows(body: Body): readonly ContactRow[] {
  return readList(body, 'payload').map((row) => ({
    ...readFields(row, ''),
    id: readId(row, 'id'),
  }));
}

/**
 * The contact with exactly this address. Two requests at once can make two contacts of one phone number, because only
 * the model checks it (Chatwoot v4.15.1, db/schema.rb): then the oldest is taken, and one that is blocked blocks both.
 */
export async function findContact(
  account: Account,
  attribute: string,
  value: string,
): Promise<Contact | undefined> {
  const same = await findContacts(account, attribute, value);
  const [oldest] = same.map((row) => Number(row.id)).sort((a, b) => a - b);
  if (oldest === undefined) return undefined;
  return {
    id: String(oldest),
    created: false,
    blocked: same.some((row) => readFlag(row, 'blocked')),
  };
}

/** Everybody with exactly this value, as far as the platform shows them. */
export async function findContacts(
  account: Account,
  attribute: string,
  value: string,
): Promise<readonly ContactRow[]> {
  const rows =
    account.findBy === 'search'
      ? await search(account, value)
      : (await filterContacts(account, { attribute, value, page: 1 })).rows;
  return rows.filter((row) => readOptionalText(row, attribute)?.toLowerCase() === value);
}
