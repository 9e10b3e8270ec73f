import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { allowedAt, createQuietClock, minuteOfDay, zonesOf } from '../../../worker/campaign/hours';

const NIGHT = { from: minuteOfDay('20:00'), to: minuteOfDay('09:00') };
const at = (iso: string, zone = 'utc'): number => DateTime.fromISO(iso, { zone }).toMillis();

describe('by the clock on the wall', () => {
  test('allowed until the evening, else from the morning', () => {
    const paris = (iso: string) => allowedAt(['Europe/Paris'], NIGHT, at(iso, 'Europe/Paris'));
    expect(paris('2026-06-15T12:00')).toEqual({
      allowed: true,
      untilMs: at('2026-06-15T20:00', 'Europe/Paris'),
    });
    const morning = at('2026-06-16T09:00', 'Europe/Paris');
    expect(paris('2026-06-15T20:00')).toEqual({ allowed: false, nextMs: morning });
    expect(paris('2026-06-16T08:59:59.999')).toEqual({ allowed: false, nextMs: morning });
    expect(paris('2026-06-16T09:00')).toMatchObject({ allowed: true });
  });

  test('quiet hours within one day', () => {
    const siesta = { from: minuteOfDay('13:00'), to: minuteOfDay('15:00') };
    expect(allowedAt(['UTC'], siesta, at('2026-06-15T14:00'))).toEqual({
      allowed: false,
      nextMs: at('2026-06-15T15:00'),
    });
    expect(allowedAt(['UTC'], siesta, at('2026-06-15T16:00'))).toEqual({
      allowed: true,
      untilMs: at('2026-06-16T13:00'),
    });
  });

  test('the night in which summer time begins is an hour shorter, the other an hour longer', () => {
    const night = (iso: string): number => {
      const from = at(iso, 'Europe/Paris');
      const state = allowedAt(['Europe/Paris'], NIGHT, from);
      return state.allowed ? 0 : ((state.nextMs ?? 0) - from) / 3_600_000;
    };
    expect(night('2026-03-27T20:00')).toBe(13);
    expect(night('2026-03-28T20:00')).toBe(12);
    expect(night('2026-10-24T20:00')).toBe(14);
  });

  test('an end within the missing hour comes when the clocks jump over it', () => {
    const quiet = { from: minuteOfDay('22:00'), to: minuteOfDay('02:30') };
    expect(allowedAt(['Europe/Paris'], quiet, at('2026-03-29T01:30', 'Europe/Paris'))).toEqual({
      allowed: false,
      nextMs: at('2026-03-29T01:00Z'),
    });
  });

  test('agrees with a look at every quarter of an hour', () => {
    const zones = fc.constantFrom(
      'Europe/Paris',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'UTC',
    );
    const quarter = fc.integer({ min: 0, max: 95 }).map((q) => q * 15);
    fc.assert(
      fc.property(
        zones,
        quarter,
        quarter,
        fc.integer({
          min: at('2026-01-01T00:00') / 900_000,
          max: at('2027-01-01T00:00') / 900_000,
        }),
        (zone, from, to, q) => {
          fc.pre(from !== to);
          const quiet = (ms: number): boolean => {
            const { hour, minute } = DateTime.fromMillis(ms, { zone });
            const now = hour * 60 + minute;
            return from < to ? now >= from && now < to : now >= from || now < to;
          };
          const start = q * 900_000;
          let flip = start;
          while (quiet(flip) === quiet(start)) flip += 900_000;
          expect(allowedAt([zone], { from, to }, start)).toEqual(
            quiet(start) ? { allowed: false, nextMs: flip } : { allowed: true, untilMs: flip },
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('where a person may be in several zones', () => {
  test('only when it is allowed in all of them', () => {
    const us = zonesOf('country:US');
    // 09:00 in Honolulu is 15:00 in New York; 20:00 in New York ends it.
    expect(allowedAt(us, NIGHT, at('2026-06-15T14:00', 'America/New_York'))).toMatchObject({
      allowed: false,
    });
    const open = allowedAt(us, NIGHT, at('2026-06-15T16:00', 'America/New_York'));
    expect(open).toEqual({ allowed: true, untilMs: at('2026-06-15T20:00', 'America/New_York') });
  });

  test('says so when no hour of the week suits all', () => {
    const short = { from: minuteOfDay('12:00'), to: minuteOfDay('09:00') };
    expect(allowedAt(['Asia/Tokyo', 'Europe/Paris'], short, at('2026-06-15T12:00'))).toEqual({
      allowed: false,
      nextMs: null,
    });
  });

  test('knows countries and zones, and what is neither', () => {
    expect(zonesOf('country:FR')).toEqual(['Europe/Paris']);
    expect(zonesOf('Europe/Paris')).toEqual(['Europe/Paris']);
    expect(zonesOf('country:ZZ')).toEqual([]);
    expect(zonesOf('Mars/Base')).toEqual([]);
  });
});

test('the clock answers as the calculation does, whenever it is asked', () => {
  const clock = createQuietClock(NIGHT);
  const start = at('2026-03-28T00:00');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 * 86_400_000 }), (after) => {
      expect(clock('country:US', start + after).allowed).toBe(
        allowedAt(zonesOf('country:US'), NIGHT, start + after).allowed,
      );
    }),
  );
  expect(clock('country:ZZ', start)).toEqual({ allowed: false, nextMs: null });
});
