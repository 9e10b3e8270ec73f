import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import type { runScheduled } from '../../../workflows/scheduled';
import { writeCron } from '../../campaign/cron';
import { type Overlap, specOfSchedule } from '../../campaign/schedule-spec';
import {
  askedOccurrences,
  type Ledger,
  pauseAfterSelfPaused,
  type Schedule,
  scheduleOfRef,
  toldOccurrence,
  toldSchedule,
  untoldSchedules,
} from '../../ledger';
import { TASK_QUEUE } from './tell';

/** Says nothing of the schedule but its number. */
export const scheduleIdOf = (ref: string): string => `campaign-schedule/${ref}`;

const OVERLAP: Readonly<Record<Overlap, ScheduleOverlapPolicy>> = {
  skip: ScheduleOverlapPolicy.SKIP,
  'buffer-one': ScheduleOverlapPolicy.BUFFER_ONE,
  allow: ScheduleOverlapPolicy.ALLOW_ALL,
};

/**
 * Brings Temporal's schedules to what the ledger says, and begins what persons have asked for. May be repeated at any time, by any
 * number of processes; what Temporal refuses is left as it is. Returns how many it refused.
 *
 * @throws when Temporal or the ledger is away.
 */
export async function tellSchedules(ledger: Ledger, client: Client): Promise<number> {
  let refused = 0;
  for (const { ref } of await untoldSchedules(ledger.db)) {
    if (!(await unlessRefused(() => tellSchedule(ledger, client, ref)))) refused += 1;
  }
  for (const asked of await askedOccurrences(ledger.db, 'temporal')) {
    if (asked.told === 1) continue;
    const { ref, local, nominal_at: at, schedule_id: scheduleId } = asked;
    const begun = await unlessRefused(async () => {
      const schedule = await scheduleOfRef(ledger.db, ref);
      if (schedule === undefined) return;
      await client.workflow.start<typeof runScheduled>('runScheduled', {
        workflowId: `${scheduleIdOf(ref)}/${local}`,
        args: [{ schedule: ref, local, at }],
        taskQueue: specOfSchedule(schedule).taskQueue ?? TASK_QUEUE,
        // The ledger opens it once, however often it is begun.
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
      await toldOccurrence(ledger, { scheduleId, local });
    });
    if (!begun) refused += 1;
  }
  return refused;
}

/** What a worker does for schedules all the while. */
export async function tendSchedules(ledger: Ledger, client: Client): Promise<void> {
  const wanted = (spec: string): boolean => specOfSchedule({ spec }).pauseOnFailure;
  await pauseAfterSelfPaused(ledger, wanted, ledger.now());
  await tellSchedules(ledger, client);
}

/** What Temporal knows of a schedule; null: nothing. */
export async function describeSchedule(
  client: Client,
  ref: string,
): Promise<ScheduleDescription | null> {
  try {
    return await client.schedule.getHandle(scheduleIdOf(ref)).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

async function tellSchedule(ledger: Ledger, client: Client, ref: string): Promise<void> {
  for (;;) {
    const schedule = await scheduleOfRef(ledger.db, ref);
    if (schedule === undefined) return;
    if (schedule.state === 'deleted') await remove(client, ref);
    else await write(client, optionsOf(schedule));
    await toldSchedule(ledger, schedule.id, schedule.revision);
    // Somebody changed it meanwhile, and may have told Temporal before this did.
    if ((await scheduleOfRef(ledger.db, ref))?.revision === schedule.revision) return;
  }
}

async function write(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies, state } = options;
    await client.schedule.getHandle(options.scheduleId).update(() => ({
      ...{ spec, action: { ...action, workflowId: options.scheduleId } },
      ...{ policies: { ...policies }, state: { ...state } },
    }));
  }
}

async function remove(client: Client, ref: string): Promise<void> {
  try {
    await client.schedule.getHandle(scheduleIdOf(ref)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

function optionsOf(schedule: Pick<Schedule, 'ref' | 'state' | 'spec'>): ScheduleOptions {
  const { ref, state } = schedule;
  const spec = specOfSchedule(schedule);
  const { cron, zone, jitterMs, overlap, catchUpMs, pauseOnFailure, fromMs, untilMs } = spec;
  const pattern = writeCron(cron);
  return {
    scheduleId: scheduleIdOf(ref),
    spec: {
      // With seconds it takes a year as well.
      cronExpressions: [pattern.split(' ').length === 6 ? `${pattern} *` : pattern],
      timezone: zone,
      jitter: jitterMs,
      ...(fromMs === null ? {} : { startAt: new Date(fromMs) }),
      ...(untilMs === null ? {} : { endAt: new Date(untilMs) }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'runScheduled',
      workflowId: scheduleIdOf(ref),
      args: [{ schedule: ref }],
      taskQueue: spec.taskQueue ?? TASK_QUEUE,
    },
    policies: {
      overlap: OVERLAP[overlap],
      // The server's own would make up for a year.
      catchupWindow: Math.max(10_000, catchUpMs),
      pauseOnFailure,
    },
    // Why is for those who may read the ledger.
    state: {
      paused: state === 'paused',
      note: state === 'paused' ? 'see campaign schedule show' : '',
    },
  };
}

/** False when Temporal has answered, and does not want it. */
async function unlessRefused(tell: () => Promise<void>): Promise<boolean> {
  try {
    await tell();
    return true;
  } catch (error) {
    const { code } = (error instanceof Error ? (error.cause ?? error) : {}) as { code?: number };
    if (code === GRPC_INVALID_ARGUMENT || code === GRPC_PRECONDITION) return false;
    throw error;
  }
}

const GRPC_INVALID_ARGUMENT = 3;
const GRPC_PRECONDITION = 9;
