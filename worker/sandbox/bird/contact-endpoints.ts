import { isFields } from '../body';
import type { Answer, Fields, Value } from '../platform';
import { type Ask, contactOf, type Endpoint, ok } from './endpoint';
import { conflict, invalid } from './errors';
import { listOf } from './pages';
import { checkAttributes, checkIdentifier } from './people';
import type { Contact, Identifier } from './rows';
import { contactView } from './views';

/** Contacts (bird docs, contacts-api): their bodies may hold fields that nobody knows. */
export const CONTACT_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/contacts',
    answer: ({ store, call }) => listOf([...store.contacts.values()], call.query, contactView),
  },
  { method: 'POST', path: '/contacts', answer: create },
  { method: 'POST', path: '/contacts/search', answer: search },
  { method: 'PATCH', path: '/contacts/identifiers/:key/:value', answer: upsert },
  { method: 'GET', path: '/contacts/:contact', answer: (ask) => ok(contactView(contactOf(ask))) },
  {
    method: 'PATCH',
    path: '/contacts/:contact',
    answer(ask) {
      const contact = contactOf(ask);
      describe(ask, contact);
      return ok(contactView(contact));
    },
  },
  {
    method: 'DELETE',
    path: '/contacts/:contact',
    answer(ask) {
      ask.store.deleteContact(contactOf(ask));
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: '/contacts/:contact/identifiers',
    answer: (ask) => ok({ results: contactOf(ask).identifiers }),
  },
  {
    method: 'POST',
    path: '/contacts/:contact/identifiers',
    answer(ask) {
      const contact = contactOf(ask);
      const identifier = identifierOf(ask.fields, '.');
      refuseTaken(ask, [identifier]);
      ask.store.own(contact, identifier);
      return ok(identifier, 201);
    },
  },
];

function create(ask: Ask): Answer {
  const { store, fields, call } = ask;
  const name = fields.displayName;
  if (typeof name !== 'string' || name === '' || name.length > 150) {
    throw invalid('.displayName', 'must have 1 to 150 characters');
  }
  const identifiers = listed(fields.identifiers).map((each, index) =>
    identifierOf(each, `.identifiers[${index}]`),
  );
  checkAttributes(store, attributesOf(fields));
  // Another request was faster, a moment ago.
  const raced = call.fault === 'phone_taken' || call.fault === 'duplicate_phone';
  if (raced && identifiers.every((identifier) => store.contactOf(identifier) === undefined)) {
    store.addContact(identifiers);
  }
  refuseTaken(ask, identifiers);
  const contact = store.addContact(identifiers);
  describe(ask, contact);
  return ok(contactView(contact), 201);
}

/** 200 for one that was there, 201 for one that is new. */
function upsert(ask: Ask): Answer {
  const { store, fields, path, call } = ask;
  const identifier = checkIdentifier(
    { key: decodeURIComponent(path.key ?? ''), value: decodeURIComponent(path.value ?? '') },
    'identifier',
  );
  checkAttributes(store, attributesOf(fields));
  const raced = call.fault === 'phone_taken' || call.fault === 'duplicate_phone';
  if (raced && store.contactOf(identifier) === undefined) store.addContact([identifier]);
  const known = store.contactOf(identifier);
  const more = listed(fields.addIdentifiers).map((each, index) =>
    identifierOf(each, `.addIdentifiers[${index}]`),
  );
  // `strict_alias`: all of them belong to one person, or to nobody.
  if (more.some((each) => (store.contactOf(each) ?? known) !== known)) {
    throw conflict('duplicate identifier');
  }
  const contact = known ?? store.addContact([identifier]);
  for (const each of more) if (store.contactOf(each) === undefined) store.own(contact, each);
  describe(ask, contact);
  return ok(contactView(contact), known === undefined ? 201 : 200);
}

function search({ store, fields }: Ask): Answer {
  const contact = store.contactOf(identifierOf(fields.identifier as Value, '.identifier'));
  return ok({ results: contact === undefined ? [] : [contactView(contact)] });
}

function describe({ store, fields }: Ask, contact: Contact): void {
  checkAttributes(store, attributesOf(fields));
  if (typeof fields.displayName === 'string') contact.displayName = fields.displayName;
  contact.attributes = { ...contact.attributes, ...attributesOf(fields) };
  for (const id of listed(fields.listIds)) {
    if (typeof id === 'string' && !contact.listIds.includes(id)) contact.listIds.push(id);
  }
  contact.updatedMs = store.now();
}

function refuseTaken({ store }: Ask, identifiers: readonly Identifier[]): void {
  if (identifiers.some((identifier) => store.contactOf(identifier) !== undefined)) {
    throw conflict('duplicate identifier');
  }
}

function identifierOf(value: Value, path: string): Identifier {
  const { key, value: text } = isFields(value) ? value : {};
  if (typeof key !== 'string' || typeof text !== 'string') throw invalid(path, 'is no identifier');
  return checkIdentifier({ key, value: text }, path);
}

function attributesOf({ attributes }: Fields): Fields {
  return attributes !== undefined && isFields(attributes) ? attributes : {};
}

function listed(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}
