import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { CallKind } from '../../core/words';
import { freshDatabase, startPostgres } from '../../test/support/postgres';
import { control, type Ledger, openLedger } from '../../worker/ledger';
import { startedCampaign } from '../campaign';
import { withWorkers, writeAccounts } from '../command';
import { lateIn } from '../engine';
import { withFolder } from '../folder';
import { watchMachine } from '../machine';
import { percent, type Row, scaled } from '../row';
import { type Platform, startPlatform } from '../start-platform';
import { withGround } from '../temporal';
import { burstOf, shareOf, worstWindow } from '../windows';

const WORKERS = 4;
const SECONDS = scaled(60);
const SHARE = 0.98;
/** How long four processes may take to start before the first request. */
const START_MS = 20_000;
const WORKERS_START_MS = 6_000;
const LOOK_MS = 50;

interface Setup {
  readonly what: string;
  readonly rate: number;
  readonly kind: Extract<CallKind, 'message' | 'contact'>;
  readonly campaigns: number;
  readonly engine?: 'temporal';
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
  temporal: {
    what: 'limiter, 4 workers on Temporal, 200/s',
    rate: 200,
    kind: 'message',
    campaigns: 1,
    engine: 'temporal',
  },
} as const satisfies Readonly<Record<string, Setup>>;

/** Four `campaign worker`s share one PostgreSQL ledger and one limit of an account; 20 ms answers, cold recipients. */
export async function limiterShared(name: keyof typeof SETUPS): Promise<Row[]> {
  const setup: Setup = SETUPS[name];
  const platform = await startPlatform(20);
  try {
    if (setup.engine === 'temporal') {
      return [await withGround(({ where, address }) => measure(setup, platform, where, address))];
    }
    const server = await startPostgres();
    try {
      return [await measure(setup, platform, (await freshDatabase(server.url)).url)];
    } finally {
      await server.close();
    }
  } finally {
    platform.close();
  }
}

async function measure(
  setup: Setup,
  platform: Platform,
  where: string,
  temporal?: string,
): Promise<Row> {
  const { rate, kind, campaigns, engine } = setup;
  return await withFolder(async (folder) => {
    writeAccounts(folder, platform.url, { [kind]: rate });
    const ledger = await openLedger(where);
    try {
      // More than can be sent, so that none of them is over before the others.
      const rows = rate * (SECONDS + 30);
      const ids: number[] = [];
      for (let i = 0; i < campaigns; i += 1) {
        const spec = { parallel: WORKERS };
        const it = {
          name: `c${i}`,
          rows,
          first: i * rows,
          spec,
          ...(engine && { engine, start: false }),
        };
        ids.push((await startedCampaign(ledger, it)).id);
      }
      await platform.record();
      const before = await transactions(ledger);
      const busy = watchMachine();
      const place = { folder, ledger: where, ...(temporal !== undefined && { temporal }) };
      await withWorkers(place, WORKERS, async () => {
        if (engine === 'temporal') {
          // The first worker there would have all of it otherwise.
          await wait(WORKERS_START_MS);
          await control(ledger, 'c0', { action: 'start' }, Date.now());
        }
        await untilSeen(platform, kind);
      });
      const commits = (await transactions(ledger)) - before;
      return await rowOf(setup, platform, ledger, { ids, commits, busy: busy() });
    } finally {
      await ledger.close();
    }
  });
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
