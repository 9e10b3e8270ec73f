import type { Address } from '../../core/message';
import type { Contact, Conversation, Inbox } from '../provider';
import {
  type Body,
  readAny,
  readFlag,
  readId,
  readList,
  readOptionalNumber,
  readOptionalText,
} from '../read';
import { type Account, type Edition, failed, read } from './account';
import { factsOf, sessionIsAddress, sessionOf } from './facts';

/** Rows on a page (Chatwoot v4.15.1, app/finders/conversation_finder.rb). */
export const PAGE = 25;
/** All that Chatwoot shows of one contact's conversations, newest activity first. */
export const CONTACT_PAGE = 20;

/** A conversation of a listing, as far as a send needs it. */
export interface Listed {
  readonly id: string;
  readonly inboxId: string;
  readonly contactId: string;
  readonly canReply: boolean;
  readonly blocked: boolean;
  /** The contact's addresses as they are now. */
  readonly phone: string | null;
  readonly email: string | null;
  readonly lastMessageId: number;
  /** The key of the send that opened it, where one of ours did. */
  readonly openedBy: Body;
}

/**
 * The newest conversation of the recipient's session, whatever its status: an outgoing message does not reopen a
 * resolved one, the person's answer does. Creates nothing: where there is none, `sendMessage` opens it together with the
 * message.
 *
 * A phone number or e-mail in a session is what Chatwoot delivers to, and it stays when the contact gets a new one. So
 * on those channels only a conversation of the session that bears the recipient's own address is reused, and none at all
 * on a server that cannot list by session (before 2.17, or unknown and not probed).
 */
export async function ensureConversation(
  account: Account,
  contact: Contact,
  { address, inbox }: { address: Address; inbox: Inbox },
): Promise<Conversation> {
  const session = sessionOf(account.edition, { inbox, address, contactId: contact.id });
  const none: Conversation = {
    id: null,
    watermark: null,
    canReply: !inbox.replyWindow,
    blocked: contact.blocked,
  };
  if (contact.created) return none;
  const newest = await newestOf(account, contact, { session, inbox });
  if (newest !== undefined && isSomebodyElses(newest, address, inbox)) {
    throw failed(account.edition, 'not_found', 'the contact has another address by now');
  }
  return newest === undefined ? none : conversationOf(newest, contact);
}

/**
 * Where the session says nothing of the address, the contact's own is what the gateway or the mailer writes to: once it
 * is another one, the contact is no longer this recipient.
 */
function isSomebodyElses(
  { phone, email }: Listed,
  { kind, value }: Address,
  inbox: Inbox,
): boolean {
  if (inbox.channel !== 'api' && inbox.channel !== 'mail') return false;
  const now = kind === 'phone' ? phone : email?.toLowerCase();
  return now !== null && now !== undefined && now !== '' && now !== value;
}

async function newestOf(
  account: Account,
  contact: Contact,
  { session, inbox }: { session: string; inbox: Inbox },
): Promise<Listed | undefined> {
  const own = ({ inboxId, contactId }: Listed) => inboxId === inbox.id && contactId === contact.id;
  if (factsOf(inbox).sessionFilter) {
    const rows = await sessionPage(account, {
      inbox,
      session,
      page: 1,
      sort: 'last_activity_at_desc',
    });
    // A session belongs to one contact: with a stranger's row in it the list was not narrowed, whatever the version says.
    if (rows.every(own)) return rows[0];
  }
  if (sessionIsAddress(inbox)) return undefined;
  return (await contactPage(account, contact.id))?.find(own);
}

/**
 * An empty conversation in the recipient's session. Never part of a send, which opens its own together with the message;
 * not safe to repeat, except in an inbox that is locked to a single conversation.
 */
export async function createConversation(
  account: Account,
  contact: Contact,
  { address, inbox }: { address: Address; inbox: Inbox },
): Promise<Conversation & { readonly id: string }> {
  return account.ask({
    asked: 'opening a conversation',
    request: {
      method: 'POST',
      path: account.path('/conversations'),
      json: conversationFields(account.edition, { contact, address, inbox }),
      call: 'conversation',
    },
    read: (body) => conversationOf(listed(body), contact),
  });
}

/**
 * What a new conversation is made of. All three: without the session Chatwoot makes one up, and without the others it
 * looks for the session in every inbox and account.
 */
export function conversationFields(
  edition: Edition,
  { contact, address, inbox }: { contact: Contact; address: Address; inbox: Inbox },
) {
  return {
    inbox_id: Number(inbox.id),
    contact_id: Number(contact.id),
    source_id: sessionOf(edition, { inbox, address, contactId: contact.id }),
  };
}

function conversationOf(row: Listed, contact: Contact): Conversation & { readonly id: string } {
  return {
    id: row.id,
    watermark: String(row.lastMessageId),
    canReply: row.canReply,
    blocked: contact.blocked || row.blocked,
  };
}

/** One page of a session's conversations. On servers that ignore the filter: of the whole inbox. */
export async function sessionPage(
  account: Account,
  query: { inbox: Inbox; session: string; page: number; sort: string },
): Promise<readonly Listed[]> {
  return account.ask({
    asked: 'listing conversations',
    request: read(account.path('/conversations'), {
      inbox_id: query.inbox.id,
      source_id: query.session,
      status: 'all',
      sort_by: query.sort,
      page: query.page,
    }),
    read: (body) => readList(body, 'data.payload').map(listed),
  });
}

/** The contact's last conversations in all inboxes that the token's user can see; undefined where the contact is gone. */
export async function contactPage(
  account: Account,
  contactId: string,
): Promise<readonly Listed[] | undefined> {
  return account.ask({
    asked: "listing a contact's conversations",
    request: read(account.path(`/contacts/${encodeURIComponent(contactId)}/conversations`)),
    expects: (status) => status === 404,
    read: (body, status) => (status === 404 ? undefined : readList(body, 'payload').map(listed)),
  });
}

function listed(row: Body): Listed {
  const messages = readAny(row, 'messages');
  const ids = (Array.isArray(messages) ? messages : [])
    .concat(readAny(row, 'last_non_activity_message') ?? [])
    .map((message) => readOptionalNumber(message, 'id') ?? 0);
  return {
    id: readId(row, 'id'),
    inboxId: readId(row, 'inbox_id'),
    contactId: readId(row, 'meta.sender.id'),
    canReply: readFlag(row, 'can_reply'),
    blocked: readFlag(row, 'meta.sender.blocked'),
    phone: readOptionalText(row, 'meta.sender.phone_number'),
    email: readOptionalText(row, 'meta.sender.email'),
    lastMessageId: Math.max(0, ...ids),
    openedBy: readAny(row, 'custom_attributes.campaign_runner_key'),
  };
}
