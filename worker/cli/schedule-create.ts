import { rm } from 'node:fs/promises';
import type { CampaignFile } from '../campaign/campaign-file';
import { readCron, WEEKDAYS } from '../campaign/cron';
import { parseDuration } from '../campaign/duration';
import { isZone } from '../campaign/hours';
import { InputError } from '../campaign/input-error';
import {
  momentOf,
  nextRun,
  type Overlap,
  type ScheduleSpec,
  showTime,
} from '../campaign/schedule-spec';
import { spool } from '../campaign/spool';
import { createSchedule, findSchedule, keepList, type Ledger, type Schedule } from '../ledger';
import { sayCheck } from './check';
import { withConnection } from './connected';
import type { Globals } from './globals';
import { withLedger } from './ledger-file';
import { check, checkMessage, type Prepared, prepare, theInbox } from './prepare';
import { tellTemporal } from './schedule-tell';
import { say, sayJson } from './screen';
import { spoolFolder } from './which-ledger';

export interface CreateOptions {
  readonly name?: string;
  readonly cron?: string;
  readonly at?: string;
  readonly on?: string;
  readonly zone?: string;
  readonly jitter?: string;
  readonly overlap: Overlap;
  readonly catchUp: string;
  readonly pauseOnFailure: boolean;
  readonly from?: string;
  readonly until?: string;
  readonly upload?: boolean;
  readonly taskQueue?: string;
}

/** @throws InputError for options that cannot be used, and for a campaign that could not be sent now. */
export async function createFrom(
  path: string,
  options: CreateOptions,
  globals: Globals,
): Promise<void> {
  const spec = specFrom(options);
  const nextAt = nextRun(spec, Date.now());
  if (nextAt === null)
    throw new InputError('It would never come: look at --cron, --from and --until.');
  const prepared = await prepare(path, globals);
  const { file } = prepared;
  const name = nameOf(options.name ?? file.name);
  const engine = globals.engine ?? file.engine ?? 'embedded';
  if (options.taskQueue !== undefined && engine !== 'temporal') {
    throw new InputError('--task-queue goes with --engine temporal.');
  }
  if (file.orchestrate === 'message' && engine !== 'temporal') {
    throw new InputError(
      'orchestrate: message needs Temporal. Add --engine temporal, or take it out.',
    );
  }
  await withLedger(globals, async (ledger) => {
    if ((await findSchedule(ledger.db, name)) !== undefined) {
      throw new InputError(
        `There is a schedule "${name}" already. Choose another with --name, or look at it: campaign schedule show ${name}`,
      );
    }
    await checkNow(prepared, ledger, globals);
    const upload = options.upload === true ? await keepNow(prepared, ledger, globals) : undefined;
    // The workers go by the ledger's clock; the check may have taken a while.
    const firstAt = nextRun(spec, ledger.now());
    const schedule = await createSchedule(
      ledger,
      {
        ...{ name, engine, file: JSON.stringify(file satisfies CampaignFile) },
        ...{ spec: JSON.stringify(spec), nextAt: engine === 'embedded' ? firstAt : null },
        ...(upload === undefined ? {} : { uploadHash: upload }),
      },
      ledger.now(),
    );
    const told = await tellTemporal(ledger, schedule);
    report({ schedule, spec, nextAt, told, options }, globals);
  });
}

async function checkNow(prepared: Prepared, ledger: Ledger, globals: Globals): Promise<void> {
  const { account, file } = prepared;
  await withConnection(account, { ledger, globals }, async (connection) => {
    const inbox = await theInbox(connection, file.inbox);
    await checkMessage(connection, inbox, file.message.template);
    const result = await check(prepared, inbox, connection, ledger);
    if (globals.json) return;
    sayCheck(process.stdout.isTTY ? result : { ...result, previews: [] });
    say();
  });
}

async function keepNow({ list }: Prepared, ledger: Ledger, globals: Globals): Promise<string> {
  const spooled = await spool(list.path, spoolFolder(globals.ledger), true);
  try {
    await keepList(ledger, spooled, ledger.now());
  } finally {
    await rm(spooled.path, { force: true });
  }
  return spooled.hash;
}

interface Made {
  readonly schedule: Schedule;
  readonly spec: ScheduleSpec;
  readonly nextAt: number;
  readonly told: string | null;
  readonly options: CreateOptions;
}

function report({ schedule, spec, nextAt, told, options }: Made, { json }: Globals): void {
  const { name, engine } = schedule;
  if (json) {
    const next = new Date(nextAt).toISOString();
    return sayJson({ schedule: name, engine, state: schedule.state, zone: spec.zone, next });
  }
  const zone = options.zone === undefined ? `, the zone of this machine` : '';
  say(`${name} goes by the clock of ${spec.zone}${zone}. Next: ${showTime(spec, nextAt)}.`);
  say(
    options.upload === true
      ? 'Each time it is sent to the list as it is now, which the ledger keeps.'
      : 'Each time the list is taken anew, by whichever worker can: it has to be where the campaign file says.',
  );
  if (told !== null) say(told);
  say(
    engine === 'embedded'
      ? 'A worker has to run at that time: campaign worker'
      : 'A worker has to run at that time: campaign worker --engine temporal',
  );
}

/** Part of the names of its campaigns, which end with a date and a time. */
function nameOf(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(name)) return name;
  throw new InputError(
    "The schedule's name must be up to 60 letters, digits, dots, dashes or underscores, such as recall.",
  );
}

function specFrom(options: CreateOptions): ScheduleSpec {
  const zone = options.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isZone(zone)) {
    throw new InputError(`--zone must be a time zone like Europe/Paris, and "${zone}" is none.`);
  }
  const { jitter, catchUp, overlap, pauseOnFailure, taskQueue } = options;
  return {
    ...{ cron: readCron(patternOf(options)), zone, overlap, pauseOnFailure },
    jitterMs: jitter === undefined ? 0 : lengthOf('--jitter', jitter),
    catchUpMs: lengthOf('--catch-up', catchUp),
    fromMs: timeOf('--from', options.from, zone),
    untilMs: timeOf('--until', options.until, zone),
    ...(taskQueue === undefined ? {} : { taskQueue }),
  };
}

function patternOf({ cron, at, on }: CreateOptions): string {
  if ((cron === undefined) === (at === undefined)) {
    throw new InputError('Say when: --cron "0 9 * * mon-fri", or --at 09:00 with --on mon-fri.');
  }
  if (cron !== undefined) {
    if (on !== undefined) throw new InputError('--on goes with --at; --cron has the days in it.');
    return cron;
  }
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(at ?? '') ?? [];
  if (hour === undefined || minute === undefined) {
    throw new InputError(`--at must be a time of the day like 09:00, and "${at}" is none.`);
  }
  const days = on?.toLowerCase().replaceAll(' ', '') ?? '*';
  const day = `(${WEEKDAYS.join('|')})`;
  if (days !== '*' && !new RegExp(`^${day}(-${day})?(,${day}(-${day})?)*$`).test(days)) {
    throw new InputError(`--on must be days like mon,wed or mon-fri, and "${on}" is none.`);
  }
  return `${Number(minute)} ${Number(hour)} * * ${days.replace(/-sun\b/, '-7')}`;
}

function lengthOf(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === null)
    throw new InputError(`${option} must be a duration like 2m or 1h, and "${text}" is none.`);
  return ms;
}

function timeOf(option: string, text: string | undefined, zone: string): number | null {
  if (text === undefined) return null;
  const at = momentOf(text, zone);
  if (at === null) {
    throw new InputError(
      `${option} must be a time like 2026-04-01 or 2026-04-01T12:00, and "${text}" is none.`,
    );
  }
  return at;
}
