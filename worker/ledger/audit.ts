import { AsyncLocalStorage } from 'node:async_hooks';
import { hostname, userInfo } from 'node:os';
import type { Queries } from './ledger';

export interface Entry {
  readonly at: number;
  readonly action: string;
  readonly campaign?: string;
  readonly detail?: string;
}

/** Writes down who did what, beside the change itself. */
export async function record(trx: Queries, entry: Entry): Promise<void> {
  await trx
    .insertInto('audit')
    .values({
      at: entry.at,
      action: entry.action,
      campaign: entry.campaign ?? null,
      detail: entry.detail ?? null,
      who: who(),
    })
    .execute();
}

/** What is looked through for it: more is not done within seconds. */
const MOST_LATELY = 1_000;

/** Whether somebody started or resumed this campaign since then. */
export async function begunSince(db: Queries, campaign: string, since: number): Promise<boolean> {
  const lately = db
    .selectFrom('audit')
    .select(['at', 'campaign', 'action'])
    .orderBy('id', 'desc')
    .limit(MOST_LATELY);
  const found = await db
    .selectFrom(lately.as('lately'))
    .select('at')
    .where('campaign', '=', campaign)
    .where('action', 'in', ['start', 'resume'])
    .where('at', '>=', since)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

const actor = new AsyncLocalStorage<string>();

/**
 * What is written down within `act` was done by them, and not by whoever started this process. What runs in the thread of a
 * ledger's connection writes nothing of this kind.
 */
export function actingAs<T>(who: string, act: () => T): T {
  return actor.run(who, act);
}

function who(): string {
  const acting = actor.getStore();
  if (acting !== undefined) return acting;
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run under a user id without a name.
    return `?@${hostname()}`;
  }
}
