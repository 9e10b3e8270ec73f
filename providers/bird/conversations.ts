import type { Json } from '../../core/http';
import type { Address, Content } from '../../core/message';
import { refusal } from '../ask';
import type { Contact, Conversation, Inbox } from '../provider';
import { type Body, readAny, readFlag, readId, readOptionalText } from '../read';
import { type Account, identifierOf, read, segment } from './account';
import { type List, type Page, readAll, readPage, readRows } from './pages';
import { PROVIDER } from './settings';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** Pages of one person's conversations. */
const LIMIT = 20;

/** A conversation as a node shows it. */
export interface ConversationCard {
  readonly id: string;
  readonly channelId: string | null;
  readonly name: string;
  readonly status: string | null;
  readonly createdAt: string | null;
}

/** Which conversations; with `participant` those of one person. */
export interface ConversationQuery {
  readonly limit?: number;
  readonly pageToken?: string;
  readonly reverse?: boolean;
  readonly channelId?: string;
  readonly status?: string;
  readonly participant?: Address;
}

/**
 * None is needed to send: then no call is made, but for free text on WhatsApp, which is delivered only for a time after the
 * person's last message. In the shared inbox it is the newest active one of this person and channel, or a new empty one.
 * It is never made with a first message: that would already be a send.
 */
export async function ensureConversation(
  account: Account,
  contact: Contact,
  { address, inbox, kind }: { address: Address; inbox: Inbox; kind?: Content['kind'] | undefined },
): Promise<Conversation> {
  const looks = inbox.replyWindow && kind !== 'template';
  const canReply = looks ? await isWindowOpen(account, contact, { address, inbox }) : false;
  const none: Conversation = {
    id: null,
    watermark: null,
    canReply: canReply || !inbox.replyWindow,
    blocked: contact.blocked,
  };
  // Nothing is opened for somebody who cannot be written to now.
  if (!account.settings.inSharedInbox || (looks && !canReply)) return none;
  const active = contact.created ? null : await newestActive(account, address, inbox);
  return { ...none, id: active ?? (await openConversation(account, contact, { address, inbox })) };
}

/** An empty conversation in the shared inbox, or the one that is there already. */
export async function createConversation(
  account: Account,
  contact: Contact,
  { address, inbox }: { address: Address; inbox: Inbox },
): Promise<Conversation> {
  const id = await openConversation(account, contact, { address, inbox });
  return { id, watermark: null, canReply: !inbox.replyWindow, blocked: contact.blocked };
}

/**
 * Whether WhatsApp's window is open, by the clock of the answer itself (bird docs, channels-api, programmable-whatsapp). A
 * person whom the channel has never heard of has none.
 */
async function isWindowOpen(
  account: Account,
  contact: Contact,
  { address, inbox }: { address: Address; inbox: Inbox },
): Promise<boolean> {
  return account.ask({
    asked: 'reading the reply window',
    request: read(account, `/channels/${segment(inbox.id)}/contacts/${segment(contact.id)}`, {
      contactIdentifierValue: address.value,
    }),
    expects: (status) => status === 404,
    read: (body, status, headers) => {
      if (status === 404) return false;
      // Null where there is none; but the field is there.
      if (readAny(body, 'serviceWindowExpireAt') === undefined)
        readId(body, 'serviceWindowExpireAt');
      const until = Date.parse(readOptionalText(body, 'serviceWindowExpireAt') ?? '');
      return readFlag(body, 'isPermanentSession') || until > Date.parse(headers['date'] ?? '');
    },
  });
}

async function newestActive(
  account: Account,
  address: Address,
  inbox: Inbox,
): Promise<string | null> {
  const rows = await readRows(account, ofPerson(address, inbox, 'active'), LIMIT);
  const [newest] = rows
    .filter(
      ({ channelId, status }) => channelId === inbox.id && (status === null || status === 'active'),
    )
    .sort((a, b) => time(b.createdAt) - time(a.createdAt));
  return newest?.id ?? null;
}

/** One page of the workspace's conversations, or of a person's. */
export async function listConversations(
  account: Account,
  { participant, ...query }: ConversationQuery = {},
): Promise<Page<ConversationCard>> {
  const { rows, nextPageToken } = await readPage(account, {
    asked: 'listing conversations',
    path: participant === undefined ? '/conversations' : participantPath(participant),
    query: { ...query },
    row: conversationCard,
  });
  return { rows, nextPageToken };
}

/** Every conversation of a person in an inbox, whatever its status; `doubt` where these may not be all. */
export async function conversationsOf(
  account: Account,
  address: Address,
  inbox: Inbox,
): Promise<{ ids: ReadonlySet<string>; doubt: string | undefined }> {
  const ids = new Set<string>();
  const { doubt } = await readAll(account, ofPerson(address, inbox), LIMIT, ({ rows }) => {
    for (const { id, channelId } of rows) if ((channelId ?? inbox.id) === inbox.id) ids.add(id);
  });
  return { ids, doubt };
}

function ofPerson(address: Address, inbox: Inbox, status?: string): List<ConversationCard> {
  return {
    asked: "listing a person's conversations",
    path: participantPath(address),
    query: { channelId: inbox.id, ...(status === undefined ? {} : { status }) },
    row: conversationCard,
    missing: 'none',
  };
}

function participantPath(address: Address): string {
  const { key, value } = identifierOf(address);
  return `/participants/${segment(key)}/${segment(value)}/conversations`;
}

async function openConversation(
  account: Account,
  contact: Contact,
  { address, inbox }: { address: Address; inbox: Inbox },
): Promise<string> {
  const { key, value } = identifierOf(address);
  const participant: Json = { type: 'contact', identifierKey: key, identifierValue: value };
  const made = await account.ask({
    asked: 'creating a conversation',
    request: {
      method: 'POST',
      path: account.path('/conversations'),
      json: { name: value, channelId: inbox.id, participants: [participant] },
      call: 'conversation',
    },
    // There is one already; which one is said somewhere in free-form details, if at all.
    expects: (status) => status === 409,
    read: (body, status) =>
      status === 409
        ? existingId(body, [account.settings.workspaceId, inbox.id, contact.id])
        : readId(body, 'id'),
  });
  const id = made ?? (await newestActive(account, address, inbox));
  if (id !== null) return id;
  throw refusal(PROVIDER, 'other', 'a conversation is there already, and Bird does not say which');
}

/** The one id in the details that is none of those that we know; null where there is none or more than one. */
function existingId(body: Body, others: readonly string[]): string | null {
  const text = JSON.stringify(readAny(body, 'details') ?? '');
  const known = others.map((id) => id.toLowerCase());
  const ids = new Set((text.match(UUID) ?? []).map((id) => id.toLowerCase()));
  const [id, ...more] = [...ids].filter((each) => !known.includes(each));
  return id !== undefined && more.length === 0 ? id : null;
}

export function conversationCard(row: Body): ConversationCard {
  return {
    id: readId(row, 'id'),
    channelId: readOptionalText(row, 'channelId'),
    name: readOptionalText(row, 'name') ?? '',
    status: readOptionalText(row, 'status'),
    createdAt: readOptionalText(row, 'createdAt') ?? readOptionalText(row, 'updatedAt'),
  };
}

function time(text: string | null): number {
  return Date.parse(text ?? '') || 0;
}
