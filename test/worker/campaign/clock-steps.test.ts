import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Provider } from '../../../providers/provider';
import type { Run } from '../../../worker/campaign/run';
import { settleDue } from '../../../worker/campaign/settle';
import {
  claim,
  commitGroup,
  driverOf,
  isAlive,
  type Ledger,
  reclaim,
  takeDriver,
} from '../../../worker/ledger';
import { running, sliceOf, type TestLedger, testLedger, worker } from '../../support/ledger';

const NOW = 1_000_000;
const HOUR = 3_600_000;
/** The settle delay, and the longest that a request waits behind its gate. */
const SETTLE = 5_000;
const DELAY = SETTLE + 2_000;

let opened: TestLedger;
let ledger: Ledger;
beforeEach(async () => {
  opened = await testLedger();
  ledger = opened.ledger;
});
afterEach(() => opened.close());

/** A platform that never has the message, and clocks that the test moves. */
function runOf(campaign: Awaited<ReturnType<typeof running>>) {
  const clocks = { wall: NOW, monotonic: 500 };
  const run = {
    ledger,
    campaign,
    provider: { findSent: async () => ({ kind: 'absent' }) } as Partial<Provider> as Provider,
    brake: { until: () => 0, stop: () => undefined },
    inbox: { id: '1', lookup: true },
    policy: { settleDelayMs: SETTLE, onAbsent: 'resend', maxAttempts: 5 },
    clock: () => clocks.wall,
    monotonic: () => clocks.monotonic,
    watched: new Map(),
    holder: 'test',
  } as unknown as Run;
  return { run, clocks };
}

/** One row whose attempt passed the gate, and of which nothing was heard again. */
async function openAttempt() {
  const campaign = await running(ledger, 'a', 1, NOW);
  const one = await worker(ledger, campaign, NOW, 1_000);
  await one.gate(await one.claim(1, NOW), NOW);
  return campaign;
}

async function settled(run: Run): Promise<string> {
  const lease = await sliceOf(ledger, run.campaign.id, run.clock());
  const landings: Parameters<typeof commitGroup>[1]['landings'][number][] = [];
  const committer = {
    land: (landing: (typeof landings)[number]) => landings.push(landing),
    async drain() {
      const group = { campaign: run.campaign, inboxId: '1', lease, now: run.clock() };
      await commitGroup(ledger, { ...group, landings: landings.splice(0), gates: [], scopes: [] });
    },
  };
  const watch = { failed: () => undefined, succeeded: () => undefined };
  await settleDue(run, committer as never, watch, () => true);
  const row = await ledger.db.selectFrom('recipients').select('state').executeTakeFirstOrThrow();
  return row.state;
}

describe('a clock that is set forward', () => {
  it('does not make a message absent before the settle delay has passed on the monotonic clock', async () => {
    const { run, clocks } = runOf(await openAttempt());
    clocks.wall += HOUR;
    expect(await settled(run)).toBe('sending');
    clocks.wall += DELAY - 100;
    clocks.monotonic += DELAY - 100;
    expect(await settled(run)).toBe('sending');
    clocks.wall += 200;
    clocks.monotonic += 200;
    expect(await settled(run)).toBe('pending');
  });

  it('makes a lease end, and nothing more: the row is claimed anew, the old gate is shut', async () => {
    const campaign = await running(ledger, 'a', 1, NOW);
    const one = await worker(ledger, campaign, NOW);
    const rows = await one.claim(1, NOW);
    expect(await reclaim(ledger, 'desk', NOW + HOUR)).toBe(1);
    expect(await one.gate(rows, NOW + HOUR)).toEqual([{ seq: 0, go: false, why: 'lost' }]);
    const other = await sliceOf(ledger, campaign.id, NOW + HOUR);
    expect(await claim(ledger, campaign, '1', other, 1, NOW + HOUR)).toHaveLength(1);
  });
});

describe('a clock that is set back', () => {
  it('does not leave rows with a process that is gone', async () => {
    const campaign = await running(ledger, 'a', 1, NOW);
    const gone = await worker(ledger, campaign, NOW + HOUR);
    expect(await gone.claim(1, NOW + HOUR)).toHaveLength(1);
    expect(await reclaim(ledger, 'desk', NOW)).toBe(1);
  });

  it('does not leave the driver’s seat with a process that is gone', async () => {
    const campaign = await running(ledger, 'a', 1, NOW);
    await takeDriver(ledger, campaign.id, 'gone', NOW + HOUR);
    const seat = await driverOf(ledger.db, campaign.id);
    expect(seat && isAlive(seat, NOW)).toBe(false);
    expect(await takeDriver(ledger, campaign.id, 'here', NOW)).toHaveProperty('taken');
  });

  it('does not put a look-up off for as long as it was set back', async () => {
    const campaign = await openAttempt();
    await ledger.db
      .updateTable('attempts')
      .set({ look_at: NOW + 2 * HOUR })
      .execute();
    const { run, clocks } = runOf(campaign);
    clocks.wall = NOW + 20_000;
    await settled(run);
    clocks.wall += DELAY + 100;
    clocks.monotonic += DELAY + 100;
    expect(await settled(run)).toBe('pending');
  });

  it('does not let an absence be believed early', async () => {
    const { run, clocks } = runOf(await openAttempt());
    clocks.wall += 20_000;
    expect(await settled(run)).toBe('sending');
    clocks.wall = NOW + 2_500;
    clocks.monotonic += DELAY + 1;
    expect(await settled(run)).toBe('sending');
  });
});
