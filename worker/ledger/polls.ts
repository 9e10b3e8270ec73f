import { needOpen } from './identity';
import type { Ledger, Queries } from './ledger';

/** At first no more is asked for than this. */
const FIRST_MS = 24 * 60 * 60_000;
/** Ahead by less is only another machine's clock, and within what is asked for twice. */
const AHEAD_MS = 60_000;
/** Somebody who holds it for longer than this was written down by a clock that has been set back since. */
const FAR_MS = 60 * 60_000;

export interface PollWish {
  readonly now: number;
  /** How long the others wait for whoever takes it; an hour at the most. `keepPoll` prolongs it. */
  readonly leaseMs: number;
  /** No sooner than so long after the last complete one. */
  readonly everyMs: number;
  /** Where nobody has asked before: from when on. By default, and at most, a day ago. */
  readonly firstSince?: number;
}

/**
 * An account's turn to be asked what it told nobody, for one process at a time: null when somebody else is at it, or when it is
 * too soon. What happened before `since` is known.
 */
export async function takePoll(
  ledger: Ledger,
  account: string,
  holder: string,
  wish: PollWish,
): Promise<{ since: number } | null> {
  // Most often it is too soon, which takes no write to see.
  if (!(await isDue(ledger.db, account, wish))) return null;
  const { now, leaseMs, firstSince = 0 } = wish;
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    await trx
      .insertInto('polls')
      .values({ account, since: Math.max(firstSince, now - FIRST_MS), holder: null, until: 0 })
      .onConflict((conflict) => conflict.column('account').doNothing())
      .execute();
    const taken = await trx
      .updateTable('polls')
      .set({ holder, until: now + leaseMs })
      .where('account', '=', account)
      .where((eb) => eb.or([eb('until', '<=', now), eb('until', '>', now + FAR_MS)]))
      .where((eb) => eb.or([eb('since', '<=', now - wish.everyMs), eb('since', '>', now)]))
      .returning('since')
      .executeTakeFirst();
    if (taken === undefined) return null;
    // Written down by a clock that was wrong: how much of what has passed is known cannot be told.
    if (taken.since > now + AHEAD_MS) return { since: now - FIRST_MS };
    return { since: Math.min(taken.since, now) };
  });
}

async function isDue(
  db: Queries,
  account: string,
  { now, everyMs }: Pick<PollWish, 'now' | 'everyMs'>,
): Promise<boolean> {
  const row = await db
    .selectFrom('polls')
    .select(['since', 'until'])
    .where('account', '=', account)
    .executeTakeFirst();
  if (row === undefined) return true;
  const free = row.until <= now || row.until > now + FAR_MS;
  return free && (row.since <= now - everyMs || row.since > now);
}

/** Still at it. False: somebody else is, by now. */
export async function keepPoll(
  { db }: Ledger,
  account: string,
  holder: string,
  until: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('polls')
    .set({ until })
    .where('account', '=', account)
    .where('holder', '=', holder)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/**
 * What happened before `since` is known now; null: it could not be asked to the end, and is asked again from where it was when the
 * lease is over. Whoever has lost the account to somebody else changes nothing.
 */
export async function endPoll(
  { db }: Ledger,
  account: string,
  holder: string,
  since: number | null,
): Promise<void> {
  await db
    .updateTable('polls')
    .set(since === null ? { holder: null } : { holder: null, until: 0, since })
    .where('account', '=', account)
    .where('holder', '=', holder)
    .execute();
}
