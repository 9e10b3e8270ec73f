import { randomUUID } from 'node:crypto';
import { isFields } from '../body';
import type { Call } from '../platform';
import { asBoolean, asFields, asId, asText, isBlank, shown } from './casts';
import {
  found,
  notFound,
  type Problem,
  Raised,
  RecordInvalid,
  Refusal,
  unprocessable,
} from './errors';
import { requireUse } from './inboxes';
import { draftMessage } from './message-draft';
import type { Committer } from './messages';
import {
  type Account,
  CONVERSATION_STATES,
  type Conversation,
  type ConversationState,
  type Fields,
  type Session,
  type User,
} from './rows';
import { ensureSession, SourceTaken } from './sessions';
import type { Store } from './store';

export interface CreateConversation {
  readonly store: Store;
  readonly account: Account;
  readonly user: User;
  readonly params: Fields;
  readonly files: Call['files'];
  readonly committer: Committer;
  readonly messagesPerMinute: number;
}

/**
 * `POST /conversations`. The session is found or made first and stays, whatever follows; conversation and inline
 * message are one transaction. Never idempotent, except on an inbox locked to a single conversation.
 * Chatwoot v4.15.1 app/controllers/api/v1/accounts/conversations_controller.rb, app/builders/conversation_builder.rb.
 */
export function createConversation(create: CreateConversation): Conversation {
  const { store, account, params } = create;
  const session = sessionFor(create);
  const inbox = session.inbox;
  const single = inbox.lockToSingleConversation ? session.conversations.at(-1) : undefined;
  const conversation = single ?? draftConversation(store, session, params);
  const { message } = params;
  const draft = isBlank(message)
    ? undefined
    : draftMessage(
        store,
        conversation,
        { params: asFields(message), files: inlineFiles(create.files), user: create.user },
        create.messagesPerMinute,
      );
  if (single === undefined) insert(account, conversation);
  if (draft !== undefined) create.committer.commit(draft);
  return conversation;
}

/** Files of the message within, by the names that they have where a message comes alone. */
function inlineFiles(files: Call['files']): Call['files'] {
  return files.flatMap(({ name, file }) => {
    const within = /^message\[attachments\](\[\])?$/.exec(name);
    return within === null ? [] : [{ name: `attachments${within[1] ?? ''}`, file }];
  });
}

/**
 * With inbox and contact the session is found or created; without, it is looked up by source_id alone, over all
 * inboxes and accounts, and only then authorised.
 */
function sessionFor({ store, account, user, params }: CreateConversation): Session {
  const inbox = isBlank(params.inbox_id)
    ? undefined
    : found(account.inboxes.get(asId(params.inbox_id) ?? 0));
  const contact = isBlank(params.contact_id)
    ? undefined
    : found(account.contacts.get(asId(params.contact_id) ?? 0));
  if (inbox !== undefined) requireUse(inbox, user);
  let session: Session | undefined;
  if (inbox !== undefined && contact !== undefined) {
    try {
      session = ensureSession(store, contact, inbox, asText(params.source_id));
    } catch (error) {
      if (error instanceof SourceTaken) {
        throw new Refusal(unprocessable('source_id should be unique'));
      }
      throw error;
    }
  }
  session ??= store.sessions.get(asText(params.source_id) ?? '')?.[0];
  if (session === undefined) throw notFound();
  requireUse(session.inbox, user);
  return session;
}

/** A conversation as it would be stored, checked but not yet inserted. */
export function draftConversation(store: Store, session: Session, params: Fields): Conversation {
  const customAttributes = asFields(params.custom_attributes);
  const additionalAttributes = withoutBadReferer(asFields(params.additional_attributes));
  const problems = [
    ...lengthProblems('additional_attributes', additionalAttributes),
    ...lengthProblems('custom_attributes', customAttributes),
  ];
  const status = statusFor(session, params);
  if (problems.length > 0) throw new RecordInvalid(problems);
  const now = store.now();
  const account = found(store.accounts.get(session.inbox.accountId));
  return {
    id: store.nextId('conversation'),
    displayId: store.nextDisplayId(account),
    uuid: randomUUID(),
    accountId: account.id,
    session,
    status,
    priority: null,
    labels: [],
    customAttributes,
    additionalAttributes,
    assignee: account.agents.get(asId(params.assignee_id) ?? 0) ?? null,
    team: account.teams.get(asId(params.team_id) ?? 0) ?? null,
    snoozedUntilMs: null,
    createdMs: now,
    updatedMs: now,
    lastActivityMs: now,
    waitingSinceMs: now,
    firstReplyMs: 0,
    lastIncomingMs: null,
    recentAt: -1,
    messages: [],
  };
}

export function insert(account: Account, conversation: Conversation): void {
  account.conversations.set(conversation.displayId, conversation);
  account.recent.touch(conversation);
  conversation.session.conversations.push(conversation);
  conversation.session.contact.conversations.push(conversation);
}

/** A blocked contact's conversation is resolved from the start, a bot's is pending. */
function statusFor(session: Session, params: Fields): ConversationState {
  const given = asText(params.status);
  if (given !== null && given !== '' && !isState(given)) {
    throw new Raised(`'${given}' is not a valid status`);
  }
  if (session.contact.blocked) return 'resolved';
  if (session.inbox.activeBot) return 'pending';
  return given === null || given === '' ? 'open' : given;
}

function isState(text: string): text is ConversationState {
  return (CONVERSATION_STATES as readonly string[]).includes(text);
}

function withoutBadReferer(attributes: Fields): Fields {
  const { referer } = attributes;
  if (referer === undefined || /^https?:\/\//.test(shown(referer))) return attributes;
  return { ...attributes, referer: null };
}

/** Chatwoot v4.15.1 app/models/concerns/jsonb_attributes_length_validator.rb. */
function lengthProblems(attribute: string, values: Fields): Problem[] {
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'string' && value.length > 1500) {
      problems.push({ attribute, message: `${key} length should be < 1500` });
    }
    if (typeof value === 'number' && Number.isInteger(value) && value > 9_999_999_999) {
      problems.push({ attribute, message: `${key} value should be < 9999999999` });
    }
  }
  return problems;
}

/** `POST /conversations/:id/toggle_status`; without a status it switches between open and resolved. */
export function toggleStatus(conversation: Conversation, params: Fields, user: User): boolean {
  const given = asText(params.status);
  if (given !== null && !isState(given)) throw new Raised(`'${given}' is not a valid status`);
  const before = conversation.status;
  conversation.status = given ?? (before === 'open' ? 'resolved' : 'open');
  const until = asId(params.snoozed_until);
  conversation.snoozedUntilMs =
    conversation.status === 'snoozed' && until !== undefined ? until * 1000 : null;
  // Opening with a plain agent's token assigns the conversation to that agent.
  if (conversation.status === 'open' && user.kind === 'user' && user.role === 'agent') {
    conversation.assignee = user;
  }
  return conversation.status !== before;
}

/** True for a body that creates a message together with the conversation. */
export function hasInlineMessage(params: Fields | null): boolean {
  const message = params?.message;
  if (isBlank(message) || !isFields(message)) return false;
  return isDelivering(message);
}

/** True for a message that goes to a person, as far as its parameters tell. */
export function isDelivering(params: Fields): boolean {
  const type = params.message_type ?? 'outgoing';
  return (
    !asBoolean(params.private) &&
    (type === 'outgoing' || type === 'template' || type === 1 || type === 3)
  );
}
