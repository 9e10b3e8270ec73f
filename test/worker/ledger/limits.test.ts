import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Ledger,
  setLimit,
  sharesOf,
  stopAccount,
  type Token,
  takeTokens,
} from '../../../worker/ledger';
import { reserve } from '../../../worker/ledger/limits';
import { onBothLedgers, type TestLedger } from '../../support/ledger';

const NOW = 1_000_000;
const SCOPE = 'account/desk/message';

/** The most moments that lie in any window of `ms`. */
function worst(moments: readonly number[], ms: number): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let most = 0;
  for (let from = 0, to = 0; from < sorted.length; from += 1) {
    while (to < sorted.length && (sorted[to] ?? 0) <= (sorted[from] ?? 0) + ms) to += 1;
    most = Math.max(most, to - from);
  }
  return most;
}

onBothLedgers('the limiter', (open) => {
  let opened: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    opened = await open();
    ledger = opened.ledger;
  });
  afterEach(() => opened.close());

  it('grants all where there is no limit', async () => {
    const { tokens } = await takeTokens(ledger, SCOPE, 500, NOW);
    expect(tokens).toHaveLength(500);
    expect(tokens[0]).toEqual({ at: NOW, useBy: Number.POSITIVE_INFINITY });
  });

  it('gives each request its moment, and at the most a fifth of a second of them at once', async () => {
    await setLimit(ledger, SCOPE, 50);
    const { tokens, nextAt } = await takeTokens(ledger, SCOPE, 500, NOW);
    expect(tokens).toHaveLength(10);
    expect(tokens.slice(-2).map(({ at }) => at)).toEqual([NOW + 60, NOW + 80]);
    // Asked again a little before the block is used up, so that no moment is lost.
    expect(nextAt).toBe(NOW + 80 - 100);
  });

  it('starts no more than rate × (T + 0.5) + 1 in any T seconds (rate × T + 2 below two a second), whoever asks and however late each begins', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.array(
          fc.record({
            wait: fc.integer({ min: 0, max: 900 }),
            wanted: fc.integer({ min: 1, max: 80 }),
          }),
          { minLength: 5, maxLength: 40 },
        ),
        async (rate, asks) => {
          const scope = `account/${rate}-${Math.random()}/message`;
          await setLimit(ledger, scope, rate);
          const starts: number[] = [];
          let now = NOW;
          for (const { wait, wanted } of asks) {
            now += wait;
            const { tokens } = await takeTokens(ledger, scope, wanted, now);
            // The worst that could be: all wait for the same moment, as far as the transport lets them.
            for (const { at, useBy } of tokens) {
              starts.push(Math.min(useBy, Math.ceil(at / 1_500) * 1_500));
            }
          }
          for (const ms of [0, 100, 500, 1_000, 5_000]) {
            // Below two a second a token holds longer: a connection that is made anew needs its time.
            const most = rate < 2 ? (rate * ms) / 1_000 + 2 : (rate * (ms + 500)) / 1_000 + 1;
            expect(worst(starts, ms)).toBeLessThanOrEqual(most + 1e-6);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('raised, holds from its last token on, with no wait of the old one and no burst', async () => {
    await setLimit(ledger, SCOPE, 0.01);
    expect((await takeTokens(ledger, SCOPE, 5, NOW)).tokens).toHaveLength(1);
    const refused = await takeTokens(ledger, SCOPE, 5, NOW + 3_000);
    expect(refused.tokens).toHaveLength(0);
    // Soon enough to hear of another rate.
    expect(refused.nextAt).toBeLessThanOrEqual(NOW + 5_000);
    await setLimit(ledger, SCOPE, 20);
    let taken = 0;
    for (let now = NOW + 3_000; now < NOW + 13_000; now += 50) {
      taken += (await takeTokens(ledger, SCOPE, 50, now)).tokens.length;
    }
    expect(taken).toBeGreaterThanOrEqual(200);
    expect(taken).toBeLessThanOrEqual(20 * (10 + 1) + 3);
    // What was given out ahead of its moment stays given out, however often the rate is raised.
    for (let n = 0; n < 30; n += 1) await takeTokens(ledger, SCOPE, 50, NOW + 13_000);
    let more = 0;
    for (let rate = 21; rate <= 25; rate += 1) {
      await setLimit(ledger, SCOPE, rate);
      more += (await takeTokens(ledger, SCOPE, 50, NOW + 13_000)).tokens.length;
    }
    expect(more).toBeLessThanOrEqual(1);
  });

  it('raised again and again, never lets more start than its highest rate allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0.05, max: 300, noNaN: true }), { minLength: 2, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 6, maxLength: 20 }),
        async (some, waits) => {
          const rates = some.toSorted((a, b) => a - b);
          const scope = `account/${Math.random()}/message`;
          const tokens: Token[] = [];
          let now = NOW;
          for (const rate of rates) {
            await setLimit(ledger, scope, rate);
            for (const ms of waits) {
              tokens.push(...(await takeTokens(ledger, scope, 80, now)).tokens);
              now += ms;
            }
          }
          const highest = rates.at(-1) ?? 0;
          for (const beat of [500, 1_500]) {
            const starts = tokens.map(({ at, useBy }) =>
              Math.min(useBy, Math.ceil(at / beat) * beat),
            );
            for (const ms of [0, 100, 500, 1_000, 5_000]) {
              const most =
                highest < 2 ? (highest * ms) / 1_000 + 2 : (highest * (ms + 500)) / 1_000 + 1;
              expect(worst(starts, ms)).toBeLessThanOrEqual(most + 0.01);
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('loses nothing to a caller that asks in time', async () => {
    await setLimit(ledger, SCOPE, 100);
    let now = NOW;
    let taken = 0;
    while (now < NOW + 10_000) {
      const { tokens, nextAt } = await takeTokens(ledger, SCOPE, 1_000, now);
      taken += tokens.length;
      now = Math.max(now + 5, nextAt);
    }
    expect(taken).toBeGreaterThanOrEqual(1_000);
  });

  it('lets callers take turns: none of four gets more than its part and a block', async () => {
    await setLimit(ledger, SCOPE, 100);
    const due = [NOW, NOW, NOW, NOW];
    const taken = [0, 0, 0, 0];
    for (let now = NOW; now < NOW + 20_000; now += 5) {
      for (let who = 0; who < 4; who += 1) {
        if ((due[who] ?? 0) > now) continue;
        const { tokens, nextAt } = await takeTokens(ledger, SCOPE, 100, now);
        taken[who] = (taken[who] ?? 0) + tokens.length;
        due[who] = nextAt;
      }
    }
    const all = taken.reduce((sum, n) => sum + n);
    expect(all).toBeGreaterThanOrEqual(2_000);
    for (const n of taken) expect(Math.abs(n - all / 4)).toBeLessThanOrEqual(40);
  });

  describe('two limits at once', () => {
    const both = async (now: number, wanted = 100): Promise<readonly Token[]> =>
      ledger.db.transaction().execute(async (trx) => {
        const { tokens, use } = await reserve(trx, [SCOPE, 'campaign/1'], wanted, now);
        await use(tokens.length);
        return tokens;
      });

    it('keeps to the slower one, and wastes none of what others share', async () => {
      await setLimit(ledger, SCOPE, 100);
      await setLimit(ledger, 'campaign/1', 5);
      let slow = 0;
      let others = 0;
      for (let now = NOW; now < NOW + 10_000; now += 50) {
        slow += (await both(now)).length;
        others += (await takeTokens(ledger, SCOPE, 10, now)).tokens.length;
      }
      expect(slow).toBeGreaterThanOrEqual(48);
      expect(slow).toBeLessThanOrEqual(56);
      expect(slow + others).toBeGreaterThanOrEqual(980);
    });

    it('ends a token with the earlier end of both', async () => {
      await setLimit(ledger, SCOPE, 100);
      await setLimit(ledger, 'campaign/1', 10);
      const tokens = [...(await both(NOW)), ...(await both(NOW))];
      for (const { at, useBy } of tokens) {
        expect(useBy - at).toBeGreaterThanOrEqual(250);
        expect(useBy - at).toBeLessThanOrEqual(500);
      }
    });
  });

  it('gives none before its moment where nobody may hold one', async () => {
    await setLimit(ledger, SCOPE, 10);
    const ask = (now: number) =>
      ledger.db.transaction().execute(async (trx) => {
        const { tokens, nextAt, use } = await reserve(trx, [SCOPE], 5, now, 0);
        await use(tokens.length);
        return { moments: tokens.map(({ at }) => at), nextAt };
      });
    const first = await ask(NOW);
    expect(first.moments.every((at) => at === NOW)).toBe(true);
    expect(await ask(NOW + 50)).toEqual({ moments: [], nextAt: NOW + 100 });
    expect((await ask(NOW + 100)).moments).toEqual([NOW + 100]);
  });

  it('takes only what is used', async () => {
    await setLimit(ledger, SCOPE, 10);
    await ledger.db.transaction().execute(async (trx) => {
      const { use } = await reserve(trx, [SCOPE], 2, NOW);
      await use(1);
    });
    const { tokens } = await takeTokens(ledger, SCOPE, 1, NOW);
    expect(tokens).toEqual([{ at: NOW, useBy: NOW + 500 }]);
  });

  describe('after a 429', () => {
    const rate = async (now: number): Promise<number> => {
      const { tokens } = await takeTokens(ledger, SCOPE, 1_000, now);
      const [first, second] = tokens.slice(-2);
      return Math.round(1_000 / ((second?.at ?? 0) - (first?.at ?? 0)));
    };

    it('is used by half, by half again after another, and climbs back within a minute', async () => {
      await setLimit(ledger, SCOPE, 100);
      await stopAccount(ledger, 'desk', { until: NOW + 1_000, why: '429', now: NOW });
      expect((await sharesOf(ledger.db, 'desk', NOW)).get(SCOPE)).toBe(0.5);
      expect(await rate(NOW + 1_000)).toBeGreaterThanOrEqual(50);
      expect(await rate(NOW + 1_500)).toBeLessThanOrEqual(56);
      await stopAccount(ledger, 'desk', { until: NOW + 3_000, why: '429', now: NOW + 2_000 });
      expect((await sharesOf(ledger.db, 'desk', NOW + 2_000)).get(SCOPE)).toBeCloseTo(0.267, 2);
      expect((await sharesOf(ledger.db, 'desk', NOW + 62_000)).get(SCOPE)).toBe(1);
    });

    it('counts what was in flight together once', async () => {
      await setLimit(ledger, SCOPE, 100);
      for (let n = 0; n < 50; n += 1) {
        await stopAccount(ledger, 'desk', { until: NOW + 1_000 + n, why: '429', now: NOW + n });
      }
      expect((await sharesOf(ledger.db, 'desk', NOW)).get(SCOPE)).toBe(0.5);
    });

    it('never falls below a tenth', async () => {
      await setLimit(ledger, SCOPE, 100);
      for (let n = 0; n < 12; n += 1) {
        await stopAccount(ledger, 'desk', {
          until: NOW + n * 10 + 5,
          why: '429',
          now: NOW + n * 10,
        });
      }
      expect((await sharesOf(ledger.db, 'desk', NOW + 120)).get(SCOPE)).toBeCloseTo(0.1, 2);
    });
  });

  it('gives no moment out twice to a caller who had to wait since it read the time', async () => {
    await setLimit(ledger, SCOPE, 100);
    const moments: number[] = [];
    for (let now = NOW; now < NOW + 3_000; now += 20) {
      const late = now % 200 === 0 ? now - 1_500 : now;
      const { tokens } = await takeTokens(ledger, SCOPE, 10, late);
      moments.push(...tokens.map(({ useBy }) => useBy));
    }
    expect(new Set(moments).size).toBe(moments.length);
  });

  it('keeps a slow limit also while it climbs back after several 429s', async () => {
    await setLimit(ledger, SCOPE, 0.1);
    for (let n = 0; n < 4; n += 1) {
      const now = NOW + n * 2_000;
      await stopAccount(ledger, 'desk', { until: now + 1_000, why: '429', now });
    }
    let taken = 0;
    for (let now = NOW + 8_000; now < NOW + 18_000; now += 250) {
      taken += (await takeTokens(ledger, SCOPE, 5, now)).tokens.length;
    }
    expect(taken).toBeLessThanOrEqual(2);
  });

  it('leaves time to connect where the limit is slow', async () => {
    await setLimit(ledger, SCOPE, 0.2);
    const { tokens } = await takeTokens(ledger, SCOPE, 1, NOW);
    expect((tokens[0]?.useBy ?? 0) - (tokens[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  describe('a clock that steps', () => {
    it('back: a moment stored too far ahead is not waited for', async () => {
      await setLimit(ledger, SCOPE, 10);
      await takeTokens(ledger, SCOPE, 10, NOW + 3_600_000);
      const { tokens } = await takeTokens(ledger, SCOPE, 10, NOW);
      expect(tokens[0]?.at).toBeLessThanOrEqual(NOW + 1_000);
    });

    it('back: a slow-down that lies ahead is over', async () => {
      await setLimit(ledger, SCOPE, 10);
      const then = NOW + 3_600_000;
      await stopAccount(ledger, 'desk', { until: then, why: '429', now: then });
      expect((await sharesOf(ledger.db, 'desk', NOW)).get(SCOPE)).toBe(1);
    });
  });
});
