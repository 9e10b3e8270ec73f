import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../../worker/campaign/run';
import { createWatch } from '../../../worker/campaign/watch';
import type { Connection } from '../../../worker/engine/connect';
import { runEmbedded } from '../../../worker/engine/embedded';
import { control, type Ledger, needCampaign, retryFailed, tally } from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { onBothLedgers, running, type TestLedger, testLedger, worker } from '../../support/ledger';

onBothLedgers('failures are judged from the last start on', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const NOW = 10_000;
  /** So many rows fail, and so many are sent. */
  async function end(name: string, failed: number, sent: number) {
    const one = await worker(ledger, await needCampaign(ledger.db, name), NOW);
    const rows = await one.claim(failed + sent, NOW);
    await one.gate(rows, NOW);
    const first = one.attempt() - rows.length + 1;
    await one.land(
      rows.map(({ seq }, i) => ({
        seq,
        attemptId: first + i,
        ...(i < failed
          ? { to: 'failed' as const, result: 'refused' as const, reason: 'other' }
          : { to: 'sent' as const, result: 'accepted' as const }),
      })),
      NOW,
    );
  }
  /** What the watch of a slice says of it now: the state after its look. */
  async function look(name: string) {
    const campaign = await needCampaign(ledger.db, name);
    const run = {
      ledger,
      campaign,
      policy: { failedPercent: 10, sameFailureInARow: 1_000 },
      brake: { stop: () => undefined, until: () => 0 },
      failures: { last: '', inARow: 0 },
      clock: () => NOW,
    } as unknown as Run;
    await createWatch(run).look();
    return needCampaign(ledger.db, name);
  }

  it('of twenty ends on, and above the percentage', async () => {
    await running(ledger, 'a', 90, NOW);
    await end('a', 5, 14);
    expect((await look('a')).state).toBe('running');
    await end('a', 0, 1);
    expect(await look('a')).toMatchObject({
      state: 'paused',
      paused_by: 'self',
      why: '25.0 % of 20 failed, more than the 10 % allowed',
    });
  });

  it('so one that was resumed goes on, until as many fail anew', async () => {
    await running(ledger, 'a', 99, NOW);
    await end('a', 20, 5);
    expect((await look('a')).state).toBe('paused');
    await control(ledger, 'a', { action: 'resume' }, NOW);
    expect(await needCampaign(ledger.db, 'a')).toMatchObject({ judged_sent: 5, judged_failed: 20 });
    await end('a', 2, 17);
    expect((await look('a')).state).toBe('running');
    await end('a', 0, 1);
    expect((await look('a')).state).toBe('running');
    await end('a', 1, 0);
    expect(await look('a')).toMatchObject({
      state: 'paused',
      why: '14.3 % of 21 failed, more than the 10 % allowed',
    });
  });

  it('asking a running campaign to start changes nothing of it', async () => {
    await running(ledger, 'a', 40, NOW);
    await end('a', 3, 17);
    await control(ledger, 'a', { action: 'start' }, NOW);
    expect((await look('a')).state).toBe('paused');
  });

  it('failed rows that get another chance hide none that fail after them', async () => {
    await running(ledger, 'a', 90, NOW);
    await end('a', 20, 5);
    await control(ledger, 'a', { action: 'pause' }, NOW);
    await control(ledger, 'a', { action: 'resume' }, NOW);
    expect(await retryFailed(ledger, 'a', undefined, NOW)).toBe(20);
    await end('a', 10, 30);
    expect((await look('a')).why).toBe('25.0 % of 40 failed, more than the 10 % allowed');
  });
});

describe('a campaign of which too much fails', () => {
  let sandbox: Sandbox;
  let it_: TestLedger;
  let connection: Connection;
  beforeEach(async () => {
    sandbox = await startSandbox({ latencyMs: 20 });
    it_ = await testLedger();
    connection = await connectSandbox(it_.ledger, sandbox);
  });
  afterEach(async () => {
    await connection.close();
    await it_.close();
    await sandbox.close();
  });

  it('pauses before it is through, however fast it is', async () => {
    const { ledger } = it_;
    const campaign = await campaignOf(ledger, connection, people(900), {
      spec: { failedPercent: 10, sameFailureInARow: 1_000 },
    });
    sandbox.setFaults([
      { match: { path: '/contacts$' }, fault: 'error_before_commit', options: { status: 422 } },
    ]);
    const outcome = await runEmbedded(
      await toRun(ledger, campaign, connection, { leaseMs: 10_000 }),
      {
        importList: () => Promise.resolve(),
        stopping: () => false,
        endWhenPaused: () => true,
      },
    );
    expect(outcome).toBe('paused');
    const { counts } = await tally(ledger.db, campaign.id);
    expect(counts.failed).toBeGreaterThanOrEqual(20);
    expect(counts.failed).toBeLessThan(800);
    expect((await needCampaign(ledger.db, 'spring')).why).toContain('more than the 10 % allowed');
  });
});
