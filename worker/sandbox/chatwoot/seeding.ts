import { Hono } from 'hono';
import { isFields } from '../body';
import { asFields, asId, asText } from './casts';
import { contactView } from './contact-view';
import { createContact, updateContact } from './contacts';
import { draftConversation, insert } from './conversations';
import type { Setup } from './endpoint';
import { draftMessage } from './message-draft';
import { messageView } from './message-view';
import type { Account, Contact, Conversation, Fields, Inbox, Message, User } from './rows';
import { ensureSession } from './sessions';
import type { Store } from './store';

export interface SeedMessage {
  /** Or `phone` or `email`; a contact of that address is made where there is none. */
  readonly contactId?: number;
  readonly phone?: string;
  readonly email?: string;
  readonly inboxId: number;
  readonly content?: string;
  /** How long ago it came; 0 by default. */
  readonly ageMs?: number;
  readonly accountId?: number;
}

export interface Seeding {
  /** Creates a contact past all faults and limits: fields as in `POST /contacts`. */
  contact(fields: Fields, accountId?: number): Contact;
  /** Changes a contact: `{ blocked: true }`. */
  update(contactId: number, fields: Fields, accountId?: number): Contact;
  /** A message from the person, in the latest conversation of that inbox or in a new one. */
  incoming(seed: SeedMessage): Message;
}

/** Puts people and their messages into the store, as if they had always been there. Throws an Error for a bad seed. */
export function createSeeding(setup: () => Setup): Seeding {
  function accountOf(id = 1): Account {
    const account = setup().store.accounts.get(id);
    if (account === undefined) throw new Error(`there is no account ${id}`);
    return account;
  }

  function person({ contactId, phone, email }: SeedMessage, account: Account): Contact {
    if (contactId !== undefined) return existing(contactId, account);
    const { store } = setup();
    const [known] = contactsAt(store, account, phone ?? email ?? '');
    const fields: Fields = { phone_number: phone ?? null, email: email ?? null };
    return known ?? createContact(store, account, fields);
  }

  function existing(id: number, account: Account): Contact {
    const contact = account.contacts.get(id);
    if (contact === undefined) throw new Error(`there is no contact ${id}`);
    return contact;
  }

  return {
    contact: (fields, accountId) => createContact(setup().store, accountOf(accountId), fields),
    update(contactId, fields, accountId) {
      const account = accountOf(accountId);
      const contact = existing(contactId, account);
      updateContact(setup().store, account, contact, fields);
      return contact;
    },
    incoming(seed) {
      const account = accountOf(seed.accountId);
      const conversation = latestConversation(setup(), account, person(seed, account), seed);
      const createdMs = setup().store.now() - (seed.ageMs ?? 0);
      return writeIncoming(setup(), conversation, { content: seed.content ?? 'Hello', createdMs });
    },
  };
}

/** The contacts of an address: after a race there may be two of one number. */
export function contactsAt(store: Store, account: Account, address: string): readonly Contact[] {
  return address.includes('@')
    ? store.contacts.byEmail(account.id, address)
    : store.contacts.byPhone(account.id, address);
}

/** A person's own message, as the channel or a gateway brings it in. */
export function writeIncoming(
  { store, committer }: Setup,
  conversation: Conversation,
  { content, createdMs }: { content: string; createdMs: number },
): Message {
  const draft = { params: { content }, files: [], user: GATEWAY, createdMs };
  const written = draftMessage(store, conversation, draft, Number.POSITIVE_INFINITY);
  const { contact } = conversation.session;
  const message: Message = {
    ...written,
    // It was drafted as one of ours, and only in ours Liquid is run.
    content,
    messageType: 'incoming',
    sender: { kind: 'contact', contact },
  };
  committer.commit(message);
  return message;
}

/** Whoever brings a person's message in; it is never shown. */
const GATEWAY: User = {
  id: 0,
  kind: 'user',
  name: 'Gateway',
  email: 'gateway@sandbox.example',
  role: 'administrator',
  accountIds: [],
  inboxIds: [],
};

function latestConversation(
  { store }: Setup,
  account: Account,
  contact: Contact,
  seed: SeedMessage,
): Conversation {
  const inbox = account.inboxes.get(seed.inboxId);
  if (inbox === undefined) throw new Error(`there is no inbox ${seed.inboxId}`);
  const latest = contact.conversations.findLast((each) => each.session.inbox === inbox);
  return latest ?? openConversation(store, { account, contact, inbox });
}

/** A new conversation in the session that the contact has in this inbox, or gets. */
export function openConversation(
  store: Store,
  { account, contact, inbox }: { account: Account; contact: Contact; inbox: Inbox },
): Conversation {
  const known = contact.sessions.findLast((each) => each.inbox === inbox);
  const session = known ?? ensureSession(store, contact, inbox, null);
  if (session === undefined) throw new Error('the contact has no address for this inbox');
  const conversation = draftConversation(store, session, {});
  insert(account, conversation);
  return conversation;
}

/**
 * The same over HTTP, below `/_sandbox/chatwoot`: `POST contacts` (one, or a list), `PATCH contacts/:id`,
 * `POST messages`. `account_id` is 1 by default.
 */
export function seedingRoutes(seeding: Seeding): Hono {
  const app = new Hono();
  app.post('/contacts', async (c) => {
    const body: unknown = await c.req.json();
    const made = (Array.isArray(body) ? body : [body])
      .filter(isFields)
      .map((fields) => contactView(seeding.contact(fields, asId(fields.account_id))));
    return c.json(Array.isArray(body) ? made : made[0]);
  });
  app.patch('/contacts/:id', async (c) => {
    const fields = asFields(await c.req.json<Fields>());
    const contact = seeding.update(Number(c.req.param('id')), fields, asId(fields.account_id));
    return c.json(contactView(contact));
  });
  app.post('/messages', async (c) => {
    const fields = asFields(await c.req.json<Fields>());
    return c.json(messageView(seeding.incoming(seedFrom(fields))));
  });
  return app;
}

function seedFrom(fields: Fields): SeedMessage {
  const contactId = asId(fields.contact_id);
  const accountId = asId(fields.account_id);
  const phone = asText(fields.phone_number);
  const email = asText(fields.email);
  const content = asText(fields.content);
  return {
    inboxId: asId(fields.inbox_id) ?? 0,
    ageMs: Number(fields.age_seconds ?? 0) * 1000,
    ...(contactId === undefined ? {} : { contactId }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(phone === null ? {} : { phone }),
    ...(email === null ? {} : { email }),
    ...(content === null ? {} : { content }),
  };
}
