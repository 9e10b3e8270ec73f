import type { Finding, Inbox, Receipt, Trace } from '../provider';
import { type Account } from './account';
import { CONTACT_PAGE, contactPage, type Listed, PAGE, sessionPage } from './conversations';
import { factsOf, sessionOf } from './facts';
import { carriersOf } from './marker';
import { MESSAGE_PAGE, type MessageRow, messagePage } from './messages';
import { atLeast } from './version';

/** Pages and conversations that one look-up reads before it gives up. */
const LIMIT = 50;

/** What a look at one place brought. A doubt is why it proves no absence. */
interface Look {
  readonly receipts: readonly Receipt[];
  readonly doubt?: string | undefined;
}

/**
 * Looks for the message that bears this key. The text is never compared: an equal one may be somebody else's.
 *
 * `found` lists every hit, so that a double cannot hide. `absent` needs a listing that is complete and in order, a
 * carrier that the server is known to keep, and no row that may have lost its carrier since.
 */
export async function findSent(account: Account, key: string, trace: Trace): Promise<Finding> {
  const look =
    trace.conversationId === null
      ? await lookEverywhere(account, key, trace)
      : await lookIn(account, key, {
          conversationId: trace.conversationId,
          after: Number(trace.watermark ?? 0),
          inbox: trace.inbox,
        });
  const [first, ...more] = look.receipts;
  if (first !== undefined) return { kind: 'found', receipts: [first, ...more] };
  if (look.doubt !== undefined) return { kind: 'unclear', why: look.doubt };
  if (!trace.inbox.lookup) {
    return {
      kind: 'unclear',
      why: 'this server is not known to keep what a message is recognised by',
    };
  }
  return { kind: 'absent' };
}

/** The attempt would have opened a conversation: any of the person's in this inbox may be it. */
async function lookEverywhere(account: Account, key: string, trace: Trace): Promise<Look> {
  const own = ({ inboxId, contactId }: Listed) =>
    inboxId === trace.inbox.id && contactId === trace.contactId;
  const session = await listSession(account, trace, own);
  const recent = await contactPage(account, trace.contactId);
  if (recent === undefined) return { receipts: [], doubt: 'the contact is gone' };
  const whole = session.complete || recent.length < CONTACT_PAGE;
  const places = new Map<string, Listed>();
  for (const row of [...session.rows, ...recent]) if (own(row)) places.set(row.id, row);
  // The one that says that this send opened it first, so that it is seen however many others there are.
  const inOrder = [...places.values()].sort(
    (a, b) => Number(b.openedBy === key) - Number(a.openedBy === key),
  );

  const receipts: Receipt[] = [];
  let doubt = whole ? undefined : "the list of the person's conversations is not complete";
  for (const [index, place] of inOrder.entries()) {
    if (index >= LIMIT) return { receipts, doubt: 'the person has too many conversations' };
    const look = await lookIn(account, key, {
      conversationId: place.id,
      after: 0,
      inbox: trace.inbox,
    });
    receipts.push(...look.receipts);
    doubt ??= look.doubt;
    // Conversation and message were made in one transaction, so the key on the one proves the other (Chatwoot v4.15.1,
    // app/controllers/api/v1/accounts/conversations_controller.rb), also after somebody deleted the message.
    if (place.openedBy === key && look.receipts.length === 0) {
      receipts.push({ messageId: null, conversationId: place.id });
    }
  }
  return { receipts, doubt };
}

/** By creation, so that a conversation that comes to life while pages are read cannot slip past them. */
async function listSession(
  account: Account,
  { inbox, address, contactId }: Trace,
  own: (row: Listed) => boolean,
): Promise<{ rows: readonly Listed[]; complete: boolean }> {
  const session = sessionOf(account.edition, { inbox, address, contactId });
  const rows: Listed[] = [];
  for (let page = 1; page <= LIMIT; page += 1) {
    const next = await sessionPage(account, { inbox, session, page, sort: 'created_at_desc' });
    rows.push(...next);
    // Strangers: the filter was ignored, and this is the whole inbox.
    if (!next.every(own)) return { rows, complete: false };
    if (next.length < PAGE) return { rows, complete: true };
  }
  return { rows, complete: false };
}

async function lookIn(
  account: Account,
  key: string,
  place: { conversationId: string; after: number; inbox: Inbox },
): Promise<Look> {
  const receipts: Receipt[] = [];
  let doubt: string | undefined;
  let last = place.after;
  for (let page = 1; page <= LIMIT; page += 1) {
    const rows = await messagePage(account, place.conversationId, last);
    if (rows === undefined) return { receipts, doubt: 'the conversation is gone' };
    for (const row of rows) {
      if (row.id <= last) doubt ??= 'the list of messages is not in order';
      last = Math.max(last, row.id);
      if (carriersOf(row.body, key).length > 0) {
        receipts.push({ messageId: String(row.id), conversationId: place.conversationId });
      } else {
        doubt ??= wiped(row, place.inbox);
      }
    }
    if (rows.length < MESSAGE_PAGE || doubt === 'the list of messages is not in order') {
      return { receipts, doubt };
    }
  }
  return { receipts, doubt: 'the conversation has too many messages' };
}

/**
 * Whether this row may be ours, with its carriers gone: deleting a message wipes them, and so does an agent's "retry" of
 * a failed one up to 4.15.1, except for `source_id` on API inboxes (Chatwoot v4.15.1,
 * app/controllers/api/v1/accounts/conversations/messages_controller.rb).
 */
function wiped(row: MessageRow, inbox: Inbox): string | undefined {
  if (row.type !== 1 || row.private) return undefined;
  if (row.attributes['deleted'] === true) return 'a message was deleted since';
  const { version, markers, assumed } = factsOf(inbox);
  // Where the version is only believed, a message without marks may also be ours on a server that keeps none.
  const survives = !assumed && (markers.includes('source_id') || atLeast(version, '4.15.2'));
  if (survives || !row.fromUser) return undefined;
  return Object.keys(row.attributes).length === 0
    ? 'a message without marks was written since; it may be this one, retried by an agent'
    : undefined;
}
