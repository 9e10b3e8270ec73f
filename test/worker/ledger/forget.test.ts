import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Insertable, sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findSingle, importSingle, makeSingle, type Single } from '../../../worker/campaign/single';
import {
  beginOnce,
  control,
  createCampaign,
  decide,
  end,
  endOnce,
  importChunk,
  isPostgresUrl,
  type Ledger,
  needCampaign,
  retryFailed,
  suppress,
  takeDriver,
} from '../../../worker/ledger';
import { forgetEnded, forgetPerson } from '../../../worker/ledger/forget';
import { eraseToldOf } from '../../../worker/ledger/forget-told';
import type { Schema } from '../../../worker/ledger/schema';
import { deleteSecurely, wipe } from '../../../worker/ledger/wipe';
import {
  counted,
  onBothLedgers,
  phone,
  recount,
  running,
  sliceOf,
  type TestLedger,
  worker,
} from '../../support/ledger';
import { plansOf } from '../../support/plans';

const NOW = 10_000;
const DAY = 24 * 60 * 60_000;
const TABLES = [
  'campaigns',
  'recipients',
  'attempts',
  'contacts',
  'suppressions',
  'audit',
  'delivery_events',
  'events',
  'idempotency',
  'chunks',
] as const;
const KEEP = { suppression: false };
const inbox = { id: '1', name: 'Desk', channel: 'sms' } as never;
const singleTo = (value: string): Single => ({
  key: 'order-1',
  account: 'desk',
  inboxId: '1',
  address: { kind: 'phone', value },
  name: 'Ada',
  content: { kind: 'text', text: `Call ${value}` },
});

onBothLedgers('to forget somebody', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  /** Everything that the ledger holds, as text. */
  async function everything(): Promise<string> {
    const tables = await Promise.all(
      TABLES.map((table) => sql`select * from ${sql.table(table)}`.execute(ledger.db)),
    );
    return JSON.stringify(tables.map(({ rows }) => rows));
  }
  const row = (campaignId: number, seq: number) =>
    ledger.db
      .selectFrom('recipients')
      .selectAll()
      .where('campaign_id', '=', campaignId)
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow();

  /** A campaign with rows that are sent, failed and unknown, and one that waits. */
  async function ended(name: string, from = 0) {
    const campaign = await running(ledger, name, from + 4);
    const one = await worker(ledger, campaign, NOW);
    const rows = (await one.claim(from + 4, NOW)).slice(from);
    await one.gate(rows.slice(0, 3), NOW);
    const first = one.attempt() - 2;
    const ends = ['sent', 'failed', 'unknown'] as const;
    await one.land(
      [
        ...ends.map((to, n) => ({
          seq: from + n,
          attemptId: first + n,
          to,
          result: to === 'sent' ? ('accepted' as const) : ('unclear' as const),
          reason: to === 'sent' ? null : to === 'failed' ? 'other' : 'lost_answer',
          detail: `about ${phone(from + n)}`,
          messageId: to === 'sent' ? 'message-7001' : null,
          contactId: 'contact-7002',
          conversationId: 'conversation-7003',
          book: { address: phone(from + n), watermark: null, verifiedAt: NOW },
        })),
        { seq: from + 3, attemptId: null, to: 'pending' as const },
      ],
      NOW,
    );
    await end(ledger, one.lease.id);
    return campaign;
  }

  it('erases who it was everywhere, and keeps what became of it', async () => {
    const campaign = await ended('a');
    await suppress(ledger, [phone(0)], { reason: 'stop', source: 'test' }, NOW);
    const before = await counted(ledger, campaign.id);
    expect(before).toEqual({ sent: 1, failed: 1, unknown: 1, pending: 1 });
    for (const n of [0, 1, 2]) {
      expect(await forgetPerson(ledger, phone(n), KEEP, NOW)).toEqual({
        rows: 1,
        campaigns: 1,
        unknown: n === 2 ? 1 : 0,
        suppressions: n === 0 ? 1 : 0,
        unread: [],
        uploads: [],
      });
      expect(await row(campaign.id, n)).toMatchObject({
        raw: '',
        address: null,
        key: null,
        contact_id: null,
        message_id: null,
        detail: null,
      });
    }
    expect(await counted(ledger, campaign.id)).toEqual(before);
    expect(await recount(ledger, campaign.id)).toEqual(before);
    expect(await everything()).toContain(phone(0));
    await forgetPerson(ledger, phone(0), { suppression: true }, NOW);
    const left = await everything();
    const traces = [phone(0), phone(1), phone(2), '7001', '7002', '7003'];
    expect(traces.filter((trace) => left.includes(trace))).toEqual([]);
    // Others are as they were.
    expect(left.includes(phone(3))).toBe(true);
    const audit = await ledger.db.selectFrom('audit').select(['action', 'detail']).execute();
    expect(audit.filter(({ action }) => action === 'forget')).toHaveLength(4);
  });

  it('skips who still waited, with the reason, counted; and nobody claims them', async () => {
    const campaign = await running(ledger, 'a', 2);
    await forgetPerson(ledger, phone(1), KEEP, NOW);
    expect(await row(campaign.id, 1)).toMatchObject({ state: 'skipped', reason: 'forgotten' });
    expect(await counted(ledger, campaign.id)).toEqual({ pending: 1, skipped: 1 });
    const one = await worker(ledger, campaign, NOW);
    expect((await one.claim(10, NOW)).map(({ seq }) => seq)).toEqual([0]);
  });

  it.each(['claimed', 'sending'] as const)('refuses while the row is %s', async (state) => {
    const campaign = await running(ledger, 'a', 1);
    const one = await worker(ledger, campaign, NOW, 1_000);
    const rows = await one.claim(1, NOW);
    if (state === 'sending') await one.gate(rows, NOW);
    await expect(forgetPerson(ledger, phone(0), KEEP, NOW)).rejects.toThrow('in work now');
    expect((await row(campaign.id, 0)).address).toBe(phone(0));
    // Whoever claimed it has died: nothing was sent. Whoever sent it may have.
    const later = forgetPerson(ledger, phone(0), KEEP, NOW + 2_000);
    if (state === 'sending') await expect(later).rejects.toThrow('in work now');
    else {
      await later;
      expect(await counted(ledger, campaign.id)).toEqual({ skipped: 1 });
      expect(await one.gate(rows, NOW)).toEqual([{ seq: 0, go: false, why: 'lost' }]);
    }
  });

  it('leaves nothing to retry or to send again, only to rule on', async () => {
    const campaign = await ended('a');
    await forgetPerson(ledger, phone(1), KEEP, NOW);
    await forgetPerson(ledger, phone(2), KEEP, NOW);
    expect(await retryFailed(ledger, 'a', undefined, NOW)).toBe(0);
    expect(await decide(ledger, 'a', 'all', 'resend', NOW)).toBe(0);
    await expect(decide(ledger, 'a', { rows: [4] }, 'resend', NOW)).rejects.toThrow('forgotten');
    expect(await decide(ledger, 'a', { rows: [4] }, 'sent', NOW)).toBe(1);
    expect(await counted(ledger, campaign.id)).toEqual(await recount(ledger, campaign.id));
  });

  it('empties a single send, whose key still stands for it', async () => {
    const made = await makeSingle(ledger, singleTo(phone(7)), { inbox, keyGiven: true }, NOW);
    await importSingle(ledger, made, NOW);
    expect(await forgetPerson(ledger, phone(7), KEEP, NOW)).toMatchObject({ rows: 1 });
    expect(await everything()).not.toContain(phone(7));
    expect(await everything()).not.toContain('Ada');
    await expect(findSingle(ledger, singleTo(phone(7)))).rejects.toThrow('was used already');
  });

  it('empties a single send that has no row yet, and ends it', async () => {
    const made = await makeSingle(ledger, singleTo(phone(7)), { inbox, keyGiven: true }, NOW);
    expect(await forgetPerson(ledger, phone(7), KEEP, NOW)).toMatchObject({ campaigns: 1 });
    expect(await everything()).not.toContain(phone(7));
    expect((await needCampaign(ledger.db, made.name)).state).toBe('cancelled');
  });

  it('by age: everybody in campaigns that ended before, and nobody else', async () => {
    const old = await ended('old');
    await control(ledger, 'old', { action: 'cancel' }, NOW);
    const single = await makeSingle(ledger, singleTo(phone(30)), { inbox, keyGiven: true }, NOW);
    await importSingle(ledger, single, NOW);
    await control(ledger, single.name, { action: 'cancel' }, NOW);
    const young = await ended('young', 10);
    const other = await sliceOf(ledger, young.id, NOW);
    await end(ledger, other.id);
    const before = await counted(ledger, old.id);
    const highest = await sql<{ id: number }>`select max(id) as id from attempts`.execute(
      ledger.db,
    );

    expect(await forgetEnded(ledger, NOW + 1, NOW + 10)).toEqual({
      rows: 5,
      campaigns: 2,
      unknown: 1,
    });
    const rows = await ledger.db
      .selectFrom('recipients')
      .select(['campaign_id', 'address', 'raw', 'message_id'])
      .execute();
    const erased = rows.filter(({ campaign_id: id }) => id !== young.id);
    expect(erased).toHaveLength(5);
    expect(erased.every((each) => each.address === null && each.raw === '')).toBe(true);
    expect(rows.filter(({ address }) => address !== null)).toHaveLength(14);
    expect((await everything()).includes(phone(30))).toBe(false);
    expect(await counted(ledger, old.id)).toEqual(before);
    expect(await recount(ledger, old.id)).toEqual(before);
    const attempts = await ledger.db.selectFrom('attempts').select(['id', 'campaign_id']).execute();
    expect(attempts.every(({ campaign_id: id }) => id === young.id)).toBe(true);
    expect(Math.max(...attempts.map(({ id }) => id))).toBe(highest.rows[0]?.id);
    // Rows of the young one were left claimed under this one.
    const held = await row(young.id, 0);
    const leases = await ledger.db.selectFrom('leases').select('id').execute();
    expect(leases).toEqual([{ id: held.lease_id }]);
    expect(await forgetEnded(ledger, NOW + 1, NOW + 20)).toMatchObject({ campaigns: 0 });
    expect((await it_.reopen()).restored).toBeNull();
  });

  /** What a platform told, with a text that names its event. */
  async function tell(
    event: Partial<Insertable<Schema['delivery_events']>> & { readonly event_id: string },
  ): Promise<void> {
    await ledger.db
      .insertInto('delivery_events')
      .values({
        ...{
          account: 'desk',
          kind: 'replied',
          at: null,
          seen_at: NOW,
          campaign_id: null,
          seq: null,
        },
        ...{ message_id: null, conversation_id: null, address: null },
        text: `said in ${event.event_id}`,
        ...event,
      })
      .execute();
  }
  const texts = async () =>
    (
      await ledger.db
        .selectFrom('delivery_events')
        .select(['event_id', 'text'])
        .orderBy('event_id')
        .execute()
    ).map(({ event_id: id, text }) => `${id}: ${text}`);

  it('with what platforms told: by the address, the rows and the conversations', async () => {
    const campaign = await ended('a');
    const about = { message_id: 'message-7001', conversation_id: 'conversation-7009' };
    await tell({ event_id: 'address', address: phone(0), ...about });
    await tell({ event_id: 'conversation', conversation_id: 'conversation-7003' });
    await tell({ event_id: 'elsewhere', conversation_id: 'conversation-7003', account: 'shop' });
    await tell({ event_id: 'other', address: phone(3), conversation_id: 'conversation-7004' });
    await tell({ event_id: 'row', campaign_id: campaign.id, seq: 0, ...about });
    await forgetPerson(ledger, phone(0), KEEP, NOW);
    expect(await texts()).toEqual([
      'address: null',
      'conversation: null',
      'elsewhere: said in elsewhere',
      'other: said in other',
      'row: null',
    ]);
    const events = await ledger.db.selectFrom('delivery_events').selectAll().execute();
    const gone = events.filter(({ text }) => text === null);
    const nothing = { address: null, message_id: null, conversation_id: null, kind: 'replied' };
    for (const event of gone) expect(event).toMatchObject(nothing);
  });

  it('with the keys of chunks that may name them, which still stand for their chunks', async () => {
    const chunk = { key: `order for ${phone(7)}`, fingerprint: 'of one person' };
    const campaign = { name: 'c', kind: 'list', account: 'desk', spec: '{}', inbox: '{}' } as const;
    await createCampaign(ledger, { ...campaign, intake: 'chunks' }, NOW);
    const rows = (first: number) => [
      { row: first + 1, raw: phone(7), kind: 'phone' as const, address: phone(7) },
    ];
    const add = () => importChunk(ledger, { name: 'c' }, chunk, rows, NOW);
    await add();
    await forgetPerson(ledger, phone(7), KEEP, NOW);
    expect(await everything()).not.toContain(phone(7));
    // Whoever can guess a chunk could else see that it was there.
    expect(await everything()).not.toContain(chunk.fingerprint);
    expect(await add()).toEqual({ replayed: true, first: 0, n: 1, duplicates: 0 });
    const other = { ...chunk, fingerprint: 'of another' };
    const reused = importChunk(ledger, { name: 'c' }, other, rows, NOW);
    await expect(reused).rejects.toMatchObject({ code: 'conflict' });
  });

  it('without reading through all that was ever told', async () => {
    const plans = await plansOf(ledger, (db) =>
      eraseToldOf(db, phone(0), [{ campaignId: 1, seq: 0 }]),
    );
    expect(plans).toHaveLength(4);
    for (const plan of plans) {
      expect(plan).toMatch(
        /SEARCH delivery_events USING|Index (Only )?Scan .*using delivery_events|Bitmap Index Scan on delivery_events/,
      );
      expect(plan).not.toMatch(
        /SCAN (delivery_events|recipients)|Seq Scan on (delivery_events|recipients)/,
      );
    }
  });

  it('with answers to programs that may name them', async () => {
    const answer = async (key: string, body: string, at: number) => {
      await beginOnce(ledger, { scope: 'n8n', key, fingerprint: 'f' }, at);
      await endOnce(ledger, { scope: 'n8n', key }, { status: 201, body }, at);
    };
    const number = phone(5).replace('+', '');
    await answer('old', '{}', NOW);
    await answer('young', '{}', NOW + DAY);
    await answer(`order-for-${number}`, '{}', NOW + DAY);
    await answer('named', `{"to":"${phone(5)}"}`, NOW + DAY);
    await answer('To Ada@Example.org', '{}', NOW + DAY);
    const keys = async () =>
      (await ledger.db.selectFrom('idempotency').select('key').orderBy('key').execute()).map(
        ({ key }) => key,
      );
    await forgetPerson(ledger, phone(5), KEEP, NOW + DAY);
    expect(await keys()).toHaveLength(3);
    expect(await keys()).not.toContain('named');
    await forgetPerson(ledger, 'ada@example.org', KEEP, NOW + DAY + 1);
    expect(await keys()).toEqual(['young']);
    await forgetEnded(ledger, NOW, NOW + 2 * DAY + 1);
    expect(await keys()).toEqual([]);
  });

  it('by age: what platforms told of campaigns that ended, and until then of nobody on a list', async () => {
    const old = await ended('old');
    await importChunkInto('chunked');
    await control(ledger, 'old', { action: 'cancel' }, NOW);
    await control(ledger, 'chunked', { action: 'cancel' }, NOW);
    const young = await ended('young', 10);
    await tell({ event_id: 'nobody', address: phone(50) });
    await tell({ event_id: 'nobody young', address: phone(51), seen_at: NOW + 1 });
    await tell({ event_id: 'old', campaign_id: old.id, seq: 2 });
    await tell({ event_id: 'young', campaign_id: young.id, seq: 2 });
    await forgetEnded(ledger, NOW + 1, NOW + 10);
    const kept = ['nobody young: said in nobody young', 'young: said in young'];
    expect(await texts()).toEqual(['nobody: null', kept[0], 'old: null', kept[1]]);
    expect(await everything()).not.toContain(phone(50));
    expect(await ledger.db.selectFrom('chunks').selectAll().execute()).toEqual([]);
    // Nobody tells it again after a month: then not even its id is needed.
    await forgetEnded(ledger, NOW + 1, NOW + 31 * DAY);
    expect(await texts()).toEqual(kept);
  });

  async function importChunkInto(name: string): Promise<void> {
    const campaign = { name, kind: 'list', account: 'desk', spec: '{}', inbox: '{}' } as const;
    await createCampaign(ledger, { ...campaign, intake: 'chunks' }, NOW);
    await importChunk(ledger, { name }, { key: '1', fingerprint: 'f' }, () => [], NOW);
  }

  it('by age: the newest attempt stays, so that the ledger is not taken for a copy', async () => {
    await ended('old');
    await control(ledger, 'old', { action: 'cancel' }, NOW);
    await forgetEnded(ledger, NOW + 1, NOW + 10);
    const attempts = await ledger.db.selectFrom('attempts').selectAll().execute();
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ contact_id: null, detail: null });
    expect((await it_.reopen()).restored).toBeNull();
  });

  it('by age: a lease is kept while a row in work needs it', async () => {
    const campaign = await running(ledger, 'a', 1);
    const one = await worker(ledger, campaign, NOW);
    await one.gate(await one.claim(1, NOW), NOW);
    await end(ledger, one.lease.id);
    const driver = await takeDriver(ledger, campaign.id, 'test', NOW);
    if ('taken' in driver) await end(ledger, driver.taken.id);
    await forgetEnded(ledger, NOW + 1, NOW + 10);
    const leases = await ledger.db.selectFrom('leases').select('id').execute();
    expect(leases).toEqual([{ id: one.lease.id }]);
  });

  it('leaves no trace in the files of the ledger', async () => {
    if (isPostgresUrl(it_.where)) {
      expect(await wipe(ledger, NOW)).toBe(true);
      return;
    }
    const files = () =>
      readdirSync(dirname(it_.where)).map((name) =>
        readFileSync(join(dirname(it_.where), name), 'latin1'),
      );
    const holds = (text: string) => files().some((file) => file.includes(text));
    await running(ledger, 'a', 90);
    await running(ledger, 'b', 90);
    await tell({ event_id: 'e', address: phone(40), text: 'Wrong number' });
    expect(holds(phone(40)) && holds('Wrong number')).toBe(true);
    await deleteSecurely(ledger);
    await forgetPerson(ledger, phone(40), KEEP, NOW);
    const alive = await sliceOf(ledger, 1, NOW);
    expect(await wipe(ledger, NOW)).toBe(false);
    await end(ledger, alive.id);
    expect(await wipe(ledger, NOW)).toBe(true);
    expect(holds(phone(40)) || holds('Wrong number')).toBe(false);
    expect(holds(phone(41))).toBe(true);
    expect((await it_.reopen()).restored).toBeNull();
  });
});
