import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../../worker/campaign/run';
import type { Connection } from '../../../worker/engine/connect';
import { AlreadyDriven, runEmbedded } from '../../../worker/engine/embedded';
import { control, type Ledger, results, suppress, takeDriver, tally } from '../../../worker/ledger';
import { type FaultRule, type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun, type Wanted } from '../../support/campaign';
import { counted, recount, type TestLedger, testLedger } from '../../support/ledger';

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

const drive = (run: Run) =>
  runEmbedded(run, {
    importList: () => Promise.resolve(),
    stopping: () => false,
    endWhenPaused: () => true,
  });

async function send(n: number, faults: FaultRule[], wanted: Wanted = {}) {
  const campaign = await campaignOf(ledger, connection, people(n), wanted);
  sandbox.setFaults(faults);
  const outcome = await drive(await toRun(ledger, campaign, connection));
  const { counts, reasons } = await tally(ledger.db, campaign.id);
  return { campaign, outcome, counts, reasons, accepted: sandbox.accepted() };
}

const doubles = (accepted: Map<string, number>) =>
  [...accepted.values()].filter((n) => n > 1).length;

describe('the embedded engine, against the sandbox', () => {
  it('sends to everybody once, cold and then warm, with the calls it declares', async () => {
    const cold = await send(60, []);
    expect(cold).toMatchObject({ outcome: 'finished', counts: { sent: 60, total: 60 } });
    const calls = () =>
      sandbox.requests().filter(({ path }) => !path.endsWith('/contacts/filter')).length;
    const before = calls();
    const warm = await send(60, [], { name: 'again' });
    expect(warm).toMatchObject({ outcome: 'finished', counts: { sent: 60 } });
    // One for each, beside the inboxes that the test itself listed (and the server's version with them).
    expect(calls() - before - 60).toBeLessThanOrEqual(2);
    expect([...sandbox.accepted().values()]).toEqual(Array.from({ length: 60 }, () => 2));
  });

  it.each([
    ['drop after commit', 'drop_after_commit'],
    ['500 after commit', 'error_after_commit'],
    ['422 after commit', 'refused_after_commit'],
    ['garbage after commit', 'garbage_after_commit'],
    ['an empty 200', 'empty_after_commit'],
    ['a truncated answer', 'truncated_after_commit'],
    ['drop before commit', 'drop_before_commit'],
    ['500 before commit', 'error_before_commit'],
    ['garbage before commit', 'garbage_before_commit'],
  ] as const)('%s: settled by look-up, nothing twice', async (_name, fault) => {
    const { outcome, counts, accepted } = await send(40, [
      { match: { delivers: true, every: 4 }, fault },
    ]);
    expect(outcome).toBe('finished');
    expect(counts).toMatchObject({ sent: 40, unknown: 0, failed: 0, double: 0 });
    expect(accepted.size).toBe(40);
    expect(doubles(accepted)).toBe(0);
  });

  it('a commit that comes after the client gave up: found before anything is sent again', async () => {
    const { counts, accepted } = await send(20, [
      { match: { delivers: true, every: 5 }, fault: 'late_commit', options: { ms: 200 } },
    ]);
    expect(counts).toMatchObject({ sent: 20, double: 0 });
    expect(doubles(accepted)).toBe(0);
  });

  it('a platform that commits later than its own time-outs is the named limit: one person is written to twice', async () => {
    const { campaign, accepted } = await send(5, [
      { match: { delivers: true, nth: 2 }, fault: 'late_commit', options: { ms: 3_000 } },
    ]);
    // The settle delay was 400 ms: the second message was right by all that could be known.
    await expect.poll(() => doubles(sandbox.accepted()), { timeout: 10_000 }).toBe(1);
    expect(accepted.size).toBe(5);
    expect((await tally(ledger.db, campaign.id)).counts.sent).toBe(5);
  });

  it('429 with Retry-After stops the whole account until then', async () => {
    const { counts, accepted } = await send(40, [
      { match: { delivers: true, nth: 10 }, fault: 'rate_limited', options: { retryAfter: 1 } },
    ]);
    expect(counts).toMatchObject({ sent: 40, failed: 0 });
    expect(doubles(accepted)).toBe(0);
    const log = sandbox
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/conversations'));
    const at = log.find(({ status }) => status === 429)?.startedAt ?? 0;
    const tooSoon = log.filter(
      (request) => request.startedAt > at + 50 && request.startedAt < at + 950,
    );
    expect(at).toBeGreaterThan(0);
    expect(tooSoon).toEqual([]);
  });

  it('after a 429 no call of any kind begins before the time given, also none that had its token already', async () => {
    const limited = { message: 30, contact: 30, conversation: 30, lookup: 30 };
    const slow = await connectSandbox(ledger, sandbox, 400, limited);
    const campaign = await campaignOf(ledger, slow, people(60));
    sandbox.setFaults([
      { match: { delivers: true, nth: 3 }, fault: 'drop_after_commit' },
      { match: { delivers: true, nth: 8 }, fault: 'rate_limited', options: { retryAfter: 3 } },
      { fault: 'slow', options: { ms: 30 } },
    ]);
    expect(await drive(await toRun(ledger, campaign, slow))).toBe('finished');
    const log = sandbox.requests();
    const refused = log.find(({ status }) => status === 429);
    const answeredAt = (refused?.startedAt ?? 0) + (refused?.ms ?? 0);
    expect(answeredAt).toBeGreaterThan(0);
    const during = log.filter(
      ({ startedAt }) => startedAt > answeredAt + 30 && startedAt < answeredAt + 2_900,
    );
    expect(during.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({ sent: 60, double: 0 });
    expect(doubles(sandbox.accepted())).toBe(0);
    await slow.close();
  });

  it('does not believe an absence before the settle delay is over', async () => {
    // The first look comes after two seconds and finds nothing: the platform commits after it.
    const patient = await connectSandbox(ledger, sandbox, 2_000);
    const campaign = await campaignOf(ledger, patient, people(4));
    sandbox.setFaults([
      { match: { delivers: true, nth: 2 }, fault: 'late_commit', options: { ms: 2_400 } },
    ]);
    const late = wait(5_000);
    expect(await drive(await toRun(ledger, campaign, patient))).toBe('finished');
    // A second message would have gone out before the first one shows up.
    await late;
    expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({ sent: 4, unknown: 0 });
    expect(doubles(sandbox.accepted())).toBe(0);
    await patient.close();
  });

  it('parks instead of resending where the account says so, and lists it', async () => {
    const { campaign, outcome, counts } = await send(
      10,
      [{ match: { delivers: true, nth: 3 }, fault: 'drop_before_commit' }],
      { spec: { onDoubt: 'park' } },
    );
    expect(outcome).toBe('finished');
    expect(counts).toMatchObject({ sent: 9, unknown: 1 });
    const [row] = await results(ledger, campaign.id, { states: ['unknown'] });
    expect(row).toMatchObject({ reason: 'lost_answer', attempts: 1 });
  });

  it('skips a blocked contact, cold or warm', async () => {
    await send(3, []);
    const [first] = sandbox.messages();
    const contactId = sandbox.requests().length > 0 ? first : undefined;
    expect(contactId).toBeDefined();
    const rows = await ledger.db.selectFrom('contacts').selectAll().execute();
    sandbox.chatwoot.seed.update(Number(rows[0]?.contact_id), { blocked: true });
    const again = await send(3, [], { name: 'again' });
    expect(again.counts).toMatchObject({ sent: 2, skipped: 1 });
    expect(again.reasons).toContainEqual({ state: 'skipped', reason: 'blocked', n: 1 });
  });

  it('pauses itself when the platform no longer accepts the token, and loses nobody', async () => {
    const { campaign, outcome, counts } = await send(30, [{ fault: 'wrong_token' }]);
    expect(outcome).toBe('paused');
    expect(counts).toMatchObject({ pending: 30, failed: 0, sent: 0 });
    const { why, paused_by } = await ledger.db
      .selectFrom('campaigns')
      .selectAll()
      .where('id', '=', campaign.id)
      .executeTakeFirstOrThrow();
    expect(paused_by).toBe('self');
    expect(why).toContain('credentials');
    sandbox.clearFaults();
    await control(ledger, 'spring', { action: 'resume' }, Date.now());
    expect(await drive(await toRun(ledger, campaign, connection))).toBe('finished');
    expect((await tally(ledger.db, campaign.id)).counts.sent).toBe(30);
  });

  it('pauses itself when the same failure comes many times in a row', async () => {
    const { outcome, counts } = await send(60, [], {
      inboxId: '2',
      spec: { sameFailureInARow: 10 },
    });
    // Free text to people who never wrote: WhatsApp's reply window is closed for all of them.
    expect(outcome).toBe('paused');
    expect(counts.failed).toBeGreaterThanOrEqual(10);
    expect(counts.pending).toBeGreaterThan(0);
    expect(sandbox.accepted().size).toBe(0);
  });

  it('does not send to somebody who is suppressed while the campaign runs', async () => {
    const campaign = await campaignOf(ledger, connection, people(200));
    sandbox.setFaults([{ fault: 'slow', options: { ms: 20 } }]);
    const running = drive(await toRun(ledger, campaign, connection));
    const last = people(200).at(-1)?.address ?? '';
    await expect.poll(() => sandbox.accepted().size).toBeGreaterThan(5);
    await suppress(await it_.reopen(), [last], { reason: 'stop', source: 'test' }, Date.now());
    await running;
    expect(sandbox.accepted().has(last)).toBe(false);
    expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({ sent: 199, skipped: 1 });
  });

  it('keeps within the rate', async () => {
    const campaign = await campaignOf(ledger, connection, people(150), { spec: { perSecond: 50 } });
    await drive(await toRun(ledger, campaign, connection));
    const starts = sandbox
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/conversations'))
      .map(({ startedAt }) => startedAt)
      .sort((a, b) => a - b);
    expect(starts).toHaveLength(150);
    for (const from of starts) {
      const inWindow = starts.filter((at) => at >= from && at < from + 1_000).length;
      // Rate × T, and the stated burst of half a second and one: room for what a busy machine bunches up.
      expect(inWindow).toBeLessThanOrEqual(50 + 26);
    }
  });

  it('two campaigns with one person: one contact, and each campaign writes once', async () => {
    const a = await campaignOf(ledger, connection, people(20), { name: 'a' });
    const b = await campaignOf(ledger, connection, people(20), { name: 'b' });
    sandbox.setFaults([{ fault: 'slow', options: { ms: 15 } }]);
    await Promise.all([
      drive(await toRun(ledger, a, connection)),
      drive(await toRun(ledger, b, connection)),
    ]);
    expect([...sandbox.accepted().values()].every((n) => n === 2)).toBe(true);
    const created = sandbox
      .requests()
      .filter(
        ({ method, path, status }) =>
          method === 'POST' && path.endsWith('/contacts') && status === 200,
      );
    expect(created).toHaveLength(20);
  });

  it('a second driver is refused while the first is alive, and takes over when it is gone', async () => {
    const campaign = await campaignOf(ledger, connection, people(5));
    const run = await toRun(ledger, campaign, connection);
    const held = await takeDriver(ledger, campaign.id, 'process 1 on elsewhere', Date.now(), 700);
    const timer = setInterval(() => {
      void ledger.db
        .updateTable('leases')
        .set({ until: Date.now() + 700 })
        .where('kind', '=', 'driver')
        .execute();
    }, 100);
    expect(held).toHaveProperty('taken');
    await expect(drive(run)).rejects.toBeInstanceOf(AlreadyDriven);
    clearInterval(timer);
    expect(await drive(run)).toBe('finished');
  });

  it('keeps its counters true under every fault at once', async () => {
    const { campaign, counts, accepted } = await send(150, [
      { match: { delivers: true, probability: 0.1 }, fault: 'drop_after_commit' },
      { match: { delivers: true, probability: 0.1 }, fault: 'error_after_commit' },
      {
        match: { delivers: true, probability: 0.05 },
        fault: 'rate_limited',
        options: { retryAfter: 0 },
      },
      { match: { path: '/contacts$', probability: 0.1 }, fault: 'drop_after_commit' },
      { match: { path: '/contacts$', probability: 0.05 }, fault: 'error_before_commit' },
      { match: { method: 'GET', probability: 0.1 }, fault: 'error_before_commit' },
    ]);
    expect(counts).toMatchObject({ sent: 150, double: 0 });
    expect(accepted.size).toBe(150);
    expect(doubles(accepted)).toBe(0);
    expect(await counted(ledger, campaign.id)).toEqual(await recount(ledger, campaign.id));
    // A look-up that fails itself is put off for longer each time: unlucky draws take a minute.
  }, 150_000);
});
