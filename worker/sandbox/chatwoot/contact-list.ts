import { isBlank, shown } from './casts';
import { contactView } from './contact-view';
import { definedKeys } from './directory';
import { type FilterKey, filterBy } from './filters';
import { atLeast } from './options';
import type { Account, Contact, Fields } from './rows';
import type { Store } from './store';

const PAGE = 15;

/**
 * `GET /contacts`: those that somebody can be recognised by, 15 a page.
 * Chatwoot v4.15.1 app/controllers/api/v1/accounts/contacts_controller.rb.
 */
export function listContacts(account: Account, query: URLSearchParams): unknown {
  const labels = query.getAll('labels[]');
  const rows = resolved(account).filter(
    (row) => labels.length === 0 || row.labels.some((label) => labels.includes(label)),
  );
  sort(rows, query.get('sort'));
  return envelope(rows, query, { count: rows.length });
}

/** `POST /contacts/filter`: exact look-up. Reads the whole account, except for a plain phone number or e-mail. */
export function filterContacts(
  store: Store,
  account: Account,
  query: URLSearchParams,
  fields: Fields,
): unknown {
  const test = filterBy(fields.payload, keysOf(account), account.locale, store.now());
  const rows = candidates(store, account, fields).filter(test);
  return envelope(rows, query, { count: rows.length });
}

/** `GET /contacts/search`: a part of name, e-mail or phone in any case, or of the identifier. */
export function searchContacts(store: Store, account: Account, query: URLSearchParams): unknown {
  const wanted = query.get('q')?.trim() ?? '';
  if (wanted === '') {
    return { meta: { count: null, current_page: null, has_more: null }, payload: [] };
  }
  const lower = wanted.toLowerCase();
  const rows = [...account.contacts.values()].filter(
    (row) =>
      row.name.toLowerCase().includes(lower) ||
      (row.email ?? '').includes(lower) ||
      (row.phoneNumber ?? '').toLowerCase().includes(lower) ||
      (row.identifier ?? '').includes(wanted),
  );
  sort(rows, query.get('sort'));
  if (!atLeast(store.version, '4.11.0')) return envelope(rows, query, { count: rows.length });
  const { page } = pageOf(query);
  const shown = rows.slice((page - 1) * PAGE, page * PAGE);
  return envelope(rows, query, { count: shown.length, has_more: rows.length > page * PAGE });
}

function envelope(
  rows: readonly Contact[],
  query: URLSearchParams,
  meta: Readonly<Record<string, unknown>>,
): unknown {
  const { page, shown } = pageOf(query);
  const withSessions = query.get('include_contact_inboxes') !== 'false';
  return {
    meta: { ...meta, current_page: shown },
    payload: rows
      .slice((page - 1) * PAGE, page * PAGE)
      .map((row) => contactView(row, withSessions)),
  };
}

/** The page comes back as it was sent: a text, or the number 1 when it was not. */
function pageOf(query: URLSearchParams): { page: number; shown: string | number } {
  const given = query.get('page');
  return { page: Math.max(1, Number(given ?? 1) || 1), shown: given ?? 1 };
}

function resolved(account: Account): Contact[] {
  return [...account.contacts.values()].filter(isResolved);
}

function isResolved(row: Contact): boolean {
  return Boolean(row.email || row.phoneNumber || row.identifier);
}

/** An index instead of a scan for what a campaign asks for every recipient; the filter itself still decides. */
function candidates(store: Store, account: Account, fields: Fields): Contact[] {
  const conditions = fields.payload;
  if (Array.isArray(conditions) && conditions.length === 1) {
    const only = conditions[0] as Fields;
    const [value] = Array.isArray(only.values) ? only.values : [];
    if (only.filter_operator === 'equal_to' && typeof value === 'string') {
      if (only.attribute_key === 'phone_number') {
        return [...store.contacts.byPhone(account.id, `+${value.replaceAll('+', '')}`)];
      }
      if (only.attribute_key === 'email') return [...store.contacts.byEmail(account.id, value)];
    }
  }
  return resolved(account);
}

function keysOf(account: Account): ReadonlyMap<string, FilterKey<Contact>> {
  const keys = new Map(STANDARD_KEYS);
  for (const key of definedKeys(account, 'contact')) {
    keys.set(key, { kind: 'text', read: (row) => plain(row.customAttributes[key]) });
  }
  return keys;
}

/** Chatwoot v4.15.1 lib/filters/filter_keys.yml. */
const STANDARD_KEYS = new Map<string, FilterKey<Contact>>([
  ['name', { kind: 'text', read: (row) => row.name }],
  ['phone_number', { kind: 'phone', read: (row) => row.phoneNumber }],
  ['email', { kind: 'text', read: (row) => row.email }],
  ['identifier', { kind: 'text', read: (row) => row.identifier }],
  ['country_code', { kind: 'text', read: (row) => plain(row.additionalAttributes.country_code) }],
  ['city', { kind: 'text', read: (row) => plain(row.additionalAttributes.city) }],
  ['company_name', { kind: 'text', read: (row) => plain(row.additionalAttributes.company_name) }],
  ['labels', { kind: 'labels', read: (row) => row.labels }],
  ['created_at', { kind: 'time', read: (row) => row.createdMs }],
  ['last_activity_at', { kind: 'time', read: (row) => row.lastActivityMs }],
  ['blocked', { kind: 'boolean', read: (row) => row.blocked }],
]);

function plain(value: Fields[string] | undefined): string | null {
  return value === undefined || isBlank(value) ? null : shown(value);
}

function sort(rows: Contact[], by: string | null): void {
  if (by === null || by === '') return;
  const sign = by.startsWith('-') ? -1 : 1;
  const read = SORTS[by.replace(/^-/, '')];
  if (read === undefined) return;
  rows.sort((a, b) => sign * (read(a) < read(b) ? -1 : read(a) > read(b) ? 1 : a.id - b.id));
}

const SORTS: Readonly<Record<string, (row: Contact) => string | number>> = {
  name: (row) => row.name.toLowerCase(),
  email: (row) => row.email ?? '',
  phone_number: (row) => row.phoneNumber ?? '',
  last_activity_at: (row) => row.lastActivityMs ?? 0,
  created_at: (row) => row.createdMs,
};
