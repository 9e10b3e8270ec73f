import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  control,
  createCampaign,
  isPostgresUrl,
  type Ledger,
  needCampaign,
  suppress,
  takeDriver,
} from '../../../worker/ledger';
import { samePlace } from '../../../worker/ledger/fingerprint';
import { openMark } from '../../../worker/ledger/mark';
import {
  onBothLedgers,
  running,
  sliceOf,
  type TestLedger,
  testLedger,
  worker,
} from '../../support/ledger';

const NOW = 10_000;

/** As if it lay somewhere else since: what another machine, or a recovery of the server, looks like. */
const displace = (ledger: Ledger) =>
  sql`update identity set fingerprint = replace(fingerprint, '":"', '":"9')`.execute(ledger.db);

onBothLedgers('the identity of a ledger', (open) => {
  let it_: TestLedger;
  beforeEach(async () => {
    it_ = await open();
  });
  afterEach(() => it_.close());

  it('is the same however often it is opened', async () => {
    const campaign = await running(it_.ledger, 'a', 2);
    const one = await worker(it_.ledger, campaign, NOW);
    await one.gate(await one.claim(10, NOW), NOW);
    for (let n = 0; n < 3; n += 1) expect((await it_.reopen()).restored).toBeNull();
    expect((await needCampaign(it_.ledger.db, 'a')).state).toBe('running');
  });

  it('that is another one pauses everything that is not over, once, and says so to one', async () => {
    await running(it_.ledger, 'a', 2);
    await running(it_.ledger, 'b', 1);
    await running(it_.ledger, 'held', 1);
    await control(it_.ledger, 'held', { action: 'pause', why: 'a wrong date' }, NOW);
    await running(it_.ledger, 'over', 1);
    await control(it_.ledger, 'over', { action: 'cancel' }, NOW);
    await displace(it_.ledger);
    // In one thread a SQLite connection that waits for another one would wait for itself.
    const others = isPostgresUrl(it_.where)
      ? await Promise.all([it_.reopen(), it_.reopen(), it_.reopen()])
      : [await it_.reopen(), await it_.reopen(), await it_.reopen()];
    const told = others.map(({ restored }) => restored).filter((text) => text !== null);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('a, b, held');
    const a = await needCampaign(it_.ledger.db, 'a');
    expect(a).toMatchObject({ state: 'paused', paused_by: 'self' });
    expect(a.restored_at).toBeGreaterThan(0);
    const held = await needCampaign(it_.ledger.db, 'held');
    expect(held).toMatchObject({ state: 'paused', paused_by: 'self' });
    expect(held.why).toContain('a wrong date');
    expect(await needCampaign(it_.ledger.db, 'over')).toMatchObject({
      state: 'cancelled',
      restored_at: null,
    });
    const audit = await it_.ledger.db.selectFrom('audit').select('action').execute();
    expect(audit.filter(({ action }) => action === 'restored')).toHaveLength(1);
    await control(it_.ledger, 'a', { action: 'resume' }, NOW);
    expect((await it_.reopen()).restored).toBeNull();
    expect((await needCampaign(it_.ledger.db, 'a')).state).toBe('running');
  });

  it.each(['moving', 'moved', 'filling'] as const)(
    'that is %s lets nobody in, and nobody begin who is in already',
    async (state) => {
      const campaign = await running(it_.ledger, 'a', 1);
      await it_.ledger.db.updateTable('identity').set({ state, detail: 'new.db' }).execute();
      await expect(it_.reopen()).rejects.toThrow(/move/);
      const begun = [
        sliceOf(it_.ledger, campaign.id, NOW),
        takeDriver(it_.ledger, campaign.id, 'test', NOW),
        control(it_.ledger, 'a', { action: 'pause' }, NOW),
        suppress(it_.ledger, ['+12025550100'], { reason: '', source: 'test' }, NOW),
        createCampaign(
          it_.ledger,
          { name: 'b', kind: 'list', account: 'desk', spec: '{}', inbox: '{}' },
          NOW,
        ),
      ];
      for (const each of await Promise.allSettled(begun)) expect(each.status).toBe('rejected');
    },
  );

  it('cannot be opened twice as new: the first one writes it', async () => {
    const rows = await it_.ledger.db.selectFrom('identity').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ state: 'open', restored_at: null });
  });
});

describe('a file that is replaced under an open process', () => {
  it.each([
    ['by a copy', (where: string) => copyFileSync(`${where}.copy`, where)],
    ['by nothing', () => undefined],
  ])('%s lets it send nothing more', async (_name, replace) => {
    const it_ = await testLedger();
    const campaign = await running(it_.ledger, 'a', 1);
    await sliceOf(it_.ledger, campaign.id, NOW);
    await sql`vacuum into ${`${it_.where}.copy`}`.execute(it_.ledger.db);
    // Held open, so that its number is not given to the next file.
    const held = openSync(it_.where, 'r');
    rmSync(it_.where);
    replace(it_.where);
    await expect(sliceOf(it_.ledger, campaign.id, NOW)).rejects.toThrow('was replaced');
    closeSync(held);
    await it_.close();
  });
});

describe('the mark beside a file', () => {
  let it_: TestLedger;
  beforeEach(async () => {
    it_ = await testLedger();
  });
  afterEach(() => it_.close());
  const mark = () => `${it_.where}.mark`;

  it('holds the highest attempt that passed a gate, and is for the owner only', async () => {
    expect(statSync(mark()).mode & 0o777).toBe(0o600);
    const campaign = await running(it_.ledger, 'a', 4);
    const one = await worker(it_.ledger, campaign, NOW);
    const two = await worker(it_.ledger, campaign, NOW);
    await two.gate(await two.claim(2, NOW), NOW);
    const highest = two.attempt();
    await one.gate(await one.claim(2, NOW), NOW);
    expect(openMark(it_.where).read()?.highest).toBe(highest);
  });

  it('is not moved by a row that the gate refuses', async () => {
    const campaign = await running(it_.ledger, 'a', 1);
    const one = await worker(it_.ledger, campaign, NOW);
    const rows = await one.claim(2, NOW);
    await control(it_.ledger, 'a', { action: 'pause' }, NOW);
    await one.gate(rows, NOW);
    expect(openMark(it_.where).read()?.highest).toBe(0);
  });

  it('that cannot be written shuts the gate: nobody is told to send', async () => {
    const campaign = await running(it_.ledger, 'a', 1);
    const one = await worker(it_.ledger, campaign, NOW);
    const rows = await one.claim(2, NOW);
    rmSync(mark());
    await expect(one.gate(rows, NOW)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['is missing', () => rmSync(mark())],
    ['knows of more than the ledger', () => openMark(it_.where).grow(7, 9_000_000_000)],
  ])('that %s shows a copy', async (_name, happens) => {
    const campaign = await running(it_.ledger, 'a', 1);
    const one = await worker(it_.ledger, campaign, NOW);
    await one.gate(await one.claim(2, NOW), NOW);
    happens();
    expect((await it_.reopen()).restored).toContain('restored from a copy');
    expect((await it_.reopen()).restored).toBeNull();
    expect(readFileSync(mark(), 'utf8')).toMatch(/^[0-9a-f]{32}\n/);
  });

  it('that was left behind by a process that died while it answered is renewed, and pauses nothing again', async () => {
    const campaign = await running(it_.ledger, 'a', 1);
    const one = await worker(it_.ledger, campaign, NOW);
    await one.gate(await one.claim(2, NOW), NOW);
    openMark(it_.where).grow(7, 9_000_000_000);
    const left = readFileSync(mark());
    await it_.reopen();
    const { fingerprint } = await it_.ledger.db
      .selectFrom('identity')
      .select('fingerprint')
      .executeTakeFirstOrThrow();
    // Committed, and died before the mark.
    const nonce = left.toString('latin1').slice(0, 32);
    await it_.ledger.db
      .updateTable('identity')
      .set({ fingerprint: JSON.stringify({ ...JSON.parse(fingerprint ?? ''), answered: nonce }) })
      .execute();
    writeFileSync(mark(), left);
    await control(it_.ledger, 'a', { action: 'resume' }, NOW);
    expect((await it_.reopen()).restored).toBeNull();
    expect((await needCampaign(it_.ledger.db, 'a')).state).toBe('running');
    expect(openMark(it_.where).read()?.nonce).not.toBe(nonce);
  });

  it('costs microseconds', () => {
    const own = openMark(it_.where);
    const began = performance.now();
    for (let n = 1; n <= 1_000; n += 1) own.grow(1, n);
    expect((performance.now() - began) / 1_000).toBeLessThan(0.5);
    own.close();
  });
});

it('parts of a fingerprint that could not be had say nothing, and no part in common is another place', () => {
  expect(samePlace({ a: '1', b: '2' }, { a: '1' })).toBe(true);
  expect(samePlace({ a: '1' }, { a: '1', b: '2' })).toBe(true);
  expect(samePlace({ a: '1', b: '2' }, { a: '1', b: '3' })).toBe(false);
  expect(samePlace({ copy: 'yes' }, { a: '1' })).toBe(false);
  expect(samePlace({}, { a: '1' })).toBe(false);
});
