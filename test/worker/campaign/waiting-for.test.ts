import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitsFor } from '../../../worker/campaign/waiting-for';
import { control, type Ledger, needCampaign } from '../../../worker/ledger';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';

const NOBODY = 'nobody runs it now: a worker has to';
const LONG_AGO = 60_000;

onBothLedgers('what a campaign waits for that nobody runs', (open) => {
  let opened: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    opened = await open();
    ledger = opened.ledger;
  });
  afterEach(() => opened.close());

  const waits = async () => (await waitsFor(ledger, await needCampaign(ledger.db, 'a')))?.why;

  it('is nothing yet when it was started just now: whoever works looks twice a second', async () => {
    await running(ledger, 'a', 1, ledger.now());
    expect(await waits()).toBeUndefined();
  });

  it('is somebody who runs it, when it was started a while ago', async () => {
    await running(ledger, 'a', 1, ledger.now() - LONG_AGO);
    expect(await waits()).toBe(NOBODY);
  });

  it('is nothing yet when it was resumed just now, however long ago it was started', async () => {
    const before = ledger.now() - LONG_AGO;
    await running(ledger, 'a', 1, before);
    await control(ledger, 'a', { action: 'pause' }, before);
    await control(ledger, 'a', { action: 'resume' }, ledger.now());
    expect(await waits()).toBeUndefined();
  });

  it('is somebody who runs it, whatever happens to others and whoever paused it', async () => {
    const before = ledger.now() - LONG_AGO;
    await running(ledger, 'a', 1, before);
    await control(ledger, 'a', { action: 'pause' }, before);
    await control(ledger, 'a', { action: 'resume' }, before);
    await running(ledger, 'b', 1, ledger.now());
    expect(await waits()).toBe(NOBODY);
  });
});
