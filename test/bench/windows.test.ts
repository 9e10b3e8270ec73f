import { describe, expect, test } from 'vitest';
import { burstOf, shareOf, worstWindow } from '../../bench/windows';

/** So many requests, one after the other at a rate, from a moment on. */
const evenly = (n: number, perSecond: number, from = 0): number[] =>
  Array.from({ length: n }, (_, i) => from + (i * 1_000) / perSecond);

describe('the worst window', () => {
  test('of requests at exactly the rate is the one at both ends of it', () => {
    expect(worstWindow(evenly(1_000, 50), 50).excess).toBeCloseTo(1);
  });

  test('finds a burst wherever it is, in any order', () => {
    const burst = Array.from({ length: 100 }, () => 7_003);
    const { excess, seconds } = worstWindow([...burst, ...evenly(1_000, 50)], 50);
    expect(excess).toBeGreaterThan(98);
    expect(excess).toBeLessThanOrEqual(101);
    expect(seconds).toBeLessThanOrEqual(0.25);
  });

  test('finds a rate that is a little too high only in a long one', () => {
    const { excess, seconds } = worstWindow(evenly(2_000, 55), 50);
    expect(seconds).toBe(10);
    expect(excess).toBeCloseTo(51);
    expect(excess).toBeGreaterThan(burstOf(50));
  });
});

test('the share of a limit counts from the first request on', () => {
  expect(shareOf(evenly(1_000, 40, 12_345), 50, 10)).toBeCloseTo(0.8);
});
