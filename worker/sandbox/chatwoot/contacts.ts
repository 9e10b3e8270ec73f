import { asBoolean, asFields, asText } from './casts';
import { type Problem, Raised, RecordInvalid, taken } from './errors';
import { atLeast } from './options';
import type { Account, Contact, Fields, Value } from './rows';
import { forgetSession, type Store } from './store';

/** Not anchored at the start, as upstream: `abc+1202...` passes. */
const PHONE = /\+[1-9]\d{1,14}$/;
const EMAIL = /^[^@\s]+@[^@\s]+$/;

interface ContactFields {
  readonly name: string;
  readonly email: string | null;
  readonly phoneNumber: string | null;
  readonly identifier: string | null;
}

/**
 * Creates a contact, or throws with everything that is wrong with it. `unseenPhone` skips the look for an equal phone
 * number, as a request does that lost a race: the database has no unique index on it.
 */
export function createContact(
  store: Store,
  account: Account,
  params: Fields,
  { unseenPhone = false } = {},
): Contact {
  const contact: Contact = {
    id: 0,
    accountId: account.id,
    ...fieldsFrom(params),
    blocked: asBoolean(params.blocked),
    additionalAttributes: asFields(params.additional_attributes),
    customAttributes: asFields(params.custom_attributes),
    labels: [],
    lastActivityMs: null,
    createdMs: store.now(),
    sessions: [],
    conversations: [],
  };
  validate(store, account, contact, undefined, unseenPhone);
  const row = { ...contact, id: store.nextId('contact') };
  account.contacts.set(row.id, row);
  store.contacts.add(row);
  return row;
}

/** Undoes a create whose transaction failed. */
export function rollBackContact(store: Store, account: Account, contact: Contact): void {
  account.contacts.delete(contact.id);
  store.contacts.remove(contact);
}

/** With all sessions and conversations, which Chatwoot takes away a moment later: here they go at once. */
export function deleteContact(store: Store, account: Account, contact: Contact): void {
  for (const conversation of contact.conversations) {
    account.conversations.delete(conversation.displayId);
    account.recent.forget(conversation);
  }
  for (const session of contact.sessions) forgetSession(store, session);
  rollBackContact(store, account, contact);
}

/** Changes the given fields; the two bags of attributes are merged one level deep. */
export function updateContact(
  store: Store,
  account: Account,
  contact: Contact,
  params: Fields,
): void {
  const changed = fieldsFrom(params, contact);
  validate(store, account, changed, contact, false);
  store.contacts.remove(contact);
  Object.assign(contact, changed);
  store.contacts.add(contact);
  if (params.blocked !== undefined) contact.blocked = asBoolean(params.blocked);
  contact.customAttributes = {
    ...contact.customAttributes,
    ...asFields(params.custom_attributes),
  };
  contact.additionalAttributes = {
    ...contact.additionalAttributes,
    ...asFields(params.additional_attributes),
  };
}

function fieldsFrom(params: Fields, before?: ContactFields): ContactFields {
  const given = (name: string, kept: string | null): string | null =>
    params[name] === undefined ? kept : asText(params[name]);
  const email = given('email', before?.email ?? null);
  return {
    name: given('name', before?.name ?? '') ?? '',
    email: email === null || email.trim() === '' ? null : email.toLowerCase(),
    phoneNumber: given('phone_number', before?.phoneNumber ?? null),
    identifier: given('identifier', before?.identifier ?? null),
  };
}

/** Chatwoot v4.15.1 app/models/contact.rb and app/models/application_record.rb. */
function validate(
  store: Store,
  account: Account,
  fields: ContactFields,
  self: Contact | undefined,
  unseenPhone: boolean,
): void {
  const { email, identifier, phoneNumber, name } = fields;
  const others = (rows: readonly Contact[]): boolean => rows.some((row) => row !== self);
  const problems: Problem[] = [];
  const complain = (attribute: string, message: string): number =>
    problems.push({ attribute, message });
  const takenText = taken(account.locale, !atLeast(store.version, '4.14.0'));

  if (email) {
    if (others(store.contacts.byEmail(account.id, email))) complain('email', takenText);
    // Fixed when the class is loaded, so never translated.
    if (!EMAIL.test(email)) complain('email', 'Invalid email');
  }
  if (identifier && others(store.contacts.byIdentifier(account.id, identifier))) {
    complain('identifier', takenText);
  }
  if (phoneNumber) {
    if (!unseenPhone && others(store.contacts.byPhone(account.id, phoneNumber))) {
      complain('phone_number', takenText);
    }
    if (!PHONE.test(phoneNumber)) complain('phone_number', 'should be in e164 format');
  }
  const columns: Record<string, string | null> = {
    name,
    email,
    identifier,
    phone_number: phoneNumber,
  };
  for (const [attribute, value] of Object.entries(columns)) {
    if (value !== null && value.length > 255) {
      complain(attribute, 'is too long (maximum is 255 characters)');
    }
  }
  if (problems.length > 0) throw new RecordInvalid(problems);
  // The validation skips an empty identifier, the database's unique index does not.
  if (identifier === '' && others(store.contacts.byIdentifier(account.id, ''))) {
    throw new Raised('PG::UniqueViolation');
  }
}

/** Replaces a set of labels; a text instead of a list clears it. */
export function labelsFrom(value: Value | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return [...new Set(value.map((label) => asText(label) ?? '').filter((label) => label !== ''))];
}
