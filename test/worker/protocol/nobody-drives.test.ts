import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseCampaignFile } from '../../../worker/campaign/campaign-file';
import { createFromFile } from '../../../worker/campaign/from-file';
import { importList } from '../../../worker/campaign/import-list';
import { spool } from '../../../worker/campaign/spool';
import { runEmbedded } from '../../../worker/engine/embedded';
import { control, needCampaign } from '../../../worker/ledger';
import { expectTrueCounters } from '../../support/counts';
import { INBOX } from '../../support/fake-platform';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import { obligingProvider } from '../../support/scripted-provider';
import { rowsOf, scriptedRun } from '../../support/scripted-run';

const AREAS = [
  ...[201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215],
  ...[216, 217, 218, 219, 224, 225, 228, 229, 231, 234, 239, 240],
];
const pad = (n: number): string => String(Math.floor(n / 25)).padStart(2, '0');

const CAMPAIGN = `name: spring
account: desk
inbox: "1"
audience: { file: list.csv, country: US }
consent: { method: form }
message: { text: "Order {{ order }} is ready." }
`;

onBothLedgers('a campaign whose process died', (open) => {
  let place: TestLedger;
  let folder: string;
  beforeEach(async () => {
    place = await open();
    folder = mkdtempSync(join(tmpdir(), 'campaign-import-'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await place.close();
  });

  it('right after its start is taken to its end by whoever drives next', async () => {
    // Made, sealed and started; whoever did that never took the driver's seat.
    const gone = await place.reopen();
    const campaign = await running(gone, 'spring', 5, Date.now());
    await gone.close();
    const ledger = await place.reopen();
    const { provider, sends } = obligingProvider();
    const run = scriptedRun({ ledger, campaign, provider, clock: Date.now });
    const outcome = await runEmbedded(run, {
      importList: () => Promise.reject(new Error('there is nothing to import')),
      stopping: () => false,
    });
    expect(outcome).toBe('finished');
    expect(new Set(sends.calls.map(({ asked }) => asked.key)).size).toBe(5);
    expect(sends.calls).toHaveLength(5);
    const rows = await rowsOf(ledger, campaign);
    expect(rows.every(({ state }) => state === 'sent')).toBe(true);
    await expectTrueCounters(ledger, campaign.id);
  });

  it('in the middle of its import goes on where its last commit was, and ends with every row of the list once', async () => {
    const all = Array.from({ length: 2_500 }, (_, n) => `${AREAS[n % 25]}55501${pad(n)},${n}`);
    const list = join(folder, 'list.csv');
    writeFileSync(list, `phone,order\n${all.join('\n')}\n`);
    const file = parseCampaignFile(CAMPAIGN.replace('list.csv', list));
    const spooled = await spool(list, join(folder, 'spool'));
    const made = { file, inbox: INBOX, list: spooled };
    const campaign = await createFromFile(place.ledger, made, Date.now());
    let commits = 0;
    const dying = importList(place.ledger, campaign, {
      clock: Date.now,
      onRows() {
        commits += 1;
        throw new Error('killed');
      },
    });
    await expect(dying).rejects.toThrow('killed');
    expect(commits).toBe(1);
    const { imported, sealed } = await needCampaign(place.ledger.db, 'spring');
    expect(imported).toBeGreaterThan(0);
    expect(imported).toBeLessThan(2_500);
    expect(sealed).toBe(0);

    const ledger = await place.reopen();
    const { provider, sends } = obligingProvider();
    const run = scriptedRun({ ledger, campaign, provider, clock: Date.now });
    const from: number[] = [];
    const outcome = await runEmbedded(run, {
      async importList() {
        await importList(ledger, campaign, { clock: Date.now, onRows: (n) => from.push(n) });
        await control(ledger, 'spring', { action: 'start' }, Date.now());
      },
      stopping: () => false,
    });
    expect(outcome).toBe('finished');
    expect(from[0]).toBeGreaterThan(imported);
    expect(from.at(-1)).toBe(2_500);
    expect(new Set(sends.calls.map(({ asked }) => asked.address.value)).size).toBe(2_500);
    expect(sends.calls).toHaveLength(2_500);
    await expectTrueCounters(ledger, campaign.id);
  }, 60_000);
});
