import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ErrorCode, ProviderError } from '../../../core/errors';
import type { Provider } from '../../../providers/provider';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import {
  contactOf,
  lostAnswer,
  type ScriptedProvider,
  scriptedProvider,
} from '../../support/scripted-provider';
import { movedClock, PROVEN_AFTER_MS, rowsOf, slice } from '../../support/scripted-run';

const refusedWith = (code: ErrorCode) =>
  new ProviderError(code, `scripted: looking: answered ${code}`, { provider: 'chatwoot' });

onBothLedgers('a platform that sends and refuses to be looked at', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  async function looked(code: ErrorCode, ping?: () => Promise<{ name: string; warnings: [] }>) {
    const { ledger } = place;
    const clock = movedClock();
    const campaign = await running(ledger, 'spring', 1, clock());
    const platform: ScriptedProvider = scriptedProvider();
    platform.contacts.always(contactOf);
    platform.sends.always(() => {
      throw lostAnswer();
    });
    platform.looks.always(() => {
      throw refusedWith(code);
    });
    const provider: Provider = { ...platform.provider, ...(ping === undefined ? {} : { ping }) };
    const go = () => slice({ ledger, campaign, provider, clock });
    await go();
    for (let looks = 0; looks < 8; looks += 1) {
      clock.forward(PROVEN_AFTER_MS);
      await go();
    }
    await expectTrueCounters(ledger, campaign.id);
    const [row] = await rowsOf(ledger, campaign);
    return { row, sends: platform.sends.calls.length, looks: platform.looks.calls.length };
  }

  it('leaves the message to a person, and does not ask without end', async () => {
    for (const code of ['not_found', 'rejected', 'unexpected_response'] as const) {
      await place.close();
      place = await open();
      const { row, sends, looks } = await looked(code);
      expect(row).toMatchObject({ state: 'unknown', reason: 'lost_answer' });
      expect(sends).toBe(1);
      expect(looks).toBeLessThan(6);
    }
  });

  it('tells what the key may not do from a key that is refused, which somebody repairs', async () => {
    const fine = await looked('auth_failed', () => Promise.resolve({ name: 'x', warnings: [] }));
    expect(fine.row).toMatchObject({ state: 'unknown' });
    await place.close();
    place = await open();
    const gone = await looked('auth_failed', () => Promise.reject(refusedWith('auth_failed')));
    expect(gone.row).toMatchObject({ state: 'sending' });
  });

  it('asks on while the platform is merely away', async () => {
    expect((await looked('unavailable')).row).toMatchObject({ state: 'sending' });
  });
});
