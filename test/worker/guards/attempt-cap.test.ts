import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run } from '../../../worker/campaign/run';
import type { Connection } from '../../../worker/engine/connect';
import { runEmbedded } from '../../../worker/engine/embedded';
import { type Ledger, results, tally } from '../../../worker/ledger';
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
  connection = await connectSandbox(ledger, sandbox, 100);
});
afterEach(async () => {
  await connection.close();
  await it_.close();
  await sandbox.close();
});

/** Ends after so many delivering requests, in case nothing else ends it. */
const drive = (run: Run, most: number) =>
  runEmbedded(run, {
    importList: () => Promise.resolve(),
    stopping: () => delivering() >= most,
    endWhenPaused: () => true,
  });
const delivering = () => sandbox.requests().filter(({ delivers }) => delivers).length;

async function capped(maxAttempts: number): Promise<{ run: Run; id: number }> {
  const campaign = await campaignOf(ledger, connection, people(1));
  const run = await toRun(ledger, campaign, connection);
  return { run: { ...run, policy: { ...run.policy, maxAttempts } }, id: campaign.id };
}

it('a row whose message is answered with an error and is never there is tried so often, and failed', async () => {
  const { run, id } = await capped(2);
  sandbox.setFaults([
    { match: { delivers: true }, fault: 'error_before_commit', options: { status: 500 } },
  ]);
  expect(await drive(run, 6)).toBe('finished');
  expect(delivering()).toBe(2);
  expect(sandbox.accepted().size).toBe(0);
  const [row] = await results(ledger, id, {});
  expect(row).toMatchObject({ state: 'failed', reason: 'unavailable', attempts: 2 });
}, 60_000);

it('an attempt that was provably not sent does not count towards it', async () => {
  const { run, id } = await capped(1);
  sandbox.setFaults([
    { match: { delivers: true, nth: 1 }, fault: 'rate_limited', options: { retryAfter: 1 } },
    { match: { delivers: true, nth: 2 }, fault: 'rate_limited', options: { retryAfter: 1 } },
  ]);
  expect(await drive(run, 6)).toBe('finished');
  expect((await tally(ledger.db, id)).counts.sent).toBe(1);
  const [row] = await results(ledger, id, {});
  expect(row).toMatchObject({ state: 'sent', attempts: 1 });
}, 60_000);
