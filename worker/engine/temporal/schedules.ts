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
  forgottenThere,
  type Occurrence,
  occurrencesUnderWay,
  type Schedule,
  scheduleOfRef,
  schedulesTold,
  toldOccurrence,
  toldSchedule,
  untoldSchedules,
} from '../../ledger';
import { statusOf, TASK_QUEUE, type Telling } from './tell';

/** Says nothing of the schedule but its number. */
export const scheduleIdOf = (ref: string): string => `campaign-schedule/${ref}`;
/** The workflow of an occurrence that the ledger asks for. */
const workflowIdOf = (ref: string, local: string): string => `${scheduleIdOf(ref)}/${local}`;

export type TellingSchedules = Omit<Telling, 'taskQueue'>;

/** After so long the rest is left to the next look. */
const ENOUGH_MS = 3_000;

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
export async function tellSchedules(telling: TellingSchedules): Promise<number> {
  const { ledger } = telling;
  let refused = 0;
  for (const { ref } of await untoldSchedules(ledger.db)) {
    if (!(await unlessRefused(() => tellSchedule(telling, ref)))) refused += 1;
  }
  for (const asked of await askedOccurrences(ledger.db, 'temporal')) {
    if (asked.told === 1) continue;
    if (!(await unlessRefused(() => begin(telling, asked)))) refused += 1;
  }
  return refused;
}

type Begun = Pick<Occurrence, 'local' | 'nominal_at' | 'schedule_id'> & { readonly ref: string };

async function begin(
  { ledger, client, attributes }: TellingSchedules,
  { ref, local, nominal_at: at, schedule_id: scheduleId }: Begun,
): Promise<void> {
  const schedule = await scheduleOfRef(ledger.db, ref);
  if (schedule === undefined) return;
  await client.workflow.start<typeof runScheduled>('runScheduled', {
    workflowId: workflowIdOf(ref, local),
    args: [{ schedule: ref, local, at, ...(attributes ? { attributes } : {}) }],
    taskQueue: specOfSchedule(schedule).taskQueue ?? TASK_QUEUE,
    // The ledger opens it once, however often it is begun.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
  await toldOccurrence(ledger, { scheduleId, local });
}

/**
 * Schedules that Temporal should know and does not, and occurrences whose workflow is gone before anything was opened: deleted or
 * terminated by hand, or lost with the server's own database. The schedules are told anew, and the occurrences begun anew. Returns how many there were.
 */
export async function noticeLostSchedules(telling: TellingSchedules): Promise<number> {
  const { ledger, client } = telling;
  const began = performance.now();
  const over = (): boolean => performance.now() - began > ENOUGH_MS;
  let lost = 0;
  for (const { id, ref } of shuffled(await schedulesTold(ledger.db))) {
    if (over()) break;
    if ((await describeSchedule(client, ref)) !== null) continue;
    await forgottenThere(ledger, id);
    lost += 1;
  }
  for (const occurrence of shuffled(await occurrencesUnderWay(ledger.db))) {
    if (over()) break;
    const { ref, local, workflow_id: workflowId } = occurrence;
    const status = await statusOf(client, workflowId ?? workflowIdOf(ref, local));
    if (status === 'RUNNING' || status === 'PAUSED') continue;
    if (await unlessRefused(() => begin(telling, occurrence))) lost += 1;
  }
  return lost;
}

/** Where there are too many for one look, each has its turn. */
function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((each) => ({ each, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
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

async function tellSchedule(
  { ledger, client, attributes }: TellingSchedules,
  ref: string,
): Promise<void> {
  for (;;) {
    const schedule = await scheduleOfRef(ledger.db, ref);
    if (schedule === undefined) return;
    if (schedule.state === 'deleted') await remove(client, ref);
    else await write(client, optionsOf(schedule, attributes));
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

function optionsOf(
  schedule: Pick<Schedule, 'ref' | 'state' | 'spec'>,
  attributes: boolean,
): ScheduleOptions {
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
      args: [{ schedule: ref, ...(attributes ? { attributes } : {}) }],
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
