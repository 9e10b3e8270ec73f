import { sql } from 'kysely';
import type { Ledger, Queries } from './ledger';

/**
 * How far a limit may be exceeded in one moment, in seconds of its rate, beyond one request: it makes up for timers that
 * fire late. In any window of T seconds at most rate × (T + 0.1) + 1 requests start.
 */
const BURST_SECONDS = 0.1;

/**
 * Writes the rate of a limit down (a scope is such as `account/support/message` or `campaign/12`), for every process that uses it. What was already
 * used of it stays used.
 */
export async function setLimit(ledger: Ledger, scope: string, perSecond: number): Promise<void> {
  const burst = 1 + perSecond * BURST_SECONDS;
  await sql`
    insert into limits (scope, per_second, burst, tat) values (${scope}, ${perSecond}, ${burst}, 0)
    on conflict (scope) do update set per_second = excluded.per_second, burst = excluded.burst
  `.execute(ledger.db);
}

/** Takes a limit away: its scope grants everything again. */
export async function removeLimit(ledger: Ledger, scope: string): Promise<void> {
  await ledger.db.deleteFrom('limits').where('scope', '=', scope).execute();
}

export interface Grant {
  readonly granted: number;
  /** When the next token comes free; meaningful when fewer than wanted were granted. */
  readonly nextAt: number;
}

/** Takes up to `wanted` tokens (GCRA), in the caller's transaction. A scope without a limit grants all. */
export async function take(
  trx: Queries,
  scope: string,
  wanted: number,
  now: number,
): Promise<Grant> {
  const limit = await trx
    .selectFrom('limits')
    .select(['per_second', 'burst', 'tat'])
    .where('scope', '=', scope)
    .executeTakeFirst();
  if (limit === undefined) return { granted: wanted, nextAt: now };
  const interval = 1000 / limit.per_second;
  const begin = Math.max(limit.tat, now);
  const room = Math.floor((now + limit.burst * interval - begin) / interval + 1e-9);
  const granted = Math.max(0, Math.min(wanted, room));
  const tat = begin + granted * interval;
  if (granted > 0) {
    await trx.updateTable('limits').set({ tat }).where('scope', '=', scope).execute();
  }
  return { granted, nextAt: tat + interval - limit.burst * interval };
}

/** Tokens for calls that deliver nothing; the message's own token is taken at the gate. */
export async function takeTokens(
  ledger: Ledger,
  scope: string,
  wanted: number,
  now: number,
): Promise<Grant> {
  return ledger.db.transaction().execute((trx) => take(trx, scope, wanted, now));
}

/** Gives tokens back that were taken in the same transaction and not used. */
export async function giveBack(trx: Queries, scope: string, n: number): Promise<void> {
  if (n <= 0) return;
  await sql`update limits set tat = tat - ${n} * 1000.0 / per_second where scope = ${scope}`.execute(
    trx,
  );
}

/** Stops every call of an account until a moment; a stop is never shortened. */
export async function stopAccount(
  ledger: Ledger,
  account: string,
  until: number,
  why: string,
): Promise<void> {
  await sql`
    insert into accounts (account, stopped_until, why) values (${account}, ${until}, ${why})
    on conflict (account) do update set why = excluded.why, stopped_until = excluded.stopped_until
      where excluded.stopped_until > accounts.stopped_until
  `.execute(ledger.db);
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
