import { rm } from 'node:fs/promises';
import type { CampaignFile } from '../campaign/campaign-file';
import { InputError } from '../campaign/input-error';
import { type NamesOption, scheduleNameOf, scheduleSpecOf } from '../campaign/schedule-options';
import { nextRun, type Overlap, type ScheduleSpec, showTime } from '../campaign/schedule-spec';
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
  const zone = options.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = Date.now();
  const spec = scheduleSpecOf({ ...options, zone }, flag, now);
  const nextAt = nextRun(spec, now) ?? now;
  const prepared = await prepare(path, globals);
  const { file } = prepared;
  const name = scheduleNameOf(options.name ?? file.name);
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

/** `catchUp` → `--catch-up` */
const flag: NamesOption = (option) =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
