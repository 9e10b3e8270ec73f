import { isFields } from '../body';
import { asFields, asId, asText, isBlank } from '../chatwoot/casts';
import { contactView } from '../chatwoot/contact-view';
import { createContact, labelsFrom, updateContact } from '../chatwoot/contacts';
import { draftConversation, insert } from '../chatwoot/conversations';
import type { Setup } from '../chatwoot/endpoint';
import {
  found,
  INTERNAL_ERROR,
  Raised,
  RecordInvalid,
  Refusal,
  unprocessable,
} from '../chatwoot/errors';
import { draftMessage } from '../chatwoot/message-draft';
import { messageView } from '../chatwoot/message-view';
import type { Account, Contact, Conversation, Inbox, Message, User } from '../chatwoot/rows';
import { ensureSession } from '../chatwoot/sessions';
import type { Answer, Call, Fields } from '../platform';
import type { DeveloperOptions } from './options';
import { render, wantedTemplate } from './template';

const UNKNOWN_TOKEN: Answer = { status: 401, json: { error: 'Invalid Access Token' } };
const NO_INBOX: Answer = {
  status: 404,
  json: { error: 'Inbox not found. Messages can be sent through whatsapp inboxes only' },
};
const NOT_FOUND: Answer = { status: 404, json: { error: 'Not found' } };

interface Ask extends Setup {
  readonly account: Account;
  readonly user: User;
  readonly params: Fields;
  readonly options: DeveloperOptions;
}

/** Bevatel's developer API, on the same contacts, conversations and messages. `path` is what follows its beginning. */
export function answerDeveloper(
  setup: Setup,
  call: Call,
  path: string,
  options: DeveloperOptions,
): Answer {
  try {
    const who = authenticate(setup, call);
    if (call.fields === null) return { status: 400, json: { error: 'Bad Request' } };
    const ask: Ask = { ...setup, ...who, params: call.fields, options };
    const contactId = /^\/contacts\/(\d+)$/.exec(path)?.[1];
    if (call.method === 'POST' && path === '/contacts') return create(ask);
    if (call.method === 'PATCH' && contactId !== undefined) return update(ask, Number(contactId));
    if (call.method === 'POST' && path === '/messages') return send(ask);
    return NOT_FOUND;
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    if (error instanceof RecordInvalid) return unprocessable(error.message);
    if (error instanceof Raised) return INTERNAL_ERROR;
    throw error;
  }
}

/** Both headers, spelled as documented. */
function authenticate({ store }: Setup, call: Call): { account: Account; user: User } {
  const { api_account_id: accountId, api_access_token: token } = call.headers;
  const account = store.accounts.get(Number(accountId));
  const user = call.fault === 'wrong_token' ? undefined : store.users.get(String(token));
  if (account === undefined || user === undefined || !user.accountIds.includes(account.id)) {
    throw new Refusal(UNKNOWN_TOKEN);
  }
  return { account, user };
}

function create({ store, account, params }: Ask): Answer {
  const contact = createContact(store, account, params);
  contact.labels = labelsFrom(params.labels);
  const message = 'contact created successfully';
  return { status: 201, json: { message, data: contactView(contact, false) } };
}

function update({ store, account, params }: Ask, id: number): Answer {
  const contact = found(account.contacts.get(id));
  updateContact(store, account, contact, params);
  if (params.labels !== undefined) contact.labels = labelsFrom(params.labels);
  return { status: 200, json: { data: contactView(contact, false) } };
}

/** A template, to whoever has the number: a contact that is made for it gets a name of its own, whatever was sent. */
function send(ask: Ask): Answer {
  const { store, account, params, user, options } = ask;
  const inbox = account.inboxes.get(asId(params.inbox_id) ?? 0);
  if (inbox?.channelType !== 'Channel::Whatsapp') throw new Refusal(NO_INBOX);
  const wanted = wantedTemplate(asFields(params.message), options.body);
  const { content, failure } = render(inbox, wanted, store.version);
  const conversation = placeFor(ask, contactFor(ask), inbox);
  const draft = { params: { content }, files: [], user };
  const template = { name: wanted.name, language: wanted.language };
  const message: Message = {
    ...draftMessage(store, conversation, draft, ask.messagesPerMinute),
    additionalAttributes: { template },
  };
  ask.committer.commit(
    message,
    failure === undefined ? { kind: 'delivered' } : { kind: 'failed', why: failure },
  );
  return accepted(message, failure, options);
}

function contactFor({ store, account, params }: Ask): Contact {
  const { contact_id: id, phone_number: phone } = asFields(params.contact);
  if (!isBlank(id)) return found(account.contacts.get(asId(id) ?? 0));
  const number = asText(phone) ?? '';
  if (number === '') throw new Refusal(unprocessable('Contact is invalid'));
  const [known] = store.contacts.byPhone(account.id, number);
  return known ?? createContact(store, account, { name: 'New Contact', phone_number: number });
}

/** The session's latest conversation while it is open, else a new one. */
function placeFor({ store, account }: Ask, contact: Contact, inbox: Inbox): Conversation {
  const session = ensureSession(store, contact, inbox, null);
  if (session === undefined) throw new Refusal(unprocessable('Contact is invalid'));
  const latest = session.conversations.at(-1);
  if (latest?.status === 'open') return latest;
  const conversation = draftConversation(store, session, {});
  insert(account, conversation);
  return conversation;
}

function accepted(
  message: Message,
  failure: string | undefined,
  { answers = 'sentence' }: DeveloperOptions,
): Answer {
  const sentence = 'Message created successfully';
  if (answers === 'message_id') return { status: 201, json: { message_id: message.id } };
  if (answers === 'sentence') return { status: 201, json: { message: sentence } };
  const view = messageView(message);
  const failed = { status: 'failed', content_attributes: { external_error: failure ?? null } };
  const data = failure === undefined ? view : { ...view, ...failed };
  return { status: 201, json: { message: sentence, data } };
}

/** True for a body that makes a template go out, as far as it tells. */
export function sendsTemplate({ fields }: Call): boolean {
  return fields !== null && isFields(fields.message);
}
