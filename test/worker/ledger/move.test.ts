import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  askFor,
  beginOnce,
  control,
  createApiKey,
  createCampaign,
  createSchedule,
  emit,
  end,
  endOnce,
  importChunk,
  importRecipients,
  type Ledger,
  needCampaign,
  openLedger,
  readEvents,
  results,
  revokeApiKey,
  suppress,
  takePoll,
} from '../../../worker/ledger';
import { backup } from '../../../worker/ledger/backup';
import { FILLABLE, MOVABLE, moveLedger, unseal } from '../../../worker/ledger/move';
import {
  counted,
  onBothLedgers,
  phone,
  postgresTestLedger,
  recount,
  running,
  sliceOf,
  type TestLedger,
  testLedger,
  worker,
} from '../../support/ledger';

const NOW = 10_000;
const TABLES = [
  'campaigns',
  'recipients',
  'attempts',
  'leases',
  'counters',
  'limits',
  'accounts',
  'contacts',
  'suppressions',
  'schedules',
  'occurrences',
  'lists',
  'delivery_events',
  'events',
  'feed',
  'api_keys',
  'idempotency',
  'chunks',
  'polls',
] as const;

/** Some of everything, and rows beyond a page. */
async function fill(ledger: Ledger): Promise<void> {
  const campaign = await running(ledger, 'a', 40);
  const one = await worker(ledger, campaign, NOW);
  const rows = await one.claim(20, NOW);
  await one.gate(rows, NOW);
  await one.land(
    [
      {
        seq: rows[0]?.seq ?? 0,
        attemptId: one.attempt() - 19,
        to: 'sent',
        result: 'accepted',
        messageId: 'm1',
        contactId: 'c',
        conversationId: 'v',
        detail: 'Zoë "said" \\ that\nwas it',
        book: { address: phone(0), watermark: '1', verifiedAt: NOW },
      },
    ],
    NOW,
  );
  await suppress(ledger, [phone(50)], { reason: 'stop', source: 'test' }, NOW);
  await sql`insert into limits (scope, per_second, tat) values ('account/desk/message', ${1 / 60}, 12.5)`.execute(
    ledger.db,
  );
  const list = await createCampaign(
    ledger,
    { name: 'list', kind: 'list', account: 'desk', spec: '{}', inbox: '{}' },
    NOW,
  );
  for (let from = 0; from < 2_500; from += 500) {
    await importRecipients(
      ledger,
      list,
      from,
      Array.from({ length: 500 }, (_, n) => ({
        row: from + n + 2,
        raw: `\u0000row ${from + n} \ud800`,
        skip: { reason: 'no_address' as const },
      })),
      NOW,
    );
  }
  await end(ledger, one.lease.id);
  const schedule = { name: 'recall', engine: 'embedded', file: '{}', spec: '{}' } as const;
  const { id } = await createSchedule(ledger, { ...schedule, nextAt: NOW + 1 }, NOW);
  const asked = { local: '2026-06-01T09:00', nominalAt: NOW, manual: false };
  await askFor(ledger, id, [asked], NOW);
  await ledger.db
    .insertInto('lists')
    .values({ hash: 'abc', piece: 0, last: 1, bytes: 'cGhvbmU=', at: NOW })
    .execute();
  await fillInbound(ledger, campaign.id);
}

/** What platforms and programs have told. */
async function fillInbound(ledger: Ledger, campaignId: number): Promise<void> {
  await ledger.db
    .insertInto('delivery_events')
    .values({
      ...{ account: 'desk', event_id: '7', kind: 'replied', at: null, seen_at: NOW },
      ...{ campaign_id: campaignId, seq: 0, message_id: '1', conversation_id: '2' },
      ...{ address: phone(0), text: 'Zoë "said"' },
    })
    .execute();
  const reply = { type: 'replied', campaignId, seq: 0, account: 'desk', eventId: '7' } as const;
  await ledger.db.transaction().execute((trx) => emit(trx, [reply], NOW));
  await createApiKey(ledger, { name: 'n8n', scope: 'send' }, NOW);
  const once = { scope: 'n8n', key: '1' };
  await beginOnce(ledger, { ...once, fingerprint: '2' }, NOW);
  await endOnce(ledger, once, { status: 201, body: '{}' }, NOW);
  await createCampaign(
    ledger,
    {
      ...{ name: 'chunked', kind: 'list', account: 'desk', spec: '{}', inbox: '{}' },
      intake: 'chunks',
    },
    NOW,
  );
  const rows = () => [{ row: 1, raw: '', skip: { reason: 'no_address' as const } }];
  await importChunk(ledger, { name: 'chunked' }, { key: '1', fingerprint: '1' }, rows, NOW);
  await takePoll(ledger, 'desk', 'one', { now: NOW, leaseMs: 1, everyMs: 0 });
}

const all = async (ledger: Ledger) =>
  Object.fromEntries(
    await Promise.all(
      TABLES.map(async (table) => {
        const { rows } = await sql<object>`select * from ${sql.table(table)} order by 1, 2`.execute(
          ledger.db,
        );
        return [table, rows] as const;
      }),
    ),
  );

const server = inject('postgres');
const opens: Record<string, () => Promise<TestLedger>> = {
  SQLite: testLedger,
  ...('url' in server ? { PostgreSQL: () => postgresTestLedger(server.url) } : {}),
};
const pairs = Object.keys(opens).flatMap((from) => Object.keys(opens).map((to) => [from, to]));

describe.each(pairs)('a ledger is moved from %s to %s', (from = '', to = '') => {
  let one: TestLedger;
  let two: TestLedger;
  let target: Ledger;
  let source: Ledger;
  beforeEach(async () => {
    one = await (opens[from] as () => Promise<TestLedger>)();
    two = await (opens[to] as () => Promise<TestLedger>)();
    source = one.ledger;
    target = two.ledger;
  });
  afterEach(async () => {
    await one.close();
    await two.close();
  });
  const move = () => moveLedger(source, { ledger: target, where: two.where }, NOW);

  it('with everything in it, and is no copy there', async () => {
    await fill(source);
    const before = await all(source);
    await move();
    const after = await all(target);
    if (from === to || to === 'SQLite') expect(after).toEqual(before);
    else {
      // PostgreSQL has no room for two things that a cell may hold.
      const there = JSON.stringify(before).replaceAll('\\u0000', '�').replaceAll('\\ud800', '�');
      expect(JSON.stringify(after)).toBe(there);
    }
    const again = await two.reopen();
    expect(again.restored).toBeNull();
    const a = await needCampaign(again.db, 'a');
    expect(a).toMatchObject({ state: 'running', restored_at: null });
    expect(await counted(again, a.id)).toEqual(await recount(again, a.id));
    await expect(one.reopen()).rejects.toThrow(/was moved to/);
    await expect(control(source, 'a', { action: 'pause' }, NOW)).rejects.toThrow(/was moved to/);
    await expect(move()).rejects.toThrow(/was moved to/);
  });

  it('and numbers go on after the highest ever given out, also to what is gone', async () => {
    await fill(source);
    const last = await sliceOf(source, 1, NOW);
    await source.db.deleteFrom('leases').where('id', '=', last.id).execute();
    await move();
    const next = await sliceOf(target, 1, NOW);
    expect(next.id).toBe(last.id + 1);
    expect((await running(target, 'next', 1)).id).toBe(4);
  });

  it('and whoever follows its events goes on where they were', async () => {
    await fill(source);
    const read = (ledger: Ledger, after: string | null, limit = 100) =>
      readEvents(ledger, { after, limit });
    const seen = await read(source, null, 1);
    const last = await read(source, null);
    // Nobody has read this one before the move.
    const reply = { type: 'replied', account: 'desk', eventId: '7' } as const;
    await source.db.transaction().execute((trx) => emit(trx, [reply], NOW));
    await move();
    await control(target, 'a', { action: 'pause' }, NOW);
    const types = async (after: string) =>
      (await read(target, after)).events.map(({ type }) => type);
    expect(await types(seen.next)).toEqual(['started', 'replied', 'replied', 'paused']);
    expect(await types(last.next)).toEqual(['replied', 'paused']);
    const [told] = (await read(target, last.next)).events;
    expect(told?.told).toMatchObject({ kind: 'replied', text: 'Zoë "said"', address: phone(0) });
    // What the old ledger would give a position to has another one in the new one by now.
    await source.db.updateTable('events').set({ position: null }).execute();
    await expect(read(source, null)).rejects.toThrow(/was moved to/);
  });

  it('only while nobody works in it, and is then as it was', async () => {
    const campaign = await running(source, 'a', 1);
    const one_ = await worker(source, campaign, NOW);
    await expect(move()).rejects.toThrow('a is being run by test');
    expect((await one.reopen()).restored).toBeNull();
    await end(source, one_.lease.id);
    await move();
    expect((await needCampaign(target.db, 'a')).state).toBe('running');
  });

  it('only to where nothing is, and is then as it was', async () => {
    await running(source, 'a', 1);
    await createApiKey(target, { name: 'n8n', scope: 'send' }, NOW);
    await expect(move()).rejects.toThrow('is not empty');
    await revokeApiKey(target, 'n8n', NOW);
    await suppress(target, [phone(1)], { reason: '', source: 'test' }, NOW);
    await expect(move()).rejects.toThrow('is not empty');
    expect((await two.reopen()).restored).toBeNull();
    expect((await needCampaign((await one.reopen()).db, 'a')).state).toBe('running');
  });

  // A move out of a file holds the file's only write lock meanwhile.
  if (from === 'PostgreSQL') {
    it('by one at a time: whoever was taken over does not open a second ledger', async () => {
      await running(source, 'a', 1);
      const other = await openLedger(one.where);
      const takeOver = async () => {
        await other.db.updateTable('identity').set({ move_id: 'another' }).execute();
      };
      const moved = moveLedger(source, { ledger: target, where: two.where }, NOW, takeOver);
      await expect(moved).rejects.toThrow('another campaign move');
      await other.close();
      await expect(two.reopen()).rejects.toThrow(/not complete/);
      await expect(one.reopen()).rejects.toThrow(/is being moved/);
    });
  }

  it('and the move of a process that died half way is begun anew, or taken back', async () => {
    await fill(source);
    const before = await all(source);
    // What a process leaves behind that dies between two pages.
    await source.db
      .updateTable('identity')
      .set({ state: 'moving', detail: 'x', move_id: 'dead' })
      .execute();
    await target.db.updateTable('identity').set({ state: 'filling', move_id: 'dead' }).execute();
    await sql`insert into audit (at, action, who) values (1, 'half', 'x')`.execute(target.db);
    await sql`insert into suppressions values (${phone(3)}, '', '', '', 1)`.execute(target.db);
    await expect(two.reopen()).rejects.toThrow(/not complete/);
    const again = await openLedger(one.where, { states: MOVABLE });
    const other = await openLedger(two.where, { states: FILLABLE });
    expect(await unseal(source)).toBe(true);
    expect((await one.reopen()).restored).toBeNull();
    await source.db.updateTable('identity').set({ state: 'moving', move_id: 'dead' }).execute();
    await moveLedger(again, { ledger: other, where: two.where }, NOW);
    await again.close();
    await other.close();
    expect((await all(target)).suppressions).toEqual(before['suppressions']);
    expect((await two.reopen()).restored).toBeNull();
  });

  it('and a process that died before its last word has only that to say again', async () => {
    await fill(source);
    await move();
    const { move_id: id } = await source.db
      .selectFrom('identity')
      .select('move_id')
      .executeTakeFirstOrThrow();
    await target.db.updateTable('identity').set({ state: 'filling', move_id: id }).execute();
    await move();
    expect((await two.reopen()).restored).toBeNull();
  });
});

onBothLedgers('a backup', (open) => {
  let it_: TestLedger;
  let folder: string;
  beforeEach(async () => {
    it_ = await open();
    folder = mkdtempSync(join(tmpdir(), 'campaign-backup-'));
  });
  afterEach(async () => {
    await it_.close();
    rmSync(folder, { recursive: true });
  });

  it('is one file for its owner, with everything in it, and comes up paused', async () => {
    await fill(it_.ledger);
    const file = join(folder, 'backup.db');
    expect(await backup(it_.ledger, file)).toEqual({ campaigns: 3, recipients: 2_541 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const end of ['-wal', '-shm', '.mark', '.part', '.part.mark']) {
      expect(existsSync(`${file}${end}`)).toBe(false);
    }
    const copy = await openLedger(file);
    try {
      expect(copy.restored).toContain('restored from a copy');
      const a = await needCampaign(copy.db, 'a');
      expect(a).toMatchObject({ state: 'paused', paused_by: 'self' });
      expect(await results(copy, a.id, {})).toEqual(await results(it_.ledger, a.id, {}));
      expect(await counted(copy, a.id)).toEqual(await recount(copy, a.id));
      // Its feed goes on as another one.
      const { next } = await readEvents(it_.ledger, { after: null, limit: 10 });
      await expect(readEvents(copy, { after: next, limit: 10 })).rejects.toThrow('restored');
      const { events } = await readEvents(copy, { after: null, limit: 10 });
      expect(events.map(({ type }) => type)).toEqual(['ready', 'started', 'replied', 'paused']);
    } finally {
      await copy.close();
    }
    // The one that it was made of goes on.
    expect((await it_.reopen()).restored).toBeNull();
    expect((await needCampaign(it_.ledger.db, 'a')).state).toBe('running');
  });

  it('is never written over a ledger that is in use', async () => {
    const other = await testLedger();
    await running(other.ledger, 'a', 1);
    await expect(backup(it_.ledger, other.where)).rejects.toThrow('in use');
    await other.close();
  });
});
