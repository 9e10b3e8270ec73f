import { ProviderError } from '../../core/errors';
import { httpsAddress } from '../https-address';

export const PROVIDER = 'pivotcx';

export type Fields = Readonly<Record<string, string>>;

/** An account's settings, checked; how they are set is in `credentials.ts`. */
export interface Settings {
  readonly url: string;
  readonly teamId: string;
  readonly contactsPath: string;
  readonly conversationsPath: string;
  readonly sendPath: (conversationId: string) => string;
  /** Null where the account's schema lists no messages. */
  readonly messagesPath: ((conversationId: string) => string) | null;
  readonly messageCreatedPath: string;
  /** What tells a person's own messages in that list. */
  readonly messageDirectionPath: string;
  readonly messageInbound: string;
  readonly messageTextPath: string;
  /** Where a listed conversation says when it was last written in; empty: it does not. */
  readonly conversationActivePath: string;
  readonly nameFilterParam: string;
  readonly bodyEncoding: 'form' | 'json';
  readonly emptyAnswer: 'unknown' | 'accepted';
  readonly doubts429: boolean;
  readonly optInMethod: string;
  readonly optInDetail: string;
  readonly unnamed: 'phone' | 'none';
  /** Where a list's rows are; empty: at the top, or in `results`. */
  readonly resultsPath: string;
  readonly contactIdPaths: readonly string[];
  readonly contactPhonePaths: readonly string[];
  readonly searchPages: number;
}

const TEAM = '/v1/users/:user/teams/:team';

/** What holds where an account says nothing; what is assumed of it is marked in docs/platforms/pivotcx.md. */
export const DEFAULTS = {
  url: 'https://api.pivotcx.io',
  contactsPath: `${TEAM}/contacts/`,
  conversationsPath: `${TEAM}/conversations/`,
  sendPath: `${TEAM}/conversations/:id/send_message/`,
  trailingSlash: 'as_written',
  nameFilterParam: 'contact_name__icontains',
  bodyEncoding: 'form',
  emptyAnswer: 'unknown',
  tooManyRequests: 'not_sent',
  optInMethod: 'list',
  unnamed: 'phone',
  contactIdPaths: 'contact.id, contact',
  contactPhonePaths: 'contact.primaryPhone.number',
  messageCreatedPath: 'created',
  messageDirectionPath: 'direction',
  messageInbound: 'inbound',
  messageTextPath: 'message',
  searchPages: '20',
} as const;

/** @throws ProviderError `invalid_input` that names the field, never its value. */
export function settingsOf(fields: Fields): Settings {
  const userId = required(fields, 'userId');
  const teamId = required(fields, 'teamId');
  const slash = oneOf(fields, 'trailingSlash', ['as_written', 'always', 'never']);

  function path(name: 'contactsPath' | 'conversationsPath' | 'sendPath' | 'messagesPath'): string {
    const template = valueOf(fields, name);
    // A brace would be a secret's place to the transport, and a query belongs to the request.
    if (!/^\/[^?#{}\s]+$/.test(template)) {
      throw invalidInput(`${name} must be a path such as ${DEFAULTS.sendPath}`);
    }
    const ended = slash === 'as_written' ? template : template.replace(/\/+$/, '');
    return fill(slash === 'always' ? `${ended}/` : ended, { user: userId, team: teamId });
  }

  function pathOfOne(name: 'sendPath' | 'messagesPath'): (id: string) => string {
    const template = path(name);
    if (!template.split('/').includes(':id')) {
      throw invalidInput(`${name} must have :id where the conversation's id belongs`);
    }
    return (id) => fill(template, { id });
  }

  return {
    url: httpsAddress(PROVIDER, valueOf(fields, 'url')),
    teamId,
    contactsPath: path('contactsPath'),
    conversationsPath: path('conversationsPath'),
    sendPath: pathOfOne('sendPath'),
    messagesPath: valueOf(fields, 'messagesPath') === '' ? null : pathOfOne('messagesPath'),
    messageCreatedPath: valueOf(fields, 'messageCreatedPath'),
    messageDirectionPath: valueOf(fields, 'messageDirectionPath'),
    messageInbound: valueOf(fields, 'messageInbound'),
    messageTextPath: valueOf(fields, 'messageTextPath'),
    conversationActivePath: valueOf(fields, 'conversationActivePath'),
    nameFilterParam: valueOf(fields, 'nameFilterParam'),
    bodyEncoding: oneOf(fields, 'bodyEncoding', ['form', 'json']),
    emptyAnswer: oneOf(fields, 'emptyAnswer', ['unknown', 'accepted']),
    doubts429: oneOf(fields, 'tooManyRequests', ['not_sent', 'unknown']) === 'unknown',
    optInMethod: valueOf(fields, 'optInMethod'),
    optInDetail: valueOf(fields, 'optInDetail'),
    unnamed: oneOf(fields, 'unnamed', ['phone', 'none']),
    resultsPath: valueOf(fields, 'resultsPath'),
    contactIdPaths: listOf(fields, 'contactIdPaths'),
    contactPhonePaths: listOf(fields, 'contactPhonePaths'),
    searchPages: pagesOf(fields),
  };
}

/** What the account says, or the default; empty where there is neither. */
export function valueOf(fields: Fields, name: string): string {
  const given = (fields[name] ?? '').trim();
  if (given !== '' || !Object.hasOwn(DEFAULTS, name)) return given;
  return DEFAULTS[name as keyof typeof DEFAULTS];
}

export function invalidInput(what: string): ProviderError {
  return new ProviderError('invalid_input', `${PROVIDER}: ${what}`, { provider: PROVIDER });
}

function required(fields: Fields, name: string): string {
  const value = valueOf(fields, name);
  if (value === '') throw invalidInput(`${name} is missing`);
  return value;
}

/** `:name` is a place where it is a whole segment. What is put there is encoded. */
function fill(template: string, places: Readonly<Record<string, string>>): string {
  return template
    .split('/')
    .map((segment) => {
      const name = segment.startsWith(':') ? segment.slice(1) : '';
      return Object.hasOwn(places, name) ? encodeURIComponent(places[name] ?? '') : segment;
    })
    .join('/');
}

function oneOf<T extends string>(fields: Fields, name: string, choices: readonly T[]): T {
  const given = valueOf(fields, name);
  const chosen = choices.find((choice) => choice === given);
  if (chosen !== undefined) return chosen;
  throw invalidInput(`${name} must be ${choices.join(' or ')}`);
}

function listOf(fields: Fields, name: string): readonly string[] {
  const paths = valueOf(fields, name).split(',');
  return paths.map((path) => path.trim()).filter((path) => path !== '');
}

function pagesOf(fields: Fields): number {
  const pages = Number(valueOf(fields, 'searchPages'));
  if (Number.isInteger(pages) && pages > 0) return pages;
  throw invalidInput('searchPages must be a number of pages, 1 or more');
}
