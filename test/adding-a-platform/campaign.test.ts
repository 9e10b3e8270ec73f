import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallKind } from '../../core/words';
import { providers } from '../../providers';
import { type Account, parseAccountsFile } from '../../worker/campaign/accounts-file';
import { type Connection, connect } from '../../worker/engine/connect';
import { runEmbedded } from '../../worker/engine/embedded';
import { checkMessage } from '../../worker/engine/prepare';
import { results, tally } from '../../worker/ledger';
import type { FaultName, FaultRule } from '../../worker/sandbox';
import { campaignOf, people, toRun, type Wanted } from '../support/campaign';
import { counted, recount, type TestLedger, testLedger } from '../support/ledger';
import type { PostboxOptions } from './emulator';
import { INBOX, postbox } from './postbox';
import { type Served, servePostbox } from './serve';
import { POSTBOX } from './words';

/** What providers/index.ts does for a real platform; for this file alone, as each has its own modules. */
beforeAll(() => {
  providers[POSTBOX] = postbox;
});
afterAll(() => {
  delete providers[POSTBOX];
});

/** Every way in which a letter's answer can be lost, and one that only asks to wait. */
const WAYS: readonly FaultName[] = [
  'drop_before_commit',
  'drop_after_commit',
  'cut_after_commit',
  'error_before_commit',
  'error_after_commit',
  'refused_after_commit',
  'garbage_before_commit',
  'garbage_after_commit',
  'empty_after_commit',
  'truncated_after_commit',
  'late_commit',
  'rate_limited',
];
const UNLIMITED = { contact: null, message: null, lookup: null };
const { calls } = postbox.capabilities;

let served: Served;
const opened: TestLedger[] = [];
const connections: Connection[] = [];
beforeEach(async () => {
  served = await servePostbox();
});
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close();
  for (const ledger of opened.splice(0)) await ledger.close();
  await served.close();
});

/** An account as the accounts file has it, with the emulator's own lines. */
async function openAccount({
  limits = UNLIMITED,
  settleDelayMs = 400,
}: Partial<Pick<Account, 'limits' | 'settleDelayMs'>> = {}) {
  const lines = served.postbox.platform.describe().slice(1).join('\n');
  const yaml = `desk:\n${lines.replace(/<.*>\S*/, served.url)}\n`;
  const accounts = parseAccountsFile(yaml, { providers: [postbox], env: {} });
  const account = accounts.get('desk') ?? expect.fail('no account');
  const ledger = await testLedger();
  opened.push(ledger);
  const connection = await connect(
    { ...account, limits, settleDelayMs },
    { ledger: ledger.ledger, inFlight: 20, timeoutMs: 1_000, clock: Date.now },
  );
  connections.push(connection);
  return { ledger: ledger.ledger, connection };
}

type Desk = Awaited<ReturnType<typeof openAccount>>;

async function send({ ledger, connection }: Desk, n: number, wanted: Wanted = {}) {
  const campaign = await campaignOf(ledger, connection, people(n), { inboxId: 'post', ...wanted });
  const outcome = await runEmbedded(await toRun(ledger, campaign, connection), {
    importList: () => Promise.resolve(),
    stopping: () => false,
    endWhenPaused: () => true,
  });
  expect(outcome).toBe('finished');
  expect(await counted(ledger, campaign.id)).toEqual(await recount(ledger, campaign.id));
  return { campaign, ...(await tally(ledger.db, campaign.id)) };
}

const doubles = (): unknown[] => [...served.counts.accepted()].filter(([, n]) => n > 1);

/** Calls since the last question, by the limit that they are charged to. */
function callsOf(): CallKind[] {
  const made = served.log.all().map(({ method, path }): CallKind => {
    if (method === 'GET') return 'lookup';
    return path.endsWith('/people') ? 'contact' : 'message';
  });
  served.log.reset();
  return made;
}

const times = (n: number, kinds: readonly CallKind[]): CallKind[] =>
  Array.from({ length: n }, () => kinds).flat();

async function restart(options: PostboxOptions): Promise<void> {
  await served.close();
  served = await servePostbox(options);
}

describe('a campaign on the toy platform of docs/adding-a-platform.md', () => {
  it('costs the calls that the capabilities say: for somebody new, found and known', async () => {
    await restart({ perSecond: 10_000 });
    const desk = await openAccount();
    expect((await send(desk, 40)).counts).toMatchObject({ sent: 40, total: 40 });
    expect(callsOf().sort()).toEqual(times(40, calls.cold).sort());
    expect((await send(await openAccount(), 40)).counts.sent).toBe(40);
    expect(callsOf().sort()).toEqual(times(40, calls.found).sort());
    expect((await send(desk, 40, { name: 'again' })).counts.sent).toBe(40);
    expect(callsOf()).toEqual(times(40, calls.warm));
    expect([...served.counts.accepted().values()]).toEqual(Array.from({ length: 40 }, () => 3));
  });

  it('ends with everybody written to once and nothing unknown, whatever way the answers are lost', async () => {
    const options = { ms: 200, retryAfter: 0 };
    const rules = WAYS.map(
      (fault, at): FaultRule => ({ match: { delivers: true, nth: 3 + 2 * at }, fault, options }),
    );
    served.faults.set([
      ...rules,
      { match: { path: '/people$', every: 7 }, fault: 'drop_after_commit' },
      { match: { path: '/people$', every: 11 }, fault: 'error_before_commit' },
      { match: { method: 'GET', nth: 2 }, fault: 'error_before_commit' },
      { match: { method: 'GET', nth: 3 }, fault: 'drop_after_commit' },
      { match: { method: 'GET', nth: 4 }, fault: 'garbage_after_commit' },
    ]);
    const { counts } = await send(await openAccount(), 80);
    expect(counts).toMatchObject({ sent: 80, total: 80, unknown: 0, failed: 0, double: 0 });
    expect(served.counts.accepted().size).toBe(80);
    expect(doubles()).toEqual([]);
    // Nothing was proven by faults that did not happen.
    const struck = served.log.all().filter(({ delivers, fault }) => delivers && fault !== null);
    expect(new Set(struck.map(({ fault }) => fault))).toEqual(new Set(WAYS));
    expect(served.log.all().some(({ method }) => method === 'GET')).toBe(true);
  }, 90_000);

  it('leaves to a person what an ignored filter does not let it prove, and sends it nobody twice', async () => {
    await restart({ ignoresTo: true, pageSize: 3 });
    served.faults.set([
      { match: { delivers: true, nth: 5 }, fault: 'drop_before_commit' },
      { match: { delivers: true, nth: 9 }, fault: 'drop_after_commit' },
    ]);
    const desk = await openAccount();
    const { campaign, counts } = await send(desk, 50);
    // The one that did come is found among everybody's letters, on page three; the other one is nowhere.
    expect(counts).toMatchObject({ sent: 49, unknown: 1, double: 0 });
    const [row] = await results(desk.ledger, campaign.id, { states: ['unknown'] });
    expect(row).toMatchObject({ reason: 'lost_answer', attempts: 1 });
    expect(served.counts.accepted().has(row?.address ?? '')).toBe(false);
    expect(doubles()).toEqual([]);
  });

  it('sends it again only after the settle delay: a late letter is found first', async () => {
    served.faults.set([
      { match: { delivers: true, nth: 2 }, fault: 'late_commit', options: { ms: 2_400 } },
    ]);
    // The first look comes after two seconds and finds nothing.
    expect((await send(await openAccount({ settleDelayMs: 2_000 }), 4)).counts).toMatchObject({
      sent: 4,
      unknown: 0,
    });
    expect(served.faults.struck()['late_commit']).toBe(1);
    expect(doubles()).toEqual([]);
  });

  it('waits for a platform that is too fast asked, and loses nobody', async () => {
    await restart({ perSecond: 30 });
    const { counts } = await send(await openAccount(), 40);
    expect(counts).toMatchObject({ sent: 40, failed: 0 });
    expect(served.log.all().some(({ status }) => status === 429)).toBe(true);
    expect(doubles()).toEqual([]);
  });

  it('never comes to the platform’s limit by the limits of the capabilities', async () => {
    expect((await send(await openAccount({ limits: {} }), 50)).counts.sent).toBe(50);
    expect(served.log.all().map(({ status }) => status)).not.toContain(429);
    const began = served.log.all().map(({ startedAt }) => startedAt);
    // 50 people at 20 a second, and the limiter's half second at once.
    expect(Math.max(...began) - Math.min(...began)).toBeGreaterThan(1_500);
  });

  it('fails for a person who said stop, and for nobody else', async () => {
    const [first] = people(3);
    served.postbox.stop(first?.address ?? '');
    const { counts, reasons } = await send(await openAccount(), 3);
    expect(counts).toMatchObject({ sent: 2, failed: 1 });
    expect(reasons).toContainEqual({ state: 'failed', reason: 'opted_out', n: 1 });
  });

  it('is checked by its capabilities: what it cannot do is refused with what to do instead', async () => {
    const { connection } = await openAccount();
    await expect(checkMessage(connection, INBOX, { name: 'reminder' })).rejects.toThrow(
      /takes no templates\. Write message\.text\./,
    );
    expect(served.log.all()).toEqual([]);
  });
});
