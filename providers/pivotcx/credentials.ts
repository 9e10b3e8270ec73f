import type { Authorization, CredentialField } from '../provider';
import { DEFAULTS, type Fields, invalidInput, settingsOf, valueOf } from './settings';

/** What an account is made of. The settings follow what no public document says; see docs/platforms/pivotcx.md. */
export const CREDENTIALS: readonly CredentialField[] = [
  setting('url', 'URL', 'Address of the API, without a path.'),
  {
    name: 'userId',
    label: 'User ID',
    required: true,
    help: 'PivotCX gives it to you together with the team.',
  },
  {
    name: 'teamId',
    label: 'Team ID',
    required: true,
    help: 'PivotCX gives it to you together with the user.',
  },
  { name: 'username', label: 'Username', help: 'The one that you log in to PivotCX with.' },
  { name: 'password', label: 'Password', secret: true, help: 'Of the username.' },
  {
    name: 'authorization',
    label: 'Authorization Header',
    secret: true,
    help: 'The whole value of the header, in place of username and password.',
  },
  setting(
    'contactsPath',
    'Contacts Path',
    'Where contacts are created. :user and :team are filled in.',
  ),
  setting('conversationsPath', 'Conversations Path', 'Where conversations are listed.'),
  setting('sendPath', 'Send Path', "Where a message is sent. :id is the conversation's id."),
  setting(
    'messagesPath',
    'Messages Path',
    "Where your schema lists a conversation's messages, with :id. Without it a lost answer cannot be looked up.",
  ),
  setting(
    'messageCreatedPath',
    'Message Created Path',
    'Where a listed message says when it was made.',
  ),
  setting(
    'messageDirectionPath',
    'Message Direction Path',
    'Where a listed message says who wrote it.',
  ),
  setting('messageInbound', 'Inbound Word', "What it says there of a person's own message."),
  setting('messageTextPath', 'Message Text Path', 'Where a listed message has its words.'),
  setting(
    'conversationActivePath',
    'Conversation Active Path',
    'Where a listed conversation says when it was last written in. Without it, and Messages Path, answers are not looked for.',
  ),
  setting('trailingSlash', 'Trailing Slash', 'Of all paths: as_written, always or never.'),
  setting(
    'nameFilterParam',
    'Name Filter',
    'The query parameter that lists conversations by name.',
  ),
  setting('bodyEncoding', 'Message Encoding', 'How a message is written: form or json.'),
  setting(
    'emptyAnswer',
    'Empty Answer',
    'What a success without content means for a message: unknown or accepted.',
  ),
  setting(
    'tooManyRequests',
    'A 429',
    'not_sent: a 429 proves that nothing was sent, and it is tried again. unknown: it proves nothing, and a person decides.',
  ),
  setting('optInMethod', 'Opt-In Method', 'How people agreed, where a campaign does not say it.'),
  setting('optInDetail', 'Opt-In Detail', 'More about it, where a campaign does not say it.'),
  setting('unnamed', 'Unnamed Contacts', 'What a contact without a name is called: phone or none.'),
  setting(
    'resultsPath',
    'Results Path',
    'Where the rows of a list are; empty: at the top or in results.',
  ),
  setting('contactIdPaths', 'Contact ID Paths', "Where a conversation may show its contact's id."),
  setting('contactPhonePaths', 'Contact Phone Paths', "Where it may show its contact's number."),
  setting('searchPages', 'Search Pages', 'Pages of a list that are read at most for one person.'),
];

/**
 * HTTP Basic (PivotCX docs, send-your-first-message), or whatever header the account gives instead.
 *
 * @throws ProviderError `invalid_input` that names the field, never its value.
 */
export function authorize(fields: Fields): Authorization {
  const { url } = settingsOf(fields);
  return { baseUrl: url, headers: { authorization: headerOf(fields) }, query: {} };
}

function headerOf(fields: Fields): string {
  const whole = valueOf(fields, 'authorization');
  if (whole !== '') {
    if (/^[\x20-\x7e]+$/.test(whole)) return whole;
    throw invalidInput('authorization has characters that no header has');
  }
  const username = valueOf(fields, 'username');
  // Not trimmed: a password may begin or end with a space.
  const password = fields['password'] ?? '';
  if (username === '' || username.includes(':')) {
    throw invalidInput('username is missing or has a colon');
  }
  if (password === '') throw invalidInput('password is missing');
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function setting(name: string, label: string, help: string): CredentialField {
  const value = Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name as keyof typeof DEFAULTS] : undefined;
  return { name, label, help, ...(value === undefined ? {} : { default: value }) };
}
