import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../core/errors';
import { NoSuchSend } from '../../../worker/campaign/the-send';
import {
  type Campaign,
  control,
  dueSends,
  type Ledger,
  reclaim,
  sendIdOf,
  setLimit,
  stopAccount,
  suppress,
} from '../../../worker/ledger';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, phone, running, type TestLedger } from '../../support/ledger';
import { runningByMessage, type StepsOf, stepsOf } from '../../support/one-send';
import {
  contactOf,
  lostAnswer,
  obligingProvider,
  receiptOf,
  scriptedProvider,
} from '../../support/scripted-provider';
import {
  attemptsOf,
  doublesOf,
  LONG_LEASE_MS,
  movedClock,
  PROVEN_AFTER_MS,
  rowsOf,
  SETTLE_DELAY_MS,
  slice,
} from '../../support/scripted-run';

onBothLedgers('one message, step by step', (open) => {
  let place: TestLedger;
  let ledger: Ledger;
  let clock: ReturnType<typeof movedClock>;
  let campaign: Campaign;
  beforeEach(async () => {
    place = await open();
    ({ ledger } = place);
    clock = movedClock();
    campaign = await runningByMessage(ledger, 'spring', 1, clock());
  });
  afterEach(async () => {
    await expectTrueCounters(ledger, campaign.id);
    await place.close();
  });

  const steps = (provider: StepsOf['provider'], more: Partial<StepsOf> = {}) =>
    stepsOf({ ledger, campaign, provider, clock, ...more });
  const row = async () => (await rowsOf(ledger, campaign))[0];

  it('goes through contact, conversation and message, and lets its row go in between', async () => {
    const platform = obligingProvider();
    const mine = steps(platform.provider);
    expect(await mine.contact(0)).toEqual({ state: 'ready' });
    expect(await row()).toMatchObject({ state: 'pending', contact_id: 'contact-0100' });
    expect(await mine.conversation(0)).toEqual({ state: 'ready' });
    expect(await row()).toMatchObject({ state: 'pending', attempts: 0 });
    expect(await mine.message(0)).toEqual({ state: 'sent', reason: null });
    expect(await row()).toMatchObject({ state: 'sent', message_id: 'taken-1', attempts: 1 });
    // What the first step found, the others did not ask for again.
    expect(platform.contacts.calls).toHaveLength(1);
  });

  it('another process goes on after the last step that was done', async () => {
    const platform = obligingProvider();
    expect(await steps(platform.provider).contact(0)).toEqual({ state: 'ready' });
    ledger = await place.reopen();
    const other = steps(platform.provider);
    expect(await other.contact(0)).toEqual({ state: 'ready' });
    expect(await other.conversation(0)).toEqual({ state: 'ready' });
    expect(await other.message(0)).toMatchObject({ state: 'sent' });
    expect(platform.contacts.calls).toHaveLength(1);
  });

  it('a step that was done long ago is done again', async () => {
    const platform = obligingProvider();
    const mine = steps(platform.provider);
    await mine.contact(0);
    await mine.conversation(0);
    clock.forward(6 * 60_000);
    expect(await mine.message(0)).toMatchObject({ state: 'sent' });
    expect(platform.contacts.calls).toHaveLength(2);
  });

  it('what is final answers for itself, however often it is asked', async () => {
    const platform = obligingProvider();
    const mine = steps(platform.provider);
    await mine.message(0);
    for (const again of [mine.contact, mine.conversation, mine.message, mine.settle]) {
      expect(await again(0)).toEqual({ state: 'sent', reason: null });
    }
    expect(platform.sends.calls).toHaveLength(1);
  });

  it('two executions at once make one request', async () => {
    const platform = scriptedProvider();
    platform.contacts.always(contactOf);
    const one = steps(platform.provider).message(0);
    const send = await platform.sends.next();
    const other = stepsOf({
      ...{ ledger: await place.reopen(), campaign, clock },
      provider: platform.provider,
    });
    expect(await other.message(0)).toEqual({ state: 'open' });
    send.answer(receiptOf('m1'));
    expect(await one).toMatchObject({ state: 'sent' });
    expect(await other.message(0)).toMatchObject({ state: 'sent' });
    expect(platform.sends.calls).toHaveLength(1);
    expect(await doublesOf(ledger, campaign)).toBe(0);
  });

  describe('cancelled', () => {
    beforeEach(async () => {
      await ledger.db.updateTable('campaigns').set({ kind: 'single' }).execute();
    });
    const CANCELLED = { state: 'skipped', reason: 'cancelled' };

    it('it is not sent, however often anybody asks for it', async () => {
      const platform = obligingProvider();
      const mine = steps(platform.provider);
      expect(await mine.cancel(0)).toEqual(CANCELLED);
      for (const again of [mine.cancel, mine.contact, mine.message, mine.settle]) {
        expect(await again(0)).toEqual(CANCELLED);
      }
      expect(platform.sends.calls).toHaveLength(0);
    });

    it('while it waits for a token, it is not sent', async () => {
      await setLimit(ledger, 'account/desk/message', 0.001);
      await ledger.db
        .updateTable('limits')
        .set({ tat: clock() + 50_000 })
        .execute();
      const platform = obligingProvider();
      const mine = steps(platform.provider);
      const sending = mine.message(0);
      while ((await row())?.state !== 'claimed') await new Promise((next) => setTimeout(next, 20));
      expect(await mine.cancel(0)).toEqual(CANCELLED);
      expect(await sending).toEqual(CANCELLED);
      expect(platform.sends.calls).toHaveLength(0);
    }, 20_000);

    it('while its request is on its way, what became of that is found out', async () => {
      const platform = scriptedProvider();
      platform.contacts.always(contactOf);
      const mine = steps(platform.provider);
      const sending = mine.message(0);
      const request = await platform.sends.next();
      expect(await mine.cancel(0)).toEqual({ state: 'open' });
      const settling = mine.settle(0);
      request.answer(receiptOf('m1'));
      expect(await sending).toMatchObject({ state: 'sent' });
      expect(await settling).toMatchObject({ state: 'sent' });
    });

    it('after its end, it keeps that', async () => {
      const mine = steps(obligingProvider().provider);
      await mine.message(0);
      expect(await mine.cancel(0)).toEqual({ state: 'sent', reason: null });
    });

    it('one of a campaign’s is not: that is the campaign’s', async () => {
      await ledger.db.updateTable('campaigns').set({ kind: 'list' }).execute();
      const mine = steps(obligingProvider().provider);
      expect(await mine.cancel(0)).toEqual({ state: 'ready' });
      expect(await mine.message(0)).toMatchObject({ state: 'sent' });
    });
  });

  it('while somebody prepares it, it is in work', async () => {
    const platform = scriptedProvider();
    const slow = steps(platform.provider).contact(0);
    const contact = await platform.contacts.next();
    expect(await steps(platform.provider).message(0)).toMatchObject({
      state: 'not_before',
      why: 'in_work',
    });
    contact.answer(contactOf(contact.asked));
    expect(await slow).toEqual({ state: 'ready' });
    expect(platform.sends.calls).toHaveLength(0);
  });

  it('a process that slept past its lease sends nothing when it wakes', async () => {
    const platform = scriptedProvider();
    const frozen = steps(platform.provider).message(0);
    const contact = await platform.contacts.next();
    clock.forward(LONG_LEASE_MS + 1);
    await reclaim(await place.reopen(), 'desk', clock());
    const other = obligingProvider();
    expect(await steps(other.provider).message(0)).toMatchObject({ state: 'sent' });
    contact.answer(contactOf(contact.asked));
    expect(await frozen).toMatchObject({ state: 'sent' });
    expect(platform.sends.calls).toHaveLength(0);
    expect(other.sends.calls).toHaveLength(1);
  });

  describe('an answer that was lost', () => {
    it('leaves it open, and settling finds the message', async () => {
      const platform = obligingProvider();
      const taken: string[] = [];
      platform.sends.always(({ key }) => {
        taken.push(key);
        throw lostAnswer();
      });
      platform.looks.always((key) =>
        taken.includes(key) ? { kind: 'found', receipts: [receiptOf('m1')] } : { kind: 'absent' },
      );
      const mine = steps(platform.provider);
      expect(await mine.message(0)).toEqual({ state: 'open' });
      expect(await mine.message(0)).toEqual({ state: 'open' });
      clock.forward(2_100);
      expect(await mine.settle(0)).toEqual({ state: 'sent', reason: null });
      expect(taken).toHaveLength(1);
    });

    it('is not sent again before its absence is proven, and then it may be', async () => {
      const platform = obligingProvider();
      platform.sends.always(() => {
        throw lostAnswer();
      });
      const mine = steps(platform.provider);
      expect(await mine.message(0)).toEqual({ state: 'open' });
      const settled = mine.settle(0);
      clock.forward(SETTLE_DELAY_MS - 100);
      await expect.poll(() => platform.looks.calls.length, { timeout: 4_000 }).toBeGreaterThan(0);
      expect(await row()).toMatchObject({ state: 'sending' });
      clock.forward(PROVEN_AFTER_MS);
      expect(await settled).toMatchObject({ state: 'not_before', why: 'retry' });
      platform.sends.always(() => receiptOf('m2'));
      clock.forward(1_000);
      expect(await mine.message(0)).toMatchObject({ state: 'sent' });
      expect(await attemptsOf(ledger, campaign)).toMatchObject([
        { result: 'absent' },
        { result: 'accepted' },
      ]);
    });

    it('settles its own row and leaves the others to whoever watches them', async () => {
      campaign = await runningByMessage(ledger, 'summer', 2, clock());
      const platform = obligingProvider();
      platform.sends.always(() => {
        throw lostAnswer();
      });
      const mine = steps(platform.provider);
      await mine.message(1);
      expect(await rowsOf(ledger, campaign)).toMatchObject([
        { state: 'pending' },
        { state: 'sending' },
      ]);
      await mine.message(0);
      clock.forward(PROVEN_AFTER_MS);
      expect(await mine.settle(1)).toMatchObject({ state: 'not_before' });
      expect(await rowsOf(ledger, campaign)).toMatchObject([
        { state: 'sending' },
        { state: 'pending' },
      ]);
      expect(platform.looks.calls).toHaveLength(1);
    });
  });

  describe('a process that died', () => {
    /** Passes the gate, and is never heard of again; what it still holds is its lease. */
    async function dies(platform = scriptedProvider()) {
      platform.contacts.always(contactOf);
      const gone = steps(platform.provider).message(0);
      const send = await platform.sends.next();
      return {
        send,
        // It wakes up at the end, so that nothing is left open.
        async wakes() {
          send.fail(lostAnswer());
          await gone;
        },
      };
    }

    it('behind the gate: its message is found', async () => {
      const { send, wakes } = await dies();
      const other = obligingProvider();
      other.looks.always(() => ({ kind: 'found', receipts: [receiptOf('m1')] }));
      const settled = steps(other.provider).settle(0);
      expect(await row()).toMatchObject({ state: 'sending' });
      clock.forward(LONG_LEASE_MS + 1);
      expect(await settled).toEqual({ state: 'sent', reason: null });
      expect(other.looks.calls.map(({ asked }) => asked)).toEqual([send.asked.key]);
      await wakes();
      expect(await row()).toMatchObject({ state: 'sent', message_id: 'm1' });
    });

    it('behind the gate, before its first byte: it is sent once, by somebody else', async () => {
      const { wakes } = await dies();
      const other = obligingProvider();
      const mine = steps(other.provider);
      clock.forward(LONG_LEASE_MS + PROVEN_AFTER_MS);
      expect(await mine.settle(0)).toMatchObject({ state: 'not_before' });
      clock.forward(1_000);
      expect(await mine.message(0)).toMatchObject({ state: 'sent' });
      await wakes();
      expect(await row()).toMatchObject({ state: 'sent', message_id: 'taken-1' });
      expect(await doublesOf(ledger, campaign)).toBe(0);
    });

    it('before the gate: the row goes back when its lease ends', async () => {
      const platform = scriptedProvider();
      const gone = steps(platform.provider).message(0);
      const contact = await platform.contacts.next();
      const other = obligingProvider();
      const mine = steps(other.provider);
      expect(await mine.settle(0)).toMatchObject({ state: 'not_before', why: 'in_work' });
      clock.forward(LONG_LEASE_MS + 1);
      expect(await mine.settle(0)).toMatchObject({ state: 'not_before', why: 'retry' });
      clock.forward(1_000);
      expect(await mine.message(0)).toMatchObject({ state: 'sent' });
      contact.fail(lostAnswer());
      await gone;
      expect(platform.sends.calls).toHaveLength(0);
    });
  });

  describe('is not sent now', () => {
    it('while its campaign is paused, and goes on when it is resumed', async () => {
      const platform = obligingProvider();
      const mine = steps(platform.provider);
      await control(ledger, 'spring', { action: 'pause' }, clock());
      for (const step of [mine.contact, mine.conversation, mine.message, mine.settle]) {
        expect(await step(0)).toEqual({ state: 'halted', why: 'paused' });
      }
      await control(ledger, 'spring', { action: 'resume' }, clock());
      expect(await mine.message(0)).toMatchObject({ state: 'sent' });
    });

    it('when a pause comes between contact and gate', async () => {
      const platform = scriptedProvider();
      const sending = steps(platform.provider).message(0);
      const contact = await platform.contacts.next();
      await control(await place.reopen(), 'spring', { action: 'pause' }, clock());
      contact.answer(contactOf(contact.asked));
      expect(await sending).toEqual({ state: 'halted', why: 'paused' });
      expect(platform.sends.calls).toHaveLength(0);
    });

    it('in quiet hours, but at their end', async () => {
      const opensAt = clock() + 3_600_000;
      const platform = obligingProvider();
      const more: Partial<StepsOf> = {
        more: {
          place: 'Europe/Madrid',
          quiet: (_place, now) =>
            now < opensAt
              ? { allowed: false, nextMs: opensAt }
              : { allowed: true, untilMs: opensAt + 3_600_000 },
        },
      };
      const mine = steps(platform.provider, more);
      const turn = await mine.contact(0);
      expect(turn).toMatchObject({ state: 'not_before', why: 'quiet_hours' });
      expect('at' in turn && turn.at - opensAt).toBeGreaterThanOrEqual(0);
      expect(await row()).toMatchObject({ not_before: opensAt });
      clock.forward(3_601_000);
      expect(await mine.message(0)).toMatchObject({ state: 'sent' });
    });

    it('while the account stays away from the platform', async () => {
      const platform = obligingProvider();
      const until = clock() + 30_000;
      await stopAccount(ledger, 'desk', { until, why: 'test', now: clock() });
      const turn = await steps(platform.provider).message(0);
      expect(turn).toMatchObject({ state: 'not_before', why: 'stopped' });
      expect('at' in turn && turn.at >= until && turn.at <= until + 2_001).toBe(true);
      expect(platform.contacts.calls).toHaveLength(0);
    });

    it('after a 429, until the platform said', async () => {
      const platform = obligingProvider();
      platform.sends.always(() => {
        throw new ProviderError('rate_limited', 'scripted: too many', {
          provider: 'chatwoot',
          retryAfterMs: 40_000,
        });
      });
      const turn = await steps(platform.provider).message(0);
      expect(turn).toMatchObject({ state: 'not_before' });
      expect('at' in turn && turn.at).toBeGreaterThanOrEqual(clock() + 40_000);
      expect(await row()).toMatchObject({ state: 'pending', attempts: 0 });
    });

    it('without a token: it waits for some seconds, and makes room', async () => {
      // One in 1,000 seconds, and it is taken.
      await setLimit(ledger, 'account/desk/message', 0.001);
      await ledger.db
        .updateTable('limits')
        .set({ tat: clock() + 50_000 })
        .execute();
      const platform = obligingProvider();
      const began = performance.now();
      const turn = await steps(platform.provider).message(0);
      expect(performance.now() - began).toBeGreaterThan(9_900);
      expect(turn).toMatchObject({ state: 'not_before', why: 'throttled' });
      expect(platform.sends.calls).toHaveLength(0);
      expect(await row()).toMatchObject({ state: 'pending', attempts: 0 });
    }, 20_000);

    it('while the process is to end', async () => {
      const platform = obligingProvider();
      const turn = await steps(platform.provider, { stopping: () => true }).message(0);
      expect(turn).toMatchObject({ state: 'not_before', why: 'draining' });
      expect(platform.contacts.calls).toHaveLength(0);
    });

    it('while its person is in work in another campaign', async () => {
      const first = scriptedProvider();
      const held = steps(first.provider).contact(0);
      const contact = await first.contacts.next();
      const others = campaign;
      campaign = await runningByMessage(ledger, 'summer', 1, clock());
      const platform = obligingProvider();
      expect(await steps(platform.provider).message(0)).toMatchObject({
        state: 'not_before',
        why: 'in_work',
      });
      contact.answer(contactOf(contact.asked));
      await held;
      expect(await steps(platform.provider).message(0)).toMatchObject({ state: 'sent' });
      await expectTrueCounters(ledger, others.id);
    });

    it('once a copy of the ledger was put back, before it is known what else was sent', async () => {
      await ledger.db.updateTable('campaigns').set({ restored_at: clock() }).execute();
      const platform = obligingProvider();
      const mine = steps(platform.provider);
      expect(await mine.message(0)).toMatchObject({ state: 'not_before', why: 'restored' });
      clock.forward(SETTLE_DELAY_MS + 600);
      platform.looks.always(() => ({ kind: 'found', receipts: [receiptOf('before')] }));
      expect(await mine.message(0)).toMatchObject({ state: 'sent' });
      expect(platform.sends.calls).toHaveLength(0);
    });
  });

  describe('ends', () => {
    it('with its reason when the platform refuses this person', async () => {
      const platform = obligingProvider();
      platform.contacts.always(() => {
        throw new ProviderError('rejected', 'scripted: no such number', {
          provider: 'chatwoot',
          reason: 'invalid_address',
        });
      });
      const mine = steps(platform.provider);
      expect(await mine.contact(0)).toEqual({ state: 'failed', reason: 'invalid_address' });
      expect(await mine.message(0)).toEqual({ state: 'failed', reason: 'invalid_address' });
    });

    it('where the contact is blocked, in the first step', async () => {
      const platform = obligingProvider();
      platform.contacts.always((address) => ({ ...contactOf(address), blocked: true }));
      expect(await steps(platform.provider).contact(0)).toEqual({
        state: 'skipped',
        reason: 'blocked',
      });
    });

    it('at the gate, when the person asked for no more messages after the steps before it', async () => {
      const platform = obligingProvider();
      const mine = steps(platform.provider);
      await mine.contact(0);
      await mine.conversation(0);
      await suppress(ledger, [phone(0)], { reason: 'stop', source: 'test' }, clock());
      expect(await mine.message(0)).toEqual({ state: 'skipped', reason: 'suppressed' });
      expect(platform.sends.calls).toHaveLength(0);
    });

    it('when its campaign is cancelled while somebody is at work on it', async () => {
      const platform = scriptedProvider();
      const held = steps(platform.provider).contact(0);
      const contact = await platform.contacts.next();
      await control(await place.reopen(), 'spring', { action: 'cancel' }, clock());
      contact.answer(contactOf(contact.asked));
      expect(await held).toEqual({ state: 'ready' });
      expect(await steps(platform.provider).message(0)).toEqual({
        state: 'skipped',
        reason: 'cancelled',
      });
    });

    it('when its campaign was cancelled, or its time is over', async () => {
      const platform = obligingProvider();
      await control(ledger, 'spring', { action: 'cancel' }, clock());
      expect(await steps(platform.provider).message(0)).toEqual({
        state: 'skipped',
        reason: 'cancelled',
      });
      campaign = await runningByMessage(ledger, 'summer', 1, clock());
      await ledger.db.updateTable('campaigns').set({ expires_at: clock() }).execute();
      expect(await steps(platform.provider).message(0)).toEqual({
        state: 'skipped',
        reason: 'expired',
      });
    });
  });

  it('slices do not touch it, and it does not touch what slices send', async () => {
    const platform = obligingProvider();
    expect(await slice({ ledger, campaign, provider: platform.provider, clock })).toMatchObject({
      claimed: 0,
    });
    expect(await row()).toMatchObject({ state: 'pending' });
    const others = await running(ledger, 'summer', 1, clock());
    await expect(
      stepsOf({ ledger, campaign: others, provider: platform.provider, clock }).message(0),
    ).rejects.toThrow(NoSuchSend);
    expect(platform.sends.calls).toHaveLength(0);
  });

  it('a slice settles what is open all the same', async () => {
    const platform = obligingProvider();
    platform.sends.always(() => {
      throw lostAnswer();
    });
    await steps(platform.provider).message(0);
    clock.forward(2_100);
    platform.looks.always(() => ({ kind: 'found', receipts: [receiptOf('m1')] }));
    expect(await slice({ ledger, campaign, provider: platform.provider, clock })).toMatchObject({
      claimed: 0,
      settled: 1,
    });
    expect(await row()).toMatchObject({ state: 'sent' });
  });

  it('a campaign that went to another engine is not sent from here', async () => {
    await ledger.db.updateTable('campaigns').set({ engine: 'embedded' }).execute();
    const platform = obligingProvider();
    expect(await steps(platform.provider).message(0)).toEqual({ state: 'halted', why: 'moved' });
    expect(platform.contacts.calls).toHaveLength(0);
  });

  it('an id that is none, or nobody’s, is refused', async () => {
    const mine = steps(obligingProvider().provider);
    await expect(mine.contact(7)).rejects.toThrow(NoSuchSend);
  });

  it('those that are due, or that somebody left behind, are to be begun with', async () => {
    campaign = await runningByMessage(ledger, 'summer', 4, clock());
    const due = async () =>
      (await dueSends(ledger.db, campaign, 10, clock())).map((id) => Number(id.split('-')[1]));
    expect(await due()).toEqual([0, 1, 2, 3]);
    expect(await dueSends(ledger.db, campaign, 1, clock())).toEqual([sendIdOf(campaign, 0)]);
    const platform = obligingProvider();
    await steps(platform.provider).message(0);
    platform.sends.always(() => {
      throw lostAnswer();
    });
    await steps(platform.provider).message(1);
    const dead = scriptedProvider();
    const gone = steps(dead.provider).message(2);
    const contact = await dead.contacts.next();
    await ledger.db
      .updateTable('recipients')
      .set({ not_before: clock() + 1_000 })
      .where('campaign_id', '=', campaign.id)
      .where('seq', '=', 3)
      .execute();
    expect(await due()).toEqual([1]);
    clock.forward(1_000);
    expect(await due()).toEqual([1, 3]);
    clock.forward(LONG_LEASE_MS);
    expect(await due()).toEqual([1, 2, 3]);
    await control(ledger, 'summer', { action: 'pause' }, clock());
    expect(await due()).toEqual([1, 2]);
    contact.fail(lostAnswer());
    await gone;
    await reclaim(ledger, 'desk', clock());
  });
});
