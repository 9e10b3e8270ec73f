import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createCommitter } from '../../../worker/campaign/committer';
import { type Ledger, openLedger, reclaim } from '../../../worker/ledger';
import { HEAVY } from '../../../worker/ledger/heavy';
import { expectTrueCounters } from '../../support/counts';
import { cuttingProxy } from '../../support/cutting-proxy';
import {
  onBothLedgers,
  postgresTestLedger,
  running,
  type TestLedger,
  worker,
} from '../../support/ledger';
import { contactOf, obligingProvider, scriptedProvider } from '../../support/scripted-provider';
import {
  attemptsOf,
  doublesOf,
  movedClock,
  oneRow,
  rowsOf,
  slice,
} from '../../support/scripted-run';

const LOST = 'the answer to the commit was lost';

/** The same ledger, but the first commit that has a gate in it gets no answer. */
function losing(ledger: Ledger, happens: boolean): Ledger {
  let lost = false;
  return {
    ...ledger,
    inThread: async (name, args) => {
      const call = HEAVY[name] as (...all: unknown[]) => unknown;
      const group = args[0] as { gates?: readonly unknown[] };
      const loses = !lost && name === 'commitGroup' && (group.gates?.length ?? 0) > 0;
      if (loses) lost = true;
      if (loses && !happens) throw new Error(LOST);
      const answer = await call(ledger.db, ...args);
      if (loses) throw new Error(LOST);
      return answer;
    },
  };
}

onBothLedgers('a gate whose commit answer was lost', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  it.each([
    ['had happened', true],
    ['had not happened', false],
  ])('is an error to whoever stood at it, when the commit %s', async (_name, happens) => {
    const { ledger } = place;
    const campaign = await running(ledger, 'spring', 1);
    const hand = await worker(ledger, campaign, 1_000);
    const [row] = await hand.claim(1, 1_000);
    const committer = createCommitter({
      ledger: losing(ledger, happens),
      campaign,
      inboxId: '1',
      lease: hand.lease,
      scopes: ['account/desk/message'],
      clock: () => 1_000,
    });
    await expect(
      committer.gate({
        seq: row?.seq ?? 0,
        attemptId: 7,
        number: 1,
        contactId: 'c',
        conversationId: null,
        watermark: null,
        closesAt: null,
      }),
    ).rejects.toThrow(LOST);
    const state = happens ? 'sending' : 'claimed';
    expect(await rowsOf(ledger, campaign)).toMatchObject([{ state }]);
    await expectTrueCounters(ledger, campaign.id);
  });

  it.each([
    ['had happened', true],
    ['had not happened', false],
  ])('sends nothing then, and once later, when the commit %s', async (_name, happens) => {
    const { ledger } = place;
    const clock = movedClock();
    const campaign = await running(ledger, 'spring', 1, clock());
    const silent = scriptedProvider();
    silent.contacts.always(contactOf);
    await slice({ ledger: losing(ledger, happens), campaign, provider: silent.provider, clock });
    expect(silent.sends.calls).toHaveLength(0);
    await expectTrueCounters(ledger, campaign.id);

    const obliging = obligingProvider();
    const other = await place.reopen();
    const go = () => slice({ ledger: other, campaign, provider: obliging.provider, clock });
    // Rows of slices that are over go back, as whoever drives does it before each step.
    await reclaim(other, 'desk', clock());
    await go();
    // Whoever lost the answer knew that nothing was sent, and wrote that down: nobody has to ask.
    expect(obliging.looks.calls).toHaveLength(0);
    expect(obliging.sends.calls).toHaveLength(1);
    expect(await rowsOf(other, campaign)).toMatchObject([{ state: 'sent', attempts: 1 }]);
    expect(await doublesOf(other, campaign)).toBe(0);
    await expectTrueCounters(other, campaign.id);
  });

  it('results that are landed a second time change nothing, and count no double twice', async () => {
    const { ledger } = place;
    const campaign = await running(ledger, 'spring', 4);
    const old = await worker(ledger, campaign, 1_000);
    await old.gate(await old.claim(1, 1_000), 1_000);
    const first = old.attempt();
    await old.land([{ seq: 0, attemptId: first, to: 'pending', result: 'absent' }], 1_000);
    await old.gate(await old.claim(4, 1_000), 1_000);
    const [, ...attempts] = await attemptsOf(ledger, campaign);
    const id = (seq: number) => attempts.find((attempt) => attempt.seq === seq)?.id ?? 0;
    const proof = { to: 'sent', result: 'accepted' } as const;
    await old.land([{ ...proof, seq: 0, attemptId: id(0), messageId: 'newer' }], 1_000);
    const group = [
      { ...proof, seq: 0, attemptId: first, messageId: 'older' },
      { ...proof, seq: 1, attemptId: id(1), messageId: 'one' },
      { ...proof, seq: 1, attemptId: id(1), messageId: 'one more' },
      { seq: 2, attemptId: id(2), to: 'pending', result: 'not_sent', tried: true },
      { seq: 3, attemptId: id(3), to: 'failed', result: 'refused', reason: 'content' },
    ] as const;
    await old.land([...group], 1_000);
    const rows = await rowsOf(ledger, campaign);
    expect(rows.map(({ state }) => state)).toEqual(['sent', 'sent', 'pending', 'failed']);
    expect(await doublesOf(ledger, campaign)).toBe(2);
    await old.land([...group], 1_000);
    expect(await rowsOf(ledger, campaign)).toEqual(rows);
    expect(await doublesOf(ledger, campaign)).toBe(2);
    await expectTrueCounters(ledger, campaign.id);
  });
});

const server = inject('postgres');
describe.skipIf('missing' in server)('a connection to PostgreSQL that is cut', () => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await postgresTestLedger('url' in server ? server.url : '');
  });
  afterEach(() => place.close());

  it.each([
    ['before the commit reaches the server', 'before', 'claimed'],
    ['when the commit is done and its answer is on the way', 'after', 'pending'],
  ] as const)('%s: nothing is sent', async (_name, when, state) => {
    const clock = movedClock();
    const campaign = await running(place.ledger, 'spring', 1, clock());
    const proxy = await cuttingProxy(place.where);
    const ledger = await openLedger(proxy.url);
    try {
      const silent = scriptedProvider();
      const ended = oneRow({ ledger, campaign, provider: silent.provider, clock });
      const contact = await silent.contacts.next();
      proxy.cutAtCommit(when);
      contact.answer(contactOf(contact.asked));
      await ended;
      expect(proxy.cuts()).toBe(1);
      expect(silent.sends.calls).toHaveLength(0);
      expect(await rowsOf(place.ledger, campaign)).toMatchObject([{ state }]);
      await expectTrueCounters(place.ledger, campaign.id);
    } finally {
      await ledger.close();
      await proxy.close();
    }
  });
});
