import type { Inbox } from '../provider';
import { readId } from '../read';
import { type Account, failed, refuse } from './account';
import { createContact } from './contacts';
import { contactPage, createConversation, sessionPage } from './conversations';
import { factsOf, sessionIsAddress, toJson } from './facts';
import { findContact } from './find-contact';
import { CARRIERS, carriersOf, marker } from './marker';
import { messagePage, messagesPath } from './messages';

const PERSON = 'campaign-runner-probe';

/**
 * Tries what this server keeps, where its version does not say: writes a private note with every carrier of a key, reads
 * it back, and deletes it. A private note is never delivered to anybody; an API inbox's callback is told of it, marked
 * private.
 *
 * On an API inbox it makes a contact of its own ("campaign-runner-probe"), once. Other inboxes have no addresses that
 * belong to nobody: there the caller names a conversation that the note may stand in for a moment.
 *
 * @returns the inbox with what was seen; `lookup` is true when a carrier survived and listings can be relied on.
 * @throws ProviderError; `invalid_input` where a conversation is needed. A note whose reading failed is left behind.
 */
export async function probe(
  account: Account,
  inbox: Inbox,
  conversationId?: string,
): Promise<Inbox> {
  if (conversationId === undefined && sessionIsAddress(inbox)) {
    throw failed(
      account.edition,
      'invalid_input',
      'probing this inbox needs a conversation in it; only API inboxes need none',
    );
  }
  const place = conversationId ?? (await ownConversation(account, inbox));
  const facts = factsOf(inbox);
  const id = await writeNote(account, place, marker(PERSON, 1, facts.channelType));
  const upTo = await messagePage(account, place, Number(id) - 1);
  const beyond = await messagePage(account, place, Number(id));
  // The conversation is in the inbox, so a list of an impossible session is empty only where the filter works.
  const session = `${PERSON}-no-such-session`;
  const strangers = await sessionPage(account, {
    inbox,
    session,
    page: 1,
    sort: 'created_at_desc',
  });
  await deleteNote(account, place, id);

  const note = upTo?.find((row) => String(row.id) === id);
  const survived = carriersOf(note?.body, PERSON);
  const markers = CARRIERS.filter((carrier) => survived.includes(carrier));
  const ordered = beyond?.every((row) => row.id > Number(id)) === true;
  return {
    ...inbox,
    lookup: markers.length > 0 && ordered,
    facts: toJson({ ...facts, assumed: false, markers, sessionFilter: strangers.length === 0 }),
  };
}

async function ownConversation(account: Account, inbox: Inbox): Promise<string> {
  const made = await createContact(account, { name: 'Campaign Runner probe', identifier: PERSON });
  const contact = made.contact ?? (await findContact(account, 'identifier', PERSON));
  if (contact === undefined)
    throw refuse(account.edition, 'other', 'the contact of the probe is not found');
  const known = await contactPage(account, contact.id);
  const place = known?.find((row) => row.inboxId === inbox.id);
  if (place !== undefined) return place.id;
  // An API inbox: no address is needed for a session.
  const address = { kind: 'phone', value: '' } as const;
  const opened = await createConversation(account, contact, { address, inbox });
  return opened.id;
}

async function writeNote(
  account: Account,
  conversationId: string,
  marks: ReturnType<typeof marker>,
): Promise<string> {
  return account.ask({
    asked: 'writing a private note',
    request: {
      method: 'POST',
      path: messagesPath(account, conversationId),
      json: { content: 'Campaign Runner probe', message_type: 'outgoing', private: true, ...marks },
      call: 'conversation',
    },
    read: (body) => readId(body, 'id'),
  });
}

async function deleteNote(account: Account, conversationId: string, id: string): Promise<void> {
  await account.ask({
    asked: 'deleting a private note',
    request: {
      method: 'DELETE',
      path: `${messagesPath(account, conversationId)}/${id}`,
      call: 'conversation',
    },
    expects: (status) => status === 200 || status === 404,
    read: () => undefined,
  });
}
