import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  control,
  createCampaign,
  decide,
  figuresOf,
  giveList,
  importRecipients,
  type Landing,
  type Ledger,
  recount as recountRows,
  refuseList,
  results,
  retryFailed,
  seal,
  tally,
} from '../../../worker/ledger';
import { count } from '../../../worker/ledger/counters';
import { expectTrueCounters } from '../../support/counts';
import {
  counted,
  onBothLedgers,
  phone,
  recount,
  running,
  type TestLedger,
  worker,
} from '../../support/ledger';

onBothLedgers('importing and results', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const fresh = (name = 'a') =>
    createCampaign(ledger, { name, kind: 'list', account: 'desk', spec: '{}', inbox: '{}' }, 0);
  const row = (n: number, number = n) => ({
    row: n + 2,
    raw: phone(number),
    kind: 'phone' as const,
    address: phone(number),
  });

  describe('importing', () => {
    it('keeps a repeated address as a skipped duplicate that names the first row', async () => {
      const campaign = await fresh();
      const { duplicates } = await importRecipients(
        ledger,
        campaign,
        0,
        [row(0), row(1), row(2, 0)],
        0,
      );
      expect(duplicates).toBe(1);
      await importRecipients(ledger, campaign, 3, [row(3, 1)], 0);
      const rows = await results(ledger, campaign.id, {});
      expect(rows.map(({ state, reason, detail }) => [state, reason, detail])).toEqual([
        ['pending', null, null],
        ['pending', null, null],
        ['skipped', 'duplicate', 'the same address as row 2'],
        ['skipped', 'duplicate', 'the same address as row 3'],
      ]);
      expect(await counted(ledger, campaign.id)).toEqual({ pending: 2, skipped: 2 });
    });

    it('goes on where it was, when blocks are repeated or overlap', async () => {
      const campaign = await fresh();
      await importRecipients(ledger, campaign, 0, [row(0), row(1)], 0);
      await importRecipients(ledger, campaign, 0, [row(0), row(1)], 0);
      await importRecipients(ledger, campaign, 1, [row(1), row(2)], 0);
      expect((await results(ledger, campaign.id, {})).map(({ seq }) => seq)).toEqual([0, 1, 2]);
      expect(await counted(ledger, campaign.id)).toEqual({ pending: 3 });
    });

    it('takes no row after the seal', async () => {
      const campaign = await fresh();
      await seal(ledger, campaign, 0);
      await expect(importRecipients(ledger, campaign, 0, [row(0)], 0)).rejects.toThrow('complete');
    });

    it('takes nothing of a list that another one has replaced, by whoever slept meanwhile', async () => {
      await createCampaign(
        ledger,
        {
          ...{ name: 'a', kind: 'list', account: 'desk', spec: '{}', inbox: '{}' },
          intake: 'upload',
        },
        0,
      );
      const give = async (hash: string) =>
        (await giveList(ledger, 'a', { path: `/lists/${hash}.csv`, hash }, 0)).campaign;
      const slept = await give('one');
      await importRecipients(ledger, slept, 0, [row(0), row(1)], 0);
      await refuseList(ledger, slept, 'broken', 0);
      const now = await give('two');
      const late = importRecipients(ledger, slept, 0, [row(0), row(1)], 0);
      await expect(late).rejects.toMatchObject({ code: 'busy' });
      await expect(seal(ledger, slept, 0)).rejects.toMatchObject({ code: 'busy' });
      await importRecipients(ledger, now, 0, [row(5)], 0);
      // Also where the other list has the same bytes: nothing may be left out.
      const gap = importRecipients(ledger, now, 2, [row(7)], 0);
      await expect(gap).rejects.toMatchObject({ code: 'busy' });
      expect((await seal(ledger, now, 0)).state).toBe('ready');
      expect((await results(ledger, now.id, {})).map(({ raw }) => raw)).toEqual([phone(5)]);
    });

    it('gives a send the same key each time, and another one in another campaign', async () => {
      const keys = async (name: string) => {
        const campaign = await fresh(name);
        await importRecipients(ledger, campaign, 0, [row(0)], 0);
        const it = await ledger.db
          .selectFrom('recipients')
          .select('key')
          .where('campaign_id', '=', campaign.id)
          .executeTakeFirstOrThrow();
        return it.key;
      };
      const [a, b] = [await keys('a'), await keys('b')];
      expect(a).toMatch(/^[A-Za-z0-9_-]{24}$/);
      expect(a).not.toBe(b);
    });
  });

  describe('counters', () => {
    it('always say what the rows say', async () => {
      let n = 0;
      const landing = fc.record({
        seq: fc.integer({ min: 0, max: 9 }),
        to: fc.constantFrom('sent', 'failed', 'unknown', 'skipped', 'pending', undefined),
        result: fc.constantFrom('accepted', 'refused', 'not_sent', 'ambiguous'),
        mine: fc.boolean(),
        messageId: fc.constantFrom('m1', 'm2'),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(landing, { maxLength: 6 }), { maxLength: 5 }),
          async (groups) => {
            const campaign = await running(ledger, `p${++n}`, 10);
            await ledger.db
              .updateTable('recipients')
              .set({ account: `p${n}` })
              .where('campaign_id', '=', campaign.id)
              .execute();
            const one = await worker(ledger, campaign, 2_000);
            await one.gate((await one.claim(7, 2_000)).slice(0, 4), 2_000);
            for (const group of groups) {
              const landings = group.map(({ to, mine, ...it }): Landing => {
                const sent = it.result === 'accepted';
                return {
                  ...it,
                  attemptId: mine ? one.lease.id * 1000 + 1 + it.seq : null,
                  ...(sent ? { to: 'sent' } : to === undefined ? {} : { to }),
                  reason: to === 'pending' || sent ? null : 'other',
                };
              });
              await one.land(landings, 2_000);
            }
            expect(await counted(ledger, campaign.id)).toEqual(await recount(ledger, campaign.id));
          },
        ),
        { numRuns: 60 },
      );
    });

    it('stay true through cancel, retry and decide', async () => {
      const campaign = await running(ledger, 'a', 6);
      const one = await worker(ledger, campaign, 2_000);
      await one.gate(await one.claim(4, 2_000), 2_000);
      const first = one.lease.id * 1000 + 1;
      await one.land(
        [
          { seq: 0, attemptId: first, to: 'failed', result: 'refused', reason: 'content' },
          { seq: 1, attemptId: first + 1, to: 'failed', result: 'refused', reason: 'other' },
          { seq: 2, attemptId: first + 2, to: 'unknown', result: 'unclear', reason: 'lost_answer' },
          { seq: 3, attemptId: first + 3, to: 'unknown', result: 'unclear', reason: 'lost_answer' },
        ],
        2_000,
      );
      expect(await retryFailed(ledger, 'a', 'other', 2_000)).toBe(1);
      expect(await decide(ledger, 'a', { rows: [4] }, 'sent', 2_000)).toBe(1);
      await expect(decide(ledger, 'a', { rows: [2, 5] }, 'sent', 2_000)).rejects.toThrow('row 2');
      await control(ledger, 'a', { action: 'cancel' }, 2_000);
      expect(await counted(ledger, campaign.id)).toEqual({
        failed: 1,
        sent: 1,
        unknown: 1,
        skipped: 3,
      });
      expect(await recount(ledger, campaign.id)).toEqual({
        failed: 1,
        sent: 1,
        unknown: 1,
        skipped: 3,
      });
      expect((await tally(ledger.db, campaign.id)).reasons).toContainEqual({
        state: 'skipped',
        reason: 'cancelled',
        n: 3,
      });
    });

    it('of deliveries stand beside those of states, and are put right with them', async () => {
      const campaign = await running(ledger, 'a', 4);
      const known = ['delivered', 'delivered', 'replied'];
      for (const [seq, delivery] of known.entries()) {
        await ledger.db
          .updateTable('recipients')
          .set({ delivery })
          .where('campaign_id', '=', campaign.id)
          .where('seq', '=', seq)
          .execute();
      }
      await count(ledger.db, campaign.id, [
        { to: { state: 'delivery', reason: 'delivered' }, n: 3 },
        {
          from: { state: 'delivery', reason: 'delivered' },
          to: { state: 'delivery', reason: 'replied' },
          n: 1,
        },
        { to: { state: 'double' }, n: 1 },
      ]);
      const wanted = {
        counts: expect.objectContaining({ pending: 4, total: 4, double: 1 }),
        reasons: [],
        delivery: { delivered: 2, read: 0, delivery_failed: 0, replied: 1 },
      };
      expect(await tally(ledger.db, campaign.id)).toEqual(wanted);
      await expectTrueCounters(ledger, campaign.id);
      const { rows, outcomes } = await figuresOf(ledger.db, 2_000);
      expect(rows.map(({ state }) => state).toSorted()).toEqual(['double', 'pending']);
      expect(outcomes.map(({ state }) => state).toSorted()).toEqual(['double', 'pending']);
      await ledger.db.deleteFrom('counters').where('state', '<>', 'double').execute();
      await recountRows(ledger, campaign.id);
      expect(await tally(ledger.db, campaign.id)).toEqual(wanted);
    });

    it('"finished" is counted from the rows', async () => {
      const campaign = await running(ledger, 'a', 1);
      await ledger.db.deleteFrom('counters').execute();
      await expect(control(ledger, 'a', { action: 'finish' }, 2_000)).rejects.toThrow(
        'not every row is final',
      );
      expect(campaign.state).toBe('running');
    });
  });
});
