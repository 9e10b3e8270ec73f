import { EVENTS_PER_SLICE, type EventCount } from '../../chaos/events';
import { setLimit, tally } from '../../worker/ledger';
import { ACCOUNT, startedCampaign } from '../campaign';
import { warmLoop } from '../loop';
import { watchMachine } from '../machine';
import { bareRow, count, median, PAIRS, perSecond, type Row, scaled } from '../row';
import { type Platform, startPlatform } from '../start-platform';
import { type Ground, untilFinished, withGround, withWorkerHere } from '../temporal';

const MESSAGES = 48_000;
const PATIENCE_MS = 600_000;

interface Sent {
  /** From the first request that arrived to the last one, as the platform saw them. */
  readonly perSecond: number;
  /** From the campaign's start to its first request. */
  readonly startMs: number;
  readonly histories: readonly EventCount[];
}

async function send(
  { ledger, histories }: Ground,
  platform: Platform,
  name: string,
  rows: number,
): Promise<Sent> {
  await platform.record();
  const campaign = await startedCampaign(ledger, { name, rows, engine: 'temporal' });
  const started = Date.now();
  const { id, ref } = await untilFinished(ledger, name, PATIENCE_MS);
  const { counts } = await tally(ledger.db, id);
  if (counts.sent !== rows || counts.double > 0) throw new Error(`${counts.sent} of ${rows} sent`);
  const moments = (await platform.seen()).message;
  const first = moments[0] ?? Number.NaN;
  const last = moments.at(-1) ?? Number.NaN;
  return {
    perSecond: (rows / (last - first)) * 1_000,
    startMs: first - started,
    histories: await histories({ ...campaign, ref }),
  };
}

/** The most that a slice cost, in any history. */
const mostOf = (histories: readonly EventCount[]): number =>
  Math.max(...histories.filter(({ slices }) => slices > 0).map((it) => it.ofSlices / it.slices));

/** Warm recipients on Temporal against the bare loop, 20 ms answers, in pairs: one after the other, on the same platform, in the same process. */
export async function temporal(): Promise<Row[]> {
  const rows = scaled(MESSAGES);
  const platform = await startPlatform(20);
  const busy = watchMachine();
  try {
    const pairs = await withGround((ground) =>
      withWorkerHere(ground, platform.url, async () => {
        // Everybody is made known first.
        await send(ground, platform, 'cold', rows);
        await warmLoop(platform.url, Math.round(rows / 4));
        const found: { readonly bare: number; readonly ours: Sent }[] = [];
        for (let pair = 0; pair < PAIRS; pair += 1) {
          const bare = await warmLoop(platform.url, rows);
          const ours = await send(ground, platform, `warm-${pair}`, rows);
          found.push({ bare: rows / bare.seconds, ours });
        }
        return found;
      }),
    );
    const ratio = median(pairs.map(({ bare, ours }) => ours.perSecond / bare));
    const events = mostOf(pairs.flatMap(({ ours }) => ours.histories));
    return [
      bareRow('bare loop beside Temporal, 20 ms answers', median(pairs.map(({ bare }) => bare))),
      {
        what: 'Temporal, PostgreSQL ledger, warm, 20 ms answers',
        figure:
          `${perSecond(median(pairs.map(({ ours }) => ours.perSecond)))}, ${ratio.toFixed(3)} of the bare loop; ` +
          `first request ${count(median(pairs.map(({ ours }) => ours.startMs)))} ms after the start${busy()}`,
        wanted: '≥ 0.95',
        reached: ratio >= 0.95,
      },
      {
        what: 'history events for each slice, at most',
        figure: events.toFixed(1),
        wanted: `≤ ${EVENTS_PER_SLICE}`,
        reached: events <= EVENTS_PER_SLICE,
      },
    ];
  } finally {
    platform.close();
  }
}

const MANY = 200_000;
/** So that it takes a few slices. */
const MANY_PER_SECOND = 1_500;
/** A server suggests a new history after so many events here: each slice is followed by one. */
const SUGGEST_AT = 12;

/** A long campaign whose history begins anew on the way. */
export async function anew(): Promise<Row[]> {
  const rows = scaled(MANY);
  const platform = await startPlatform(20);
  try {
    const { ours, limit } = await withGround(
      async (ground) => {
        const limit = scaled(MANY_PER_SECOND);
        return withWorkerHere(ground, platform.url, async () => {
          await setLimit(ground.ledger, `account/${ACCOUNT}/message`, limit);
          return { ours: await send(ground, platform, 'long', rows), limit };
        });
      },
      { 'limit.historyCount.suggestContinueAsNew': SUGGEST_AT },
    );
    const { histories } = ours;
    const most = Math.max(...histories.map(({ all }) => all));
    return [
      {
        what: `${count(rows)} recipients through a history that begins anew`,
        figure: `${histories.length - 1} × continueAsNew, at most ${most} events in a history; all sent, none twice, ${perSecond(ours.perSecond)} of ${count(limit)}/s`,
        wanted: '≥ 1 × continueAsNew',
        reached: histories.length > 1,
      },
    ];
  } finally {
    platform.close();
  }
}
