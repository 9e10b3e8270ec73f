import { describe, expect, test } from 'vitest';
import { plan, type View } from '../../../worker/campaign/plan';

const NOW = 1_000_000;
const HALF_AN_HOUR = 30 * 60_000;

const view = (more: Partial<View>): View => ({
  ...{ state: 'running', why: null, sealed: true, pending: 0, claimed: 0, sending: 0 },
  ...{ nextDueAt: null, nextLookAt: null, stoppedUntil: 0, parallel: 1 },
  longestWaitMs: HALF_AN_HOUR,
  ...more,
});

const waitOf = (more: Partial<View>): number => {
  const step = plan(view(more), NOW);
  if (step.kind !== 'wait') throw new Error(step.kind);
  return step.untilMs - NOW;
};

describe('how long a campaign waits without asking again', () => {
  test('as long as its engine says, where nothing is known to come', () => {
    expect(waitOf({ sending: 1 })).toBe(HALF_AN_HOUR);
  });

  test.each(['running', 'cancelled'] as const)(
    'about a lease, where rows of a %s campaign are held by somebody who may be gone',
    (state) => {
      expect(waitOf({ state, claimed: 2 })).toBe(10_000);
      expect(waitOf({ state, claimed: 2, nextLookAt: NOW + HALF_AN_HOUR, sending: 1 })).toBe(
        10_000,
      );
    },
  );

  test('and not beyond what comes before that', () => {
    expect(waitOf({ claimed: 2, pending: 1, nextDueAt: NOW + 3_000 })).toBe(3_000);
  });
});
