import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Content } from '../../../core/message';
import { singleSpec } from '../../../worker/campaign/spec';
import { type Connection, connect } from '../../../worker/engine/connect';
import { runEmbedded } from '../../../worker/engine/embedded';
import { results, tally } from '../../../worker/ledger';
import { type FaultRule, type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, people, toRun } from '../../support/campaign';
import { type TestLedger, testLedger } from '../../support/ledger';

const TEXT: Content = { kind: 'text', text: 'Your order is ready.' };
const TEMPLATE: Content = {
  kind: 'template',
  name: 'order_update',
  language: 'en',
  params: { 1: 'Ada', 2: 'A-17' },
};
const FAULTS: readonly FaultRule[] = [
  { match: { delivers: true, every: 4 }, fault: 'drop_after_commit' },
  { match: { delivers: true, every: 5 }, fault: 'error_before_commit' },
  { match: { path: '/contacts$', nth: 6 }, fault: 'drop_after_commit' },
];
const PEOPLE = 24;

let sandbox: Sandbox;
let it_: TestLedger;
let connection: Connection;
beforeEach(async () => {
  sandbox = await startSandbox({ bevatel: { developer: { limits: false } } });
  it_ = await testLedger();
  connection = await connect(
    {
      name: 'desk',
      platform: 'bevatel',
      credentials: { url: `${sandbox.url}/bevatel`, accountId: '1', token: 'sandbox-token' },
      limits: { message: null, contact: null, conversation: null, lookup: null },
      settleDelayMs: 400,
      onAbsent: null,
      contactBookMs: null,
      webhookSecret: null,
    },
    { ledger: it_.ledger, inFlight: 20, timeoutMs: 1_000, clock: Date.now },
  );
});
afterEach(async () => {
  await connection.close();
  await it_.close();
  await sandbox.close();
});

async function send(name: string, inboxId: string, content: Content) {
  const { ledger } = it_;
  const wanted = { name, inboxId, spec: singleSpec(content) };
  const campaign = await campaignOf(ledger, connection, people(PEOPLE), wanted);
  sandbox.setFaults(FAULTS);
  const outcome = await runEmbedded(await toRun(ledger, campaign, connection), {
    importList: () => Promise.resolve(),
    stopping: () => false,
    endWhenPaused: () => true,
  });
  sandbox.clearFaults();
  const { counts } = await tally(ledger.db, campaign.id);
  const held = await results(ledger, campaign.id, { states: ['unknown'] });
  return { outcome, counts, held };
}

it.each([
  ['texts, settled by look-up where they are there', '3', TEXT],
  ['templates, every lost one listed', '2', TEMPLATE],
])('%s: nobody twice and nobody lost, first time and again', async (_, inboxId, content) => {
  for (const [times, name] of ['first', 'again'].entries()) {
    const before = sandbox.summary().accepted;
    const { outcome, counts, held } = await send(name, inboxId, content);
    expect(outcome).toBe('finished');
    expect(counts.sent + counts.unknown).toBe(PEOPLE);
    expect(counts.double).toBe(0);
    expect(counts.unknown).toBeGreaterThan(0);
    const accepted = sandbox.accepted();
    expect(Math.max(...accepted.values())).toBeLessThanOrEqual(times + 1);
    const took = sandbox.summary().accepted - before;
    // A text that is there is found; of a template that is there nobody can say so.
    if (content === TEXT) expect(took).toBe(counts.sent);
    else expect(took).toBeGreaterThan(counts.sent);
    expect(held.length).toBe(counts.unknown);
  }
});
