import { sql } from 'kysely';
import type { Campaign } from './campaigns';
import { sendKey } from './import';
import type { Queries } from './ledger';
import { rowsOf } from './rows';

/** Whom a campaign leaves out, because of what other campaigns of this ledger sent. */
export interface Exclusion {
  /** Names of list campaigns; null: every list campaign of the same account. */
  readonly campaigns: readonly string[] | null;
  /** Only messages that are not older; null: of any age. */
  readonly withinMs: number | null;
}

/** The states in which a message arrived, or may have. */
const REACHED = sql`('sent', 'sending', 'unknown')`;

/**
 * Which of these addresses got a message from one of the excluded campaigns, or may have got one: each with the words
 * for it, which name the campaign of the latest message. The campaign itself never counts.
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
  const latest = new Map<string, { readonly at: number; readonly detail: string }>();
  if (addresses.length === 0) return new Map();
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

/** Campaigns that may have sent something since then. */
function sources(
  db: Queries,
  { name, account }: Pick<Campaign, 'name' | 'account'>,
  { campaigns }: Exclusion,
  since: number,
): Promise<{ uid: string; name: string }[]> {
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
