import { existsSync } from 'node:fs';
import type { ResultRow } from '../worker/ledger';
import { needCampaign } from '../worker/ledger';
import { createCanary } from './canary';
import { tooManyEvents } from './events';
import { exportHistories, type HistoryVerdict, judgeHistories } from './histories';
import { type Load, NAME } from './load';
import { killsIn, type Options } from './options';
import type { Torment } from './tormentor';
import type { Sight } from './watch';

/** A gate's checks may be two seconds old when the request begins; the rest is for the way to the sandbox. */
const HOLDS_AFTER_MS = 2_500;

export interface Verdict {
  readonly kills: number;
  /** Sends that a process which was killed or frozen had let through its gate and had not recorded the end of. */
  readonly inFlight: number;
  /** Those of them that the sandbox was still working on when their process was killed. */
  readonly atSandbox: number;
  readonly sent: number;
  /** People who should have got it, did not, and are not listed as `unknown` or `failed` with a reason. */
  readonly lost: number;
  /** Messages beyond the first, as the sandbox counted them. */
  readonly double: number;
  /** Attempts without an answer that a look-up settled. */
  readonly settled: number;
  readonly unknown: number;
  readonly failed: number;
  readonly skipped: number;
  /** Requests for somebody suppressed, or of a paused campaign, that began later than they could. */
  readonly wrong: number;
  /** Everything else that is not as it should be, a few words each. */
  readonly otherwise: readonly string[];
  readonly torment: Omit<Torment, 'suppressed' | 'pauses'> & {
    readonly pauses: number;
    readonly suppressed: number;
  };
  readonly faults: Readonly<Record<string, number>>;
  /** What Temporal was found to know; null on the embedded engine. */
  readonly histories: HistoryVerdict | null;
  readonly good: boolean;
}

type Row = Pick<ResultRow, 'address' | 'state' | 'reason'>;

/** Compares what the command says of every row with what the sandbox counted for every person. */
export async function judge(
  load: Load,
  sight: Sight,
  options: Options,
  torment: Torment,
): Promise<Verdict> {
  const { sandbox, ledger, people } = load;
  const otherwise: string[] = [];
  const expect = (holds: boolean, words: string): void => {
    if (!holds) otherwise.push(words);
  };
  const listed = await load.run('results', NAME, '--json');
  expect(listed.exit === 0, `campaign results ended with ${listed.exit}`);
  const rows = linesOf<Row>(listed.out);
  const byAddress = new Map(rows.map((row) => [row.address ?? '', row]));
  const accepted = sandbox.accepted();

  let lost = 0;
  let untold = 0;
  let sentWithout = 0;
  for (const person of people) {
    const row = byAddress.get(person);
    const got = (accepted.get(person) ?? 0) > 0;
    if (got) {
      const known = row?.state === 'sent' || (!options.lookup && row?.state === 'unknown');
      if (!known) untold += 1;
      continue;
    }
    if (row?.state === 'sent') sentWithout += 1;
    const suppressed = row?.state === 'skipped' && torment.suppressed.has(person);
    const told = (row?.state === 'unknown' || row?.state === 'failed') && row.reason !== null;
    if (!suppressed && !told) lost += 1;
  }
  const strangers = [...accepted.keys()].filter((address) => !byAddress.has(address)).length;
  const { doubles: double } = sandbox.summary();
  expect(rows.length === people.length, `${rows.length} rows of ${people.length}`);
  expect(untold === 0, `${untold} accepted and not told`);
  expect(sentWithout === 0, `${sentWithout} called sent and not accepted`);
  expect(strangers === 0, `${strangers} strangers`);

  const { state, why } = await needCampaign(ledger.db, NAME);
  expect(state === 'finished', `not finished${why === null ? '' : ` (${state}: ${why})`}`);
  const recount = Object.groupBy(rows, (row) => row.state);
  const sent = recount.sent?.length ?? 0;
  const unknown = recount.unknown?.length ?? 0;
  const status = await load.run('status', NAME, '--json');
  const told = linesOf<{ counts?: Record<string, number> }>(status.out).at(-1);
  const counts = told?.counts ?? {};
  for (const name of ['pending', 'claimed', 'sending', 'sent', 'failed', 'unknown', 'skipped']) {
    const n = recount[name as Row['state']]?.length ?? 0;
    expect(counts[name] === n, `counter ${name} ${counts[name]} for ${n} rows`);
  }
  expect(counts['double'] === 0, `counter double ${counts['double']}`);

  const keys = await keysOf(load);
  const wrong = sight.begun().filter(({ key, at }) => {
    const suppressedAt = torment.suppressed.get(keys.get(key) ?? '');
    const late = suppressedAt !== undefined && at > suppressedAt + HOLDS_AFTER_MS;
    return (
      late || torment.pauses.some(({ from, until }) => at > from + HOLDS_AFTER_MS && at < until)
    );
  }).length;

  const could = torment.open + torment.gated + torment.frozenInFlight + torment.frozenGated;
  if (options.lookup) expect(unknown === 0, 'unknown although it can be looked up');
  else expect(unknown <= could, `unknown, and only ${could} could be`);
  const notListed = recount.unknown?.filter(({ reason }) => reason === null).length ?? 0;
  expect(notListed === 0, `${notListed} unknown without a reason`);
  const kills = killsIn(torment);
  expect(kills === killsIn(options), `only ${kills} of ${killsIn(options)} kills`);
  otherwise.push(...load.complaints);
  const histories = load.temporal === null ? null : await historiesOf(load, options, otherwise);

  const { pauses, suppressed, ...numbers } = torment;
  return {
    kills,
    inFlight: could,
    atSandbox: torment.inFlight,
    sent,
    lost,
    double,
    settled: await settledIn(load),
    unknown,
    failed: recount.failed?.length ?? 0,
    skipped: recount.skipped?.length ?? 0,
    wrong,
    otherwise,
    torment: { ...numbers, pauses: pauses.length, suppressed: suppressed.size },
    faults: sandbox.summary().faults,
    histories,
    good: lost + double + wrong + otherwise.length === 0,
  };
}

/** Leaves what Temporal knows in the run's folder, and looks through it. */
async function historiesOf(
  { temporal, temporalFile, secrets, campaign }: Load,
  { histories: folder, orchestrate }: Options,
  otherwise: string[],
): Promise<HistoryVerdict> {
  const exported = await exportHistories(temporal?.address ?? '', folder);
  // Everything it holds is on the disk then.
  await temporal?.stop();
  const databases = ['', '-wal'].map((end) => `${temporalFile}${end}`).filter(existsSync);
  const known = campaign.ref;
  const found = judgeHistories(exported, createCanary(secrets), { known, databases });
  otherwise.push(...found.leaks.map((leak) => `in Temporal's ${leak}`));
  const tooMany = orchestrate === 'message' ? null : tooManyEvents(found.events);
  if (tooMany !== null) otherwise.push(tooMany);
  return found;
}

/** The last line of a run. */
export function lineOf(it: Verdict): string {
  return [
    `chaos: kills ${it.kills} (in flight ${it.inFlight})`,
    `sent ${it.sent}`,
    `lost ${it.lost}`,
    `double ${it.double}`,
    `settled ${it.settled}`,
    `unknown ${it.unknown}`,
    ...(it.wrong > 0 ? [`wrong ${it.wrong}`] : []),
    ...it.otherwise,
  ].join(', ');
}

function linesOf<T>(text: string): T[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as T);
}

async function keysOf({ ledger, campaign }: Load): Promise<Map<string, string>> {
  const rows = await ledger.db
    .selectFrom('recipients')
    .select(['key', 'address'])
    .where('campaign_id', '=', campaign.id)
    .execute();
  return new Map(rows.map(({ key, address }) => [key ?? '', address ?? '']));
}

async function settledIn({ ledger, campaign }: Load): Promise<number> {
  const row = await ledger.db
    .selectFrom('attempts')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('campaign_id', '=', campaign.id)
    .where('looks', '>', 0)
    .where('result', 'in', ['accepted', 'absent'])
    .executeTakeFirst();
  return row?.n ?? 0;
}
