/** Numbers and spans of time as a person reads them. */

export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** "1 row", "1,200 rows". */
export function many(n: number, one: string, more = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : more}`;
}

/** Whole per cents, and 100 only when all is done. */
export function percentOf(n: number, total: number): number {
  return total === 0 ? 0 : Math.floor((100 * n) / total);
}

/** "12/s", "8.1/s", "24 a minute". */
export function rateWords(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond >= 10) return `${count(Math.round(perSecond))}/s`;
  if (perSecond >= 1) return `${perSecond.toFixed(1).replace(/\.0$/, '')}/s`;
  const perMinute = perSecond * 60;
  return `${perMinute.toFixed(perMinute >= 10 ? 0 : 1).replace(/\.0$/, '')} a minute`;
}

const UNITS = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** "45 s", "2 h 5 min", "3 days 4 h": two units at the most. */
export function spanWords(ms: number): string {
  const at = UNITS.findIndex(([, size]) => ms >= size);
  if (at === -1) return 'under 1 s';
  const parts: string[] = [];
  let left = ms;
  for (const [name, size] of UNITS.slice(at, at + 2)) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0) parts.push(name === 'day' ? many(n, 'day') : `${n} ${name}`);
  }
  return parts.join(' ');
}

/** The largest of a chart's axis: a round number that all its values fit below. */
export function roundAbove(value: number): number {
  if (value <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * size >= value);
  return (step ?? 10) * size;
}

/** "20 Nov 2026, 12:01 UTC". */
export function utcWords(at: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\d\d:\d\d)/.exec(
    at.toUTCString(),
  ) ?? ['', '', '', '', ''];
  return `${Number(day)} ${month} ${year}, ${time} UTC`;
}
