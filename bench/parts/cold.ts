import { withEngine } from '../engine';
import { coldLoop } from '../loop';
import { bareRow, median, PAIRS, perSecond, type Row } from '../row';
import { startPlatform } from '../start-platform';

const RECIPIENTS = 10_000;
/** A contact, and its conversation with the message in it: what the adapter asks of somebody new. */
const CALLS = 2;

/** People whom the platform does not know yet, against a bare loop of the same calls, in pairs. */
export async function cold(): Promise<Row[]> {
  const platform = await startPlatform(20);
  try {
    const pairs = await withEngine(platform.url, async (engine) => {
      await coldLoop(platform.url, RECIPIENTS / 4);
      const found: { readonly bare: number; readonly ours: number }[] = [];
      for (let pair = 0; pair < PAIRS; pair += 1) {
        const bare = await coldLoop(platform.url, RECIPIENTS);
        const ours = await engine.send(`cold-${pair}`, RECIPIENTS, pair * RECIPIENTS);
        found.push({ bare: RECIPIENTS / bare.seconds, ours: RECIPIENTS / ours.seconds });
      }
      return found;
    });
    const bare = median(pairs.map((pair) => pair.bare));
    const ours = median(pairs.map((pair) => pair.ours));
    const ratio = median(pairs.map((pair) => pair.ours / pair.bare));
    return [
      bareRow('bare loop of the cold calls (2 each), 20 ms answers, calls', bare * CALLS),
      {
        what: 'embedded, cold (2 calls each), 20 ms answers',
        figure: `${perSecond(ours)}, ${perSecond(ours * CALLS)} calls, ${ratio.toFixed(3)} of the bare loop`,
        wanted: '≥ 0.95',
        reached: ratio >= 0.95,
      },
    ];
  } finally {
    platform.close();
  }
}
