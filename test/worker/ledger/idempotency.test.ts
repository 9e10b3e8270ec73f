import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  beginOnce,
  dropOnce,
  endOnce,
  keepOnce,
  type Ledger,
  sweepOnce,
} from '../../../worker/ledger';
import { onBothLedgers, type TestLedger } from '../../support/ledger';

const NOW = 1_000_000;
const DAY = 24 * 60 * 60_000;
const ONCE = { scope: 'n8n', key: 'order-1' };
const ANSWER = { status: 201, body: '{"name":"spring"}' };

onBothLedgers('a request that creates something', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const begin = (now = NOW, more: Partial<typeof ONCE & { fingerprint: string }> = {}) =>
    beginOnce(ledger, { ...ONCE, fingerprint: 'f1', ...more }, now);

  it('is done once, and answered again as at first', async () => {
    expect(await begin()).toEqual({ kind: 'new' });
    expect(await begin(NOW + 1)).toEqual({ kind: 'busy' });
    await endOnce(ledger, ONCE, ANSWER, NOW + 2);
    const replay = { kind: 'replay', ...ANSWER };
    expect(await begin(NOW + 3)).toEqual(replay);
    expect(await begin(NOW + 7 * DAY)).toEqual(replay);
  });

  it('is taken by one of many who ask at once', async () => {
    const ledgers = [ledger, await it_.reopen(), await it_.reopen()];
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        beginOnce(ledgers[n % 3] as Ledger, { ...ONCE, fingerprint: 'f1' }, NOW),
      ),
    );
    expect(asked.filter(({ kind }) => kind === 'new')).toHaveLength(1);
    expect(asked.filter(({ kind }) => kind === 'busy')).toHaveLength(11);
  });

  it('is refused where the key stands for another, answered or not', async () => {
    await begin();
    expect(await begin(NOW, { fingerprint: 'f2' })).toEqual({ kind: 'other' });
    await endOnce(ledger, ONCE, ANSWER, NOW);
    expect(await begin(NOW, { fingerprint: 'f2' })).toEqual({ kind: 'other' });
    // Somebody else's key of the same name is another one.
    expect(await begin(NOW, { scope: 'shop', fingerprint: 'f2' })).toEqual({ kind: 'new' });
    expect(await begin(NOW, { key: 'order-2', fingerprint: 'f2' })).toEqual({ kind: 'new' });
  });

  it('may be tried again at once where it failed, and keeps an answer that there is', async () => {
    await begin();
    await dropOnce(ledger, ONCE);
    expect(await begin()).toEqual({ kind: 'new' });
    await endOnce(ledger, ONCE, ANSWER, NOW);
    await dropOnce(ledger, ONCE);
    expect(await begin()).toMatchObject({ kind: 'replay' });
  });

  it('may be tried again in half a minute where whoever was at it has died, and by one only', async () => {
    await begin();
    await keepOnce(ledger, ONCE, NOW + 20_000);
    expect(await begin(NOW + 49_999)).toEqual({ kind: 'busy' });
    const two = await Promise.all([begin(NOW + 50_000), begin(NOW + 50_000)]);
    expect(two.map(({ kind }) => kind).toSorted()).toEqual(['busy', 'new']);
    expect(await begin(NOW + 50_001)).toEqual({ kind: 'busy' });
    // It was merely slow: of two answers the first one stays.
    await endOnce(ledger, ONCE, ANSWER, NOW + 51_000);
    await endOnce(ledger, ONCE, { status: 409, body: '{}' }, NOW + 52_000);
    expect(await begin(NOW + 53_000)).toEqual({ kind: 'replay', ...ANSWER });
  });

  it('is forgotten after seven days', async () => {
    await begin();
    await endOnce(ledger, ONCE, ANSWER, NOW);
    expect(await sweepOnce(ledger, NOW + 7 * DAY)).toBe(0);
    expect(await sweepOnce(ledger, NOW + 7 * DAY + 1)).toBe(1);
    expect(await begin(NOW + 8 * DAY)).toEqual({ kind: 'new' });
  });
});
