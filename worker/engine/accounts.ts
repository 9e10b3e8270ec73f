import { providers } from '../../providers';
import type { ProviderDefinition } from '../../providers/provider';
import { type Account, parseAccountsFile } from '../campaign/accounts-file';
import { readTextFile } from '../campaign/campaign-file';
import { closest } from '../campaign/closest';
import { InputError } from '../campaign/input-error';

export const PLATFORMS: readonly ProviderDefinition[] = Object.values(providers);

/** Where the accounts file is. */
export interface AccountsPlace {
  readonly accounts: string;
}

export async function readAccounts(
  { accounts }: AccountsPlace,
  only?: string,
): Promise<ReadonlyMap<string, Account>> {
  let yaml: string;
  try {
    yaml = await readTextFile(accounts, 'accounts file');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      [...error.problems, 'Name it with --accounts, or write one with: campaign init'],
      error,
    );
  }
  return parseAccountsFile(yaml, {
    providers: PLATFORMS,
    env: process.env,
    where: accounts,
    ...(only === undefined ? {} : { only }),
  });
}

/** @throws InputError that suggests a name when there is no such account. */
export async function theAccount(place: AccountsPlace, name: string): Promise<Account> {
  const accounts = await readAccounts(place, name);
  const account = accounts.get(name);
  if (account !== undefined) return account;
  const meant = closest(name, accounts.keys());
  throw new InputError(
    `There is no account "${name}" in ${place.accounts}.` +
      (meant === undefined
        ? ` It has: ${[...accounts.keys()].join(', ')}.`
        : ` Did you mean "${meant}"?`),
  );
}
