import { copyFileSync, rmSync, statSync } from 'node:fs';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importSingle, makeSingle, type Single } from '../../../worker/campaign/single';
import { runSlice } from '../../../worker/campaign/slice';
import { runEmbedded } from '../../../worker/engine/embedded';
import {
  type Campaign,
  control,
  decide,
  type Ledger,
  needCampaign,
  openLedger,
  results,
  tally,
} from '../../../worker/ledger';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { counted, recount, type TestLedger, testLedger } from '../../support/ledger';

const ROWS = 24;

let sandbox: Sandbox;
let it_: TestLedger;
let open: Ledger[];
beforeEach(async () => {
  it_ = await testLedger();
  open = [];
});
afterEach(async () => {
  for (const ledger of open) await ledger.close();
  await it_.close();
  await sandbox.close();
});

async function begin(options: SandboxOptions = {}) {
  sandbox = await startSandbox(options);
  const connection = await connectSandbox(it_.ledger, sandbox);
  const campaign = await campaignOf(it_.ledger, connection, people(ROWS));
  const half = await toRun(it_.ledger, campaign, connection, { maxRows: ROWS / 2 });
  await runSlice(half, () => false);
  expect(sandbox.accepted().size).toBe(ROWS / 2);
  await connection.close();
  return campaign;
}

async function drive(ledger: Ledger, campaign: Campaign): Promise<string> {
  const connection = await connectSandbox(ledger, sandbox);
  try {
    return await runEmbedded(await toRun(ledger, campaign, connection), {
      importList: () => Promise.resolve(),
      stopping: () => false,
      endWhenPaused: () => true,
    });
  } finally {
    await connection.close();
  }
}

const copyOf = async (ledger: Ledger): Promise<string> => {
  const copy = `${it_.where}.copy`;
  await sql`vacuum into ${copy}`.execute(ledger.db);
  return copy;
};

/** Puts the copy in the ledger's place, as another file or by writing over the one that is there. */
async function putBack(copy: string, how: 'another file' | 'the same file'): Promise<Ledger> {
  for (const end of ['-wal', '-shm']) rmSync(`${it_.where}${end}`, { force: true });
  const before = statSync(it_.where).ino;
  if (how === 'another file') rmSync(it_.where);
  copyFileSync(copy, it_.where);
  if (how === 'the same file') expect(statSync(it_.where).ino).toBe(before);
  const ledger = await openLedger(it_.where);
  open.push(ledger);
  return ledger;
}

const doubles = () => [...sandbox.accepted().values()].filter((n) => n > 1).length;

describe('a copy of the ledger that was put back', () => {
  it.each(['another file', 'the same file'] as const)(
    'as %s: comes up paused, looks everybody up, and sends nothing twice',
    async (how) => {
      const campaign = await begin();
      const copy = await copyOf(it_.ledger);
      expect(await drive(it_.ledger, campaign)).toBe('finished');
      expect(sandbox.accepted().size).toBe(ROWS);
      await it_.ledger.close();

      const ledger = await putBack(copy, how);
      expect(ledger.restored).toContain('spring');
      const paused = await needCampaign(ledger.db, 'spring');
      expect(paused).toMatchObject({ state: 'paused', paused_by: 'self' });
      expect(paused.why).toContain('restored from a copy');
      expect(await drive(ledger, paused)).toBe('paused');

      await control(ledger, 'spring', { action: 'resume' }, Date.now());
      expect(await drive(ledger, paused)).toBe('finished');
      expect(doubles()).toBe(0);
      expect(sandbox.accepted().size).toBe(ROWS);
      expect(await counted(ledger, campaign.id)).toEqual({ sent: ROWS });
      expect(await recount(ledger, campaign.id)).toEqual({ sent: ROWS });
      const rows = await results(ledger, campaign.id, {});
      const found = rows.filter(({ detail }) => detail?.includes('found by look-up'));
      expect(found).toHaveLength(ROWS / 2);
      expect(found.every(({ message_id: id, attempts }) => id !== null && attempts === 0)).toBe(
        true,
      );
    },
  );

  it('waits for what may still be on its way before it asks', async () => {
    const campaign = await begin();
    const copy = await copyOf(it_.ledger);
    await it_.ledger.close();
    const ledger = await putBack(copy, 'another file');
    const { restored_at: at } = await needCampaign(ledger.db, 'spring');
    await control(ledger, 'spring', { action: 'resume' }, Date.now());
    await drive(ledger, await needCampaign(ledger.db, 'spring'));
    const asked = sandbox
      .requests()
      .filter(({ startedAt, delivers }) => delivers && startedAt > (at ?? 0))
      .map(({ startedAt }) => startedAt);
    // The sandbox's clock is its own; a few milliseconds are lost in between.
    expect(Math.min(...asked)).toBeGreaterThanOrEqual((at ?? 0) + 400 - 20);
    expect(await counted(ledger, campaign.id)).toEqual({ sent: ROWS });
    expect(doubles()).toBe(0);
  });

  it('is left to a person where the platform cannot say, who has the last word', async () => {
    // A server as old as this cannot be looked up.
    const campaign = await begin({ chatwoot: { version: '2.10.0' } });
    const copy = await copyOf(it_.ledger);
    await it_.ledger.close();
    const ledger = await putBack(copy, 'another file');
    await control(ledger, 'spring', { action: 'resume' }, Date.now());
    expect(await drive(ledger, campaign)).toBe('finished');
    const { reasons } = await tally(ledger.db, campaign.id);
    expect(reasons).toContainEqual({ state: 'unknown', reason: 'restored', n: ROWS / 2 });
    expect(sandbox.accepted().size).toBe(ROWS / 2);
    await decide(ledger, 'spring', 'all', 'resend', Date.now());
    await control(ledger, 'spring', { action: 'start' }, Date.now());
    expect(await drive(ledger, campaign)).toBe('finished');
    expect(await counted(ledger, campaign.id)).toEqual({ sent: ROWS });
    expect(doubles()).toBe(0);
  });

  it('looks a single send with a given key up as well, though the copy never heard of it', async () => {
    await begin();
    const copy = await copyOf(it_.ledger);
    const single: Single = {
      key: 'order-1',
      account: 'desk',
      inboxId: '1',
      address: { kind: 'phone', value: '+12025550177' },
      name: null,
      content: { kind: 'text', text: 'Ready.' },
    };
    const sendIt = async (ledger: Ledger) => {
      const connection = await connectSandbox(ledger, sandbox);
      const inbox = (await connection.provider.listInboxes()).find(({ id }) => id === '1');
      if (inbox === undefined) throw new Error('no inbox');
      await connection.close();
      const made = await makeSingle(ledger, single, { inbox, keyGiven: true }, Date.now());
      await importSingle(ledger, made, Date.now());
      await control(ledger, made.name, { action: 'start' }, Date.now());
      await drive(ledger, made);
      return counted(ledger, made.id);
    };
    expect(await sendIt(it_.ledger)).toEqual({ sent: 1 });
    const before = sandbox.summary().accepted;
    await it_.ledger.close();
    const ledger = await putBack(copy, 'another file');
    expect(await sendIt(ledger)).toEqual({ sent: 1 });
    expect(sandbox.summary().accepted).toBe(before);
  });
});
