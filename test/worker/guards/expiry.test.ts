import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../worker/engine/connect';
import { runEmbedded } from '../../../worker/engine/embedded';
import {
  control,
  createCampaign,
  expire,
  importRecipients,
  type Ledger,
  needCampaign,
  results,
  retryFailed,
  seal,
  tally,
} from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import {
  counted,
  onBothLedgers,
  phone,
  recount,
  running,
  type TestLedger,
  testLedger,
  worker,
} from '../../support/ledger';

onBothLedgers('a campaign that expires', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const NOW = 10_000;

  it('counts from its start, not from when it was made, and a pause does not prolong it', async () => {
    const campaign = await createCampaign(
      ledger,
      { name: 'a', kind: 'list', account: 'desk', spec: '{}', inbox: '{}', expiresAfterMs: 1_000 },
      0,
    );
    const row = { row: 2, raw: phone(0), kind: 'phone' as const, address: phone(0) };
    await importRecipients(ledger, campaign, 0, [row], 0);
    await seal(ledger, campaign, 0);
    expect((await needCampaign(ledger.db, 'a')).expires_at).toBeNull();
    await control(ledger, 'a', { action: 'start' }, NOW);
    await control(ledger, 'a', { action: 'pause' }, NOW + 400);
    await control(ledger, 'a', { action: 'resume' }, NOW + 500);
    expect((await needCampaign(ledger.db, 'a')).expires_at).toBe(NOW + 1_000);
  });

  it('lets no request begin after its moment', async () => {
    const campaign = await running(ledger, 'a', 1, NOW);
    await ledger.db
      .updateTable('campaigns')
      .set({ expires_at: NOW + 300 })
      .execute();
    const one = await worker(ledger, campaign, NOW);
    const [answer] = await one.gate(await one.claim(1, NOW), NOW);
    expect(answer).toMatchObject({ go: true, sendBy: NOW + 300 });
  });

  it('skips who waits, and leaves what is on its way', async () => {
    const campaign = await running(ledger, 'a', 4, NOW);
    const one = await worker(ledger, campaign, NOW);
    await one.gate(await one.claim(1, NOW), NOW);
    expect(await expire(ledger, campaign.id, NOW)).toBe(3);
    expect(await counted(ledger, campaign.id)).toEqual({ sending: 1, skipped: 3 });
    expect(await counted(ledger, campaign.id)).toEqual(await recount(ledger, campaign.id));
    expect((await tally(ledger.db, campaign.id)).reasons).toEqual([
      { state: 'skipped', reason: 'expired', n: 3 },
    ]);
  });

  it('has its time anew when it was finished and is reopened', async () => {
    const campaign = await running(ledger, 'a', 1, NOW);
    await ledger.db
      .updateTable('campaigns')
      .set({ expires_at: NOW + 300, expires_after_ms: 300 })
      .execute();
    const one = await worker(ledger, campaign, NOW);
    await one.gate(await one.claim(1, NOW), NOW);
    const attemptId = one.attempt();
    await one.land([{ seq: 0, attemptId, to: 'failed', result: 'refused', reason: 'other' }], NOW);
    await control(ledger, 'a', { action: 'finish' }, NOW);
    await retryFailed(ledger, 'a', undefined, NOW + 900);
    await control(ledger, 'a', { action: 'start' }, NOW + 1_000);
    expect((await needCampaign(ledger.db, 'a')).expires_at).toBe(NOW + 1_300);
  });
});

describe('a campaign that is not through when its time is over', () => {
  let sandbox: Sandbox;
  let it_: TestLedger;
  let connection: Connection;
  beforeEach(async () => {
    sandbox = await startSandbox();
    it_ = await testLedger();
    connection = await connectSandbox(it_.ledger, sandbox);
  });
  afterEach(async () => {
    await connection.close();
    await it_.close();
    await sandbox.close();
  });

  it('ends with the rest skipped, and sends nothing after it', async () => {
    const { ledger } = it_;
    const campaign = await campaignOf(ledger, connection, people(40), { spec: { perSecond: 10 } });
    const over = Date.now() + 1_500;
    await ledger.db.updateTable('campaigns').set({ expires_at: over }).execute();
    const run = await toRun(ledger, await needCampaign(ledger.db, 'spring'), connection);
    const outcome = await runEmbedded(run, {
      importList: () => Promise.resolve(),
      stopping: () => Date.now() > over + 5_000,
    });
    expect(outcome).toBe('finished');
    const { counts } = await tally(ledger.db, campaign.id);
    expect(counts.sent).toBe(sandbox.summary().accepted);
    expect(counts.sent).toBeLessThan(25);
    const skipped = await results(ledger, campaign.id, { states: ['skipped'] });
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(['expired']));
    expect(counts.sent + skipped.length).toBe(40);
    const late = await ledger.db
      .selectFrom('attempts')
      .select('id')
      .where('send_by', '>', over)
      .execute();
    expect(late).toEqual([]);
  });
});
