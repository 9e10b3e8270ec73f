import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catchUp } from '../../../worker/campaign/catch-up';
import { createHearing } from '../../../worker/campaign/hearing';
import { takePart } from '../../../worker/cli/take-part';
import type { Connection } from '../../../worker/engine/connect';
import { findCampaign, type Ledger, results, suppressedAmong } from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { phone, type TestLedger, testLedger } from '../../support/ledger';
import { told } from '../../support/told';
import { until } from '../../support/until';

let place: TestLedger;
let ledger: Ledger;
let errors: string[];
beforeEach(async () => {
  place = await testLedger();
  ledger = place.ledger;
  errors = [];
});
afterEach(() => place.close());

describe('a worker or a server', () => {
  let sandbox: Sandbox;
  let connection: Connection;
  beforeEach(async () => {
    sandbox = await startSandbox();
    connection = await connectSandbox(ledger, sandbox);
  });
  afterEach(async () => {
    await connection.close();
    await sandbox.close();
  });

  /** Takes part as `campaign worker` and `campaign serve` do, until `over`. */
  async function partTaken(of: Connection, over: () => Promise<boolean>): Promise<void> {
    let stopping = false;
    const globals = { ledger: place.where, engine: undefined, allowLists: [] };
    const { ended } = takePart({
      ledger,
      globals: globals as never,
      connections: {
        of: () => Promise.resolve(of),
        open: (campaign) => toRun(ledger, campaign, of),
        close: () => Promise.resolve(),
      },
      temporal: {},
      log: {
        note: () => undefined,
        event: () => undefined,
        error: (activity, code) => void errors.push(`${activity}: ${code}`),
        sdk: () => undefined,
      },
      structured: false,
      stopping: () => stopping,
      onError: () => undefined,
    });
    await until('it is over', over, 20_000).finally(() => {
      stopping = true;
      return ended;
    });
  }

  const finished = async () => (await findCampaign(ledger.db, 'spring'))?.state === 'finished';

  it('asks before the first message, though the account was asked a moment before it began', async () => {
    await catchUp({ ledger, account: 'desk', provider: connection.provider, everyMs: 0 });
    const rows = people(6);
    const last = rows.at(-1)?.address ?? '';
    sandbox.reply({ platform: 'chatwoot', address: last, text: 'Stop!', inboxId: '1' });
    const campaign = await campaignOf(ledger, connection, rows);
    await partTaken(connection, finished);
    expect(sandbox.accepted().size).toBe(5);
    expect((await results(ledger, campaign.id, { limit: 10 })).at(-1)).toMatchObject({
      state: 'skipped',
      reason: 'suppressed',
    });
    expect(errors).toEqual([]);
  });

  it('sends nothing while a slow platform is being asked', async () => {
    const rows = people(6);
    const to = rows.at(-1)?.address ?? '';
    let meanwhile = 0;
    const provider = {
      ...connection.provider,
      async *catchUp() {
        await wait(600);
        meanwhile += sandbox.accepted().size;
        yield [told('replied', { to, text: 'STOP' })];
      },
    };
    await campaignOf(ledger, connection, rows);
    await partTaken({ ...connection, provider }, finished);
    expect(meanwhile).toBe(0);
    expect(sandbox.accepted().size).toBe(5);
  });
});

describe('what a process asks before campaigns', () => {
  const list = (id: number) => ({ id, kind: 'list', account: 'desk' }) as const;

  function hearing(ms: number, more: { withinMs?: number; fails?: boolean } = {}) {
    let asked = 0;
    const provider = {
      async *catchUp() {
        asked += 1;
        await wait(ms);
        if (more.fails === true) throw new Error(`about ${phone(1)}`);
        yield [told('replied', { to: phone(asked), text: 'STOP' })];
      },
    };
    const made = createHearing({
      ledger,
      providerOf: () => Promise.resolve(provider),
      stopping: () => false,
      onTrouble: (account, code) => void errors.push(`${account}: ${code}`),
      ...more,
    });
    return { ...made, asked: () => asked };
  }

  it('is asked once for many of them that begin together, and known before any goes on', async () => {
    const { before, end, asked } = hearing(200);
    await Promise.all([1, 2, 3].map((id) => before(list(id))));
    expect((await suppressedAmong(ledger, 'desk', [phone(1)])).size).toBe(1);
    await before(list(4));
    await before(list(1));
    expect(asked()).toBe(1);
    await end();
    expect(errors).toEqual([]);
  });

  it('is done without where it fails, which is told in a code', async () => {
    const { before, end } = hearing(10, { fails: true });
    await before(list(1));
    await before(list(2));
    await end();
    expect(errors).toEqual(['desk: internal']);
  });

  it('is not waited for by a single message', async () => {
    const { before, end, asked } = hearing(200);
    await before({ ...list(1), kind: 'single' });
    expect(asked()).toBe(0);
    await end();
  });

  it('is waited for so long only, once a campaign, and taken in all the same', async () => {
    const { before, end } = hearing(800, { withinMs: 100 });
    const began = performance.now();
    await before(list(1));
    await before(list(1));
    expect(performance.now() - began).toBeLessThan(600);
    expect(errors).toEqual(['desk: slow']);
    await until('it is known', async () => {
      return (await suppressedAmong(ledger, 'desk', [phone(1)])).size === 1;
    });
    await end();
  });

  it('is not waited for by a process that is to end, or an activity that is cancelled', async () => {
    const { before, end } = hearing(600);
    const began = performance.now();
    await before(list(1), () => true);
    expect(performance.now() - began).toBeLessThan(300);
    await end();
  });
});
