import type { ProviderId } from '../../../core/words';
import {
  type AccountSeed,
  type ChatwootOptions,
  DEFAULT_VERSION,
  type InboxSeed,
  type TokenSeed,
} from './options';
import { createRecent } from './recent';
import type { Account, Contact, Inbox, Session, User } from './rows';
import {
  DEFAULT_ACCOUNTS,
  DEFAULT_AGENTS,
  DEFAULT_ATTRIBUTES,
  DEFAULT_INBOXES,
  DEFAULT_TEAMS,
  DEFAULT_TOKENS,
} from './seeds';

/** Contacts by what has to be unique, but is not always: a race leaves two of one phone number. */
export interface ContactIndex {
  add(contact: Contact): void;
  remove(contact: Contact): void;
  byPhone(accountId: number, phone: string): readonly Contact[];
  byEmail(accountId: number, email: string): readonly Contact[];
  byIdentifier(accountId: number, identifier: string): readonly Contact[];
}

/** Chatwoot itself, or a platform that is built on it. */
export interface Edition {
  readonly id: ProviderId;
  /** What its paths begin with in the sandbox. */
  readonly mount: string;
  /** WhatsApp templates that are posted to a conversation stay `sent` and are never delivered. */
  readonly silentTemplates: boolean;
  /** Whether webhooks are signed, on versions that do. */
  readonly signsWebhooks: boolean;
}

export const CHATWOOT: Edition = {
  id: 'chatwoot',
  mount: '',
  silentTemplates: false,
  signsWebhooks: true,
};

/** Everything that this Chatwoot holds, in memory. */
export interface Store {
  readonly edition: Edition;
  readonly version: string;
  readonly accounts: ReadonlyMap<number, Account>;
  readonly users: ReadonlyMap<string, User>;
  readonly contacts: ContactIndex;
  /** Sessions by source_id over all inboxes and accounts. */
  readonly sessions: Map<string, Session[]>;
  /** The next global id of a kind of row. */
  nextId(kind: 'contact' | 'session' | 'conversation' | 'message' | 'attachment' | 'label'): number;
  nextDisplayId(account: Account): number;
  now(): number;
}

export function createStore(options: ChatwootOptions, edition: Edition): Store {
  const seeds = options.accounts ?? DEFAULT_ACCOUNTS;
  const users = new Map<string, User>();
  for (const [index, seed] of (options.tokens ?? DEFAULT_TOKENS).entries()) {
    users.set(
      seed.token,
      makeUser(
        index + 1,
        seed,
        seeds.map(({ id }) => id),
      ),
    );
  }
  const accounts = new Map<number, Account>();
  for (const seed of seeds) {
    const inboxes = (seed.inboxes ?? DEFAULT_INBOXES).map((inbox) => makeInbox(seed.id, inbox));
    accounts.set(seed.id, {
      id: seed.id,
      name: seed.name ?? `Account ${seed.id}`,
      status: seed.status ?? 'active',
      locale: seed.locale ?? 'en',
      definedAttributes: seed.definedAttributes ?? DEFAULT_ATTRIBUTES,
      agents: new Map(agentsOf(seed, users.values()).map((agent) => [agent.id, agent])),
      teams: new Map((seed.teams ?? DEFAULT_TEAMS).map((team) => [team.id, team])),
      inboxes: new Map(inboxes.map((inbox) => [inbox.id, inbox])),
      contacts: new Map(),
      conversations: new Map(),
      recent: createRecent(),
      labels: [],
    });
  }
  const ids = new Map<string, number>();
  function next(name: string): number {
    const id = (ids.get(name) ?? 0) + 1;
    ids.set(name, id);
    return id;
  }
  return {
    edition,
    version: options.version ?? DEFAULT_VERSION,
    accounts,
    users,
    contacts: createContactIndex(),
    sessions: new Map(),
    nextId: next,
    nextDisplayId: (account) => next(`display ${account.id}`),
    now: options.now ?? Date.now,
  };
}

/** The session that an inbox has for a source_id: unique, as the database's index makes it. */
export function sessionOf(store: Store, inbox: Inbox, sourceId: string): Session | undefined {
  return store.sessions.get(sourceId)?.find((session) => session.inbox === inbox);
}

/** Registers a session under its source_id, or under its new one. */
export function registerSession(store: Store, session: Session, formerSourceId?: string): void {
  if (formerSourceId !== undefined) {
    const former = store.sessions.get(formerSourceId) ?? [];
    store.sessions.set(
      formerSourceId,
      former.filter((each) => each !== session),
    );
  }
  const list = store.sessions.get(session.sourceId);
  if (list === undefined) store.sessions.set(session.sourceId, [session]);
  else list.push(session);
}

/** Takes a session away, and the place that it had. */
export function forgetSession(store: Store, session: Session): void {
  const left = (store.sessions.get(session.sourceId) ?? []).filter((each) => each !== session);
  if (left.length === 0) store.sessions.delete(session.sourceId);
  else store.sessions.set(session.sourceId, left);
}

function createContactIndex(): ContactIndex {
  const lists = new Map<string, Contact[]>();
  const none: readonly Contact[] = [];
  function keysOf(contact: Contact): string[] {
    const keys: string[] = [];
    if (contact.phoneNumber) keys.push(`${contact.accountId} phone ${contact.phoneNumber}`);
    if (contact.email) keys.push(`${contact.accountId} email ${contact.email}`);
    // Also when empty: the database's unique index does not skip an empty identifier.
    if (contact.identifier !== null)
      keys.push(`${contact.accountId} identifier ${contact.identifier}`);
    return keys;
  }
  return {
    add(contact) {
      for (const key of keysOf(contact)) {
        const list = lists.get(key);
        if (list === undefined) lists.set(key, [contact]);
        else list.push(contact);
      }
    },
    remove(contact) {
      for (const key of keysOf(contact)) {
        const left = (lists.get(key) ?? []).filter((each) => each !== contact);
        if (left.length === 0) lists.delete(key);
        else lists.set(key, left);
      }
    },
    byPhone: (accountId, phone) => lists.get(`${accountId} phone ${phone}`) ?? none,
    byEmail: (accountId, email) => lists.get(`${accountId} email ${email.toLowerCase()}`) ?? none,
    byIdentifier: (accountId, identifier) =>
      lists.get(`${accountId} identifier ${identifier}`) ?? none,
  };
}

function makeInbox(accountId: number, seed: InboxSeed): Inbox {
  return {
    id: seed.id,
    accountId,
    name: seed.name,
    channelType: seed.channelType,
    phoneNumber: seed.phoneNumber ?? null,
    provider: seed.provider ?? null,
    medium: seed.channelType === 'Channel::TwilioSms' ? (seed.medium ?? 'sms') : null,
    lockToSingleConversation: seed.lockToSingleConversation ?? false,
    activeBot: seed.activeBot ?? false,
    templates: seed.templates ?? [],
    contentTemplates: seed.contentTemplates ?? [],
    additionalAttributes: seed.additionalAttributes ?? {},
  };
}

/** People with a token first; whoever has none uses no inbox, as nobody asks in their name. */
function agentsOf(account: AccountSeed, users: Iterable<User>): User[] {
  const withToken = [...users].filter(
    ({ kind, accountIds }) => kind === 'user' && accountIds.includes(account.id),
  );
  const others = (account.agents ?? DEFAULT_AGENTS).map(
    ({ role = 'agent', ...seed }): User => ({
      ...{ ...seed, role, kind: 'user' },
      accountIds: [account.id],
      inboxIds: [],
    }),
  );
  return [...withToken, ...others];
}

function makeUser(id: number, seed: TokenSeed, allAccounts: readonly number[]): User {
  return {
    id,
    kind: seed.kind ?? 'user',
    name: seed.name ?? `User ${id}`,
    email: seed.email ?? `user-${id}@sandbox.example`,
    role: seed.role ?? 'administrator',
    accountIds: seed.accountIds ?? allAccounts,
    inboxIds: seed.inboxIds ?? [],
  };
}
