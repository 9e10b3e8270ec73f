import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run } from '../../../worker/campaign/run';
import { runEmbedded } from '../../../worker/engine/embedded';
import { control, suppress } from '../../../worker/ledger';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, phone, running, type TestLedger } from '../../support/ledger';
import { contactOf, scriptedProvider } from '../../support/scripted-provider';
import { movedClock, oneRow, rowsOf, scriptedRun, slice } from '../../support/scripted-run';

onBothLedgers('what happens between claim and gate', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  /** Runs a slice over one person, and lets something happen while their contact is being made. */
  async function meanwhile(
    happens: (clock: ReturnType<typeof movedClock>) => unknown,
    more: Partial<Run> = {},
    expiresAt: number | null = null,
  ) {
    const { ledger } = place;
    const clock = movedClock();
    const campaign = await running(ledger, 'spring', 1, clock());
    if (expiresAt !== null) {
      await ledger.db.updateTable('campaigns').set({ expires_at: expiresAt }).execute();
    }
    const platform = scriptedProvider();
    platform.sends.always(() => ({ messageId: 'm1', conversationId: 'c' }));
    const worker = { ledger, campaign, provider: platform.provider, clock, more };
    const ended = oneRow(worker);
    const contact = await platform.contacts.next();
    platform.contacts.always(contactOf);
    await happens(clock);
    contact.answer(contactOf(contact.asked));
    await ended;
    await expectTrueCounters(ledger, campaign.id);
    const row = async () => (await rowsOf(ledger, campaign))[0];
    return {
      sends: platform.sends.calls.length,
      after: await row(),
      /** The row when another slice has come by. */
      async next() {
        await slice(worker);
        expect(platform.sends.calls).toHaveLength(0);
        return row();
      },
      /** The row when the campaign is at its end. */
      async atTheEnd() {
        await runEmbedded(scriptedRun(worker), {
          importList: () => Promise.resolve(),
          stopping: () => false,
        });
        expect(platform.sends.calls).toHaveLength(0);
        await expectTrueCounters(ledger, campaign.id);
        return row();
      },
    };
  }

  const UNTOUCHED = { attempts: 0, attempt_id: null };

  it('nothing, and the message goes out: what the other cases here are held against', async () => {
    const { sends, after } = await meanwhile(() => undefined);
    expect(sends).toBe(1);
    expect(after).toMatchObject({ state: 'sent' });
  });

  it('a pause: nothing is sent, and the row waits', async () => {
    const { sends, after } = await meanwhile(async (clock) =>
      control(await place.reopen(), 'spring', { action: 'pause' }, clock()),
    );
    expect(sends).toBe(0);
    expect(after).toMatchObject({ ...UNTOUCHED, state: 'pending', reason: null });
  });

  it('a person who asks for no more messages: nothing is sent, and the row is skipped as suppressed', async () => {
    const { sends, after } = await meanwhile(async (clock) =>
      suppress(await place.reopen(), [phone(0)], { reason: 'stop', source: 'test' }, clock()),
    );
    expect(sends).toBe(0);
    expect(after).toMatchObject({ ...UNTOUCHED, state: 'skipped', reason: 'suppressed' });
  });

  it('the quiet hours begin: nothing is sent, and the row waits for their end', async () => {
    const closesAt = movedClock()() + 5_000;
    const opensAt = closesAt + 3_600_000;
    const { sends, after, next } = await meanwhile((clock) => clock.forward(5_000), {
      place: 'Europe/Madrid',
      quiet: (_place, now) =>
        now < closesAt ? { allowed: true, untilMs: closesAt } : { allowed: false, nextMs: opensAt },
    });
    expect(sends).toBe(0);
    expect(after).toMatchObject({ ...UNTOUCHED, state: 'pending', reason: null });
    expect(await next()).toMatchObject({ ...UNTOUCHED, state: 'pending', not_before: opensAt });
  });

  it('the message expires: nothing is sent, and the row is skipped as expired', async () => {
    const { sends, after, atTheEnd } = await meanwhile(
      (clock) => clock.forward(5_000),
      {},
      movedClock()() + 5_000,
    );
    expect(sends).toBe(0);
    expect(after).toMatchObject({ ...UNTOUCHED, state: 'pending' });
    expect(await atTheEnd()).toMatchObject({ ...UNTOUCHED, state: 'skipped', reason: 'expired' });
  });

  it('the campaign is cancelled: nothing is sent, and the row is skipped as cancelled', async () => {
    const { sends, after, atTheEnd } = await meanwhile(async (clock) =>
      control(await place.reopen(), 'spring', { action: 'cancel' }, clock()),
    );
    expect(sends).toBe(0);
    expect(after).toMatchObject({ ...UNTOUCHED, state: 'pending' });
    expect(await atTheEnd()).toMatchObject({ ...UNTOUCHED, state: 'skipped', reason: 'cancelled' });
  });
});
