import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../../worker/campaign/run';
import { runSlice } from '../../../worker/campaign/slice';
import { startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import { contactOf, obligingProvider, scriptedProvider } from '../../support/scripted-provider';
import { doublesOf, movedClock, oneRow, rowsOf, slice } from '../../support/scripted-run';

onBothLedgers('two campaigns with one person', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  it('never make the contact at once: one of them waits until the other is through', async () => {
    const clock = movedClock();
    const [a, b] = [
      await running(place.ledger, 'a', 1, clock()),
      await running(place.ledger, 'b', 1, clock()),
    ];
    const first = scriptedProvider();
    const going = oneRow({ ledger: place.ledger, campaign: a, provider: first.provider, clock });
    const contact = await first.contacts.next();
    const other = await place.reopen();
    const second = obligingProvider();
    const goB = () => slice({ ledger: other, campaign: b, provider: second.provider, clock });
    expect(await goB()).toEqual({ claimed: 0, settled: 0 });
    expect(second.contacts.calls).toHaveLength(0);
    contact.answer(contactOf(contact.asked));
    const send = await first.sends.next();
    // Also while the message is on its way: where the platform opens a conversation with it, both would open one.
    expect(await goB()).toEqual({ claimed: 0, settled: 0 });
    send.answer({ messageId: 'a1', conversationId: 'c' });
    await going;
    expect(await goB()).toEqual({ claimed: 1, settled: 0 });
    expect(first.sends.calls).toHaveLength(1);
    expect(second.sends.calls).toHaveLength(1);
    for (const campaign of [a, b]) {
      expect(await rowsOf(other, campaign)).toMatchObject([{ state: 'sent', attempts: 1 }]);
      await expectTrueCounters(other, campaign.id);
    }
  });

  describe('with the same text, on the sandbox', () => {
    it('a look-up for one never takes the message of the other for its own', async () => {
      const sandbox = await startSandbox();
      const connection = await connectSandbox(place.ledger, sandbox);
      const clock = movedClock(Date.now());
      try {
        const rows = people(1);
        const a = await campaignOf(place.ledger, connection, rows, { name: 'a' });
        const b = await campaignOf(place.ledger, connection, rows, { name: 'b' });
        const options = { clock, monotonic: clock };
        const runs = new Map([
          [a, await toRun(place.ledger, a, connection, options)],
          [b, await toRun(place.ledger, b, connection, options)],
        ]);
        const go = (campaign: typeof a) => runSlice(runs.get(campaign) as Run, () => false);
        // The platform never took the message of the first one, and took the same words from the second.
        sandbox.setFaults([{ match: { delivers: true, nth: 1 }, fault: 'drop_before_commit' }]);
        await go(a);
        expect(await rowsOf(place.ledger, a)).toMatchObject([{ state: 'sending' }]);
        // In work in the one, it is not claimed in the other: as if that one had come from another account's ledger.
        await place.ledger.db
          .updateTable('recipients')
          .set({ account: 'elsewhere' })
          .where('campaign_id', '=', b.id)
          .execute();
        await go(b);
        expect(await rowsOf(place.ledger, b)).toMatchObject([{ state: 'sent' }]);
        clock.forward(10_000);
        await go(a);
        expect(sandbox.summary().accepted).toBe(2);
        const [ofA] = await rowsOf(place.ledger, a);
        const [ofB] = await rowsOf(place.ledger, b);
        expect(ofA).toMatchObject({ state: 'sent', attempts: 2 });
        expect(ofA?.message_id).not.toBe(ofB?.message_id);
        expect(await doublesOf(place.ledger, a)).toBe(0);
      } finally {
        await connection.close();
        await sandbox.close();
      }
    });
  });
});
