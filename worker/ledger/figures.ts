import { sql } from 'kysely';
import type { CampaignState, RecipientState } from '../../core/words';
import { leaseOver } from './leases';
import type { Queries } from './ledger';
import { shareAt } from './limits';
import type { Engine } from './schema';

/** What a ledger holds, in numbers, names of campaigns and accounts, and codes: for a monitor, and nothing of anybody. */
export interface Figures {
  readonly campaigns: readonly {
    readonly kind: 'list' | 'single';
    readonly engine: Engine;
    readonly state: CampaignState;
    readonly n: number;
  }[];
  /** Rows of the campaigns with a list that are not over, or ended lately; of the newest where there are many. */
  readonly rows: readonly {
    readonly campaign: string;
    readonly state: RecipientState | 'double';
    readonly n: number;
  }[];
  /** Rows of all campaigns and single messages, with the code of why. */
  readonly outcomes: readonly {
    readonly kind: 'list' | 'single';
    readonly state: RecipientState | 'double';
    readonly reason: string;
    readonly n: number;
  }[];
  /** What Temporal is still to be told; `oldestAt` null where nothing waits. */
  readonly outbox: { readonly waiting: number; readonly oldestAt: number | null };
  /** Slices that run, in whatever processes. */
  readonly slices: number;
  /** Accounts that a platform asked to wait, by the moment until which. */
  readonly stopped: readonly { readonly account: string; readonly until: number }[];
  readonly limits: readonly {
    readonly scope: string;
    readonly perSecond: number;
    /** How long a call that asks now would wait for its token, at the least. */
    readonly aheadMs: number;
    /** The part of the limit that is used; less than 1 after a 429. */
    readonly share: number;
  }[];
}

/** So many campaigns are shown by name. */
const BY_NAME = 100;
/** One that ended is shown for so long. */
const LATELY_MS = 24 * 60 * 60_000;

/** Reads them in a handful of statements; none looks at a list's rows. */
export async function figuresOf(db: Queries, now: number): Promise<Figures> {
  const campaigns = await sql<Figures['campaigns'][number]>`
    select kind, engine, state, count(*) as n from campaigns group by kind, engine, state
  `.execute(db);
  const rows = await sql<Figures['rows'][number]>`
    select c.name as campaign, t.state, sum(t.n) as n
    from (select id, name from campaigns
          where kind = 'list' and (ended_at is null or ended_at > ${now - LATELY_MS})
          order by id desc limit ${BY_NAME}) c
      join counters t on t.campaign_id = c.id and t.state <> 'delivery'
    group by c.name, t.state
  `.execute(db);
  const outcomes = await sql<Figures['outcomes'][number]>`
    select c.kind, t.state, t.reason, sum(t.n) as n
    from counters t join campaigns c on c.id = t.campaign_id where t.state <> 'delivery'
    group by c.kind, t.state, t.reason
  `.execute(db);
  const outbox = await sql<{ waiting: number; oldestAt: number | null }>`
    select count(*) as waiting, min(at) as "oldestAt" from outbox
  `.execute(db);
  const slices = await sql<{ n: number }>`
    select count(*) as n from leases l where l.kind = 'slice' and l.ended = 0 and not ${leaseOver(now)}
  `.execute(db);
  const stopped = await db
    .selectFrom('accounts')
    .select(['account', 'stopped_until as until'])
    .where('stopped_until', '>', now)
    .execute();
  const limits = await db
    .selectFrom('limits')
    .selectAll()
    .where('scope', 'like', 'account/%')
    .execute();
  const [waits] = outbox.rows;
  return {
    campaigns: campaigns.rows.map(numbered),
    rows: rows.rows.map(numbered),
    outcomes: outcomes.rows.map(numbered),
    outbox: {
      waiting: Number(waits?.waiting ?? 0),
      oldestAt: waits?.oldestAt == null ? null : Number(waits.oldestAt),
    },
    slices: Number(slices.rows[0]?.n ?? 0),
    stopped,
    limits: limits.map(({ scope, per_second, tat, share, slowed_at: slowedAt }) => ({
      scope,
      perSecond: per_second,
      aheadMs: Math.max(0, tat - now),
      share: shareAt({ share, slowedAt }, now),
    })),
  };
}

/** PostgreSQL counts in more than a number holds. */
function numbered<T extends { readonly n: number }>(row: T): T {
  return { ...row, n: Number(row.n) };
}

/** @throws when the ledger does not answer. */
export async function answers(db: Queries): Promise<void> {
  await db.selectFrom('identity').select('state').executeTakeFirst();
}
