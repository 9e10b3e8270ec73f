import { sql } from 'kysely';
import { sendKey } from './append-rows';
import type { Campaign } from './campaigns';
import type { Queries } from './ledger';
import { rowsOf } from './rows';

/** Whom a campaign leaves out, because of what other campaigns of this ledger sent, or because they answered. */
export interface Exclusion {
  /** Names of list campaigns; null: every list campaign of the same account; empty: none. */
  readonly campaigns: readonly string[] | null;
  /** Only messages that are not older; null: of any age. */
  readonly withinMs: number | null;
  /** Whoever has answered anything in the account for no longer than so; null or absent: answers do not matter. */
  readonly repliedWithinMs?: number | null;
}

/** The states in which a message arrived, or may have. */
const REACHED = sql`('sent', 'sending', 'unknown')`;

/** An answer may come from a clock that is ahead of ours. */
const CLOCKS_MS = 24 * 60 * 60_000;

/**
 * Which of these addresses got a message from one of the excluded campaigns, or may have got one, and which answered: each
 * with the words for it, which name the campaign of the latest message, or the day of the latest answer. Of messages the
 * campaign's own never count.
 *
 * Keys follow from campaign and address, so every question is a look-up in the index of keys. A message whose key was
 * chosen by a caller (a single send) is not found.
 */
export async function excludedAmong(
  db: Queries,
  campaign: Pick<Campaign, 'name' | 'account'>,
  exclusion: Exclusion,
  addresses: readonly string[],
  now: number,
): Promise<Map<string, string>> {
  if (addresses.length === 0) return new Map();
  const latest = await answers(db, campaign, exclusion, addresses, now);
  const since = exclusion.withinMs === null ? 0 : now - exclusion.withinMs;
  for (const { uid, name } of await sources(db, campaign, exclusion, since)) {
    const found = await sql<{ address: string; state: string; at: number }>`
      select v.address, r.state, coalesce(a.started_at, r.updated_at) as "at"
      from ${rowsOf(
        db,
        { address: 'text', key: 'text' },
        addresses.map((address) => ({ address, key: sendKey({ uid }, address) })),
      )} as v
      cross join recipients r left join attempts a on a.id = r.attempt_id
      where r."key" = v."key" and r.state in ${REACHED}
    `.execute(db);
    for (const { address, state, at } of found.rows) {
      if (at < since || at < (latest.get(address)?.at ?? 0)) continue;
      const got = state === 'sent' ? 'got' : 'may have got';
      const detail = `${got} a message from ${name}`;
      latest.set(address, { at, detail });
    }
  }
  return new Map([...latest].map(([address, { detail }]) => [address, detail]));
}

interface Latest {
  readonly at: number;
  readonly detail: string;
}

/** The latest answer of each, where that is young enough. */
async function answers(
  db: Queries,
  { account }: Pick<Campaign, 'account'>,
  { repliedWithinMs = null }: Exclusion,
  addresses: readonly string[],
  now: number,
): Promise<Map<string, Latest>> {
  if (repliedWithinMs === null) return new Map();
  const since = now - repliedWithinMs;
  // The account as an expression: SQLite would otherwise read all that it was ever told.
  const { rows } = await sql<{ address: string; at: number }>`
    select d.address, max(coalesce(d.at, d.seen_at)) as "at"
    from ${rowsOf(
      db,
      { address: 'text' },
      addresses.map((address) => ({ address })),
    )} as v
    cross join delivery_events d
    where d.address = v.address and d.seen_at >= ${since - CLOCKS_MS} and coalesce(d.account, '') = ${account}
      and d.kind in ('replied', 'opted_out') and coalesce(d.at, d.seen_at) >= ${since}
    group by d.address
  `.execute(db);
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  return new Map(
    rows.map(({ address, at }) => [address, { at, detail: `answered on ${day(at)}` }]),
  );
}

/** Campaigns that may have sent something since then. */
async function sources(
  db: Queries,
  { name, account }: Pick<Campaign, 'name' | 'account'>,
  { campaigns }: Exclusion,
  since: number,
): Promise<{ uid: string; name: string }[]> {
  if (campaigns?.length === 0) return [];
  return db
    .selectFrom('campaigns')
    .select(['uid', 'name'])
    .where('kind', '=', 'list')
    .where('name', '<>', name)
    .where('started_at', 'is not', null)
    .where((where) => where.or([where('ended_at', 'is', null), where('ended_at', '>=', since)]))
    .where((where) =>
      campaigns === null ? where('account', '=', account) : where('name', 'in', [...campaigns]),
    )
    .orderBy('id')
    .execute();
}
