import type { HttpRequest } from '../../core/http';
import type { Identity } from '../provider';
import { readId, readList, readOptionalText } from '../read';
import { type Account, failed } from './account';

/** The user behind the token, with the accounts that it may use. Also n8n's credential test. */
export const profileRequest: HttpRequest = {
  method: 'GET',
  path: '/api/v1/profile',
  call: 'lookup',
};

interface Server {
  /** Null where the server, or a proxy in front, does not tell. */
  readonly version: string | null;
  /** The server says that its queue of jobs does not work: messages are accepted and not delivered. */
  readonly queueFails: boolean;
}

/** What the server says about itself. A server that hides it is as good as one of unknown version. */
export async function serverOf(account: Account): Promise<Server> {
  return account.ask({
    asked: 'reading the server version',
    request: { method: 'GET', path: '/api', call: 'lookup' },
    expects: (status) => status === 200 || status === 401 || status === 403 || status === 404,
    read: (body) => ({
      version: readOptionalText(body, 'version'),
      queueFails: readOptionalText(body, 'queue_services') === 'failing',
    }),
  });
}

/**
 * Who the token belongs to, and what it may not do.
 *
 * @throws ProviderError `auth_failed` when the token is not accepted (an agent bot's never is here), or its user is not
 * a member of the account.
 */
export async function identify(account: Account): Promise<Identity> {
  const user = await account.ask({
    asked: 'reading the profile of the token',
    request: profileRequest,
    read: (body) => ({
      id: readId(body, 'id'),
      name: readOptionalText(body, 'name') ?? '',
      account: readList(body, 'accounts').find((row) => readId(row, 'id') === account.id),
    }),
  });
  if (user.account === undefined) {
    throw failed(
      account.edition,
      'auth_failed',
      'the token is not for this account',
      `the user of this token is not a member of account ${account.id}`,
    );
  }
  const { version, queueFails } = await serverOf(account);
  const warnings: string[] = [];
  if (readOptionalText(user.account, 'role') !== 'administrator') {
    warnings.push(
      'The token belongs to an agent, who sees only the inboxes that he or she is a member of: what is not seen cannot be sent or looked up. Use the token of an administrator.',
    );
  }
  if ((readOptionalText(user.account, 'status') ?? 'active') !== 'active') {
    warnings.push('The account is not active.');
  }
  if (queueFails) {
    warnings.push("The server's job queue is failing: messages are accepted and not delivered.");
  }
  // Some users have their e-mail for a name.
  const name = user.name === '' || user.name.includes('@') ? `user ${user.id}` : user.name;
  return { name, ...(version === null ? {} : { version }), warnings };
}
