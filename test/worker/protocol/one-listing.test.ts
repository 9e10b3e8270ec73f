import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Finding, Provider, Sought } from '../../../providers/provider';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import {
  contactOf,
  lostAnswer,
  receiptOf,
  scriptedProvider,
} from '../../support/scripted-provider';
import {
  movedClock,
  PROVEN_AFTER_MS,
  rowsOf,
  SETTLE_DELAY_MS,
  slice,
} from '../../support/scripted-run';

const ROWS = 5;

onBothLedgers('a platform that is looked up by one listing for all', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  /** A campaign whose answers were all lost, on a platform that lists. */
  async function withLostAnswers(list: (sought: readonly Sought[]) => Promise<readonly Finding[]>) {
    const { ledger } = place;
    const clock = movedClock();
    const campaign = await running(ledger, 'spring', ROWS, clock());
    const platform = scriptedProvider();
    platform.contacts.always(contactOf);
    const asked: (readonly Sought[])[] = [];
    const provider: Provider = {
      ...platform.provider,
      findAllSent: async (sought) => {
        asked.push(sought);
        return list(sought);
      },
    };
    const go = () => slice({ ledger, campaign, provider, clock });
    platform.sends.always(() => {
      throw lostAnswer();
    });
    await go();
    return { ledger, campaign, clock, platform, asked, go };
  }

  it('asks once for all of them, and each gets its own answer', async () => {
    const { ledger, campaign, clock, asked, go } = await withLostAnswers(async (sought) =>
      sought.map(({ key }) => ({ kind: 'found', receipts: [receiptOf(`of ${key}`)] })),
    );
    clock.forward(PROVEN_AFTER_MS);
    await go();
    const rows = await rowsOf(ledger, campaign);
    expect(rows.map(({ state }) => state)).toEqual(Array(ROWS).fill('sent'));
    const keys = asked.flat().map(({ key }) => key);
    expect(new Set(keys).size).toBe(ROWS);
    expect(rows.map(({ message_id: id }) => id).sort()).toEqual(
      keys.map((key) => `of ${key}`).sort(),
    );
    expect(asked.map((each) => each.length)).toEqual([ROWS]);
    const [first] = asked[0] ?? [];
    // The listing has to begin before the first request could, and was begun when it says so.
    expect(first?.trace.since).toBeLessThanOrEqual((first?.trace.until ?? 0) - PROVEN_AFTER_MS);
    await expectTrueCounters(ledger, campaign.id);
  });

  it('believes an absence only of a listing that was begun late enough, and loses nobody when it fails', async () => {
    let fail = true;
    const { ledger, campaign, clock, platform, asked, go } = await withLostAnswers(
      async (sought) => {
        if (fail) throw new Error('the connection broke');
        return sought.map(() => ({ kind: 'absent' }));
      },
    );
    clock.forward(3_000);
    await go();
    expect((await rowsOf(ledger, campaign)).map(({ state }) => state)).toEqual(
      Array(ROWS).fill('sending'),
    );
    fail = false;
    clock.forward(10_000);
    await go();
    expect(asked.length).toBeGreaterThanOrEqual(2);
    // Within the settle delay the platform may still commit: nobody is sent to again.
    expect(platform.sends.calls.length).toBe(ROWS);
    platform.sends.always(() => receiptOf('again'));
    clock.forward(SETTLE_DELAY_MS + PROVEN_AFTER_MS);
    await go();
    clock.forward(1_000);
    await go();
    expect((await rowsOf(ledger, campaign)).map(({ state }) => state)).toEqual(
      Array(ROWS).fill('sent'),
    );
    expect(platform.sends.calls.length).toBe(2 * ROWS);
  });
});
