import { afterEach, beforeEach, expect, it } from 'vitest';
import { reclaim } from '../../../worker/ledger';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, running, type TestLedger, worker } from '../../support/ledger';
import {
  contactOf,
  obligingProvider,
  receiptOf,
  scriptedProvider,
} from '../../support/scripted-provider';
import { LONG_LEASE_MS, movedClock, oneRow, rowsOf, slice } from '../../support/scripted-run';

onBothLedgers('a worker that froze between claim and gate', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  /** Claims the only row and stands still, its contact half made. */
  async function frozenWorker() {
    const { ledger } = place;
    const clock = movedClock();
    const campaign = await running(ledger, 'spring', 1, clock());
    const platform = scriptedProvider();
    platform.sends.always(() => receiptOf('by the frozen one'));
    const ended = oneRow({ ledger, campaign, provider: platform.provider, clock });
    const contact = await platform.contacts.next();
    return {
      campaign,
      clock,
      platform,
      /** It goes on where it stood. */
      async wakes() {
        contact.answer(contactOf(contact.asked));
        await ended;
      },
    };
  }

  it('sends nothing when another worker has sent to its people meanwhile', async () => {
    const frozen = await frozenWorker();
    const { campaign, clock } = frozen;
    clock.forward(LONG_LEASE_MS + 1);
    const other = await place.reopen();
    expect(await reclaim(other, 'desk', clock())).toBe(1);
    const obliging = obligingProvider();
    await slice({ ledger: other, campaign, provider: obliging.provider, clock });
    await frozen.wakes();
    expect(frozen.platform.sends.calls).toHaveLength(0);
    expect(obliging.sends.calls).toHaveLength(1);
    expect(await rowsOf(other, campaign)).toMatchObject([{ state: 'sent', attempts: 1 }]);
    await expectTrueCounters(other, campaign.id);
  });

  it('sends nothing when its lease ended and nobody has noticed yet', async () => {
    const frozen = await frozenWorker();
    frozen.clock.forward(LONG_LEASE_MS + 1);
    await frozen.wakes();
    expect(frozen.platform.sends.calls).toHaveLength(0);
    expect(await rowsOf(place.ledger, frozen.campaign)).toMatchObject([{ state: 'claimed' }]);
    await expectTrueCounters(place.ledger, frozen.campaign.id);
  });

  it('sends nothing to a row that another worker holds now, also where its own clock was set back', async () => {
    const frozen = await frozenWorker();
    const { campaign, clock } = frozen;
    const before = clock();
    const other = await place.reopen();
    const later = before + LONG_LEASE_MS + 1;
    await reclaim(other, 'desk', later);
    const taker = await worker(other, campaign, later, LONG_LEASE_MS);
    const taken = await taker.claim(1, later);
    expect(taken).toHaveLength(1);
    // By its own clock the lease still holds.
    clock.set(before);
    await frozen.wakes();
    expect(frozen.platform.sends.calls).toHaveLength(0);
    expect(await taker.gate(taken, later)).toEqual([expect.objectContaining({ go: true })]);
    await expectTrueCounters(other, campaign.id);
  });
});
