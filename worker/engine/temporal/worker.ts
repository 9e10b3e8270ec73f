import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { NativeConnection, Worker, type WorkerDeploymentOptions } from '@temporalio/worker';
import { specOfSchedule } from '../../campaign/schedule-spec';
import { dropReadLists, pauseAfterSelfPaused } from '../../ledger';
import { createActivities } from './activities';
import { connectTemporal, type Target, type Temporal, targetOf } from './connection';
import type { Deps } from './deps';
import { illOf, type Report, reporter, type TroubleEvent } from './report';
import { installRuntime, type RuntimeOptions } from './runtime';
import { type OnError, sanitising } from './sanitise';
import { noticeLostSchedules, tellSchedules } from './schedules';
import { createStanding, type Standing } from './standing';
import { hasSearchAttributes, noticeLost, type Telling, tellAll } from './tell';
import { troubleOf } from './trouble';

/** How often the outbox is looked at. */
const TELL_MS = 500;
/** How often it is looked for campaigns whose workflow is gone. */
const LOST_MS = 60_000;
/** After Temporal could not be reached. */
const AGAIN_MS = 2_000;
/** What it refused is told again after so long, as with the outbox. */
const REFUSED_MS = 10_000;
/** How long a look at the outbox may take. */
const ROUND_MS = 15_000;
/** With nothing to tell, it is looked this often whether the server is there: pollers wait for it in silence. */
const LOOK_MS = 5_000;
/** Enough for tens of steps a second; with more, one worker takes what others could do. */
const POLLS = 5;
/** A cancellation is heard with a heartbeat: the SDK holds them back for so long at the most. */
const THROTTLE = '5s';

export { createStanding, type Standing, troublesOf } from './standing';
export { TASK_QUEUE } from './tell';

export type Part = 'workflows' | 'activities';

/** What a worker tells of its work: codes and words, nothing of anybody. */
export type TemporalEvent =
  | { readonly kind: 'polls'; readonly address: string; readonly namespace: string }
  | TroubleEvent
  /** How many campaigns, messages, schedules and occurrences. */
  | { readonly kind: 'revived'; readonly count: number };

export interface TemporalWorkerOptions extends Deps {
  readonly taskQueue: string;
  /** Only workflows, or only activities; without it both. */
  readonly only?: Part | undefined;
  readonly onEvent: (event: TemporalEvent) => void;
  readonly onError: OnError;
  /** Kept up to date, for health. */
  readonly standing?: Standing;
  /** The version of this code, where the namespace's deployments decide which version is given work. */
  readonly version?: { readonly deploymentName: string; readonly buildId: string } | undefined;
  /** Who this process is in Temporal's lists; by default its process id and host. */
  readonly identity?: string | undefined;
  /** What the SDK logs, and where it serves its metrics; the first worker of a process decides. */
  readonly runtime?: RuntimeOptions;
}

/**
 * Takes part in the campaigns of this ledger on Temporal until `stopping` says so: then nothing more is claimed, what is in
 * flight is finished and recorded, and the rest goes on elsewhere. A server that is away is waited for.
 *
 * @throws InputError when the configuration cannot be used.
 */
export async function runTemporalWorker(given: TemporalWorkerOptions): Promise<void> {
  const target = targetOf();
  installRuntime(given.runtime ?? {});
  let broken = false;
  const stopping = (): boolean => broken || given.stopping();
  const options = { ...given, stopping };
  const report = reporter(given, target);
  const telling = tellUntilStopped(options, target, report);
  try {
    while (!stopping()) {
      try {
        await pollUntilStopped(options, target, () => report('polling', null));
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble === null) throw error;
        report('polling', trouble);
        await waitUnless(stopping, AGAIN_MS);
      }
    }
  } finally {
    // Also when polling cannot go on: nobody is told any more then.
    broken = true;
    await telling;
  }
}

/** One worker, from its connection to its drained end. */
async function pollUntilStopped(
  options: TemporalWorkerOptions,
  { address, namespace, options: connectionOptions }: Target,
  connected: () => void,
): Promise<void> {
  const { taskQueue, only, stopping, version, identity } = options;
  const standing = options.standing ?? createStanding();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    // Asked first: a worker that cannot be made keeps the threads that it has begun with.
    await connection.workflowService.describeNamespace({ namespace });
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      ...(only === 'activities' ? {} : { workflowBundle: { codePath: bundlePath() } }),
      ...(only === 'workflows' ? {} : { activities: { ...createActivities(options) } }),
      interceptors: { activity: [sanitising(options.onError)] },
      maxHeartbeatThrottleInterval: THROTTLE,
      // Each poll that is open while a process freezes swallows one task, until that times out.
      maxConcurrentActivityTaskPolls: POLLS,
      ...(version === undefined ? {} : { workerDeploymentOptions: deployed(version) }),
      ...(identity === undefined ? {} : { identity }),
      // An activity hears of `stopping` by itself, at once; this is for one that hangs.
      shutdownGraceTime: '30s',
      shutdownForceTime: '60s',
    });
    connected();
    options.onEvent({ kind: 'polls', address, namespace });
    standing.worker = worker;
    const running = worker.run();
    const over = { is: false };
    const watching = (async () => {
      while (!stopping() && !over.is) await wait(100);
      if (!over.is && worker.getState() === 'RUNNING') worker.shutdown();
    })();
    try {
      await running;
    } finally {
      over.is = true;
      standing.worker = null;
      await watching;
    }
  } finally {
    await connection.close();
  }
}

/**
 * A campaign goes on with whatever version is current: what it does next is decided in activities, it may be paused for weeks, and an old
 * version does not know a newer ledger.
 */
function deployed(version: NonNullable<TemporalWorkerOptions['version']>): WorkerDeploymentOptions {
  return { useWorkerVersioning: true, version, defaultVersioningBehavior: 'AUTO_UPGRADE' };
}

/** Delivers what the ledger has to tell; with Temporal away it waits there, and nothing is lost. */
async function tellUntilStopped(
  { ledger, stopping, taskQueue, onEvent }: TemporalWorkerOptions,
  target: Target,
  report: Report,
): Promise<void> {
  let temporal: Temporal | null = null;
  let attributes = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let heardAt = Number.NEGATIVE_INFINITY;
  let schedulesAt = Number.NEGATIVE_INFINITY;
  let refused = 0;
  let refusedAt = Number.NEGATIVE_INFINITY;

  async function round({ client, namespace }: Temporal): Promise<void> {
    if (performance.now() - heardAt > LOOK_MS) {
      await pauseAfterSelfPaused(ledger, pausesOnFailure, ledger.now());
      await client.withDeadline(Date.now() + LOOK_MS, () =>
        client.workflowService.describeNamespace({ namespace }),
      );
      heardAt = performance.now();
    }
    const isTime = performance.now() - lookedAt > LOST_MS;
    // They may be registered at any time.
    if (isTime) attributes = await hasSearchAttributes(client, namespace);
    const telling: Telling = { ledger, client, taskQueue, attributes };
    await tellAll(telling);
    if (refused === 0 || performance.now() - schedulesAt > REFUSED_MS) {
      schedulesAt = performance.now();
      refused = await tellSchedules(telling);
      if (refused > 0) refusedAt = performance.now();
    }
    if (isTime) {
      lookedAt = performance.now();
      await dropReadLists(ledger, ledger.now());
      const count = (await noticeLost(telling)) + (await noticeLostSchedules(telling));
      if (count > 0) onEvent({ kind: 'revived', count });
    }
  }

  while (!stopping()) {
    try {
      const connected = (temporal ??= await connectTemporal(target));
      // A server that hears and says nothing must not hold up the end of this process.
      const { client } = connected;
      await client.withDeadline(Date.now() + ROUND_MS, () => round(connected));
      // What was refused comes again some seconds later: until then the others are told as if nothing were.
      report('telling', performance.now() - refusedAt < 2 * REFUSED_MS ? 'refused' : null);
      await waitUnless(stopping, TELL_MS);
    } catch (error) {
      // Temporal or the ledger is away, or refuses: what was taken comes again.
      const ill = illOf(error);
      if (ill === 'refused') refusedAt = performance.now();
      report('telling', ill);
      await waitUnless(stopping, AGAIN_MS);
    }
  }
  await temporal?.close();
}

const pausesOnFailure = (spec: string): boolean => specOfSchedule({ spec }).pauseOnFailure;

async function waitUnless(stopping: () => boolean, ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (!stopping() && performance.now() < until) await wait(Math.min(100, ms));
}

/** Built beforehand: workers of one version run the same code, and start fast. */
function bundlePath(): string {
  // dist/worker/engine/temporal → dist/workflow-bundle.js
  const path = join(__dirname, '..', '..', '..', 'workflow-bundle.js');
  if (existsSync(path)) return path;
  throw new Error(`the workflow bundle ${path} is missing: build the package`);
}
