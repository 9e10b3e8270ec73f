import { randomUUID } from 'node:crypto';
import type { Answer } from '../platform';
import { asBoolean, asId, asText, isBlank } from './casts';
import { filterContacts, listContacts, searchContacts } from './contact-list';
import { contactView, sessionView } from './contact-view';
import {
  createContact,
  deleteContact,
  labelsFrom,
  rollBackContact,
  updateContact,
} from './contacts';
import { listOfContact } from './conversation-list';
import { type Ask, contactOf, EMPTY, type Endpoint, ok } from './endpoint';
import { found, Refusal } from './errors';
import { inboxView, requireAdministrator, requireUse, usableInboxes } from './inboxes';
import type { Contact, Inbox, Session } from './rows';
import { deriveSourceId, ensureSessionOrRaise } from './sessions';
import { sessionOf } from './store';

/** Chatwoot v4.15.1 app/controllers/api/v1/accounts/contacts_controller.rb and contacts/*. */
export const CONTACT_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/contacts',
    answer: ({ account, call }) => ok(listContacts(account, call.query)),
  },
  { method: 'POST', path: '/contacts', answer: create },
  {
    method: 'GET',
    path: '/contacts/search',
    answer: ({ store, account, call }) => ok(searchContacts(store, account, call.query)),
  },
  {
    method: 'POST',
    path: '/contacts/filter',
    answer: ({ store, account, call, params }) =>
      ok(filterContacts(store, account, call.query, params)),
  },
  { method: 'POST', path: '/contact_inboxes/filter', since: '3.2.0', answer: findBySource },
  { method: 'GET', path: '/contacts/:id', answer: (ask) => ok({ payload: view(ask) }) },
  { method: 'PUT', path: '/contacts/:id', answer: update },
  { method: 'PATCH', path: '/contacts/:id', answer: update },
  { method: 'DELETE', path: '/contacts/:id', answer: remove },
  { method: 'POST', path: '/contacts/:id/destroy_custom_attributes', answer: destroyAttributes },
  { method: 'POST', path: '/contacts/:id/contact_inboxes', answer: createSession },
  {
    method: 'GET',
    path: '/contacts/:id/contactable_inboxes',
    answer: (ask) => ok({ payload: contactable(ask) }),
  },
  {
    method: 'GET',
    path: '/contacts/:id/labels',
    answer: (ask) => ok({ payload: contactOf(ask).labels }),
  },
  {
    method: 'POST',
    path: '/contacts/:id/labels',
    answer: (ask) => {
      const contact = contactOf(ask);
      contact.labels = labelsFrom(ask.params.labels);
      return ok({ payload: contact.labels });
    },
  },
  {
    method: 'GET',
    path: '/contacts/:id/conversations',
    answer: (ask) => ok(listOfContact(contactOf(ask).conversations, ask.user, ask.store.now())),
  },
];

/** Contact and session are one transaction; permission on the inbox is not asked for. */
function create(ask: Ask): Answer {
  const { store, account, params } = ask;
  if (ask.call.fault !== undefined) raceFor(ask);
  const unseenPhone = ask.call.fault === 'duplicate_phone';
  const contact = createContact(store, account, params, { unseenPhone });
  try {
    const inbox = isBlank(params.inbox_id)
      ? undefined
      : found(account.inboxes.get(asId(params.inbox_id) ?? 0));
    const session = inbox && ensureSessionOrRaise(store, contact, inbox, asText(params.source_id));
    return ok({
      payload: {
        contact: contactView(contact),
        contact_inbox: {
          inbox: inbox === undefined ? null : inboxView(inbox, ask.user),
          source_id: session?.sourceId ?? null,
        },
      },
    });
  } catch (error) {
    rollBackContact(store, account, contact);
    throw error;
  }
}

/** The other request of a race, which commits a moment before this one. */
function raceFor({ store, account, params, call }: Ask): void {
  const phone = asText(params.phone_number);
  if (call.fault === 'duplicate_phone') {
    if (phone !== null && store.contacts.byPhone(account.id, phone).length === 0) {
      createContact(store, account, { name: params.name ?? '', phone_number: phone });
    }
    return;
  }
  if (call.fault !== 'phone_taken') return;
  const known =
    phone === null
      ? store.contacts.byEmail(account.id, asText(params.email) ?? '')
      : store.contacts.byPhone(account.id, phone);
  if (known.length > 0) return;
  const { name = '', phone_number = null, email = null, identifier = null } = params;
  createContact(store, account, { name, phone_number, email, identifier });
}

function view(ask: Ask): unknown {
  return contactView(contactOf(ask), ask.call.query.get('include_contact_inboxes') !== 'false');
}

function update(ask: Ask): Answer {
  updateContact(ask.store, ask.account, contactOf(ask), ask.params);
  return ok({ payload: view(ask) });
}

function remove(ask: Ask): Answer {
  requireAdministrator(ask.user);
  deleteContact(ask.store, ask.account, contactOf(ask));
  return EMPTY;
}

function destroyAttributes(ask: Ask): Answer {
  const contact = contactOf(ask);
  const keys = labelsFrom(ask.params.custom_attributes);
  contact.customAttributes = Object.fromEntries(
    Object.entries(contact.customAttributes).filter(([key]) => !keys.includes(key)),
  );
  return ok({ payload: view(ask) });
}

/** A bare contact, or a 404 without a body. */
function findBySource({ store, account, user, params }: Ask): Answer {
  const inbox = found(account.inboxes.get(asId(params.inbox_id) ?? 0));
  requireUse(inbox, user);
  const session = sessionOf(store, inbox, asText(params.source_id) ?? '');
  if (session === undefined) throw new Refusal({ status: 404, text: '' });
  return ok(contactView(session.contact));
}

/** Without an envelope. Idempotent only with a source_id, or where the channel derives one. */
function createSession(ask: Ask): Answer {
  const { store, account, user, params } = ask;
  const contact = contactOf(ask);
  const inbox = found(account.inboxes.get(asId(params.inbox_id) ?? 0));
  requireUse(inbox, user);
  const session = ensureSessionOrRaise(
    store,
    contact,
    inbox,
    asText(params.source_id),
    asBoolean(params.hmac_verified),
  );
  return session === undefined ? EMPTY : ok(sessionView(session));
}

/** Chatwoot v4.15.1 app/services/contacts/contactable_inboxes_service.rb. */
function contactable(ask: Ask): unknown[] {
  const contact = contactOf(ask);
  return usableInboxes(ask.account, ask.user).flatMap((inbox) => {
    const sourceId = contactableSource(contact, inbox);
    return sourceId === undefined ? [] : [sessionView({ sourceId, inbox })];
  });
}

function contactableSource(contact: Contact, inbox: Inbox): string | undefined {
  const latest: Session | undefined = contact.sessions.findLast((each) => each.inbox === inbox);
  switch (inbox.channelType) {
    case 'Channel::Api':
      return latest?.sourceId ?? randomUUID();
    case 'Channel::WebWidget':
      return latest?.sourceId;
    case 'Channel::Email':
      return contact.email ?? undefined;
    default:
      return contact.phoneNumber ? deriveSourceId(contact, inbox) : undefined;
  }
}

/** Kept beside the contacts: definitions of labels, which contacts and conversations share. */
export const LABEL_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/labels',
    answer: ({ account }) => ok({ payload: account.labels }),
  },
  {
    method: 'POST',
    path: '/labels',
    answer: ({ store, account, user, params }) => {
      requireAdministrator(user);
      const given = (params.label ?? params) as typeof params;
      const label = {
        id: store.nextId('label'),
        title: (asText(given.title) ?? '').toLowerCase(),
        description: asText(given.description),
        color: asText(given.color) ?? '#1f93ff',
        show_on_sidebar: asBoolean(given.show_on_sidebar),
      };
      refuseLabel(
        label.title,
        account.labels.some((each) => each.title === label.title),
      );
      account.labels.push(label);
      return ok(label);
    },
  },
];

function refuseLabel(title: string, isTaken: boolean): void {
  const problem = !/^[\p{L}\p{N}]+[\p{L}\p{N}_-]+$/u.test(title)
    ? 'Title is invalid'
    : isTaken
      ? 'Title has already been taken'
      : undefined;
  if (problem === undefined) return;
  throw new Refusal({ status: 422, json: { message: problem, attributes: ['title'] } });
}
