import { sql } from 'kysely';
import { CALL_KINDS } from '../../core/words';
import { forUpdate } from './dialect';
import type { Ledger, Queries } from './ledger';

/**
 * How long a token may be used from its moment on. In any window of T seconds at most rate × (T + 0.5) + 1 requests
 * start: whoever is later than that does not start, and has lost the token.
 */
const TOKEN_MS = 500;
/**
 * At less than two a second it is an interval, up to this: at most rate × T + 2 start then. A connection that is made anew for each
 * request needs its time.
 */
const SLOW_TOKEN_MS = 1_500;
/** Moments that nobody used may still be given out for so long: timers fire late. */
const CATCH_UP_MS = 100;
/** Tokens are given out in blocks of so many milliseconds: not every message is a commit, and campaigns take turns. */
const BLOCK_MS = 200;
/** No token is given out longer than this before its moment. */
export const AHEAD_MS = 1_000;
/** Who used up a block asks for the next one so long before its end. */
const LEAD_MS = 100;

/** Whoever gets no token asks again after this: the limit may be another one by then. */
const LOOK_AGAIN_MS = 2_000;

/** After a 429 a limit is used by half, and never by less than this share of it. */
const LEAST_SHARE = 0.1;
/** A caller may have waited so long since it read the time: for a lock, or for a busy database. */
const FAR_MS = 60_000;
/** From nothing back to the whole limit, when no other 429 comes. */
const CLIMB_MS = 60_000;

/**
 * Writes the rate of a limit down (a scope is such as `account/support/message` or `campaign/12`), for every process that
 * uses it. What was already used of it stays used. A rate that is raised holds from the last token on: nobody waits for a moment
 * of the old one.
 */
export async function setLimit(ledger: Ledger, scope: string, perSecond: number): Promise<void> {
  await writeLimit(ledger.db, scope, perSecond);
}

/** The same, beside something else. */
export async function writeLimit(db: Queries, scope: string, perSecond: number): Promise<void> {
  await sql`
    insert into limits (scope, per_second, tat) values (${scope}, ${perSecond}, 0)
    on conflict (scope) do update set per_second = excluded.per_second,
      tat = case when excluded.per_second > limits.per_second
        then limits.tat - (${OLD_LEAD}) + ${leadMs(1_000 / perSecond)} else limits.tat end
      where limits.per_second <> excluded.per_second
  `.execute(db);
}

/** From the end of one token to the moment of the next one; below zero where the next one begins before. */
const leadMs = (interval: number): number => interval - tokenMs(interval);

/** The same in SQL, for the rate that is written down. In the time after a 429 it was longer: then more of the wait is left. */
const OLD_LEAD = sql<number>`case
  when 1000.0 / limits.per_second > ${sql.lit(SLOW_TOKEN_MS)} then 1000.0 / limits.per_second - ${sql.lit(SLOW_TOKEN_MS)}
  when 1000.0 / limits.per_second < ${sql.lit(TOKEN_MS)} then 1000.0 / limits.per_second - ${sql.lit(TOKEN_MS)}
  else 0 end`;

/** Takes a limit away: its scope grants everything again. */
export async function removeLimit(ledger: Ledger, scope: string): Promise<void> {
  await dropLimit(ledger.db, scope);
}

export async function dropLimit(db: Queries, scope: string): Promise<void> {
  await db.deleteFrom('limits').where('scope', '=', scope).execute();
}

/** The right to start one request: not before `at`, and not after `useBy`. */
export interface Token {
  readonly at: number;
  readonly useBy: number;
}

export interface Reservation {
  readonly tokens: readonly Token[];
  /** When to ask for more. */
  readonly nextAt: number;
  /** Writes down that the first `n` are taken; the others stay with the limit. */
  use(n: number): Promise<void>;
}

/**
 * Up to `wanted` tokens of which each counts in every one of the scopes (GCRA: one moment after the other, an interval
 * apart). A scope without a limit bounds nothing. The first scope is the one that others share: none of its moments is
 * passed over for the sake of a slower one.
 */
export async function reserve(
  trx: Queries,
  scopes: readonly string[],
  wanted: number,
  now: number,
  aheadMs = AHEAD_MS,
): Promise<Reservation> {
  const rows = await sql<LimitRow>`
    select scope, per_second as "perSecond", tat, share, slowed_at as "slowedAt" from limits
    where scope in (${sql.join(scopes)}) order by scope ${forUpdate(trx)}
  `.execute(trx);
  const limits = scopes
    .map((scope) => rows.rows.find((row) => row.scope === scope))
    .filter((row) => row !== undefined)
    .map((row) => bounded(row, now));
  if (limits.length === 0) {
    const token: Token = { at: now, useBy: Number.POSITIVE_INFINITY };
    return {
      tokens: Array.from({ length: wanted }, () => token),
      nextAt: now,
      use: () => Promise.resolve(),
    };
  }
  const holdsMs = Math.min(...limits.map(({ interval }) => tokenMs(interval)));
  const slowest = Math.max(...limits.map(({ interval }) => interval));
  const most = Math.min(wanted, Math.max(1, Math.ceil(BLOCK_MS / slowest)));
  const tokens: Token[] = [];
  const after: number[][] = [];
  let tats = limits.map(({ tat }) => tat);
  let nextAt = now;
  while (tokens.length < most) {
    const moments = tats.map((tat) => Math.max(tat, now - CATCH_UP_MS));
    const at = Math.max(now, ...moments);
    const shared = moments[0] ?? at;
    if (at > now + aheadMs) {
      nextAt = at - aheadMs;
      break;
    }
    // A moment of what others share is not held for a campaign that may not use it yet.
    if (shared < at - holdsMs / 2) {
      nextAt = at - holdsMs / 2 + CATCH_UP_MS;
      break;
    }
    const used = moments.map((moment) => Math.max(moment, at - holdsMs / 2));
    tokens.push({ at: Math.ceil(at), useBy: Math.floor(Math.min(...used) + holdsMs) });
    tats = used.map((moment, i) => moment + (limits[i]?.interval ?? 0));
    after.push(tats);
    nextAt = at - LEAD_MS;
  }
  return {
    tokens,
    nextAt: Math.min(nextAt, now + LOOK_AGAIN_MS),
    async use(n) {
      const last = after[n - 1];
      if (last === undefined) return;
      for (const [i, { scope }] of limits.entries()) {
        await trx
          .updateTable('limits')
          .set({ tat: last[i] ?? 0 })
          .where('scope', '=', scope)
          .execute();
      }
    },
  };
}

interface LimitRow {
  readonly scope: string;
  readonly perSecond: number;
  readonly tat: number;
  readonly share: number;
  readonly slowedAt: number;
}

function tokenMs(interval: number): number {
  return Math.max(TOKEN_MS, Math.min(interval, SLOW_TOKEN_MS));
}

/**
 * A limit as it holds now. A moment much further ahead than any that is given out comes from a clock that was set back; a
 * little further, from a caller who had to wait since it read the time.
 */
function bounded(row: LimitRow, now: number) {
  const interval = 1_000 / (row.perSecond * shareAt(row, now));
  const longest = 1_000 / (row.perSecond * LEAST_SHARE);
  const tat = row.tat > now + AHEAD_MS + longest + FAR_MS ? now + AHEAD_MS : row.tat;
  return { scope: row.scope, interval, tat };
}

export function shareAt(
  { share, slowedAt }: Pick<LimitRow, 'share' | 'slowedAt'>,
  now: number,
): number {
  // A clock that was set back must not hold it down for good.
  const climbed = now < slowedAt ? 1 : (now - slowedAt) / CLIMB_MS;
  return Math.min(1, share + climbed);
}

/** Tokens for calls that deliver nothing; the message's own token is taken at the gate. */
export async function takeTokens(
  ledger: Ledger,
  scope: string,
  wanted: number,
  now: number,
): Promise<Pick<Reservation, 'tokens' | 'nextAt'>> {
  return ledger.db.transaction().execute(async (trx) => {
    const { tokens, nextAt, use } = await reserve(trx, [scope], wanted, now);
    await use(tokens.length);
    return { tokens, nextAt };
  });
}

/**
 * Stops every call of an account until a moment; a stop is never shortened. Its limits are used by half from then on, and
 * climb back within a minute: a platform that asks to wait has been asked too much.
 */
export async function stopAccount(
  ledger: Ledger,
  account: string,
  { until, why, now }: { readonly until: number; readonly why: string; readonly now: number },
): Promise<void> {
  // Heard of from the ledger, and over.
  if (until <= now) return;
  await ledger.db.transaction().execute(async (trx) => {
    await sql`
      insert into accounts (account, stopped_until, why) values (${account}, 0, null) on conflict (account) do nothing
    `.execute(trx);
    const before = await sql<{ until: number }>`
      select stopped_until as "until" from accounts where account = ${account} ${forUpdate(trx)}
    `.execute(trx);
    const stopped = before.rows[0]?.until ?? 0;
    // What was in flight together hears the same: it counts once.
    if (stopped <= now) await slowDown(trx, account, now);
    if (until <= stopped) return;
    await trx
      .updateTable('accounts')
      .set({ stopped_until: Math.ceil(until), why })
      .where('account', '=', account)
      .execute();
  });
}

async function slowDown(trx: Queries, account: string, now: number): Promise<void> {
  const scopes = CALL_KINDS.map((kind) => `account/${account}/${kind}`);
  const rows = await trx
    .selectFrom('limits')
    .select(['scope', 'share', 'slowed_at'])
    .where('scope', 'in', scopes)
    .orderBy('scope')
    .execute();
  for (const { scope, share, slowed_at: slowedAt } of rows) {
    const half = shareAt({ share, slowedAt }, now) / 2;
    await trx
      .updateTable('limits')
      .set({ share: Math.max(LEAST_SHARE, half), slowed_at: now })
      .where('scope', '=', scope)
      .execute();
  }
}

export async function stoppedUntil(
  db: Queries,
  account: string,
): Promise<{ until: number; why: string | null }> {
  const row = await db
    .selectFrom('accounts')
    .select(['stopped_until', 'why'])
    .where('account', '=', account)
    .executeTakeFirst();
  return { until: row?.stopped_until ?? 0, why: row?.why ?? null };
}

/** How much of its limit an account uses now, by scope: less than 1 after a 429. */
export async function sharesOf(
  db: Queries,
  account: string,
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const scopes = CALL_KINDS.map((kind) => `account/${account}/${kind}`);
  const rows = await db
    .selectFrom('limits')
    .select(['scope', 'share', 'slowed_at'])
    .where('scope', 'in', scopes)
    .execute();
  return new Map(
    rows.map(({ scope, share, slowed_at: slowedAt }) => [scope, shareAt({ share, slowedAt }, now)]),
  );
}
