import { readCron, WEEKDAYS } from './cron';
import { parseDuration } from './duration';
import { isZone } from './hours';
import { InputError } from './input-error';
import { momentOf, nextRun, type Overlap, type ScheduleSpec } from './schedule-spec';

/** When a schedule comes, as a person or a program says it. */
export interface ScheduleOptions {
  readonly cron?: string | undefined;
  readonly at?: string | undefined;
  readonly on?: string | undefined;
  readonly zone: string;
  readonly jitter?: string | undefined;
  readonly overlap: Overlap;
  readonly catchUp: string;
  readonly pauseOnFailure: boolean;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly taskQueue?: string | undefined;
}

type Option = 'cron' | 'at' | 'on' | 'zone' | 'jitter' | 'catchUp' | 'from' | 'until';

/** What an option is called where it was given: `--catch-up`, or `catchUp`. */
export type NamesOption = (option: Option) => string;

/** @throws InputError for options that cannot be used, and for a time that never comes. */
export function scheduleSpecOf(
  options: ScheduleOptions,
  named: NamesOption,
  nowMs: number,
): ScheduleSpec {
  const { zone, jitter, catchUp, overlap, pauseOnFailure, taskQueue } = options;
  if (!isZone(zone)) {
    throw new InputError(
      `${named('zone')} must be a time zone like Europe/Paris, and "${zone}" is none.`,
    );
  }
  const length = (option: Option, text: string) => lengthOf(named(option), text);
  const time = (option: Option, text?: string) => timeOf(named(option), text, zone);
  const spec = {
    ...{ cron: readCron(patternOf(options, named)), zone, overlap, pauseOnFailure },
    jitterMs: jitter === undefined ? 0 : length('jitter', jitter),
    catchUpMs: length('catchUp', catchUp),
    fromMs: time('from', options.from),
    untilMs: time('until', options.until),
    ...(taskQueue === undefined ? {} : { taskQueue }),
  };
  if (nextRun(spec, nowMs) === null) {
    throw new InputError(
      `It would never come: look at ${named('cron')}, ${named('from')} and ${named('until')}.`,
    );
  }
  return spec;
}

/** Part of the names of its campaigns, which end with a date and a time. */
export const SCHEDULE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;

/** @throws InputError */
export function scheduleNameOf(name: string): string {
  if (SCHEDULE_NAME.test(name)) return name;
  throw new InputError(
    "The schedule's name must be up to 60 letters, digits, dots, dashes or underscores, such as recall.",
  );
}

function patternOf({ cron, at, on }: ScheduleOptions, named: NamesOption): string {
  if ((cron === undefined) === (at === undefined)) {
    throw new InputError(
      `Say when: ${named('cron')} "0 9 * * mon-fri", or ${named('at')} 09:00 with ${named('on')} mon-fri.`,
    );
  }
  if (cron !== undefined) {
    if (on === undefined) return cron;
    throw new InputError(
      `${named('on')} goes with ${named('at')}; ${named('cron')} has the days in it.`,
    );
  }
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(at ?? '') ?? [];
  if (hour === undefined || minute === undefined) {
    throw new InputError(
      `${named('at')} must be a time of the day like 09:00, and "${at}" is none.`,
    );
  }
  const days = on?.toLowerCase().replaceAll(' ', '') ?? '*';
  const day = `(${WEEKDAYS.join('|')})`;
  if (days !== '*' && !new RegExp(`^${day}(-${day})?(,${day}(-${day})?)*$`).test(days)) {
    throw new InputError(
      `${named('on')} must be days like mon,wed or mon-fri, and "${on}" is none.`,
    );
  }
  return `${Number(minute)} ${Number(hour)} * * ${days.replace(/-sun\b/, '-7')}`;
}

function lengthOf(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new InputError(`${option} must be a duration like 2m or 1h, and "${text}" is none.`);
}

function timeOf(option: string, text: string | undefined, zone: string): number | null {
  if (text === undefined) return null;
  const at = momentOf(text, zone);
  if (at !== null) return at;
  throw new InputError(
    `${option} must be a time like 2026-04-01 or 2026-04-01T12:00, and "${text}" is none.`,
  );
}
