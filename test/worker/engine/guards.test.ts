import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../../worker/campaign/run';
import { runSlice } from '../../../worker/campaign/slice';
import type { Connection } from '../../../worker/engine/connect';
import { runEmbedded } from '../../../worker/engine/embedded';
import {
  claim,
  control,
  decide,
  type Ledger,
  results,
  retryFailed,
  stoppedUntil,
  tally,
} from '../../../worker/ledger';
import { HEAVY } from '../../../worker/ledger/heavy';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { counted, recount, sliceOf, type TestLedger, testLedger } from '../../support/ledger';

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

const drive = (run: Run, stopping = () => false) =>
  runEmbedded(run, { importList: () => Promise.resolve(), stopping, endWhenPaused: () => true });

const first = people(1)[0]?.address ?? '';
const OTHER = '+12025550199';

describe('the right person', () => {
  it.each([
    ['an API inbox', '1'],
    ['an SMS inbox', '3'],
  ])(
    'on %s: a contact whose number was changed since is not written to',
    async (_name, inboxId) => {
      const before = await campaignOf(ledger, connection, people(1), { name: 'before', inboxId });
      await drive(await toRun(ledger, before, connection));
      const entry = await ledger.db.selectFrom('contacts').selectAll().executeTakeFirstOrThrow();
      sandbox.chatwoot.seed.update(Number(entry.contact_id), { phone_number: OTHER });
      // Ninety days later.
      await ledger.db
        .updateTable('contacts')
        .set({ verified_at: Date.now() - 90 * 86_400_000 })
        .execute();
      const after = await campaignOf(ledger, connection, people(1), { name: 'after', inboxId });
      await drive(await toRun(ledger, after, connection));
      expect([...sandbox.accepted()]).toEqual([[first, 2]]);
    },
  );

  it('a mail goes to the address of the list, whatever the contact has by now', async () => {
    const mail = [
      { row: 2, raw: 'ana@example.org', kind: 'email' as const, address: 'ana@example.org' },
    ];
    const before = await campaignOf(ledger, connection, mail, { name: 'before', inboxId: '6' });
    await drive(await toRun(ledger, before, connection));
    const entry = await ledger.db.selectFrom('contacts').selectAll().executeTakeFirstOrThrow();
    sandbox.chatwoot.seed.update(Number(entry.contact_id), { email: 'bob@example.org' });
    const after = await campaignOf(ledger, connection, mail, { name: 'after', inboxId: '6' });
    await drive(await toRun(ledger, after, connection));
    expect([...sandbox.accepted()]).toEqual([['ana@example.org', 2]]);
  });
});

describe('the same failure in a row', () => {
  it('is not what look-ups say together of requests between which others went well', async () => {
    const campaign = await campaignOf(ledger, connection, people(120));
    sandbox.setFaults([
      { match: { delivers: true, every: 3 }, fault: 'drop_before_commit', times: 30 },
    ]);
    const run = await toRun(ledger, campaign, connection);
    await runSlice(run, () => false);
    // All of them are proven absent then, and are settled one after the other.
    await wait(3_000);
    expect(await drive(run)).toBe('finished');
    expect((await tally(ledger.db, campaign.id)).counts.sent).toBe(120);
  });
});

describe('the platform asks to wait', () => {
  it('while blocked contacts are listed: everybody hears of it, and no row pays for it', async () => {
    const campaign = await campaignOf(ledger, connection, people(30));
    sandbox.setFaults([
      {
        match: { path: '/contacts/filter$', nth: 1 },
        fault: 'rate_limited',
        options: { retryAfter: 2 },
      },
    ]);
    const run = await toRun(ledger, campaign, connection);
    await runSlice(run, () => false);
    await expect
      .poll(async () => (await stoppedUntil(ledger.db, 'desk')).until)
      .toBeGreaterThan(Date.now());
    expect(await drive(run)).toBe('finished');
    const tries = await ledger.db
      .selectFrom('recipients')
      .select('tries')
      .where('tries', '>', 0)
      .execute();
    expect(tries).toEqual([]);
    expect((await tally(ledger.db, campaign.id)).counts.sent).toBe(30);
  });
});

describe('people in work elsewhere', () => {
  it('are waited for without asking over and over, and freed when the one who held them is gone', async () => {
    const other = await campaignOf(ledger, connection, people(1), { name: 'other' });
    const lease = await sliceOf(ledger, other.id, Date.now(), 1_500);
    expect(await claim(ledger, other, '1', lease, 1, Date.now())).toHaveLength(1);
    const campaign = await campaignOf(ledger, connection, people(1), { name: 'mine' });
    const before = sandbox.requests().length;
    expect(await drive(await toRun(ledger, campaign, connection))).toBe('finished');
    expect(sandbox.requests().length - before).toBeLessThan(8);
    expect(sandbox.accepted().get(first)).toBe(1);
    expect(await counted(ledger, other.id)).toEqual(await recount(ledger, other.id));
  });
});

describe('when the ledger fails in the middle', () => {
  it('a proof in hand is still recorded', async () => {
    const campaign = await campaignOf(ledger, connection, people(40));
    sandbox.setFaults([{ fault: 'slow', options: { ms: 120 } }]);
    const run = await toRun(ledger, campaign, connection);
    let claims = 0;
    // The second claim of the slice fails; by then forty messages are on their way or accepted.
    const broken: Run = {
      ...run,
      ledger: {
        ...ledger,
        inThread: async (name, args) => {
          if (name === 'claim' && ++claims > 1) throw new Error('disk full');
          return (HEAVY[name] as (...all: unknown[]) => unknown)(ledger.db, ...args);
        },
      },
    };
    await expect(runSlice(broken, () => false)).rejects.toThrow('disk full');
    const { counts } = await tally(ledger.db, campaign.id);
    expect(counts).toMatchObject({ sent: sandbox.summary().accepted, sending: 0 });
    expect(counts.sent).toBe(40);
  });
});

describe('a platform that takes nothing', () => {
  it('pauses the campaign instead of trying everybody again and again', async () => {
    const campaign = await campaignOf(ledger, connection, people(80), {
      spec: { sameFailureInARow: 10 },
    });
    sandbox.setFaults([
      { match: { delivers: true }, fault: 'error_before_commit', options: { status: 422 } },
    ]);
    expect(await drive(await toRun(ledger, campaign, connection))).toBe('paused');
    const delivering = sandbox.requests().filter(({ delivers }) => delivers).length;
    expect(delivering).toBeLessThan(170);
    expect(sandbox.accepted().size).toBe(0);
    const { why } = await ledger.db.selectFrom('campaigns').select('why').executeTakeFirstOrThrow();
    expect(why).toContain('10 in a row');
  });
});

describe('under a throttle', () => {
  it('nobody is prepared long before their turn', async () => {
    const campaign = await campaignOf(ledger, connection, people(300), { spec: { perSecond: 20 } });
    const until = Date.now() + 2_500;
    await drive(await toRun(ledger, campaign, connection), () => Date.now() > until);
    const created = sandbox
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/contacts'));
    const sent = sandbox.summary().accepted;
    expect(sent).toBeGreaterThan(30);
    // Twenty in flight, and the few that pass the gate during a commit.
    expect(created.length - sent).toBeLessThan(20 + 40);
  });
});

describe('what a person ruled', () => {
  async function unknownRow() {
    const campaign = await campaignOf(ledger, connection, people(2), { spec: { onDoubt: 'park' } });
    sandbox.setFaults([{ match: { delivers: true, nth: 1 }, fault: 'drop_before_commit' }]);
    await drive(await toRun(ledger, campaign, connection));
    const [row] = await results(ledger, campaign.id, { states: ['unknown'] });
    return { campaign, row: row?.row ?? 0 };
  }

  it('"failed" is not undone by a retry of what failed', async () => {
    const { row } = await unknownRow();
    await decide(ledger, 'spring', { rows: [row] }, 'failed', Date.now());
    expect(await retryFailed(ledger, 'spring', undefined, Date.now())).toBe(0);
    expect(await retryFailed(ledger, 'spring', 'decided', Date.now())).toBe(0);
  });

  it('nothing of a cancelled campaign is sent again', async () => {
    const campaign = await campaignOf(ledger, connection, people(2), { spec: { onDoubt: 'park' } });
    sandbox.setFaults([
      { match: { delivers: true, nth: 1 }, fault: 'drop_before_commit' },
      { match: { delivers: true }, fault: 'slow', options: { ms: 300 } },
    ]);
    const driving = drive(await toRun(ledger, campaign, connection));
    await wait(50);
    await control(ledger, 'spring', { action: 'cancel' }, Date.now());
    await driving;
    const [row] = await results(ledger, campaign.id, { states: ['unknown'] });
    await expect(
      decide(ledger, 'spring', { rows: [row?.row ?? 0] }, 'resend', Date.now()),
    ).rejects.toThrow('cancelled');
  });
});
