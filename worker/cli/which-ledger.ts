import { existsSync } from 'node:fs';
import { InputError } from '../campaign/input-error';
import { isPostgresUrl } from '../ledger';

export const DEFAULT_LEDGER = '.campaign/ledger.db';

/**
 * Where everything is kept: what was named on the command line, else CAMPAIGN_LEDGER, else a PostgreSQL DATABASE_URL,
 * else the file of this folder.
 *
 * @throws InputError when DATABASE_URL would decide although this folder has a ledger: two ledgers would be two
 * memories of who got what.
 */
export function whichLedger(
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const chosen = [named, env['CAMPAIGN_LEDGER']].find((each) => each !== undefined && each !== '');
  if (chosen !== undefined) return chosen;
  const database = env['DATABASE_URL'] ?? '';
  if (!isPostgresUrl(database)) return DEFAULT_LEDGER;
  if (!existsSync(DEFAULT_LEDGER)) return database;
  throw new InputError(
    `There are two ledgers: the file ${DEFAULT_LEDGER} in this folder, and the database in DATABASE_URL. Each knows only what ` +
      'was sent through it. Nothing was done. Name the one that is meant with --ledger (or CAMPAIGN_LEDGER).',
  );
}

/** Whether there may be a ledger: a database has to be asked. */
export function mayBeThere(ledger: string): boolean {
  return isPostgresUrl(ledger) || existsSync(ledger);
}

export { spoolFolder } from '../campaign/spool';
