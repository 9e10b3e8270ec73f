import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { DateTime } from 'luxon';
import { type CronFields, writeCron } from './cron';

/** What happens when the campaign of the time before is not over. */
export const OVERLAPS = ['skip', 'buffer-one', 'allow'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** When a schedule opens a campaign: kept with it in the ledger. */
export interface ScheduleSpec {
  readonly cron: CronFields;
  /** IANA. */
  readonly zone: string;
  /** Up to so much later, the same for one time on every engine's machine. */
  readonly jitterMs: number;
  readonly overlap: Overlap;
  /** What is later than this is not made up for. */
  readonly catchUpMs: number;
  readonly pauseOnFailure: boolean;
  readonly fromMs: number | null;
  readonly untilMs: number | null;
  /** On Temporal, where its workers ask for work. */
  readonly taskQueue?: string;
}

export const specOfSchedule = ({ spec }: { readonly spec: string }): ScheduleSpec =>
  JSON.parse(spec) as ScheduleSpec;

/**
 * The next time after a moment, without jitter; null: there is none any more. A time that a clock that is put forward leaves out does
 * not come on that day. One that comes twice when it is put back may be named twice: it is one occurrence.
 */
export function nextRun(spec: ScheduleSpec, afterMs: number): number | null {
  const cron = new Cron(writeCron(spec.cron), { timezone: spec.zone, paused: true });
  let at = Math.max(afterMs, (spec.fromMs ?? 0) - 1);
  for (;;) {
    const next = cron.nextRun(new Date(at))?.getTime() ?? null;
    if (next === null || (spec.untilMs !== null && next > spec.untilMs)) return null;
    // The library moves a time that is left out to the hour after it.
    if (isOnTime(spec, next)) return next;
    at = next;
  }
}

/** The times from one moment to another, both included, up to `most`. */
export function runsBetween(
  spec: ScheduleSpec,
  fromMs: number,
  toMs: number,
  most: number,
): number[] {
  const times: number[] = [];
  for (let at = nextRun(spec, fromMs - 1); at !== null && at <= toMs; at = nextRun(spec, at)) {
    times.push(at);
    if (times.length === most) break;
  }
  return times;
}

/** Whether the clock on the wall shows one of the schedule's times at this moment. */
export function isOnTime({ cron, zone }: ScheduleSpec, ms: number): boolean {
  const at = DateTime.fromMillis(ms, { zone });
  return (
    at.millisecond === 0 &&
    cron.seconds.includes(at.second) &&
    cron.minutes.includes(at.minute) &&
    cron.hours.includes(at.hour) &&
    cron.days.includes(at.day) &&
    cron.months.includes(at.month) &&
    cron.weekdays.includes(at.weekday % 7)
  );
}

/** The local date and time by which an occurrence is known: 2026-03-29T02:30, with seconds where there are any. */
export function localOf({ zone }: Pick<ScheduleSpec, 'zone'>, ms: number, seconds = false): string {
  const at = DateTime.fromMillis(ms, { zone });
  return at.toFormat(seconds || at.second !== 0 ? "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd'T'HH:mm");
}

/** A moment that a person wrote: with its own offset, or in the schedule's zone. Null when it is none. */
export function momentOf(text: string, zone: string): number | null {
  const at = DateTime.fromISO(text, { zone });
  return at.isValid ? at.toMillis() : null;
}

/** For a person: "Mon 2026-03-30 09:00 CEST". */
export function showTime({ zone }: Pick<ScheduleSpec, 'zone'>, ms: number): string {
  return DateTime.fromMillis(ms, { zone }).setLocale('en').toFormat('ccc yyyy-MM-dd HH:mm ZZZZ');
}

/** How much later than its time an occurrence begins: before the next one has its time, as on Temporal. */
export function jitterOf(ref: string, nominalMs: number, spec: ScheduleSpec): number {
  if (spec.jitterMs === 0) return 0;
  const next = nextRun(spec, nominalMs);
  const jitterMs = next === null ? spec.jitterMs : Math.min(spec.jitterMs, next - nominalMs);
  const drawn = createHash('sha256').update(`${ref} ${nominalMs}`).digest().readUInt32BE(0);
  return Math.floor((drawn / 2 ** 32) * jitterMs);
}

/** The name of the campaign of an occurrence: recall-2026-03-29T0230. */
export const campaignNameOf = (schedule: string, local: string): string =>
  `${schedule}-${local.replaceAll(':', '')}`;

/** Which occurrence is meant, and whether it was begun by hand beside the schedule's times and beside the ledger. */
export function localFor(
  spec: ScheduleSpec,
  { nominalMs, local }: { readonly nominalMs: number; readonly local?: string },
): { readonly local: string; readonly manual: boolean } {
  const manual = local === undefined && !isOnTime(spec, nominalMs);
  return { local: local ?? localOf(spec, nominalMs, manual), manual };
}
