import type { Finding, Inbox, Receipt, Sought, Trace } from '../provider';
import { type Body, readAny, readId, readOptionalText } from '../read';
import type { Account } from './account';
import { conversationsOf } from './conversations';
import { conversationMessagesPath, listedBetween } from './messages';
import { type List, readAll } from './pages';
import { failureWords, NOT_SENT } from './status';
import { windowsOf } from './windows';

const MINUTE_MS = 60_000;
/** Their clock and ours may differ by this much, on either side of the question. */
const SLACK_MS = 15 * MINUTE_MS;
/** More, and a message may lie outside of what was listed. */
const CLOCKS_MS = 10 * MINUTE_MS;
/** Pages of one look-up: at 100 messages a second, half an hour. */
const MOST_PAGES = 2_000;
/** Pages of one conversation. */
const CONVERSATION_PAGES = 50;

/** A row that bears a key which is looked for. */
interface Hit {
  readonly id: string;
  readonly status: string;
  readonly words: string | null;
  readonly conversationId: string | null;
}

/** What a look brought; a doubt is why it proves no absence. */
interface Look {
  readonly hits: ReadonlyMap<string, readonly Hit[]>;
  readonly doubt: string | undefined;
}

/**
 * Looks for many messages with one listing of what each channel sent in the time in question: there is no filter by
 * `reference`, and reads are ten times scarcer than sends (bird docs, channels-api/rate-limit). Every row is looked at here:
 * a filter that Bird ignores only makes the list longer. Never by text, which may be somebody else's.
 */
export async function findAllSent(
  account: Account,
  sought: readonly Sought[],
): Promise<readonly Finding[]> {
  const looks = new Map<string, Look>();
  for (const { trace } of sought) {
    const { id } = trace.inbox;
    if (looks.has(id)) continue;
    const same = sought.filter((each) => each.trace.inbox.id === id);
    looks.set(id, await lookInChannel(account, trace.inbox, same));
  }
  return Promise.all(
    sought.map(async ({ key, trace }) => {
      const look = looks.get(trace.inbox.id) ?? { hits: new Map(), doubt: undefined };
      return findingOf(key, trace, look, await lookInConversations(account, key, trace));
    }),
  );
}

async function lookInChannel(
  account: Account,
  inbox: Inbox,
  sought: readonly Sought[],
): Promise<Look> {
  const since = Math.min(...sought.map(({ trace }) => trace.since)) - SLACK_MS;
  const until = Math.max(...sought.map(({ trace }) => trace.until));
  const keys = new Set(sought.map(({ key }) => key));
  const hits = new Map<string, Hit[]>();
  let doubt: string | undefined;
  let first = true;
  let left = MOST_PAGES;
  const windows = windowsOf(since, until + SLACK_MS);
  if (windows === undefined) return { hits, doubt: 'the messages are too old to be looked for' };
  for (const { start, end } of windows) {
    const list = listedBetween(account, inbox.id, { start, end, direction: 'outgoing' });
    const listing = await readAll(account, list, left, ({ rows, headers }) => {
      if (first) doubt ??= clocksDiffer(headers['date'], until);
      first = false;
      for (const row of rows) {
        const doubted = note(account, row, { inbox, keys, hits });
        doubt ??= doubted;
      }
    });
    left -= listing.pages;
    doubt ??= listing.doubt;
  }
  return { hits, doubt };
}

/** Keeps a row that is one of ours; returns what it throws doubt on. Strangers, and rows of other times, are nothing. */
function note(
  { settings }: Account,
  row: Body,
  { inbox, keys, hits }: { inbox: Inbox; keys: ReadonlySet<string>; hits: Map<string, Hit[]> },
): string | undefined {
  if (readOptionalText(row, 'direction') === 'incoming') return undefined;
  if ((readOptionalText(row, 'channelId') ?? inbox.id) !== inbox.id) return undefined;
  const reference = readOptionalText(row, 'reference');
  if (reference !== null) {
    if (keys.has(reference)) add(hits, reference, row, null);
    return undefined;
  }
  const tags = readAny(row, 'tags');
  const ours = settings.tag !== '' && Array.isArray(tags) && tags.includes(lowerTag(settings.tag));
  // Every message of ours has one: a list that does not show them shows nothing.
  return ours ? 'the list shows messages of ours without their references' : undefined;
}

/** Tags are kept in lower case (bird docs, channels-api). */
function lowerTag(tag: string): string {
  return tag.toLowerCase();
}

function add(
  hits: Map<string, Hit[]>,
  key: string,
  row: Body,
  conversationId: string | null,
): void {
  const id = readId(row, 'id');
  const known = hits.get(key) ?? [];
  // Windows overlap, and a list that begins again shows a row twice: that is no double.
  if (known.some((hit) => hit.id === id)) return;
  const status = readOptionalText(row, 'status') ?? '';
  hits.set(key, [...known, { id, status, words: failureWords(row), conversationId }]);
}

/** A message in a conversation of the shared inbox; nothing where neither this attempt nor this account uses one. */
async function lookInConversations(account: Account, key: string, trace: Trace): Promise<Look> {
  const { inbox, address, conversationId, since } = trace;
  const hits = new Map<string, Hit[]>();
  let doubt: string | undefined;
  let places: ReadonlySet<string> = new Set(conversationId === null ? [] : [conversationId]);
  if (conversationId === null && account.settings.inSharedInbox) {
    ({ ids: places, doubt } = await conversationsOf(account, address, inbox));
  }
  for (const place of places) {
    const list: List<Body> = {
      asked: 'looking for sent messages in a conversation',
      path: conversationMessagesPath(place),
      query: { dateFrom: new Date(since - SLACK_MS).toISOString() },
      row: (row) => row,
      missing: 'gone',
    };
    const listing = await readAll(account, list, CONVERSATION_PAGES, ({ rows }) => {
      for (const row of rows) {
        if (readOptionalText(row, 'reference') === key) add(hits, key, row, place);
      }
    });
    doubt ??= listing.doubt;
  }
  return { hits, doubt };
}

function findingOf(key: string, trace: Trace, channel: Look, conversation: Look): Finding {
  const inChannel = channel.hits.get(key) ?? [];
  const inConversation = conversation.hits.get(key) ?? [];
  // Both lists may show the same message, and under ids of their own (no document says): so never added up.
  const hits = inChannel.length > inConversation.length ? inChannel : inConversation;
  const [first, ...more] = hits
    .filter(({ status }) => !NOT_SENT.includes(status))
    .map(
      ({ id, conversationId }): Receipt => ({
        messageId: id,
        conversationId: conversationId ?? trace.conversationId,
      }),
    );
  if (first !== undefined) return { kind: 'found', receipts: [first, ...more] };
  const [refused] = hits;
  if (refused !== undefined) {
    const words = refused.words === null ? '' : `: ${refused.words}`;
    return { kind: 'unclear', why: `Bird has it as ${refused.status}, so nobody got it${words}` };
  }
  const doubt = channel.doubt ?? conversation.doubt;
  return doubt === undefined ? { kind: 'absent' } : { kind: 'unclear', why: doubt };
}

/** By the answer's own `Date`: there is no clock here. */
function clocksDiffer(date: string | undefined, until: number): string | undefined {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return "Bird's answer does not say what time it is there";
  const minutes = Math.round(Math.abs(theirs - until) / MINUTE_MS);
  return Math.abs(theirs - until) > CLOCKS_MS
    ? `the clocks differ by ${minutes} minutes: set the clock of this machine, and look again`
    : undefined;
}
