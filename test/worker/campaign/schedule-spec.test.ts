import { describe, expect, it } from 'vitest';
import { readCron, writeCron } from '../../../worker/campaign/cron';
import {
  campaignNameOf,
  isOnTime,
  jitterOf,
  localOf,
  momentOf,
  nextRun,
  runsBetween,
  type ScheduleSpec,
} from '../../../worker/campaign/schedule-spec';

const DAY = 24 * 60 * 60_000;

function spec(cron: string, zone: string, more: Partial<ScheduleSpec> = {}): ScheduleSpec {
  return {
    cron: readCron(cron),
    zone,
    jitterMs: 0,
    overlap: 'skip',
    catchUpMs: 900_000,
    pauseOnFailure: true,
    fromMs: null,
    untilMs: null,
    ...more,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

/** The times of three local days around a change of the clocks, as moments. */
function around(cron: string, zone: string, from: string): string[] {
  const start = momentOf(from, zone) ?? 0;
  return runsBetween(spec(cron, zone), start, start + 3 * DAY, 20).map(iso);
}

describe('a schedule when the clocks change', () => {
  it.each([
    // Put forward: 02:30 is not there on that day, and does not come.
    ['Europe/Paris', '30 2 * * *', '2026-03-28', ['2026-03-28T01:30', '2026-03-30T00:30']],
    ['America/New_York', '30 2 * * *', '2026-03-07', ['2026-03-07T07:30', '2026-03-09T06:30']],
    ['Australia/Sydney', '30 2 * * *', '2026-10-03', ['2026-10-02T16:30', '2026-10-04T15:30']],
    // Put back: the first of the two.
    [
      'Europe/Paris',
      '30 2 * * *',
      '2026-10-24',
      ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'America/New_York',
      '30 1 * * *',
      '2026-10-31',
      ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    [
      'Australia/Sydney',
      '30 2 * * *',
      '2026-04-04',
      ['2026-04-03T15:30', '2026-04-04T15:30', '2026-04-05T16:30'],
    ],
    // In the morning it stays the same time on the wall.
    [
      'Europe/Paris',
      '0 9 * * *',
      '2026-03-28',
      ['2026-03-28T08:00', '2026-03-29T07:00', '2026-03-30T07:00'],
    ],
    [
      'America/New_York',
      '0 9 * * *',
      '2026-10-31',
      ['2026-10-31T13:00', '2026-11-01T14:00', '2026-11-02T14:00'],
    ],
    [
      'Australia/Sydney',
      '0 9 * * *',
      '2026-04-04',
      ['2026-04-03T22:00', '2026-04-04T23:00', '2026-04-05T23:00'],
    ],
  ])('in %s, %s from %s', (zone, cron, from, times) => {
    expect(around(cron, zone, from)).toEqual(times);
  });

  it('names the repeated hour twice, as one local time', () => {
    const every = spec('*/30 2 * * *', 'Europe/Paris');
    const from = Date.UTC(2026, 9, 25);
    const times = runsBetween(every, from, from + DAY / 2, 20);
    expect(times.map((ms) => localOf(every, ms))).toEqual([
      '2026-10-25T02:00',
      '2026-10-25T02:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
    ]);
  });
});

describe('a schedule', () => {
  it('keeps to its span', () => {
    const it = spec('0 9 * * *', 'UTC', {
      fromMs: Date.UTC(2026, 5, 2),
      untilMs: Date.UTC(2026, 5, 3, 12),
    });
    expect(runsBetween(it, 0, Number.MAX_SAFE_INTEGER, 9).map(iso)).toEqual([
      '2026-06-02T09:00',
      '2026-06-03T09:00',
    ]);
    expect(nextRun(it, Date.UTC(2026, 5, 3, 9))).toBeNull();
  });

  it('is never on time where its pattern is never true', () => {
    expect(nextRun(spec('0 9 31 2 *', 'UTC'), 0)).toBeNull();
  });

  it('is on time to the second', () => {
    const nine = spec('0 9 * * mon', 'Europe/Paris');
    const monday = momentOf('2026-06-01T09:00', 'Europe/Paris') ?? 0;
    expect(isOnTime(nine, monday)).toBe(true);
    expect(isOnTime(nine, monday + 1_000)).toBe(false);
    expect(isOnTime(nine, monday + DAY)).toBe(false);
  });

  it('draws a jitter that stays the same, within its bound', () => {
    const it = spec('0 9 * * *', 'UTC', { jitterMs: 120_000 });
    const drawn = Array.from({ length: 50 }, (_, n) => jitterOf('abc', n * DAY, it));
    expect(drawn.every((ms) => ms >= 0 && ms < 120_000)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(40);
    expect(jitterOf('abc', 7 * DAY, it)).toBe(drawn[7]);
    expect(jitterOf('abc', 7 * DAY, spec('0 9 * * *', 'UTC'))).toBe(0);
  });

  it('draws no jitter that would last into its next time', () => {
    const it = spec('*/10 * * * *', 'UTC', { jitterMs: 2 * 60 * 60_000 });
    const drawn = Array.from({ length: 50 }, (_, n) => jitterOf('abc', n * 600_000, it));
    expect(drawn.every((ms) => ms < 600_000)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(40);
  });

  it('gives its campaigns names that may be names', () => {
    expect(campaignNameOf('recall', '2026-03-29T02:30:07')).toBe('recall-2026-03-29T023007');
  });
});

describe('a cron pattern', () => {
  it.each([
    ['*/20 9-10 * * mon-fri', '0,20,40 9,10 * * 1,2,3,4,5'],
    ['5/20 0 1,15 jan *', '5,25,45 0 1,15 1 *'],
    ['0 9 * * sun', '0 9 * * 0'],
    ['0 9 * * 5-7', '0 9 * * 0,5,6'],
    ['0 9 * * *', '0 9 * * *'],
  ])('%s is written as %s', (given, written) => {
    expect(writeCron(readCron(given))).toBe(written);
  });

  it.each([
    ['0 9 * *', 'it has 4 of 5 fields'],
    ['0 0 9 * * *', 'it has 6 of 5 fields'],
    ['60 9 * * *', '"60" in "60 9 * * *" is no minute'],
    ['0 9 * * funday', 'is no day of the week: it takes * or 0 to 7 or sun to sat'],
    ['0 9 L * *', 'is no day of the month'],
    ['0 17-9 * * *', 'is no hour'],
    ['*/0 9 * * *', 'is no minute'],
    ['1-2-3 9 * * *', 'is no minute'],
    ['0 9 1 * mon', 'which some read as "and" and others as "or"'],
  ])('%s is refused', (given, why) => {
    expect(() => readCron(given)).toThrow(why);
  });
});
