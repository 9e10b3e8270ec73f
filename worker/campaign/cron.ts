import { InputError } from './input-error';

/** The times of a day, month and week, as numbers; seconds only in tests. */
export interface CronFields {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words: readonly string[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
export const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');
const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59, words: [] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day of the month', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: MONTHS },
  { name: 'day of the week', from: 0, to: 7, words: WEEKDAYS },
];

/**
 * Reads a cron pattern of five fields: numbers, names, lists, ranges and steps. Not more than that: what engines and cron
 * libraries understand differently is refused.
 *
 * @throws InputError that says which field is wrong.
 */
export function readCron(pattern: string): CronFields {
  const parts = pattern.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new InputError(
      `"${pattern}" is no cron pattern: it has ${parts.length} of 5 fields (minute, hour, day of the month, month, day of the week), such as "0 9 * * mon-fri".`,
    );
  }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = FIELDS.map(
    (field, at) => readField(parts[at] ?? '', field, pattern),
  );
  if (parts[2] !== '*' && parts[4] !== '*') {
    throw new InputError(
      `"${pattern}" names days of the month and days of the week, which some read as "and" and others as "or". Use one of them, or two schedules.`,
    );
  }
  const sundays = [...new Set(weekdays.map((day) => day % 7))].sort((a, b) => a - b);
  return { seconds: [0], minutes, hours, days, months, weekdays: sundays };
}

/** The pattern in numbers alone, so that every engine reads the same. */
export function writeCron(fields: CronFields): string {
  const { seconds, minutes, hours, days, months, weekdays } = fields;
  const lists = [
    ranged(minutes, 60),
    ranged(hours, 24),
    ranged(days, 31),
    ranged(months, 12),
    ranged(weekdays, 7),
  ];
  return seconds.length === 1 && seconds[0] === 0
    ? lists.join(' ')
    : [ranged(seconds, 60), ...lists].join(' ');
}

const ranged = (numbers: readonly number[], all: number): string =>
  numbers.length === all ? '*' : numbers.join(',');

function readField(text: string, field: Field, pattern: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const by = step === undefined ? 1 : Number(step);
    const [from, to] = bounds(range, field, step !== undefined) ?? [];
    if (from === undefined || to === undefined || by < 1 || from > to) {
      throw new InputError(
        `"${text}" in "${pattern}" is no ${field.name}: it takes * or ${field.from} to ${field.to}${field.words.length === 0 ? '' : ` or ${field.words[0]} to ${field.words.at(-1)}`}, with , - and /.`,
      );
    }
    for (let n = from; n <= to; n += by) numbers.add(n);
  }
  return [...numbers].sort((a, b) => a - b);
}

function bounds(
  range: string,
  { from, to, words }: Field,
  stepped: boolean,
): readonly [number, number] | null {
  // A star is every weekday once: 7 is Sunday again.
  if (range === '*') return [from, words === WEEKDAYS ? 6 : to];
  const [first, last, ...more] = range.split('-').map((word) => numberOf(word, words, from));
  if (first === undefined || more.length > 0) return null;
  const end = last ?? (stepped && !range.includes('-') ? to : first);
  const inside = [first, end].every((n) => Number.isInteger(n) && n >= from && n <= to);
  return inside ? [first, end] : null;
}

function numberOf(word: string, words: readonly string[], from: number): number {
  const at = words.indexOf(word);
  if (at >= 0) return at + from;
  return /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
}
