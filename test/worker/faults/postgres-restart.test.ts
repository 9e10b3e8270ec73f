import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Connection } from '../../../worker/engine/connect';
import { runEmbedded } from '../../../worker/engine/embedded';
import { type Campaign, type Ledger, openLedger, tally } from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { expectTrueCounters } from '../../support/counts';
import { freshDatabase, type Postgres, startPostgres } from '../../support/postgres';

/** More than one claim takes, so that the ledger is needed for more than results. */
const ROWS = 1_300;
const LEASE_MS = 3_000;
/** Longer than the leases, and than the tries of any single commit. */
const AWAY_MS = 15_000;

type Outage = (server: Postgres) => Promise<void>;

const away: Outage = async (server) => {
  await server.stop();
  await wait(AWAY_MS);
  await server.start();
};

describe.skipIf('missing' in inject('postgres'))('PostgreSQL goes in the middle of a slice', () => {
  let postgres: Postgres;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let sandbox: Sandbox;
  let ledger: Ledger;
  let connection: Connection;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.close());
  beforeEach(async () => {
    database = await freshDatabase(postgres.url);
    sandbox = await startSandbox({ latencyMs: 10 });
    ledger = await openLedger(database.url);
    connection = await connectSandbox(ledger, sandbox);
  });
  afterEach(async () => {
    await connection.close();
    await ledger.close();
    await sandbox.close();
    await database.drop();
  });

  /** Drives to the end; what ends it otherwise comes back as words. */
  async function drive(campaign: Campaign): Promise<string> {
    const run = await toRun(ledger, campaign, connection, { leaseMs: LEASE_MS });
    return runEmbedded(run, {
      importList: () => Promise.resolve(),
      stopping: () => false,
      endWhenPaused: () => true,
    }).catch((error: unknown) => `ended by: ${error instanceof Error ? error.message : 'it'}`);
  }

  /** How a drive ends that was under way when the server went. */
  async function driveThrough(outage: Outage) {
    const campaign = await campaignOf(ledger, connection, people(ROWS));
    const driving = drive(campaign);
    await expect.poll(() => sandbox.summary().accepted, { timeout: 20_000 }).toBeGreaterThan(20);
    expect(sandbox.summary().accepted).toBeLessThan(ROWS);
    await outage(postgres);
    return { campaign, outcome: await driving };
  }

  async function expectEverybodyOnce({ id }: Campaign): Promise<void> {
    const { counts } = await tally(ledger.db, id);
    expect(counts).toMatchObject({ sent: ROWS, unknown: 0, failed: 0, double: 0 });
    expect(sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
    await expectTrueCounters(ledger, id);
  }

  it.each<readonly [string, Outage]>([
    ['a fast restart', (server) => server.restart('fast')],
    ['an immediate one, as in a crash', (server) => server.restart('immediate')],
    ['gone for a while', away],
  ])(
    '%s: the run goes on by itself once it is back, and nothing is lost or double',
    async (_name, outage) => {
      const { campaign, outcome } = await driveThrough(outage);
      expect(outcome).toBe('finished');
      await expectEverybodyOnce(campaign);
    },
    90_000,
  );

  it('gone for a while: whatever became of the run, the next one loses nobody and writes to nobody twice', async () => {
    const { campaign, outcome } = await driveThrough(away);
    if (outcome !== 'finished') expect(await drive(campaign)).toBe('finished');
    await expectEverybodyOnce(campaign);
  }, 90_000);
});
