import { afterEach, beforeEach, expect, it } from 'vitest';
import { importList } from '../../../worker/campaign/import-list';
import { openOccurrence } from '../../../worker/campaign/occurrence';
import { momentOf } from '../../../worker/campaign/schedule-spec';
import { startIfAsked } from '../../../worker/engine/ask-plan';
import { askFor, type Ledger, needCampaign, pauseAfterSelfPaused } from '../../../worker/ledger';
import { onBothLedgers, phone, type TestLedger } from '../../support/ledger';
import { type Machine, machine, scheduleOf } from '../../support/schedule';

const NINE = momentOf('2026-06-01T09:00', 'Europe/Paris') ?? 0;
const LOCAL = '2026-06-01T09:00';
const NAME = 'recall-2026-06-01T0900';
const MINUTE = 60_000;

onBothLedgers('a campaign of a schedule', (open) => {
  let opened: TestLedger;
  let ledger: Ledger;
  let here: Machine;
  let now: number;

  beforeEach(async () => {
    opened = await open();
    now = NINE;
    ledger = { ...opened.ledger, now: () => now };
    here = machine();
    here.writeList(phone(0));
  });
  afterEach(async () => {
    here.remove();
    await opened.close();
  });

  /** Opens it, and has its list read so much later, as when the worker died in between. */
  async function readAfter(ms: number, asked: boolean): Promise<void> {
    const it = await scheduleOf(ledger, here, {}, now - 24 * 60 * MINUTE);
    const wanted = [{ local: LOCAL, nominalAt: NINE, manual: false }];
    if (asked) await askFor(ledger, it.id, wanted, now);
    await openOccurrence(ledger, here.opening(ledger), { schedule: it.ref, nominalMs: NINE });
    now += ms;
    const campaign = await needCampaign(ledger.db, NAME);
    await importList(ledger, campaign, { clock: () => now });
    await startIfAsked(ledger, NAME, now);
  }

  it('starts when its list is read soon', async () => {
    await readAfter(14 * MINUTE, false);
    expect((await needCampaign(ledger.db, NAME)).state).toBe('running');
  });

  it('pauses itself, and its schedule, when its list is read the next night', async () => {
    await readAfter(17 * 60 * MINUTE, false);
    expect(await needCampaign(ledger.db, NAME)).toMatchObject({
      state: 'paused',
      paused_by: 'self',
      started_at: null,
    });
    expect(await pauseAfterSelfPaused(ledger, () => true, now)).toBe(1);
    await startIfAsked(ledger, NAME, now);
    expect((await needCampaign(ledger.db, NAME)).state).toBe('paused');
  });

  it('that a person asked for starts whenever its list is read', async () => {
    await readAfter(17 * 60 * MINUTE, true);
    expect((await needCampaign(ledger.db, NAME)).state).toBe('running');
  });
});
