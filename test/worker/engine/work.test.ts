import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Connection } from '../../../worker/engine/connect';
import { type WorkEvent, work } from '../../../worker/engine/work';
import {
  findCampaign,
  type Ledger,
  needCampaign,
  stopAccount,
  takeDriver,
  tally,
} from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { counted, recount, type TestLedger, testLedger } from '../../support/ledger';

let sandbox: Sandbox;
let opened: TestLedger;
let ledger: Ledger;
let connection: Connection;
beforeEach(async () => {
  sandbox = await startSandbox();
  opened = await testLedger();
  ledger = opened.ledger;
  connection = await connectSandbox(ledger, sandbox);
});
afterEach(async () => {
  await connection.close();
  await opened.close();
  await sandbox.close();
});

/** A worker in this process, until `over` is so or ten seconds have passed. Returns what it told. */
async function untilIt(over: () => Promise<boolean>): Promise<WorkEvent[]> {
  const events: WorkEvent[] = [];
  let stopping = false;
  const done = work({
    ledger,
    open: (campaign) => toRun(ledger, campaign, connection),
    stopping: () => stopping,
    onEvent: (event) => events.push(event),
  });
  const end = performance.now() + 10_000;
  while (performance.now() < end && !(await over())) await wait(50);
  stopping = true;
  await done;
  return events;
}

const stateOf = async (name: string) => (await findCampaign(ledger.db, name))?.state;

it('starts a campaign whose list was complete when the process that was to start it died', async () => {
  const { id } = await campaignOf(ledger, connection, people(5), { start: false });
  await ledger.db.updateTable('campaigns').set({ autostart: 1 }).where('id', '=', id).execute();
  await untilIt(async () => (await stateOf('spring')) === 'finished');
  expect((await tally(ledger.db, id)).counts).toMatchObject({ sent: 5, total: 5 });
  // Once only: what is reopened later waits for somebody to resume it.
  expect((await needCampaign(ledger.db, 'spring')).autostart).toBe(0);
});

it('makes no call to a platform that has asked another process to wait', async () => {
  const campaign = await campaignOf(ledger, connection, people(20), { spec: { parallel: 2 } });
  await takeDriver(ledger, campaign.id, 'another process', Date.now(), 60_000);
  const now = Date.now();
  await stopAccount(ledger, 'desk', { until: now + 60_000, why: '429', now });
  const before = sandbox.requests().length;
  const begun = performance.now();
  await untilIt(() => Promise.resolve(performance.now() - begun > 2_500));
  expect(sandbox.requests().length - before).toBe(0);
});

it('counts the rows anew when the counters say that it is over and the rows that it is not', async () => {
  const campaign = await campaignOf(ledger, connection, people(5));
  await ledger.db
    .updateTable('counters')
    .set({ n: 0 })
    .where('campaign_id', '=', campaign.id)
    .execute();
  await untilIt(async () => (await stateOf('spring')) === 'finished');
  expect(await counted(ledger, campaign.id)).toEqual(await recount(ledger, campaign.id));
  expect(await counted(ledger, campaign.id)).toEqual({ sent: 5 });
});
