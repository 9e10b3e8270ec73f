import { keepCaughtUp, type OnTrouble } from '../campaign/catch-up';
import { createHearing } from '../campaign/hearing';
import type { Run } from '../campaign/run';
import type { Connections } from '../engine/client/connections';
import { keepTime } from '../engine/clockwork';
import type { Deps } from '../engine/temporal/deps';
import { work } from '../engine/work';
import type { Campaign, Ledger } from '../ledger';
import type { Globals } from './globals';
import { openingHere } from './opening-here';
import type { TemporalOptions } from './temporal-options';
import type { WorkerLog } from './worker-log';

export interface TakingPart {
  readonly ledger: Ledger;
  readonly globals: Globals;
  readonly connections: Connections;
  readonly temporal: TemporalOptions;
  /** Where Temporal's SDK serves metrics of its own, as host:port. */
  readonly metricsAt?: string | undefined;
  readonly log: WorkerLog;
  /** Whether the log is for a collector. */
  readonly structured: boolean;
  /** True from the moment on when the process is to end. */
  readonly stopping: () => boolean;
  /** Told of every error of an activity, by its code. */
  readonly onError: (activity: string, code: string) => void;
}

export interface Taken {
  /** Resolves when `stopping` has said so, and what was on its way is through. */
  readonly ended: Promise<void>;
  /** The engine's own troubles, in codes. */
  readonly troubles: () => readonly string[];
}

/** Takes part in what the ledger has to send, on the chosen engine, until `stopping` says so: what a worker does. */
export function takePart(it: TakingPart): Taken {
  const { ledger, globals, connections, stopping, log } = it;
  const opening = openingHere(ledger, globals, connections.of);
  const answers = answersOf(it);
  const { hear } = answers;
  if (globals.engine === 'temporal') {
    const taken = onTemporal(it, { ledger, open: connections.open, hear, stopping, opening });
    // Who runs workflows alone may have no accounts.
    return it.temporal.only === 'workflows'
      ? taken
      : { ...taken, ended: answers.beside(taken.ended) };
  }
  async function open(campaign: Campaign): Promise<Run> {
    await hear(campaign, stopping);
    return connections.open(campaign);
  }
  const engine = Promise.all([
    work({ ledger, open, stopping, onEvent: log.event }),
    keepTime({ ledger, opening, stopping, onEvent: log.event }),
  ]);
  return { ended: answers.beside(engine.then(() => undefined)), troubles: () => [] };
}

/** What people answered: asked for before each campaign (`hear`), and again and again `beside` what is done meanwhile. */
function answersOf({ ledger, connections, stopping, log }: TakingPart) {
  const last = new Map<string, string>();
  const onTrouble: OnTrouble = (account, code) => {
    // The same each half a minute would be most of the log.
    if (last.get(account) !== code) log.error(`reading answers of ${account}`, code, undefined);
    last.set(account, code);
  };
  const providerOf = async (account: string) => (await connections.of(account)).provider;
  const hearing = createHearing({ ledger, providerOf, stopping, onTrouble });
  return {
    hear: hearing.before,
    async beside(ended: Promise<void>): Promise<void> {
      let over = false;
      const caughtUp = keepCaughtUp({
        ...{ ledger, providerOf, onTrouble },
        stopping: () => over || stopping(),
      });
      try {
        await ended;
      } finally {
        over = true;
        await Promise.all([caughtUp, hearing.end()]);
      }
    },
  };
}

function onTemporal(
  { temporal, metricsAt, log, structured, onError }: TakingPart,
  deps: Deps,
): Taken {
  let troubles = (): readonly string[] => [];

  async function run(): Promise<void> {
    // Loaded where it is wanted: it is large.
    const { createStanding, runTemporalWorker, TASK_QUEUE, troublesOf } = await import(
      '../engine/temporal/worker.js'
    );
    const standing = createStanding();
    const { only, taskQueue = TASK_QUEUE, deployment: deploymentName, buildId } = temporal;
    troubles = () => troublesOf(standing, only);
    await runTemporalWorker({
      ...deps,
      ...{ taskQueue, only, identity: temporal.identity, standing },
      version:
        deploymentName === undefined || buildId === undefined
          ? undefined
          : { deploymentName, buildId },
      runtime: {
        log: log.sdk,
        level: structured ? 'INFO' : 'WARN',
        ...(metricsAt === undefined ? {} : { metricsAt }),
      },
      onEvent: log.event,
      onError(activity, code, error) {
        onError(activity, code);
        log.error(activity, code, error);
      },
    });
  }

  return { ended: run(), troubles: () => troubles() };
}
