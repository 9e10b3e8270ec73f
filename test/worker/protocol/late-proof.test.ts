import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../providers/provider';
import { control } from '../../../worker/ledger';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, running, type TestLedger, worker } from '../../support/ledger';
import {
  contactOf,
  obligingProvider,
  receiptOf,
  scriptedProvider,
} from '../../support/scripted-provider';
import {
  attemptsOf,
  doublesOf,
  LONG_LEASE_MS,
  movedClock,
  oneRow,
  PROVEN_AFTER_MS,
  rowsOf,
  slice,
} from '../../support/scripted-run';

onBothLedgers('an answer that arrives after the lease has ended', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  /** Its message is on the way; the answer comes when the test says so, and by then its lease is over. */
  async function slowWorker() {
    const { ledger } = place;
    const clock = movedClock();
    const campaign = await running(ledger, 'spring', 1, clock());
    const platform = scriptedProvider();
    platform.contacts.always(contactOf);
    const ended = oneRow({ ledger, campaign, provider: platform.provider, clock });
    const send = await platform.sends.next();
    clock.forward(LONG_LEASE_MS + 1);
    return {
      campaign,
      clock,
      async answers(receipt: Receipt) {
        send.answer(receipt);
        await ended;
      },
    };
  }

  /** What another worker lets become of the attempt, by a result that is not proof. */
  async function settledAs(
    slow: Awaited<ReturnType<typeof slowWorker>>,
    to: 'unknown' | 'failed' | 'pending',
  ) {
    const { campaign, clock } = slow;
    const other = await worker(await place.reopen(), campaign, clock(), LONG_LEASE_MS);
    const [attempt] = await attemptsOf(place.ledger, campaign);
    const reason = { unknown: 'lost_answer', failed: 'unavailable', pending: null }[to];
    const result = to === 'unknown' ? 'unclear' : 'absent';
    await other.land([{ seq: 0, attemptId: attempt?.id ?? 0, to, reason, result }], clock());
    expect(await rowsOf(place.ledger, campaign)).toMatchObject([{ state: to }]);
  }

  it('while the row waits to be settled: sent, and nobody sends it again', async () => {
    const slow = await slowWorker();
    const { campaign, clock } = slow;
    const other = await place.reopen();
    const obliging = obligingProvider();
    const go = () => slice({ ledger: other, campaign, provider: obliging.provider, clock });
    await go();
    expect(obliging.looks.calls).toHaveLength(1);
    await slow.answers(receiptOf('m1'));
    clock.forward(PROVEN_AFTER_MS);
    await go();
    expect(obliging.sends.calls).toHaveLength(0);
    expect(await rowsOf(other, campaign)).toMatchObject([
      { state: 'sent', message_id: 'm1', attempts: 1 },
    ]);
    expect(await doublesOf(other, campaign)).toBe(0);
    await expectTrueCounters(other, campaign.id);
  });

  it('after a newer attempt was sent: the row stays sent, and a double is counted', async () => {
    const slow = await slowWorker();
    const { campaign, clock } = slow;
    const other = await place.reopen();
    clock.forward(PROVEN_AFTER_MS);
    const obliging = obligingProvider();
    await slice({ ledger: other, campaign, provider: obliging.provider, clock });
    expect(obliging.sends.calls).toHaveLength(1);
    expect(await doublesOf(other, campaign)).toBe(0);
    await slow.answers(receiptOf('m1'));
    expect(await rowsOf(other, campaign)).toMatchObject([{ state: 'sent', message_id: 'taken-1' }]);
    expect(await doublesOf(other, campaign)).toBe(1);
    await expectTrueCounters(other, campaign.id);
  });

  it('while a newer attempt is on its way: sent at once, and the newer answer is counted as a double, with or without an id', async () => {
    for (const [name, newer] of [
      ['with', receiptOf('m2')],
      ['without', { messageId: null, conversationId: 'c' }],
    ] as const) {
      const again = await open();
      const kept = place;
      place = again;
      const slow = await slowWorker();
      const { campaign, clock } = slow;
      clock.forward(PROVEN_AFTER_MS);
      const platform = scriptedProvider();
      platform.contacts.always(contactOf);
      platform.looks.always(() => ({ kind: 'absent' }));
      const ledger = await again.reopen();
      const ended = slice({ ledger, campaign, provider: platform.provider, clock });
      const send = await platform.sends.next();
      await slow.answers(receiptOf('m1'));
      expect(await rowsOf(ledger, campaign)).toMatchObject([{ state: 'sent', message_id: 'm1' }]);
      send.answer(newer);
      await ended;
      expect(await rowsOf(ledger, campaign), name).toMatchObject([
        { state: 'sent', message_id: 'm1' },
      ]);
      expect(await doublesOf(ledger, campaign), name).toBe(1);
      await expectTrueCounters(ledger, campaign.id);
      await again.close();
      place = kept;
    }
  });

  describe('turns the row into sent, once', () => {
    it.each(['unknown', 'failed', 'pending'] as const)('after it became %s', async (to) => {
      const slow = await slowWorker();
      const { campaign, clock } = slow;
      await settledAs(slow, to);
      await slow.answers(receiptOf('m1'));
      await expectSent(campaign);
      const obliging = obligingProvider();
      await slice({ ledger: place.ledger, campaign, provider: obliging.provider, clock });
      expect(obliging.sends.calls).toHaveLength(0);
    });

    it('after it was skipped, because the campaign was cancelled', async () => {
      const slow = await slowWorker();
      const { campaign, clock } = slow;
      await settledAs(slow, 'pending');
      await control(await place.reopen(), 'spring', { action: 'cancel' }, clock());
      expect(await rowsOf(place.ledger, campaign)).toMatchObject([
        { state: 'skipped', reason: 'cancelled' },
      ]);
      await slow.answers(receiptOf('m1'));
      await expectSent(campaign);
    });
  });

  async function expectSent(campaign: Awaited<ReturnType<typeof running>>) {
    expect(await rowsOf(place.ledger, campaign)).toMatchObject([
      { state: 'sent', reason: null, message_id: 'm1' },
    ]);
    expect(await doublesOf(place.ledger, campaign)).toBe(0);
    await expectTrueCounters(place.ledger, campaign.id);
  }
});
