import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Finding } from '../../../providers/provider';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import {
  contactOf,
  lostAnswer,
  receiptOf,
  type ScriptedProvider,
  scriptedProvider,
} from '../../support/scripted-provider';
import {
  doublesOf,
  movedClock,
  PROVEN_AFTER_MS,
  rowsOf,
  SETTLE_DELAY_MS,
  slice,
} from '../../support/scripted-run';

const ABSENT: Finding = { kind: 'absent' };

onBothLedgers('a platform that commits after a look-up said absent', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  /** A campaign of one whose first answer was lost, and a way to let slices look at what the platform says by now. */
  async function withLostAnswer() {
    const { ledger } = place;
    const clock = movedClock();
    const campaign = await running(ledger, 'spring', 1, clock());
    const platform: ScriptedProvider = scriptedProvider();
    platform.contacts.always(contactOf);
    let onPlatform: Finding = ABSENT;
    platform.looks.always(() => onPlatform);
    const go = () => slice({ ledger, campaign, provider: platform.provider, clock });
    const first = go();
    (await platform.sends.next()).fail(lostAnswer());
    await first;
    return {
      campaign,
      clock,
      platform,
      go,
      lists(finding: Finding) {
        onPlatform = finding;
      },
    };
  }

  it('within the settle delay: the absence is not believed, and nothing is sent twice', async () => {
    const { campaign, clock, platform, go, lists } = await withLostAnswer();
    platform.sends.always(() => receiptOf('a second one'));
    // A gate's request may begin for two seconds, and the platform may take the settle delay after that.
    const provenAt = clock() + 2_000 + SETTLE_DELAY_MS;
    for (const at of [2_500, 12_500, 32_500, 62_500]) {
      clock.set(provenAt - 2_000 - SETTLE_DELAY_MS + at);
      await go();
    }
    clock.set(provenAt);
    await go();
    expect(platform.looks.calls.length).toBeGreaterThanOrEqual(4);
    expect(platform.sends.calls).toHaveLength(1);
    expect(await rowsOf(place.ledger, campaign)).toMatchObject([{ state: 'sending' }]);
    lists({ kind: 'found', receipts: [receiptOf('m1')] });
    clock.set(provenAt + 100);
    await go();
    expect(platform.sends.calls).toHaveLength(1);
    expect(await rowsOf(place.ledger, campaign)).toMatchObject([
      { state: 'sent', message_id: 'm1', attempts: 1 },
    ]);
    expect(await doublesOf(place.ledger, campaign)).toBe(0);
    await expectTrueCounters(place.ledger, campaign.id);
  });

  it('after the settle delay: the named limit, two messages, and the double is counted when it is seen', async () => {
    const { campaign, clock, platform, go, lists } = await withLostAnswer();
    clock.forward(PROVEN_AFTER_MS);
    const second = go();
    const again = await platform.sends.next();
    expect(again.asked.attempt).toBe(2);
    again.fail(lostAnswer());
    await second;
    lists({ kind: 'found', receipts: [receiptOf('m1'), receiptOf('m2')] });
    clock.forward(PROVEN_AFTER_MS);
    await go();
    expect(platform.sends.calls).toHaveLength(2);
    expect(await rowsOf(place.ledger, campaign)).toMatchObject([
      { state: 'sent', message_id: 'm1', attempts: 2 },
    ]);
    expect(await doublesOf(place.ledger, campaign)).toBe(1);
    await expectTrueCounters(place.ledger, campaign.id);
  });
});
