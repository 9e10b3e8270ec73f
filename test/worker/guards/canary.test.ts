import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Connection } from '../../../worker/engine/connect';
import { runEmbedded } from '../../../worker/engine/embedded';
import { campaignsToDrive, control, type Ledger, suppress, tally } from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { type TestLedger, testLedger } from '../../support/ledger';

let sandbox: Sandbox;
let it_: TestLedger;
let ledger: Ledger;
let connection: Connection;
beforeEach(async () => {
  sandbox = await startSandbox();
  it_ = await testLedger();
  ledger = it_.ledger;
  connection = await connectSandbox(ledger, sandbox);
});
afterEach(async () => {
  await connection.close();
  await it_.close();
  await sandbox.close();
});

async function canary(maxRows: number) {
  const campaign = await campaignOf(ledger, connection, people(60));
  const run = await toRun(ledger, campaign, connection, { maxRows });
  const outcome = await runEmbedded(run, {
    importList: () => Promise.resolve(),
    stopping: () => false,
    endAfterSlice: true,
  });
  return { outcome, counts: (await tally(ledger.db, campaign.id)).counts };
}

it('sends to so many and ends, with the rest untouched', async () => {
  const { outcome, counts } = await canary(5);
  expect(outcome).toBe('stopped');
  expect(counts).toMatchObject({ sent: 5, pending: 55, claimed: 0 });
  expect(sandbox.summary().accepted).toBe(5);
});

it('never to more, also where some are refused, put back or suppressed meanwhile', async () => {
  const [first] = people(1);
  await suppress(ledger, [first?.address ?? ''], { reason: 'stop', source: 'test' }, Date.now());
  sandbox.setFaults([
    { match: { delivers: true, nth: 1 }, fault: 'error_before_commit', options: { status: 422 } },
    { match: { delivers: true, nth: 2 }, fault: 'drop_before_commit' },
  ]);
  const { counts } = await canary(5);
  expect(sandbox.summary().accepted).toBeLessThanOrEqual(5);
  expect(sandbox.summary().accepted).toBeGreaterThan(0);
  expect(counts.pending).toBeGreaterThanOrEqual(55);
});

it('is one process’s alone: no worker drives the campaign or takes part, until the others’ turn is there', async () => {
  const { name } = await campaignOf(ledger, connection, people(3), { start: false });
  await control(ledger, name, { action: 'start', canary: 1 }, Date.now());
  expect(await campaignsToDrive(ledger.db)).toEqual([]);
  await control(ledger, name, { action: 'pause' }, Date.now());
  await control(ledger, name, { action: 'resume' }, Date.now());
  expect(await campaignsToDrive(ledger.db)).toMatchObject([{ name, canary: null }]);
});
