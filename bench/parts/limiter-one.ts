import { withEngine } from '../engine';
import { warmLoop } from '../loop';
import { percent, perSecond, type Row } from '../row';
import { startPlatform } from '../start-platform';
import { burstOf, shareOf, worstWindow } from '../windows';

const RATES = [50, 400, 2_000] as const;
const SECONDS = 15;
/** Share of a limit that has to be used. */
const SHARE = 0.98;
/** A rate that the bare loop itself hardly reaches says nothing about the limiter. */
const ROOM = 1.1;
const LOOPED = 10_000;

/** One process on SQLite, an account's limit, warm recipients, 20 ms answers; beside the bare loop without a limit. */
export async function limiterOne(): Promise<Row[]> {
  const platform = await startPlatform(20);
  try {
    return await withEngine(platform.url, async (engine) => {
      await engine.send('cold', Math.max(...RATES) * (SECONDS + 1));
      const rows: Row[] = [];
      for (const rate of RATES) {
        await engine.limit(rate);
        const bare = LOOPED / (await warmLoop(platform.url, LOOPED)).seconds;
        await platform.record();
        const sent = await engine.send(`at-${rate}`, rate * (SECONDS + 1));
        const { message } = await platform.seen();
        const share = shareOf(message, rate, SECONDS);
        const { excess, seconds } = worstWindow(message, rate);
        const burst = burstOf(rate);
        const tooSlow = bare < rate * ROOM;
        rows.push({
          what: `limiter, one process, SQLite, ${rate}/s`,
          figure:
            `${percent(share)}; at most ${Math.round(excess)} beyond rate × T (T = ${seconds} s); ` +
            `${Math.round(sent.commits / sent.seconds)} commits/s, ${Math.round(sent.gates / sent.seconds)} of them with gates; ` +
            `${sent.late} too late${tooSlow ? `; void: the bare loop did ${perSecond(bare)}` : ''}`,
          wanted: `≥ 98 %, ≤ ${burst}`,
          reached: share >= SHARE && excess <= burst,
        });
      }
      return rows;
    });
  } finally {
    platform.close();
  }
}
