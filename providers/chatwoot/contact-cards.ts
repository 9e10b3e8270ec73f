import type { Json } from '../../core/http';
import type { Address } from '../../core/message';
import {
  type Body,
  readAny,
  readFields,
  readFlag,
  readId,
  readList,
  readOptionalNumber,
  readOptionalText,
} from '../read';
import { type Account, read } from './account';
import { findContacts } from './find-contact';

/** A contact as a node shows it. */
export interface ContactCard {
  readonly id: string;
  readonly name: string;
  readonly phone: string | null;
  readonly email: string | null;
  readonly identifier: string | null;
  readonly blocked: boolean;
  /** Custom ones. */
  readonly attributes: Readonly<Record<string, Json>>;
  /** Chatwoot's own: city, company and the like. */
  readonly additionalAttributes: Readonly<Record<string, Json>>;
  /** Seconds since the epoch; null where nothing happened yet. */
  readonly lastActivityAt: number | null;
  readonly createdAt: number | null;
}

/** Which contacts: those that contain a text, or all that somebody can be recognised by. */
export interface ContactQuery {
  /** From 1 on. */
  readonly page: number;
  /** A part of a name, an address or an identifier. */
  readonly text?: string;
  /** Not together with `text`. */
  readonly label?: string;
  /** A field, with a minus sign for the opposite order. */
  readonly sort?: string;
}

/** What is to be changed; what is absent stays. Null removes an address or an identifier. */
export interface ContactChanges {
  readonly name?: string;
  readonly phone?: string | null;
  readonly email?: string | null;
  readonly identifier?: string | null;
  readonly blocked?: boolean;
  /** Written over those of the same names; the others stay. */
  readonly attributes?: Readonly<Record<string, Json>>;
  readonly additionalAttributes?: Readonly<Record<string, Json>>;
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
}

/** @throws ProviderError `not_found`. */
export async function getContact(account: Account, id: string): Promise<ContactCard> {
  return account.ask({
    asked: 'reading a contact',
    request: read(contactPath(account, id), { include_contact_inboxes: 'false' }),
    read: (body) => contactCard(readAny(body, 'payload')),
  });
}

/** One page, of 15 at most (Chatwoot v4.15.1, app/controllers/api/v1/accounts/contacts_controller.rb). */
export async function listContacts(
  account: Account,
  { page, text = '', label = '', sort = '' }: ContactQuery,
): Promise<readonly ContactCard[]> {
  return account.ask({
    asked: 'listing contacts',
    request: read(account.path(text === '' ? '/contacts' : '/contacts/search'), {
      page,
      include_contact_inboxes: 'false',
      ...(sort === '' ? {} : { sort }),
      ...(text === '' ? {} : { q: text }),
      ...(label === '' ? {} : { 'labels[]': label }),
    }),
    read: (body) => readList(body, 'payload').map(contactCard),
  });
}

/** Everybody with exactly this address: mostly one, but two requests at once can have made two of one number. */
export async function searchContacts(
  account: Account,
  address: Address,
): Promise<readonly ContactCard[]> {
  const attribute = address.kind === 'email' ? 'email' : 'phone_number';
  return (await findContacts(account, attribute, address.value)).map(contactCard);
}

/** Safe to repeat. Labels are a call of their own, and are read first, because writing them replaces all. */
export async function updateContact(
  account: Account,
  id: string,
  { addLabels = [], removeLabels = [], ...changes }: ContactChanges,
): Promise<ContactCard> {
  const card = await account.ask({
    asked: 'updating a contact',
    request: {
      // Seen on platforms that are built on it, where PATCH is not.
      method: 'PUT',
      path: contactPath(account, id),
      query: { include_contact_inboxes: 'false' },
      json: fieldsOf(changes),
      call: 'contact',
    },
    read: (body) => contactCard(readAny(body, 'payload')),
  });
  await changeLabels(account, `/contacts/${encodeURIComponent(id)}`, { addLabels, removeLabels });
  return card;
}

/** With the conversations of the contact. Administrators only; a contact that is online is refused. */
export async function deleteContact(account: Account, id: string): Promise<void> {
  await account.ask({
    asked: 'deleting a contact',
    request: { method: 'DELETE', path: contactPath(account, id), call: 'contact' },
    expects: isSuccess,
    read: () => undefined,
  });
}

/** Adds and removes labels of a contact or a conversation; makes no call where there is nothing to do. */
export async function changeLabels(
  account: Account,
  owner: string,
  { addLabels, removeLabels }: Required<Pick<ContactChanges, 'addLabels' | 'removeLabels'>>,
): Promise<void> {
  if (addLabels.length === 0 && removeLabels.length === 0) return;
  const path = account.path(`${owner}/labels`);
  const labelsIn = (body: Body): readonly string[] =>
    readList(body, 'payload').filter((label) => typeof label === 'string');
  const now = await account.ask({
    asked: 'reading labels',
    request: read(path),
    read: labelsIn,
  });
  const kept = new Set([...now, ...addLabels].filter((label) => !removeLabels.includes(label)));
  if (kept.size === now.length && now.every((label) => kept.has(label))) return;
  await account.ask({
    asked: 'writing labels',
    // A list: a text would clear all of them.
    request: { method: 'POST', path, json: { labels: [...kept] }, call: 'contact' },
    read: labelsIn,
  });
}

/** An answer without a body. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function contactPath(account: Account, id: string): string {
  return account.path(`/contacts/${encodeURIComponent(id)}`);
}

function fieldsOf(changes: Omit<ContactChanges, 'addLabels' | 'removeLabels'>): Json {
  const { name, phone, email, identifier, blocked, attributes, additionalAttributes } = changes;
  return {
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone_number: phone }),
    ...(email === undefined ? {} : { email }),
    ...(identifier === undefined ? {} : { identifier }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(attributes === undefined ? {} : { custom_attributes: { ...attributes } }),
    ...(additionalAttributes === undefined
      ? {}
      : { additional_attributes: { ...additionalAttributes } }),
  };
}

function contactCard(row: Body): ContactCard {
  return {
    id: readId(row, 'id'),
    name: readOptionalText(row, 'name') ?? '',
    phone: readOptionalText(row, 'phone_number'),
    email: readOptionalText(row, 'email'),
    identifier: readOptionalText(row, 'identifier'),
    blocked: readFlag(row, 'blocked'),
    attributes: readFields(row, 'custom_attributes') as Record<string, Json>,
    additionalAttributes: readFields(row, 'additional_attributes') as Record<string, Json>,
    lastActivityAt: readOptionalNumber(row, 'last_activity_at'),
    createdAt: readOptionalNumber(row, 'created_at'),
  };
}
