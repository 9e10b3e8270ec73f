import type { Call } from '../platform';
import { found, Refusal } from './errors';
import type { Account, User } from './rows';
import type { Store } from './store';

/** Whose tokens an endpoint takes: a bot's are good for a few only. */
export type BotAccess = 'bots' | 'people';

/**
 * The owner of the token. Rack makes one header of `api_access_token` and `api-access-token`.
 * Chatwoot v4.15.1 app/controllers/concerns/access_token_auth_helper.rb.
 */
export function authenticate(store: Store, call: Call, access: BotAccess): User {
  const header = call.headers['api-access-token'] ?? call.headers.api_access_token;
  const token = Array.isArray(header) ? header[0] : header;
  if (token === undefined || token === '') {
    const errors = ['You need to sign in or sign up before continuing.'];
    throw new Refusal({ status: 401, json: { errors } });
  }
  const user = call.fault === 'wrong_token' ? undefined : store.users.get(token);
  if (user === undefined) throw unauthorised('Invalid Access Token');
  if (user.kind === 'agent_bot' && access !== 'bots') {
    throw unauthorised('Access to this endpoint is not authorized for bots');
  }
  return user;
}

/** The account of the path, if the owner of the token may use it. Chatwoot v4.15.1 ensure_current_account_helper.rb. */
export function accountFor(store: Store, id: string | undefined, user: User): Account {
  const account = found(store.accounts.get(Number(id)));
  if (account.status === 'suspended') throw unauthorised('Account is suspended');
  if (!user.accountIds.includes(account.id)) {
    throw unauthorised(
      user.kind === 'agent_bot'
        ? 'Bot is not authorized to access this account'
        : 'You are not authorized to access this account',
    );
  }
  return account;
}

function unauthorised(error: string): Refusal {
  return new Refusal({ status: 401, json: { error } });
}
