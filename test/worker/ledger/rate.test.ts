import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRun } from '../../../worker/engine/open-run';
import {
  claim,
  commitGroup,
  control,
  type Ledger,
  needCampaign,
  setLimit,
} from '../../../worker/ledger';
import { accountRate, changeRate } from '../../../worker/ledger/rate';
import { startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people } from '../../support/campaign';
import { onBothLedgers, running, type TestLedger, worker } from '../../support/ledger';

onBothLedgers('the rate of a campaign', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  /** How many rows pass the gates of ten seconds. */
  async function passed(name: string, from: number): Promise<number> {
    const campaign = await needCampaign(ledger.db, name);
    const { lease } = await worker(ledger, campaign, from, 60_000);
    let rows = await claim(ledger, campaign, '1', lease, 100, from);
    let through = 0;
    for (let now = from; now < from + 10_000; now += 100) {
      const { answers } = await commitGroup(ledger, {
        campaign,
        inboxId: '1',
        lease,
        now,
        scopes: [`campaign/${campaign.id}`],
        landings: [],
        gates: rows.map(({ seq }, n) => ({
          seq,
          attemptId: lease.id * 1_000_000 + now + n,
          number: 1,
          contactId: 'c',
          conversationId: 'v',
          watermark: null,
          closesAt: null,
        })),
      });
      const went = new Set(answers.filter(({ go }) => go).map(({ seq }) => seq));
      through += went.size;
      rows = rows.filter(({ seq }) => !went.has(seq));
    }
    return through;
  }

  it('is followed by the gates from its commit on', async () => {
    const campaign = await running(ledger, 'a', 100);
    await setLimit(ledger, `campaign/${campaign.id}`, 1);
    expect(await passed('a', 10_000)).toBeLessThanOrEqual(12);
    await ledger.db.updateTable('recipients').set({ state: 'pending', lease_id: null }).execute();
    await changeRate(await it_.reopen(), 'a', 5, 30_000);
    const faster = await passed('a', 30_000);
    expect(faster).toBeGreaterThanOrEqual(48);
    // Tokens are given out up to a second before their moment.
    expect(faster).toBeLessThanOrEqual(56);
    await ledger.db.updateTable('recipients').set({ state: 'pending', lease_id: null }).execute();
    await changeRate(ledger, 'a', null, 50_000);
    expect(await passed('a', 50_000)).toBe(100);
    const audit = await ledger.db.selectFrom('audit').select(['action', 'detail']).execute();
    expect(audit.filter(({ action }) => action === 'rate').map(({ detail }) => detail)).toEqual([
      '5/s',
      'none',
    ]);
  });

  it('holds at once where it is raised, also for rows whose moment was far off', async () => {
    const campaign = await running(ledger, 'a', 100);
    await setLimit(ledger, `campaign/${campaign.id}`, 0.02);
    expect(await passed('a', 10_000)).toBe(1);
    await ledger.db.updateTable('recipients').set({ state: 'pending', lease_id: null }).execute();
    await changeRate(ledger, 'a', 5, 20_000);
    const faster = await passed('a', 20_000);
    expect(faster).toBeGreaterThanOrEqual(48);
    expect(faster).toBeLessThanOrEqual(56);
  });

  it('is kept by the next start, also of a process that read the campaign before', async () => {
    const sandbox = await startSandbox();
    const connection = await connectSandbox(ledger, sandbox);
    const before = await campaignOf(ledger, connection, people(2), { spec: { perSecond: 1 } });
    await changeRate(ledger, 'spring', 7, 1);
    await openRun(ledger, before, connection);
    const limit = await ledger.db
      .selectFrom('limits')
      .select('per_second')
      .where('scope', '=', `campaign/${before.id}`)
      .executeTakeFirst();
    expect(limit).toEqual({ per_second: 7 });
    await connection.close();
    await sandbox.close();
  });

  it('of a campaign that is over is refused', async () => {
    await running(ledger, 'a', 1);
    await control(ledger, 'a', { action: 'cancel' }, 1);
    await expect(changeRate(ledger, 'a', 5, 2)).rejects.toThrow('is cancelled');
    expect(await accountRate(ledger.db, 'desk')).toBeNull();
  });
});
