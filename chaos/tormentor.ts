import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { control, isAway, tally } from '../worker/ledger';
import { randomSequence } from '../worker/sandbox/random';
import { LEASE_MS, type Load, NAME, SETTLE_MS, type Worker } from './load';
import { killsIn, type Options, type Victim } from './options';
import type { Open, Sight } from './watch';

/** What an engine makes of a worker that is gone decides how long everything takes. */
const TIMES = {
  embedded: {
    /** Seconds of sending that a kill takes up, where others send meanwhile, and a freeze. */
    killSeconds: 1.1,
    freezeSeconds: 8,
    /** A process that slept has lost what it held by then, at the latest. */
    sleptMs: LEASE_MS + SETTLE_MS + 500,
    /** It wakes up when others have begun to send its rows, or after this. */
    longestFreezeMs: 8_000,
    /** The last one: then nothing else is left to be sent, so they are its rows' turn soon. */
    lastFreezeMs: 25_000,
    /** How long the others still have something else to send when the last process freezes. */
    tailSeconds: 3,
    /** Nobody is let wait longer than this for something to happen. */
    patienceMs: 20_000,
  },
  // A slice whose worker is gone is begun anew when its heartbeat has timed out, after 20 s. What Temporal gives to a worker that
  // sleeps is lost for as long again, until it has waited for an answer of that worker for a minute.
  temporal: {
    killSeconds: 3,
    freezeSeconds: 15,
    sleptMs: 22_000,
    longestFreezeMs: 35_000,
    lastFreezeMs: 90_000,
    tailSeconds: 15,
    patienceMs: 60_000,
  },
} as const;
/** A Temporal server that was killed is back within this. */
const LONGEST_OUTAGE_MS = 4_000;
/** How often a worker is stopped for a moment, until rows are found behind its gate. */
const CATCHES = 60;

type Act = Victim | 'freeze' | 'pause' | 'suppress';

/** What was done, with the moments that the judge measures from. */
export interface Torment {
  readonly kills: Record<Victim, number>;
  /** Delivering requests that were on their way when their process was killed, as the sandbox counted them. */
  inFlight: number;
  /** Attempts of a process that was killed whose request the sandbox had received, and whose result was not recorded. */
  open: number;
  /** Attempts that had passed its gate, and had not begun. */
  gated: number;
  freezes: number;
  /** Attempts behind the gate of a process that was frozen: begun, and not yet begun. */
  frozenInFlight: number;
  frozenGated: number;
  /** Of those not yet begun, how many others had sent when the process woke up. */
  takenOver: number;
  readonly pauses: { readonly from: number; readonly until: number }[];
  /** Address → when its suppression was committed. */
  readonly suppressed: Map<string, number>;
}

/** How many of each there are, and how long the sending has to last for them. */
export function actsOf(options: Pick<Options, 'engine' | 'kills' | 'workers'>): {
  acts: Act[];
  seconds: number;
} {
  const { engine, workers } = options;
  const kills = killsIn(options);
  const { killSeconds, freezeSeconds } = TIMES[engine];
  const freezes = Math.floor(kills / 8);
  const pauses = Math.max(1, Math.round(kills / 12));
  const suppressions = Math.max(2, Math.round(kills / 4));
  const { worker, postgres, temporal } = options.kills;
  const many = (act: Act, n: number): Act[] => Array.from({ length: n }, () => act);
  return {
    acts: [
      ...many('worker', worker),
      ...many('postgres', postgres),
      ...many('temporal', temporal),
      ...many('freeze', freezes),
      ...many('pause', pauses),
      ...many('suppress', suppressions),
    ],
    // After a kill the only worker's campaign stands still until its lease is over: that needs no rows.
    seconds:
      worker * (workers === 1 ? killSeconds / 2 : killSeconds) +
      (postgres + temporal) * 1.1 +
      freezes * freezeSeconds +
      pauses +
      suppressions * 0.8 +
      6,
  };
}

/** Does everything to the campaign that a bad day does, in an order that follows from the seed. */
export async function torment(
  load: Load,
  sight: Sight,
  options: Options,
  {
    over,
    say,
    perSecond,
  }: {
    readonly over: () => boolean;
    readonly say: (line: string) => void;
    readonly perSecond: number;
  },
): Promise<Torment> {
  const { sandbox, ledger, people, workers } = load;
  const { sleptMs, longestFreezeMs, lastFreezeMs, patienceMs, ...seconds } = TIMES[options.engine];
  const random = randomSequence(options.seed);
  const below = (n: number): number => Math.floor(random() * n);
  const done: Torment = {
    kills: { worker: 0, postgres: 0, temporal: 0 },
    inFlight: 0,
    open: 0,
    gated: 0,
    freezes: 0,
    frozenInFlight: 0,
    frozenGated: 0,
    takenOver: 0,
    pauses: [],
    suppressed: new Map(),
  };

  /** True when it became so; false when the run is over or it took too long. */
  async function until(
    isSo: () => boolean | Promise<boolean>,
    ms: number = patienceMs,
  ): Promise<boolean> {
    const end = performance.now() + ms;
    while (!over() && performance.now() < end) {
      if (await isSo()) return true;
      await wait(2);
    }
    return false;
  }

  const anyWorker = (): Worker | undefined => [...workers][below(workers.size)];

  /** Waits for a moment with requests on their way. */
  async function moment(): Promise<boolean> {
    await wait(below(600));
    return until(() => sandbox.summary().deliversInFlight > 0);
  }

  async function killPostgres(): Promise<boolean> {
    if (!(await moment())) return false;
    done.inFlight += sandbox.summary().deliversInFlight;
    done.kills.postgres += 1;
    await load.postgres?.restart('immediate');
    return true;
  }

  async function killTemporal(): Promise<boolean> {
    if (!(await moment())) return false;
    done.inFlight += sandbox.summary().deliversInFlight;
    done.kills.temporal += 1;
    await load.temporal?.kill9();
    await wait(below(LONGEST_OUTAGE_MS));
    await load.temporal?.start();
    return true;
  }

  async function killWorker(): Promise<boolean> {
    if (!(await moment())) return false;
    // One that has something on its way itself; so that the moment is a random one again, not at once.
    let worker = anyWorker();
    await until(async () => {
      worker = anyWorker();
      return worker !== undefined && (await asked(() => sight.openOf(worker?.pid ?? 0))).length > 0;
    });
    await wait(below(30));
    await until(() => sandbox.summary().deliversInFlight > 0);
    if (worker === undefined) return false;
    const { pid } = worker;
    const before = sandbox.summary();
    worker.doomed = true;
    process.kill(pid, 'SIGKILL');
    done.kills.worker += 1;
    load.startWorker();
    await worker.ended;
    await wait(100);
    const open = await asked(() => sight.openOf(pid));
    const begun = open.filter(sight.hasBegun).length;
    // Others' requests are counted too where there are others; and one that was just being answered is not abandoned.
    const abandoned = sandbox.summary().abandonedDelivers - before.abandonedDelivers;
    done.inFlight += Math.max(abandoned, Math.min(before.deliversInFlight, begun));
    done.open += begun;
    done.gated += open.length - begun;
    return true;
  }

  async function freeze(longestMs: number = longestFreezeMs): Promise<boolean> {
    const caught = await catchOne();
    if (caught === null) return false;
    const { worker, open, waiting } = caught;
    done.freezes += 1;
    done.frozenGated += waiting.length;
    done.frozenInFlight += open.length - waiting.length;
    const surplus = workers.size < 2 ? load.startWorker() : null;
    const began = performance.now();
    if (random() < 0.5) await suppress();
    let others: Open[] = [];
    await until(async () => {
      others = await asked(() => settledAmong(waiting));
      const slept = performance.now() - began;
      // When some of them are sent: the others may be anywhere on their way then.
      return slept > sleptMs && others.length * 3 >= waiting.length;
    }, longestMs);
    done.takenOver += others.length;
    say(
      `froze a worker for ${((performance.now() - began) / 1000).toFixed(1)} s with ${waiting.length} rows behind its gate; ${others.length} were sent by others meanwhile`,
    );
    process.kill(worker.pid, 'SIGCONT');
    if (surplus === null) return true;
    await wait(300 + below(700));
    await load.endWorker(random() < 0.5 ? worker : surplus);
    return true;
  }

  /** Stops a worker in a moment when rows are behind its gate, and have not begun. */
  async function catchOne(): Promise<{ worker: Worker; open: Open[]; waiting: Open[] } | null> {
    for (let tries = 1; ; tries += 1) {
      await wait(40 + below(200));
      const worker = anyWorker();
      if (over() || worker === undefined) return null;
      process.kill(worker.pid, 'SIGSTOP');
      // What it wrote before still arrives.
      await wait(20);
      if (!(await locksAnything(load))) {
        const open = await asked(() => sight.openOf(worker.pid));
        const waiting = open.filter((attempt) => !sight.hasBegun(attempt));
        // The more rows wait the better, and others should be there who can take them over; later on any will do.
        const good = waiting.length >= 3 && (await asked(() => sight.othersSend(worker.pid)));
        const enough = tries < CATCHES / 2 ? good : waiting.length > 0;
        if (enough || tries === CATCHES) return { worker, open, waiting };
      }
      process.kill(worker.pid, 'SIGCONT');
    }
  }

  /** Of these attempts, those whose row somebody else has sent, or given up where nothing can be looked up. */
  async function settledAmong(attempts: readonly Open[]): Promise<Open[]> {
    if (attempts.length === 0) return [];
    const rows = await ledger.db
      .selectFrom('recipients')
      .select('seq')
      .where('campaign_id', '=', load.campaign.id)
      .where(
        'seq',
        'in',
        attempts.map(({ seq }) => seq),
      )
      .where('state', 'in', options.lookup ? ['sent'] : ['sent', 'unknown'])
      .execute();
    const ended = new Set(rows.map(({ seq }) => seq));
    return attempts.filter(({ seq }) => ended.has(seq));
  }

  async function pause(): Promise<boolean> {
    const ended = await load.run('pause', NAME, '--json');
    if (ended.exit !== 0) return false;
    const from = Date.now();
    await wait(2_700 + below(1_500));
    const resumed = Date.now();
    done.pauses.push({ from, until: resumed });
    await asked(() => control(ledger, NAME, { action: 'resume' }, Date.now()));
    say(`paused it for ${((resumed - from) / 1000).toFixed(1)} s`);
    return true;
  }

  async function suppress(): Promise<boolean> {
    const accepted = sandbox.accepted();
    const candidates = people.filter((one) => !accepted.has(one) && !done.suppressed.has(one));
    const wanted = Math.min(candidates.length, Math.max(3, Math.round(people.length / 100)));
    const chosen = new Set<string>();
    while (chosen.size < wanted) chosen.add(candidates[below(candidates.length)] ?? '');
    if (chosen.size === 0) return false;
    const ended = await load.run('suppress', 'add', ...chosen, '--json');
    if (ended.exit !== 0) return false;
    const at = Date.now();
    for (const one of chosen) done.suppressed.set(one, at);
    say(`suppressed ${chosen.size} people`);
    return true;
  }

  /** Asks the ledger; again while that is away. */
  async function asked<T>(question: () => Promise<T>): Promise<T> {
    const end = performance.now() + patienceMs;
    for (;;) {
      try {
        return await question();
      } catch (error) {
        if (!isAway(error) || performance.now() > end) throw error;
        await wait(100);
      }
    }
  }

  const acts: Record<Act, () => Promise<boolean>> = {
    worker: killWorker,
    postgres: killPostgres,
    temporal: killTemporal,
    freeze: () => freeze(),
    pause,
    suppress,
  };
  const wanted = killsIn(options);
  for (const act of shuffled(actsOf(options).acts, below)) {
    if (over()) break;
    // Something is to happen between two acts: a process that never got to send cannot be caught sending.
    const { accepted } = sandbox.summary();
    await until(() => sandbox.summary().accepted > accepted + 2 + below(20));
    const { counts } = await asked(() => tally(ledger.db, load.campaign.id));
    const secondsLeft = (counts.pending + counts.claimed) / perSecond;
    // On a slow machine the list would be over before the kills are; the freeze at the end comes in any case.
    const scarce =
      secondsLeft < (wanted - killsIn(done)) * seconds.killSeconds + seconds.freezeSeconds;
    if (scarce && act === 'freeze') continue;
    const happened = await acts[act]();
    if (happened && (act === 'worker' || act === 'postgres' || act === 'temporal')) {
      say(
        `kill ${killsIn(done)} of ${wanted} (${act}): ${done.inFlight} requests in flight so far`,
      );
    }
  }
  // Rows that come back go behind all others: near its end a campaign sends them while their old process still sleeps.
  const atTail = await until(async () => {
    const { counts } = await asked(() => tally(ledger.db, load.campaign.id));
    return counts.pending + counts.claimed <= perSecond * seconds.tailSeconds;
  }, options.limitMs);
  if (atTail) await freeze(lastFreezeMs);
  return done;
}

function shuffled<T>(all: readonly T[], below: (n: number) => number): T[] {
  const rest = [...all];
  return all.map(() => rest.splice(below(rest.length), 1)[0] as T);
}

/**
 * Whether a process that stands still holds the file's one write lock: nobody could take anything over from it then, and
 * the whole campaign would stand still with it, which shows nothing.
 */
async function locksAnything({ file }: Load): Promise<boolean> {
  if (file === null) return false;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    for (let tries = 0; tries < 20; tries += 1) {
      try {
        database.exec('begin immediate');
        database.exec('rollback');
        return false;
      } catch {
        await wait(10);
      }
    }
    return true;
  } finally {
    database.close();
  }
}
