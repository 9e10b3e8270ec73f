import { shown } from './casts';
import { conversationView } from './conversation-view';
import { definedKeys } from './directory';
import { type FilterKey, filterBy } from './filters';
import { mayUse } from './inboxes';
import { atLeast } from './options';
import type { Account, Conversation, Fields, User } from './rows';
import type { Store } from './store';

const PAGE = 25;

/**
 * `GET /conversations`: open ones unless `status` says otherwise, 25 a page.
 * Chatwoot v4.15.1 app/finders/conversation_finder.rb.
 */
export function listConversations(
  store: Store,
  account: Account,
  user: User,
  query: URLSearchParams,
): unknown {
  const plain = user.role === 'administrator' ? newest(account, query) : null;
  if (plain !== null) {
    const meta = countsOf(account.conversations.values(), user);
    return { data: { meta, payload: plain.map((row) => conversationView(row, store.now())) } };
  }
  const rows = candidates(store, account, query).filter(
    (row) => row.accountId === account.id && mayUse(row.session.inbox, user) && fits(row, query),
  );
  const recent = Number(query.get('updated_within') ?? 0);
  const counted =
    recent > 0 ? rows.filter((row) => row.updatedMs >= store.now() - recent * 1000) : rows;
  const meta = countsOf(counted, user);
  const shown = sorted(assignedAs(counted, query.get('assignee_type'), user), query.get('sort_by'));
  const page = recent > 0 ? shown : pageOf(shown, query);
  return { data: { meta, payload: page.map((row) => conversationView(row, store.now())) } };
}

/** `POST /conversations/filter`: the same rows without the `data` envelope. */
export function filterConversations(
  store: Store,
  account: Account,
  user: User,
  query: URLSearchParams,
  fields: Fields,
): unknown {
  const test = filterBy(fields.payload, keysOf(store, account), account.locale, store.now());
  const rows = [...account.conversations.values()].filter(
    (row) => mayUse(row.session.inbox, user) && test(row),
  );
  const page = pageOf(sorted(rows, query.get('sort_by')), query);
  return {
    meta: countsOf(rows, user),
    payload: page.map((row) => conversationView(row, store.now())),
  };
}

/** `GET /contacts/:id/conversations`: the last 20 that the token's owner may see. */
export function listOfContact(rows: readonly Conversation[], user: User, nowMs: number): unknown {
  const visible = rows.filter((row) => mayUse(row.session.inbox, user));
  return {
    payload: sorted(visible, null)
      .slice(0, 20)
      .map((row) => conversationView(row, nowMs)),
  };
}

/** A session's own conversations instead of the whole account, where a source_id is given. */
function candidates(store: Store, account: Account, query: URLSearchParams): Conversation[] {
  const sourceId = query.get('source_id');
  if (sourceId === null || sourceId === '' || !atLeast(store.version, '2.17.0')) {
    return [...account.conversations.values()];
  }
  return (store.sessions.get(sourceId) ?? []).flatMap((session) => session.conversations);
}

function fits(row: Conversation, query: URLSearchParams): boolean {
  const status = query.get('status') || 'open';
  if (status !== 'all' && row.status !== status) return false;
  const inbox = query.get('inbox_id');
  if (inbox && row.session.inbox.id !== Number(inbox)) return false;
  const team = query.get('team_id');
  if (team && row.team?.id !== Number(team)) return false;
  const labels = query.getAll('labels[]');
  if (labels.length > 0 && !row.labels.some((label) => labels.includes(label))) return false;
  const text = query.get('q')?.toLowerCase();
  if (!text) return true;
  return row.messages.some((message) => (message.content ?? '').toLowerCase().includes(text));
}

function assignedAs(
  rows: readonly Conversation[],
  type: string | null,
  user: User,
): readonly Conversation[] {
  if (type === 'me') return rows.filter((row) => row.assignee?.id === user.id);
  if (type === 'unassigned') return rows.filter((row) => row.assignee === null);
  if (type === 'assigned') return rows.filter((row) => row.assignee !== null);
  return rows;
}

function countsOf(rows: Iterable<Conversation>, user: User): Record<string, number> {
  let all = 0;
  let assigned = 0;
  let mine = 0;
  for (const { assignee } of rows) {
    all += 1;
    if (assignee !== null) assigned += 1;
    if (assignee?.id === user.id) mine += 1;
  }
  return {
    mine_count: mine,
    assigned_count: assigned,
    unassigned_count: all - assigned,
    all_count: all,
  };
}

/** A page of everything by activity, as it is asked for again and again while many are written to; null for any other list. */
function newest(account: Account, query: URLSearchParams): Conversation[] | null {
  const sort = query.get('sort_by') ?? 'last_activity_at_desc';
  const others = [...query.keys()].some((key) => !['status', 'sort_by', 'page'].includes(key));
  if (others || query.get('status') !== 'all' || sort !== 'last_activity_at_desc') return null;
  const rows = account.recent.newestFirst();
  if (rows === null) return null;
  let skip = (pageNumber(query) - 1) * PAGE;
  const page: Conversation[] = [];
  for (const row of rows) {
    skip -= 1;
    if (skip < 0) page.push(row);
    if (page.length === PAGE) break;
  }
  return page;
}

function sorted(rows: readonly Conversation[], by: string | null): Conversation[] {
  const [, key = 'last_activity_at', direction = 'desc'] =
    /^(last_activity_at|created_at)_(asc|desc)$/.exec(by ?? '') ?? [];
  const sign = direction === 'asc' ? 1 : -1;
  const time = (row: Conversation): number =>
    key === 'created_at' ? row.createdMs : row.lastActivityMs;
  return [...rows].sort((a, b) => sign * (time(a) - time(b) || a.id - b.id));
}

function pageOf(rows: readonly Conversation[], query: URLSearchParams): readonly Conversation[] {
  const page = pageNumber(query);
  return rows.slice((page - 1) * PAGE, page * PAGE);
}

function pageNumber(query: URLSearchParams): number {
  return Math.max(1, Number(query.get('page') ?? 1) || 1);
}

function keysOf(store: Store, account: Account): ReadonlyMap<string, FilterKey<Conversation>> {
  const keys = new Map(STANDARD_KEYS);
  if (atLeast(store.version, '4.14.2')) {
    keys.set('contact_id', { kind: 'number', read: (row) => row.session.contact.id });
  }
  for (const key of definedKeys(account, 'conversation')) {
    keys.set(key, {
      kind: 'text',
      read: (row) => {
        const value = row.customAttributes[key];
        return value === undefined || value === null ? null : shown(value);
      },
    });
  }
  return keys;
}

/** Chatwoot v4.15.1 lib/filters/filter_keys.yml. */
const STANDARD_KEYS = new Map<string, FilterKey<Conversation>>([
  ['status', { kind: 'text', read: (row) => row.status }],
  ['assignee_id', { kind: 'number', read: (row) => row.assignee?.id ?? null }],
  ['inbox_id', { kind: 'number', read: (row) => row.session.inbox.id }],
  ['team_id', { kind: 'number', read: (row) => row.team?.id ?? null }],
  ['priority', { kind: 'text', read: (row) => row.priority }],
  ['display_id', { kind: 'number', read: (row) => row.displayId }],
  ['labels', { kind: 'labels', read: (row) => row.labels }],
  ['created_at', { kind: 'time', read: (row) => row.createdMs }],
  ['last_activity_at', { kind: 'time', read: (row) => row.lastActivityMs }],
]);
