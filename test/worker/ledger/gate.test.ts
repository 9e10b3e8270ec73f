import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  control,
  end,
  type Ledger,
  lookAgain,
  nextLook,
  reclaim,
  renew,
  setLimit,
  stopAccount,
  suppress,
  takeDriver,
  tally,
} from '../../../worker/ledger';
import { onBothLedgers, phone, running, type TestLedger, worker } from '../../support/ledger';

onBothLedgers('gates, results and leases', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const NOW = 10_000;
  const stateOf = async (campaignId: number, seq = 0) =>
    ledger.db
      .selectFrom('recipients')
      .select(['state', 'reason', 'message_id', 'attempts', 'attempt_id'])
      .where('campaign_id', '=', campaignId)
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow();

  describe('the gate', () => {
    it('lets a claimed row through once, and writes its attempt', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      const rows = await one.claim(10, NOW);
      expect(await one.gate(rows, NOW)).toEqual([
        { seq: 0, go: true, sendAt: NOW, sendBy: NOW + 2_000 },
      ]);
      expect(await one.gate(rows, NOW)).toEqual([{ seq: 0, go: false, why: 'lost' }]);
      expect(await ledger.db.selectFrom('attempts').selectAll().execute()).toHaveLength(1);
    });

    it.each(['pause', 'cancel'] as const)(
      'is shut after %s, also for a row claimed before',
      async (action) => {
        const campaign = await running(ledger, 'a', 1);
        const one = await worker(ledger, campaign, NOW);
        const rows = await one.claim(10, NOW);
        await control(await it_.reopen(), 'a', { action }, NOW);
        expect(await one.gate(rows, NOW)).toEqual([{ seq: 0, go: false, why: 'halted' }]);
      },
    );

    it('is looked behind at a whole millisecond, whatever moment a clock of fractions names', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      await one.gate(await one.claim(10, NOW), NOW);
      await lookAgain(ledger, one.attempt(), NOW + 0.25);
      expect(await nextLook(ledger.db, campaign, NOW)).toBe(NOW + 1);
    });

    it('is shut for somebody suppressed between claim and gate, and skips the row', async () => {
      const campaign = await running(ledger, 'a', 2);
      const one = await worker(ledger, campaign, NOW);
      const rows = await one.claim(10, NOW);
      await suppress(await it_.reopen(), [phone(0)], { reason: 'stop', source: 'test' }, NOW);
      const answers = await one.gate(rows, NOW);
      expect(answers).toContainEqual({ seq: 0, go: false, why: 'skipped' });
      expect(answers).toContainEqual({ seq: 1, go: true, sendAt: NOW, sendBy: NOW + 2_000 });
      expect(await stateOf(campaign.id)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
    });

    it('is shut after the lease ended, whoever noticed, and a lease that ended cannot be renewed', async () => {
      const campaign = await running(ledger, 'a', 1);
      const frozen = await worker(ledger, campaign, NOW, 1_000);
      const rows = await frozen.claim(10, NOW);
      const later = NOW + 1_001;
      expect(await reclaim(await it_.reopen(), 'desk', later)).toBe(1);
      const other = await worker(ledger, campaign, later);
      const again = await other.claim(10, later);
      expect(again).toHaveLength(1);
      expect(await renew(ledger, frozen.lease.id, later)).toBe(false);
      expect(await frozen.gate(rows, later)).toEqual([{ seq: 0, go: false, why: 'lost' }]);
      // Nor with a clock that was set back for the one who froze: the row is no longer claimed under its lease.
      expect(await frozen.gate(rows, NOW)).toEqual([{ seq: 0, go: false, why: 'lost' }]);
      expect(await other.gate(again, later)).toEqual([expect.objectContaining({ go: true })]);
    });

    it('is shut after the lease ended even where nobody has noticed yet', async () => {
      const campaign = await running(ledger, 'a', 2);
      const one = await worker(ledger, campaign, NOW, 1_000);
      const rows = await one.claim(10, NOW);
      expect(await one.gate(rows.slice(0, 1), NOW + 1_001)).toEqual([
        { seq: 0, go: false, why: 'lost' },
      ]);
      await end(ledger, one.lease.id);
      expect(await one.gate(rows.slice(1), NOW)).toEqual([{ seq: 1, go: false, why: 'lost' }]);
    });

    it('never lets a request begin later than its lease', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW, 500);
      const [answer] = await one.gate(await one.claim(10, NOW), NOW);
      expect(answer).toEqual({ seq: 0, go: true, sendAt: NOW, sendBy: NOW + 500 });
    });

    it('is shut when the message has expired', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      const rows = await one.claim(10, NOW);
      await ledger.db.updateTable('campaigns').set({ expires_at: NOW }).execute();
      expect(await one.gate(rows, NOW)).toEqual([{ seq: 0, go: false, why: 'halted' }]);
    });

    it('is shut while the account stays away, and a stop is never shortened', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      const rows = await one.claim(10, NOW);
      await stopAccount(ledger, 'desk', { until: NOW + 5_000, why: '429', now: NOW });
      await stopAccount(ledger, 'desk', { until: NOW + 1_000, why: '429', now: NOW });
      expect(await one.gate(rows, NOW)).toEqual([
        { seq: 0, go: false, why: 'stopped', retryAt: NOW + 5_000 },
      ]);
      expect(await one.gate(rows, NOW + 5_000)).toEqual([expect.objectContaining({ go: true })]);
    });

    it('gives each message its own moment, an interval apart, and half a second to begin', async () => {
      await setLimit(ledger, 'account/desk/message', 10);
      const a = await running(ledger, 'a', 6);
      const one = await worker(ledger, a, NOW);
      const rows = await one.claim(10, NOW);
      const answers = await one.gate(rows, NOW);
      expect(answers.filter(({ go }) => go)).toEqual([
        // A tenth of a second is caught up with.
        { seq: 0, go: true, sendAt: NOW, sendBy: NOW + 400 },
        { seq: 1, go: true, sendAt: NOW, sendBy: NOW + 500 },
      ]);
      expect(answers).toContainEqual(
        expect.objectContaining({ seq: 2, go: false, why: 'throttled' }),
      );
      const later = await one.gate(rows.slice(2, 4), NOW);
      expect(later).toEqual([
        { seq: 2, go: true, sendAt: NOW + 100, sendBy: NOW + 600 },
        { seq: 3, go: true, sendAt: NOW + 200, sendBy: NOW + 700 },
      ]);
    });

    it('takes no token for a row that it then refuses', async () => {
      await setLimit(ledger, 'account/desk/message', 10);
      const campaign = await running(ledger, 'a', 2);
      const one = await worker(ledger, campaign, NOW);
      const rows = await one.claim(10, NOW);
      await suppress(ledger, [phone(0), phone(1)], { reason: 'stop', source: 'test' }, NOW);
      await one.gate(rows, NOW);
      const { tat } = await ledger.db.selectFrom('limits').select('tat').executeTakeFirstOrThrow();
      expect(tat).toBe(0);
    });
  });

  describe('claiming', () => {
    it('has one address in work once per account, across campaigns', async () => {
      const a = await running(ledger, 'a', 1);
      const b = await running(ledger, 'b', 1);
      const one = await worker(ledger, a, NOW);
      const two = await worker(ledger, b, NOW);
      const [row] = await one.claim(10, NOW);
      expect(await two.claim(10, NOW)).toEqual([]);
      await one.land(
        [{ seq: row?.seq ?? 0, attemptId: null, to: 'pending', notBefore: NOW + 1 }],
        NOW,
      );
      expect(await two.claim(10, NOW)).toHaveLength(1);
    });

    it('gives every row to one worker only', async () => {
      const campaign = await running(ledger, 'a', 20);
      const one = await worker(ledger, campaign, NOW);
      const two = await worker(await it_.reopen(), campaign, NOW);
      const both = [...(await one.claim(15, NOW)), ...(await two.claim(15, NOW))];
      expect(new Set(both.map(({ seq }) => seq)).size).toBe(20);
      expect(both).toHaveLength(20);
    });

    it('takes nothing of a campaign that does not run, or under a lease that ended', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      await end(ledger, one.lease.id);
      expect(await one.claim(10, NOW)).toEqual([]);
      const two = await worker(ledger, campaign, NOW);
      await control(ledger, 'a', { action: 'pause' }, NOW);
      expect(await two.claim(10, NOW)).toEqual([]);
    });
  });

  describe('results land by attempt id', () => {
    it('a late "not sent" of an old attempt does not reset the row', async () => {
      const campaign = await running(ledger, 'a', 1);
      const old = await worker(ledger, campaign, NOW);
      await old.gate(await old.claim(1, NOW), NOW);
      const oldAttempt = old.attempt();
      await old.land([{ seq: 0, attemptId: oldAttempt, to: 'pending', result: 'absent' }], NOW);
      const next = await worker(ledger, campaign, NOW);
      await next.gate(await next.claim(1, NOW), NOW);
      await old.land([{ seq: 0, attemptId: oldAttempt, to: 'pending', result: 'not_sent' }], NOW);
      expect(await stateOf(campaign.id)).toMatchObject({
        state: 'sending',
        attempt_id: next.attempt(),
      });
      await next.land(
        [{ seq: 0, attemptId: next.attempt(), to: 'sent', result: 'accepted', messageId: 'm' }],
        NOW,
      );
      await old.land([{ seq: 0, attemptId: oldAttempt, to: 'pending', result: 'not_sent' }], NOW);
      expect(await stateOf(campaign.id)).toMatchObject({ state: 'sent', message_id: 'm' });
    });

    it.each(['unknown', 'failed', 'skipped'] as const)(
      'proof turns %s into sent, also after the end',
      async (to) => {
        const campaign = await running(ledger, 'a', 1);
        const one = await worker(ledger, campaign, NOW);
        await one.gate(await one.claim(1, NOW), NOW);
        await one.land(
          [{ seq: 0, attemptId: one.attempt(), to, reason: 'lost_answer', result: 'unclear' }],
          NOW,
        );
        await control(ledger, 'a', { action: 'finish' }, NOW);
        await one.land(
          [{ seq: 0, attemptId: one.attempt(), to: 'sent', result: 'accepted', messageId: 'm' }],
          NOW,
        );
        expect(await stateOf(campaign.id)).toMatchObject({
          state: 'sent',
          reason: null,
          message_id: 'm',
        });
        const { counts } = await tally(ledger.db, campaign.id);
        expect(counts).toMatchObject({ sent: 1, [to]: 0, double: 0, total: 1 });
      },
    );

    it('a second, different proof is counted as a double and not hidden; the same proof twice is not', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      await one.gate(await one.claim(1, NOW), NOW);
      const proof = { seq: 0, attemptId: one.attempt(), to: 'sent', result: 'accepted' } as const;
      await one.land([{ ...proof, messageId: 'm1' }], NOW);
      await one.land([{ ...proof, messageId: 'm1' }], NOW);
      expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({ sent: 1, double: 0 });
      await one.land([{ ...proof, messageId: 'm2' }], NOW);
      expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({ sent: 1, double: 1 });
    });

    it('counts two proofs in one group as one sent and one double', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      await one.gate(await one.claim(1, NOW), NOW);
      const proof = { seq: 0, attemptId: one.attempt(), to: 'sent', result: 'accepted' } as const;
      await one.land(
        [
          { ...proof, messageId: 'm1' },
          { ...proof, messageId: 'm2' },
        ],
        NOW,
      );
      expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({
        sent: 1,
        double: 1,
        sending: 0,
      });
      expect(await stateOf(campaign.id)).toMatchObject({ state: 'sent', message_id: 'm1' });
    });
  });

  describe('the cap of attempts', () => {
    it.each([
      ['refused before its first byte', { result: 'not_sent' }, 0],
      ['of a process that died, proven absent', { result: 'absent', died: true }, 0],
      ['proven absent after an answer', { result: 'absent' }, 1],
    ] as const)('an attempt %s counts so', async (_name, how, counted) => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      await one.gate(await one.claim(1, NOW), NOW);
      await one.land([{ seq: 0, attemptId: one.attempt(), to: 'pending', ...how }], NOW);
      expect((await stateOf(campaign.id)).attempts).toBe(counted);
    });
  });

  describe('the driver', () => {
    it('is one at a time, and only a lease that ended is taken over', async () => {
      const campaign = await running(ledger, 'a', 1);
      const first = await takeDriver(ledger, campaign.id, 'one', NOW, 1_000);
      expect(first).toHaveProperty('taken');
      expect(await takeDriver(ledger, campaign.id, 'two', NOW + 1_000, 1_000)).toMatchObject({
        held: { holder: 'one' },
      });
      expect(await takeDriver(ledger, campaign.id, 'two', NOW + 1_001, 1_000)).toHaveProperty(
        'taken',
      );
      if ('taken' in first) expect(await renew(ledger, first.taken.id, NOW + 1_001)).toBe(false);
    });
  });
});
