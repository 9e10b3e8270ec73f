import { sql } from 'kysely';
import { record } from './audit';
import { needOpen } from './identity';
import type { Ledger } from './ledger';
import { rowsOf } from './rows';

export interface Suppression {
  readonly address: string;
  /** Empty: holds for every account. */
  readonly account: string;
  readonly reason: string;
  readonly source: string;
  readonly created_at: number;
}

/**
 * Never write to these addresses again. Holds from the commit on, at the gate of every campaign. Whoever asked for it themselves cannot
 * take it back from then on. Returns how many are new.
 */
export async function suppress(
  ledger: Ledger,
  addresses: readonly string[],
  why: { readonly account?: string; readonly reason: string; readonly source: string },
  now: number,
): Promise<number> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const account = why.account ?? '';
    const given = rowsOf(
      trx,
      { address: 'text' },
      [...new Set(addresses)].map((address) => ({ address })),
    );
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from ${given} as v cross join suppressions s
      where s.address = v.address and s.account = ${account} and s.source = 'reply' and ${why.source} <> 'reply'
    `.execute(trx);
    const result = await sql`
      insert into suppressions (address, account, reason, source, created_at)
      select address, ${account}, ${why.reason}, ${why.source}, ${now} from ${given} as v where true order by address
      on conflict (address, account) do update
        set reason = excluded.reason, source = excluded.source, created_at = excluded.created_at
        where suppressions.source = 'reply' and excluded.source <> 'reply'
    `.execute(trx);
    const n = Math.max(0, Number(result.numAffectedRows ?? 0n) - (rows[0]?.n ?? 0));
    await record(trx, { at: now, action: 'suppress', detail: `${n} new, ${why.source}` });
    return n;
  });
}

/** Takes addresses off the list. Returns how many were on it. */
export async function unsuppress(
  ledger: Ledger,
  addresses: readonly string[],
  now: number,
): Promise<number> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const result = await trx
      .deleteFrom('suppressions')
      .where('address', 'in', [...addresses])
      .executeTakeFirst();
    const n = Number(result.numDeletedRows);
    await record(trx, { at: now, action: 'unsuppress', detail: `${n} removed` });
    return n;
  });
}

/**
 * One page of the list, by address; `after` is the last address of the page before. What is listed of one address stays
 * on one page, so a page may be a few rows longer than `limit`.
 */
export async function listSuppressions(
  ledger: Ledger,
  after = '',
  limit = 1000,
): Promise<Suppression[]> {
  const listed = ledger.db
    .selectFrom('suppressions')
    .selectAll()
    .orderBy('address')
    .orderBy('account');
  const page = await listed.where('address', '>', after).limit(limit).execute();
  const last = page.at(-1);
  if (last === undefined || page.length < limit) return page;
  const rest = await listed
    .where('address', '=', last.address)
    .where('account', '>', last.account)
    .execute();
  return [...page, ...rest];
}

/** What is listed of these addresses, by address. */
export async function suppressionsOf(
  ledger: Ledger,
  addresses: readonly string[],
): Promise<Suppression[]> {
  if (addresses.length === 0) return [];
  return ledger.db
    .selectFrom('suppressions')
    .selectAll()
    .where('address', 'in', [...addresses])
    .orderBy('address')
    .orderBy('account')
    .execute();
}

/** Which of these addresses are suppressed for an account. */
export async function suppressedAmong(
  ledger: Ledger,
  account: string,
  addresses: readonly string[],
): Promise<Set<string>> {
  const rows = await sql<{ address: string }>`
    select s.address from ${rowsOf(
      ledger.db,
      { address: 'text' },
      addresses.map((address) => ({ address })),
    )} as v
    cross join suppressions s where s.address = v.address and s.account in ('', ${account})
  `.execute(ledger.db);
  return new Set(rows.rows.map(({ address }) => address));
}
