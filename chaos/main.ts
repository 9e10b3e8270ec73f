/**
 * `npm run chaos`: a campaign of real processes against the sandbox, which is killed, frozen, paused and lied to while it
 * sends; then every row is compared with what every person would have received. See docs/chaos.md.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isAway, needCampaign, tally } from '../worker/ledger';
import type { HistoryVerdict } from './histories';
import { judge, lineOf } from './judge';
import { type Load, NAME, openLoad, SETTLE_MS } from './load';
import { type Options, readOptions } from './options';
import { actsOf, torment } from './tormentor';
import { createSight } from './watch';

/** Without any progress for so long, a campaign is not going to finish: only a mutant's does that. */
const STALLED_MS = { embedded: 30_000, temporal: 90_000 };
/** What the run leaves for judging and cleaning up before its limit. */
const RESERVED_MS = 10_000;

async function chaos(options: Options): Promise<number> {
  const began = performance.now();
  const over = (): boolean => performance.now() - began > options.limitMs - RESERVED_MS;
  const say = (line: string): void => {
    if (options.json) return;
    const seconds = ((performance.now() - began) / 1000).toFixed(0).padStart(3);
    console.log(`${seconds} s  ${line}`);
  };
  const perSecond = Math.max(5, Math.floor((0.85 * options.recipients) / actsOf(options).seconds));
  const load = await openLoad(options, { perSecond, say });
  const limit = setTimeout(() => {
    console.error('chaos: ended by its time limit');
    process.exit(1);
  }, options.limitMs + 30_000);
  try {
    const sight = createSight(load);
    say(
      `${options.recipients} people, ${options.engine} engine on ${options.ledger}, ${perSecond} a second, seed ${options.seed}` +
        (options.mutant === null ? '' : `, mutant ${options.mutant}`),
    );
    for (let i = 0; i < options.workers; i += 1) load.startWorker();
    const done = await torment(load, sight, options, { over, say, perSecond });
    await untilFinished(load, STALLED_MS[options.engine], over, say);
    for (const worker of [...load.workers]) await load.endWorker(worker);
    // What the sandbox holds back is committed by then, if ever.
    await wait(SETTLE_MS);
    const verdict = await judge(load, sight, options, done);
    if (!options.json) {
      const { torment: it } = verdict;
      say(
        `killed with ${it.inFlight} requests at the sandbox, ${it.open} that it had taken and the ledger had no end of, and ${it.gated} rows behind the gate; ${it.freezes} freezes with ` +
          `${it.frozenInFlight} and ${it.frozenGated}, of which others took over ${it.takenOver}; ${it.pauses} pauses, ` +
          `${it.suppressed} suppressed, ${verdict.skipped} skipped, ${verdict.failed} failed`,
      );
      if (verdict.histories !== null)
        say(`${historyLine(verdict.histories)} (${options.histories})`);
      say(
        `faults: ${
          Object.entries(verdict.faults)
            .map((each) => each.join(' '))
            .join(', ') || 'none'
        }`,
      );
    }
    console.log(options.json ? JSON.stringify(verdict) : lineOf(verdict));
    return verdict.good ? 0 : 1;
  } finally {
    clearTimeout(limit);
    await load.close();
  }
}

function historyLine({ workflows, events, leaks }: HistoryVerdict): string {
  const { all, slices, ofSlices } = events;
  const each =
    slices === 0 ? '' : `, ${(ofSlices / slices).toFixed(1)} for each of ${slices} slices`;
  return `${workflows} histories with ${all} events${each}; ${leaks.length} secrets in them or in Temporal's database`;
}

/** Waits for the campaign's end, as long as anything still happens. */
async function untilFinished(
  { ledger, campaign }: Load,
  stalledMs: number,
  over: () => boolean,
  say: (line: string) => void,
): Promise<void> {
  let last = '';
  let changedAt = performance.now();
  let toldAt = performance.now();
  while (!over() && performance.now() - changedAt < stalledMs) {
    try {
      const { state } = await needCampaign(ledger.db, NAME);
      if (state === 'finished') return;
      const { counts } = await tally(ledger.db, campaign.id);
      const now = JSON.stringify(counts);
      if (now !== last) changedAt = performance.now();
      last = now;
      if (performance.now() - toldAt > 5_000) {
        say(`${counts.sent} of ${counts.total} sent, ${counts.sending} to be settled`);
        toldAt = performance.now();
      }
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await wait(300);
  }
}

async function main(): Promise<void> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
    return;
  }
  // A Ctrl-C must not leave processes behind: the load ends them when this process exits.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  process.exitCode = await chaos(options);
}

void main();
