import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Ledger } from '../../../worker/ledger';
import { HEAVY } from '../../../worker/ledger/heavy';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import { contactOf, receiptOf, scriptedProvider } from '../../support/scripted-provider';
import { movedClock, oneRow, rowsOf } from '../../support/scripted-run';

onBothLedgers('trouble while a slice is under way', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  it('a wall clock that is set back while the gate commits does not prolong what it allowed', async () => {
    const clock = movedClock();
    const campaign = await running(place.ledger, 'spring', 1, clock());
    const ledger: Ledger = {
      ...place.ledger,
      inThread: async (name, args) => {
        const call = HEAVY[name] as (...all: unknown[]) => unknown;
        const answer = await call(place.ledger.db, ...args);
        if (name === 'commitGroup') clock.forward(-3_600_000);
        return answer;
      },
    };
    const platform = scriptedProvider();
    platform.contacts.always(contactOf);
    const ended = oneRow({ ledger, campaign, provider: platform.provider, clock });
    const send = await platform.sends.next();
    const left = (send.asked.sendBy?.monotonicMs ?? Infinity) - performance.now();
    expect(left).toBeLessThanOrEqual(2_000);
    send.answer(receiptOf('m1'));
    await ended;
  });

  it('a look at the campaign that the ledger refuses ends neither the slice nor the process', async () => {
    const clock = movedClock();
    const campaign = await running(place.ledger, 'spring', 1, clock());
    const trouble = { on: false, met: 0 };
    const db = place.ledger.db.withPlugin({
      transformQuery({ node }) {
        if (!trouble.on) return node;
        trouble.met += 1;
        throw new Error('the ledger is away');
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
    const platform = scriptedProvider();
    platform.sends.always(() => receiptOf('m1'));
    const ended = oneRow({
      ledger: { ...place.ledger, db },
      campaign,
      provider: platform.provider,
      clock,
      policy: { leaseMs: 100 },
    });
    const contact = await platform.contacts.next();
    trouble.on = true;
    await expect.poll(() => trouble.met).toBeGreaterThan(3);
    trouble.on = false;
    contact.answer(contactOf(contact.asked));
    await ended;
    expect(await rowsOf(place.ledger, campaign)).toMatchObject([{ state: 'sent' }]);
  });
});
