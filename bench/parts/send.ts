import { withEngine } from '../engine';
import { warmLoop } from '../loop';
import { bareRow, median, PAIRS, perSecond, type Row } from '../row';
import { startPlatform } from '../start-platform';

/** Messages in one run: some seconds of work, so that starting and stopping do not count. */
const MESSAGES = { 0: 60_000, 20: 24_000 } as const;
/** What the runner has to do at 0 ms, on a machine that lets the bare loop do its number. */
const INSTANT = { ours: 10_000, bare: 27_000 };
const CPU_MS = 0.1;

interface Pair {
  readonly bare: number;
  readonly ours: number;
  /** Milliseconds of CPU a message beyond the loop's. */
  readonly cpu: number;
}

/** Warm recipients against the bare loop, in pairs: one after the other, on the same platform. */
export async function send(latencyMs: 0 | 20): Promise<Row[]> {
  const n = MESSAGES[latencyMs];
  const platform = await startPlatform(latencyMs);
  try {
    const pairs = await withEngine(platform.url, async (engine) => {
      // Everybody is made known first.
      await engine.send('cold', n);
      await warmLoop(platform.url, Math.round(n / 4));
      const found: Pair[] = [];
      for (let pair = 0; pair < PAIRS; pair += 1) {
        const bare = await warmLoop(platform.url, n);
        const ours = await engine.send(`warm-${pair}`, n);
        found.push({
          bare: n / bare.seconds,
          ours: n / ours.seconds,
          cpu: ((ours.cpuSeconds - bare.cpuSeconds) / n) * 1000,
        });
      }
      return found;
    });
    return latencyMs === 0 ? instantRows(pairs) : slowRows(pairs);
  } finally {
    platform.close();
  }
}

const figures = (pairs: readonly Pair[]) => ({
  bare: median(pairs.map(({ bare }) => bare)),
  ours: median(pairs.map(({ ours }) => ours)),
  ratio: median(pairs.map(({ bare, ours }) => ours / bare)),
  cpu: median(pairs.map(({ cpu }) => cpu)),
});

function slowRows(pairs: readonly Pair[]): Row[] {
  const { bare, ours, ratio } = figures(pairs);
  return [
    bareRow('bare loop, 20 ms answers', bare),
    {
      what: 'embedded, warm, 20 ms answers',
      figure: `${perSecond(ours)}, ${ratio.toFixed(3)} of the bare loop`,
      wanted: '≥ 0.95',
      reached: ratio >= 0.95,
    },
  ];
}

function instantRows(pairs: readonly Pair[]): Row[] {
  const { bare, ours, ratio, cpu } = figures(pairs);
  return [
    { what: 'bare loop, 0 ms answers', figure: perSecond(bare), wanted: '–', reached: null },
    {
      what: 'embedded, warm, 0 ms answers',
      figure: `${perSecond(ours)}, ${ratio.toFixed(3)} of the bare loop`,
      wanted: '≥ 10,000/s where the bare loop does 27,000',
      reached: bare >= INSTANT.bare || ours >= INSTANT.ours ? ours >= INSTANT.ours : null,
    },
    {
      what: 'CPU a message beyond the loop’s, 0 ms',
      figure: `${cpu.toFixed(3)} ms`,
      wanted: '< 0.10 ms',
      reached: cpu < CPU_MS,
    },
  ];
}
