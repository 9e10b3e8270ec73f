import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { control, type Ledger, openLedger } from '../../worker/ledger';
import { startedCampaign } from '../campaign';
import { type Place, run, withWorkers, writeAccounts } from '../command';
import { withFolder } from '../folder';
import { watchMachine } from '../machine';
import { count, median, type Row } from '../row';
import { type Platform, startPlatform } from '../start-platform';
import { withGround } from '../temporal';

const TIMES = 5;
const MOST_MS = 2_000;
/** How long it sends before each pause, and how long nothing more may come after it. */
const SENDS_MS = 2_000;
const QUIET_MS = 3_000;
const NAME = 'paused';

/** From a pause in another process to the last delivering request that began; 20 ms answers, SQLite. */
export async function pause(): Promise<Row[]> {
  return [
    await pausing('unlimited', null, 100_000),
    await pausing('at 200/s', 200, 200 * 40),
    await pausing('at 2/s', 2, 200),
  ];
}

/** The same of a campaign that Temporal drives, on PostgreSQL: a pause must not wait for Temporal. */
export function pauseTemporal(): Promise<Row[]> {
  return withGround(async ({ where, address }) => [
    await pausing('on Temporal, at 200/s', 200, 200 * 40, { ledger: where, temporal: address }),
  ]);
}

async function pausing(
  how: string,
  limit: number | null,
  rows: number,
  on?: Required<Pick<Place, 'ledger' | 'temporal'>>,
): Promise<Row> {
  const platform = await startPlatform(20);
  const busy = watchMachine();
  try {
    const delays = await withFolder(async (folder) => {
      writeAccounts(folder, platform.url, limit === null ? {} : { message: limit });
      const place = { folder, ledger: join(folder, 'ledger.db'), ...on };
      const ledger = await openLedger(place.ledger);
      try {
        const engine = on === undefined ? 'embedded' : 'temporal';
        await startedCampaign(ledger, { name: NAME, rows, engine });
        return await withWorkers(place, 1, () => pauses(place, platform, ledger));
      } finally {
        await ledger.close();
      }
    });
    const most = Math.max(...delays);
    return {
      what: `pause → last delivering request begun, ${how}`,
      figure: `median ${count(median(delays))} ms, at most ${count(most)} ms of ${TIMES}${busy()}`,
      wanted: '≤ 2,000 ms',
      reached: most <= MOST_MS,
    };
  } finally {
    platform.close();
  }
}

async function pauses(place: Place, platform: Platform, ledger: Ledger): Promise<number[]> {
  const delays: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    if (time > 0) await control(ledger, NAME, { action: 'resume' }, Date.now());
    await platform.record();
    while ((await platform.seen()).message.length === 0) await wait(20);
    await wait(SENDS_MS);
    await run(place, ['pause', NAME]);
    await wait(QUIET_MS);
    const last = (await platform.seen()).message.at(-1) ?? Number.NaN;
    // Nothing began after the pause's own moment: it was as quick as can be.
    delays.push(Math.max(0, last - (await pausedAt(ledger))));
  }
  return delays;
}

/** The clock of the pause's own process just before its commit: a moment too early rather than too late. */
async function pausedAt({ db }: Ledger): Promise<number> {
  const row = await db
    .selectFrom('audit')
    .select('at')
    .where('action', '=', 'pause')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return row.at;
}
