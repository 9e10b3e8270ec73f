import { setTimeout as wait } from 'node:timers/promises';
import { closest } from '../campaign/closest';
import { InputError } from '../campaign/input-error';
import {
  type Campaign,
  findCampaign,
  isAway,
  type Ledger,
  listCampaigns,
  openLedger,
} from '../ledger';
import type { Globals } from './globals';
import { sayJson, warn } from './screen';
import { mayBeThere } from './which-ledger';

/** Opens the ledger, creating it where it is missing, and closes it whatever happens. */
export async function withLedger<T>(
  globals: Globals,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = await openSaying(globals);
  try {
    return await use(ledger);
  } finally {
    await ledger.close();
  }
}

/** Opens the ledger, and says once when it is a copy that was put back. */
export async function openSaying(globals: Globals): Promise<Ledger> {
  const ledger = await openLedger(globals.ledger);
  if (ledger.restored !== null) {
    if (globals.json) sayJson({ event: 'note', text: ledger.restored });
    else warn(ledger.restored);
  }
  return ledger;
}

/** How long a process that is to stay waits for a database that is starting. */
const STARTING_MS = 60_000;
const AGAIN_MS = 1_000;

/**
 * The same for a process that is to stay: a database that is away is waited for, for a minute; `waiting` is told why, once.
 *
 * @throws LedgerError when it is not there by then, or cannot be used at all.
 */
export async function withLedgerSoon<T>(
  globals: Globals,
  waiting: (why: string) => void,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const until = performance.now() + STARTING_MS;
  let told = false;
  for (;;) {
    let ledger: Ledger;
    try {
      ledger = await openSaying(globals);
    } catch (error) {
      const { cause, message } = error as Error;
      if (!isAway(cause) || performance.now() > until) throw error;
      if (!told) waiting(message);
      told = true;
      await wait(AGAIN_MS);
      continue;
    }
    try {
      return await use(ledger);
    } finally {
      await ledger.close();
    }
  }
}

/** For commands that only make sense with a ledger that is there. */
export async function withExistingLedger<T>(
  globals: Globals,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  needLedger(globals);
  return withLedger(globals, use);
}

/** @throws InputError when there is no such file. */
export function needLedger({ ledger }: Globals): void {
  if (mayBeThere(ledger)) return;
  throw new InputError(
    `There is no ledger ${ledger}: no campaign was run from this folder. Go to its folder, or name the file with --ledger.`,
  );
}

/** @throws InputError that suggests a name when there is no such campaign. */
export async function theCampaign(ledger: Ledger, name: string): Promise<Campaign> {
  const campaign = await findCampaign(ledger.db, name);
  if (campaign !== undefined) return campaign;
  const names = (await listCampaigns(ledger)).map((each) => each.name);
  const meant = closest(name, names);
  throw new InputError(
    `There is no campaign named "${name}" in ${ledger.place}.${meant === undefined ? '' : ` Did you mean "${meant}"?`} ` +
      (names.length === 0 ? 'There is none at all.' : 'See: campaign list --all'),
  );
}

/** The campaign with this name, or the only one that is not over when none is named. */
export async function namedOrOnly(ledger: Ledger, name: string | undefined): Promise<Campaign> {
  if (name !== undefined) return theCampaign(ledger, name);
  const all = (await listCampaigns(ledger)).filter(({ kind }) => kind === 'list');
  const open = all.filter(({ state }) => state !== 'finished' && state !== 'cancelled');
  const candidates = open.length > 0 ? open : all.slice(-1);
  const [only, ...others] = candidates;
  if (only === undefined) throw new InputError(`There is no campaign in ${ledger.place} yet.`);
  if (others.length === 0) return only;
  throw new InputError(
    `Which campaign? These are not over: ${candidates.map((each) => each.name).join(', ')}.`,
  );
}
