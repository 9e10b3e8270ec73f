import { ProviderError } from '../../core/errors';
import type { Address } from '../../core/message';
import { refusal } from '../ask';
import type { Contact, Conversation, Profile } from '../provider';
import { readId } from '../read';
import { type Account, type End, pagesOf } from './lists';
import { searchWordOf } from './names';
import { contactIdOf, judge, type Person } from './rows';
import { PROVIDER } from './settings';

/** The id of a contact that the platform shows no id of: then only its number verifies it. */
export const NO_ID = 'not-shown';

interface Listed {
  readonly id: string;
  readonly contactId: string | null;
}

/** What a listing brought. */
interface Look {
  /** Verified: by the contact's number, or by its id where no number is shown. */
  readonly own: readonly Listed[];
  /** Rows that show neither, so that they may be anybody's. */
  readonly unverifiable: number;
  /** A row shows the contact's id with another number. */
  readonly moved: boolean;
  /** Null where reading stopped at a verified row. */
  readonly end: End | null;
}

/**
 * The conversation of a contact, which the platform starts by itself when the contact is made. It is looked for by name,
 * but the filter only saves pages: names are not unique, and a row is the person's only when its number or its contact's
 * id says so (PivotCX docs, send-your-first-message).
 *
 * @throws ProviderError `unavailable` when it is not listed yet; `rejected` when no row can be verified.
 */
export async function ensureConversation(
  account: Account,
  contact: Contact,
  { address, profile }: { address: Address; profile: Profile },
): Promise<Conversation> {
  const contactId = contact.id === NO_ID ? null : contact.id;
  const person: Person = { phone: address.value, contactId };
  const word = searchWordOf(profile, address, account.settings);
  let look = await lookFor(account, person, word);
  // Somebody whom others put in may bear another name there; whom we put in just now bears ours.
  if (!contact.created && word !== '' && isNothing(look)) look = await lookFor(account, person, '');
  const { id } = theOne(look);
  return { id, watermark: null, canReply: true, blocked: false };
}

/** The contact with this number, among those that bear the word; among all for an empty one. */
export async function findContact(
  account: Account,
  { value: phone }: Address,
  word: string,
): Promise<Contact | undefined> {
  const look = await lookFor(account, { phone, contactId: null }, word);
  return look.own.length === 0 ? undefined : contactOf(theOne(look));
}

/**
 * The contact that the platform says it has already, whatever it is called there.
 *
 * @throws ProviderError as `ensureConversation`.
 */
export async function findTaken(account: Account, { value: phone }: Address): Promise<Contact> {
  return contactOf(theOne(await lookFor(account, { phone, contactId: null }, '')));
}

/** Reads pages until one has the person's conversation, or there are no more. */
async function lookFor(account: Account, person: Person, word: string): Promise<Look> {
  const { settings } = account;
  const pages = pagesOf(account, 'listing conversations', {
    path: settings.conversationsPath,
    query: word === '' ? {} : { [settings.nameFilterParam]: word },
  });
  let unverifiable = 0;
  let moved = false;
  for (;;) {
    const { value, done } = await pages.next();
    if (done) return { own: [], unverifiable, moved, end: value };
    const own = new Map<string, Listed>();
    for (const row of value) {
      const whose = judge(row, person, settings);
      if (whose === 'unverifiable') unverifiable += 1;
      if (whose === 'moved') moved = true;
      if (whose !== 'own') continue;
      const id = readId(row, 'id');
      own.set(id, { id, contactId: contactIdOf(row, settings) });
    }
    if (own.size > 0) return { own: [...own.values()], unverifiable, moved, end: null };
  }
}

/** @throws ProviderError unless exactly one conversation is verified; never the first of several. */
function theOne({ own, unverifiable, moved, end }: Look): Listed {
  const [one, second] = own;
  if (second !== undefined) {
    throw ambiguous(`${own.length} conversations are listed for this number`);
  }
  if (one !== undefined) return one;
  if (moved) {
    throw new ProviderError('not_found', `${PROVIDER}: the contact has another number by now`, {
      provider: PROVIDER,
    });
  }
  if (unverifiable > 0) {
    throw ambiguous(
      `${unverifiable} are listed that do not show whose they are; see contactIdPaths and contactPhonePaths`,
    );
  }
  if (end?.whole === false) {
    throw refusal(
      PROVIDER,
      'other',
      `conversation not found: pages read: ${end.pages}, and the list goes on; see searchPages and url`,
    );
  }
  // It may come: the platform starts it by itself. Rows come back a limited number of times.
  throw new ProviderError('unavailable', `${PROVIDER}: the conversation is not listed yet`, {
    provider: PROVIDER,
    detail: 'the contact is there, and no conversation of it is listed',
  });
}

function ambiguous(why: string): ProviderError {
  return refusal(PROVIDER, 'other', `conversation ambiguous: ${why}`);
}

function isNothing({ own, unverifiable, moved }: Look): boolean {
  return own.length === 0 && unverifiable === 0 && !moved;
}

function contactOf({ contactId }: Listed): Contact {
  return { id: contactId ?? NO_ID, created: false, blocked: false };
}
