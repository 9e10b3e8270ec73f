import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { CallKind } from '../../core/words';
import { freshDatabase, startPostgres } from '../../test/support/postgres';
import { type Ledger, openLedger } from '../../worker/ledger';
import { startedCampaign } from '../campaign';
import { withWorkers, writeAccounts } from '../command';
import { lateIn } from '../engine';
import { withFolder } from '../folder';
import { watchMachine } from '../machine';
import { percent, type Row } from '../row';
import { type Platform, startPlatform } from '../start-platform';
import { burstOf, shareOf, worstWindow } from '../windows';

const WORKERS = 4;
const SECONDS = 60;
const SHARE = 0.98;
/** How long four processes may take to start before the first request. */
const START_MS = 20_000;
const LOOK_MS = 50;

interface Setup {
  readonly what: string;
  readonly rate: number;
  readonly kind: Extract<CallKind, 'message' | 'contact'>;
  readonly campaigns: number;
}

const SETUPS = {
  '200': { what: 'limiter, 4 workers, 200/s', rate: 200, kind: 'message', campaigns: 1 },
  '1000': { what: 'limiter, 4 workers, 1,000/s', rate: 1_000, kind: 'message', campaigns: 1 },
  two: {
    what: 'limiter, 4 workers, two campaigns, 400/s',
    rate: 400,
    kind: 'message',
    campaigns: 2,
  },
  contacts: {
    what: 'limiter, 4 workers, 100 contacts/s',
    rate: 100,
    kind: 'contact',
    campaigns: 1,
  },
} as const satisfies Readonly<Record<string, Setup>>;

/** Four `campaign worker`s share one PostgreSQL ledger and one limit of an account; 20 ms answers, cold recipients. */
export async function limiterShared(setup: keyof typeof SETUPS): Promise<Row[]> {
  const server = await startPostgres();
  const platform = await startPlatform(20);
  try {
    return [await measure(SETUPS[setup], server.url, platform)];
  } finally {
    platform.close();
    await server.close();
  }
}

async function measure(setup: Setup, server: string, platform: Platform): Promise<Row> {
  const { rate, kind, campaigns } = setup;
  const database = await freshDatabase(server);
  try {
    return await withFolder(async (folder) => {
      writeAccounts(folder, platform.url, { [kind]: rate });
      const ledger = await openLedger(database.url);
      try {
        // More than can be sent, so that none of them is over before the others.
        const rows = rate * (SECONDS + 30);
        const ids: number[] = [];
        for (let i = 0; i < campaigns; i += 1) {
          const it = { name: `c${i}`, rows, first: i * rows, spec: { parallel: WORKERS } };
          ids.push((await startedCampaign(ledger, it)).id);
        }
        await platform.record();
        const before = await transactions(ledger);
        const busy = watchMachine();
        await withWorkers({ folder, ledger: database.url }, WORKERS, () =>
          untilSeen(platform, kind),
        );
        const commits = (await transactions(ledger)) - before;
        return await rowOf(setup, platform, ledger, { ids, commits, busy: busy() });
      } finally {
        await ledger.close();
      }
    });
  } finally {
    await database.drop();
  }
}

/** Resolves when what is measured is over. */
async function untilSeen(platform: Platform, kind: Setup['kind']): Promise<void> {
  for (let waited = 0; (await platform.seen())[kind].length === 0; waited += LOOK_MS) {
    if (waited > START_MS) throw new Error('no worker sends anything');
    await wait(LOOK_MS);
  }
  await wait(SECONDS * 1_000 + 500);
}

async function rowOf(
  { what, rate, kind, campaigns }: Setup,
  platform: Platform,
  ledger: Ledger,
  {
    ids,
    commits,
    busy,
  }: { readonly ids: readonly number[]; readonly commits: number; readonly busy: string },
): Promise<Row> {
  const moments = (await platform.seen())[kind];
  const share = shareOf(moments, rate, SECONDS);
  const { excess, seconds } = worstWindow(moments, rate);
  const burst = burstOf(rate);
  let late = 0;
  for (const id of ids) late += await lateIn(ledger, id);
  const shares = await sharesOf(ledger);
  const fair = campaigns === 1 ? '' : `; ${shares.map(percent).join(' and ')} of it each`;
  return {
    what,
    figure:
      `${percent(share)}; at most ${Math.round(excess)} beyond rate × T (T = ${seconds} s)${fair}; ` +
      `${Math.round(commits / SECONDS)} transactions/s, ${late} too late, ${await takers(ledger)} of ${WORKERS} took part${busy}`,
    wanted: `≥ 98 %, ≤ ${burst}`,
    reached: share >= SHARE && excess <= burst,
  };
}

/** Of everything sent, how much is each campaign's. */
async function sharesOf({ db }: Ledger): Promise<number[]> {
  const rows = await db
    .selectFrom('counters')
    .select(['campaign_id', 'n'])
    .where('state', '=', 'sent')
    .orderBy('campaign_id')
    .execute();
  const all = rows.reduce((sum, { n }) => sum + n, 0);
  return rows.map(({ n }) => n / all);
}

/** Processes that sent at least one message. */
async function takers({ db }: Ledger): Promise<number> {
  const rows = await db
    .selectFrom('attempts')
    .innerJoin('leases', 'leases.id', 'attempts.lease_id')
    .select('leases.holder')
    .distinct()
    .execute();
  return rows.length;
}

/** Transactions of the database so far, looks among them. */
async function transactions({ db }: Ledger): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select xact_commit as n from pg_stat_database where datname = current_database()
  `.execute(db);
  return rows[0]?.n ?? 0;
}
