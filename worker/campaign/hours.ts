import { getCountry } from 'countries-and-timezones';
import { IANAZone } from 'luxon';

export type Allowed =
  | {
      readonly allowed: true /** The moment at which the quiet hours begin. */;
      readonly untilMs: number;
    }
  | {
      readonly allowed: false;
      /** The next allowed moment; null when none comes within a week (zones that share no allowed hour). */
      readonly nextMs: number | null;
    };

/** Minutes of the day, 0 to 1439; `from` after `to` spans midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60_000;
const DAY_MINUTES = 1440;
const WEEK = 7 * DAY_MINUTES * MINUTE;

/** "20:00" as minutes of the day. */
export function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/**
 * Whether a message may be sent now to somebody who may be in any of these zones: only when it is allowed in all of
 * them. By the clock on the wall of each zone, through changes of summer time. Pure; `nowMs` since the epoch.
 */
export function allowedAt(zones: readonly string[], quiet: QuietHours, nowMs: number): Allowed {
  const clocks = zones.map((zone) => IANAZone.create(zone));
  const all = clocks.map((zone) => nextFlip(zone, quiet, nowMs));
  if (all.every((state) => state.allowed)) {
    return { allowed: true, untilMs: Math.min(...all.map((state) => state.flipMs)) };
  }
  // Walks to the latest of the next openings until all zones agree; the far side of the world may close meanwhile.
  for (let at = nowMs; at < nowMs + WEEK; ) {
    const closed = clocks
      .map((zone) => nextFlip(zone, quiet, at))
      .filter((state) => !state.allowed);
    if (closed.length === 0) return { allowed: false, nextMs: at };
    at = Math.max(...closed.map((state) => state.flipMs));
  }
  return { allowed: false, nextMs: null };
}

/**
 * The same for many rows: a look-up in a map until the answer changes. `place` is an IANA zone or `country:US`;
 * an unknown place counts as never allowed (its rows are skipped at import).
 */
export function createQuietClock(quiet: QuietHours): (place: string, nowMs: number) => Allowed {
  const known = new Map<string, { sinceMs: number; untilMs: number; answer: Allowed }>();
  return (place, nowMs) => {
    const entry = known.get(place);
    if (entry !== undefined && nowMs >= entry.sinceMs && nowMs < entry.untilMs) return entry.answer;
    const zones = zonesOf(place);
    const answer: Allowed =
      zones.length === 0 ? { allowed: false, nextMs: null } : allowedAt(zones, quiet, nowMs);
    const untilMs = (answer.allowed ? answer.untilMs : answer.nextMs) ?? nowMs + MINUTE;
    known.set(place, { sinceMs: nowMs, untilMs, answer });
    return answer;
  };
}

/** Three letters that mean one zone only, with its summer time. */
const CLEAR = new Set(['UTC', 'GMT', 'UCT', 'CET', 'EET', 'WET', 'MET', 'PRC', 'ROC', 'ROK']);
/** Countries with phone numbers that the table of countries leaves out. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  AC: ['Atlantic/St_Helena'],
  TA: ['Atlantic/St_Helena'],
  XK: ['Europe/Belgrade'],
};

/**
 * Whether this names a time zone without doubt. Abbreviations do not: BST is taken for Dhaka's by the system and meant
 * for London's by people, and EST knows no summer time. Nor does a bare difference like -05:00.
 */
export function isZone(name: string): boolean {
  if (/^[a-z]{3}$/i.test(name)) return CLEAR.has(name.toUpperCase());
  return /^[a-z]/i.test(name) && IANAZone.isValidZone(name);
}

/** The zones of a place: the zone itself, or all of a `country:XX`. Empty for a place that is not known. */
export function zonesOf(place: string): readonly string[] {
  if (!place.startsWith('country:')) return isZone(place) ? [place] : [];
  const country = place.slice(8);
  return getCountry(country as 'US')?.timezones ?? LEFT_OUT[country] ?? [];
}

interface Flip {
  readonly allowed: boolean;
  /** When it changes next. */
  readonly flipMs: number;
}

function nextFlip(zone: IANAZone, quiet: QuietHours, atMs: number): Flip {
  const offset = zone.offset(atMs);
  const minute = wallMinute(atMs, offset);
  const allowed = !isQuiet(minute, quiet);
  const boundary = allowed ? quiet.from : quiet.to;
  const wait = (boundary - minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  const start = Math.floor(atMs / MINUTE) * MINUTE;
  const flipMs = start + wait * MINUTE;
  if (zone.offset(flipMs) === offset) return { allowed, flipMs };
  // The clocks change in between: minute by minute, as an hour may be missing or come twice.
  for (let ms = start + MINUTE; ms < start + 2 * DAY_MINUTES * MINUTE; ms += MINUTE) {
    if (isQuiet(wallMinute(ms, zone.offset(ms)), quiet) === allowed) return { allowed, flipMs: ms };
  }
  return { allowed, flipMs };
}

function wallMinute(ms: number, offsetMinutes: number): number {
  const minutes = Math.floor(ms / MINUTE) + offsetMinutes;
  return ((Math.floor(minutes) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
}

function isQuiet(minute: number, quiet: QuietHours): boolean {
  return quiet.from < quiet.to
    ? minute >= quiet.from && minute < quiet.to
    : minute >= quiet.from || minute < quiet.to;
}
