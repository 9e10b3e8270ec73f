import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { makeSingle } from '../../../worker/campaign/single';
import {
  control,
  createCampaign,
  decide,
  EVENT_TYPES,
  emit,
  isPostgresUrl,
  type Ledger,
  latestEvents,
  type NewEvent,
  readEvents,
  retryFailed,
  seal,
  sweepEvents,
  type Wanted,
} from '../../../worker/ledger';
import { oneAtATime } from '../../../worker/ledger/dialect';
import { forgetPerson } from '../../../worker/ledger/forget';
import {
  onBothLedgers,
  phone,
  postgresTestLedger,
  running,
  type TestLedger,
  worker,
} from '../../support/ledger';

const NOW = 10_000;
const DAY = 24 * 60 * 60_000;

const write = (ledger: Ledger, events: readonly NewEvent[], at = NOW) =>
  ledger.db.transaction().execute((trx) => emit(trx, events, at));
const read = (ledger: Ledger, wanted: Partial<Wanted> = {}) =>
  readEvents(ledger, { after: null, limit: 100, ...wanted });
/** Reasons tell events apart here. */
const reasons = async (ledger: Ledger, wanted: Partial<Wanted> = {}) =>
  (await read(ledger, wanted)).events.map(({ reason }) => reason);
const numbered = (from: number, to: number): NewEvent[] =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ type: 'replied', reason: `${from + n}` }));

onBothLedgers('the feed', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const told = async () =>
    (await read(ledger)).events.map(({ type, reason, recipient }) =>
      [type, reason, recipient?.seq].filter((part) => part != null).join(' '),
    );

  it('is bounded in what it numbers for whoever begins at the end, and says that there is more', async () => {
    const at = NOW;
    await sql`
      insert into events (at, type)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 100001)
      select cast(${at} as bigint), 'replied' from n`.execute(ledger.db);
    const first = await read(ledger, { after: 'latest' });
    expect(first).toMatchObject({ events: [], more: true });
    expect(await read(ledger, { after: first.next })).toMatchObject({ more: false });
    expect(await read(ledger, { after: 'latest' })).toMatchObject({ more: false });
  }, 60_000);

  describe('tells', () => {
    it('each state that a campaign enters, once, and who paused it', async () => {
      await running(ledger, 'a', 1);
      const act = (action: 'start' | 'pause' | 'resume' | 'cancel', by?: 'self') =>
        control(ledger, 'a', { action, ...(by === undefined ? {} : { by }) }, NOW);
      await act('pause', 'self');
      await act('pause');
      await act('resume');
      await act('cancel');
      expect(await told()).toEqual(['ready', 'started', 'paused self', 'resumed', 'cancelled']);
      const [event] = (await read(ledger)).events;
      expect(event).toMatchObject({ at: 1_000, account: 'desk', recipient: null, told: null });
      expect(event?.campaign).toEqual({
        name: 'a',
        ref: expect.stringMatching(/^[0-9a-f]{16}$/),
        kind: 'list',
      });
    });

    it('a campaign that was paused before it began as started', async () => {
      const campaign = {
        name: 'a',
        kind: 'list',
        account: 'desk',
        spec: '{}',
        inbox: '{}',
      } as const;
      await seal(ledger, await createCampaign(ledger, campaign, NOW), NOW);
      await control(ledger, 'a', { action: 'pause' }, NOW);
      await control(ledger, 'a', { action: 'start' }, NOW);
      await control(ledger, 'a', { action: 'finish' }, NOW);
      expect(await told()).toEqual(['ready', 'paused operator', 'started', 'finished']);
    });

    it('a finished one that gets rows to send again as ready', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      await one.claim(1, NOW);
      await one.land([{ seq: 0, attemptId: null, to: 'failed', reason: 'not_found' }], NOW);
      await control(ledger, 'a', { action: 'finish' }, NOW);
      await retryFailed(ledger, 'a', undefined, NOW);
      await control(ledger, 'a', { action: 'start' }, NOW);
      const events = ['ready', 'started', 'failed not_found 0', 'finished', 'ready', 'started'];
      expect(await told()).toEqual(events);
    });

    it('which rows ended badly, and of a single message nothing else', async () => {
      const campaign = await running(ledger, 'a', 4);
      const one = await worker(ledger, campaign, NOW);
      await one.gate((await one.claim(4, NOW)).slice(0, 3), NOW);
      const first = one.attempt() - 2;
      const landings = [
        { seq: 0, attemptId: first, to: 'sent', result: 'accepted' },
        { seq: 1, attemptId: first + 1, to: 'unknown', result: 'unclear', reason: 'lost_answer' },
        { seq: 2, attemptId: first + 2, to: 'failed', result: 'refused', reason: 'content' },
        { seq: 3, attemptId: null, to: 'pending' },
      ] as const;
      await one.land([...landings], NOW);
      // A group whose commit answer was lost is landed again.
      await one.land([...landings], NOW);
      await decide(ledger, 'a', { rows: [3] }, 'failed', NOW);
      await makeSingle(
        ledger,
        {
          ...{ key: 'k', account: 'desk', inboxId: '1', name: null },
          ...{ address: { kind: 'phone', value: phone(9) }, content: { kind: 'text', text: 'x' } },
        },
        { inbox: { id: '1', name: 'Desk', channel: 'sms' } as never, keyGiven: true },
        NOW,
      );
      const ends = ['unknown lost_answer 1', 'failed content 2'];
      expect(await told()).toEqual(['ready', 'started', ...ends]);
      const event = (await read(ledger)).events.at(-1);
      expect(event?.recipient).toEqual({
        ...{ seq: 2, row: 4, raw: phone(2), address: phone(2), state: 'failed' },
        ...{ reason: 'content', messageId: null, conversationId: 'v', delivery: null },
      });
    });

    it('no bad end of a row whose proof came with it', async () => {
      const campaign = await running(ledger, 'a', 1);
      const one = await worker(ledger, campaign, NOW);
      await one.gate(await one.claim(1, NOW), NOW);
      const attemptId = one.attempt();
      await one.land(
        [
          { seq: 0, attemptId, to: 'unknown', result: 'unclear', reason: 'lost_answer' },
          { seq: 0, attemptId, to: 'sent', result: 'accepted', messageId: 'm' },
        ],
        NOW,
      );
      expect(await told()).toEqual(['ready', 'started']);
    });

    it('of rows that are sent nothing, and asks the database nothing for it', async () => {
      let statements = 0;
      const counting = ledger.db.withPlugin({
        transformQuery({ node }) {
          statements += 1;
          return node;
        },
        transformResult: async ({ result }) => result,
      });
      const campaign = await running(ledger, 'a', 2);
      const one = await worker({ ...ledger, db: counting }, campaign, NOW);
      await one.gate(await one.claim(2, NOW), NOW);
      const attemptId = one.attempt();
      statements = 0;
      await one.land([{ seq: 0, attemptId: attemptId - 1, to: 'sent', result: 'accepted' }], NOW);
      const sent = statements;
      statements = 0;
      await one.land([{ seq: 1, attemptId, to: 'failed', result: 'refused' }], NOW);
      expect(statements).toBe(sent + 1);
    });

    it('what a platform told, and after somebody was forgotten only that it did', async () => {
      const campaign = await running(ledger, 'a', 1);
      await ledger.db
        .insertInto('delivery_events')
        .values({
          ...{ account: 'desk', event_id: 'e1', kind: 'replied', at: 5_000, seen_at: NOW },
          ...{ campaign_id: campaign.id, seq: 0, message_id: 'm1', conversation_id: 'v1' },
          ...{ address: phone(0), text: 'Who is this?' },
        })
        .execute();
      const reply = { type: 'replied', campaignId: campaign.id, seq: 0 } as const;
      await write(ledger, [{ ...reply, account: 'desk', eventId: 'e1' }]);
      const before = (await read(ledger)).events.at(-1);
      expect(before?.told).toEqual({
        ...{ kind: 'replied', at: 5_000, text: 'Who is this?' },
        ...{ messageId: 'm1', conversationId: 'v1', address: phone(0), wish: null },
      });
      expect(before?.recipient).toMatchObject({ seq: 0, address: phone(0) });
      await forgetPerson(ledger, phone(0), { suppression: false }, NOW);
      const after = (await read(ledger)).events.at(-1);
      expect(after).toMatchObject({ type: 'replied', told: { kind: 'replied', at: 5_000 } });
      expect(JSON.stringify(after)).not.toMatch(/Who|m1|v1|\+1202/);
    });

    it('what words were taken for, so that an answer is told from a STOP', async () => {
      const tells = [
        ['replied', 'Who is this?', null],
        ['replied', 'STOP please', 'stop'],
        ['replied', 'Start', 'start'],
        ['replied', null, null],
        ['opted_out', null, 'stop'],
        ['failed', 'stop', null],
      ] as const;
      for (const [n, [kind, text]] of tells.entries()) {
        const event = { account: 'desk', event_id: `e${n}`, kind, text, seen_at: NOW };
        await ledger.db.insertInto('delivery_events').values(event).execute();
        await write(ledger, [{ type: 'replied', account: 'desk', eventId: `e${n}` }]);
      }
      const { events } = await read(ledger);
      expect(events.map((event) => event.told?.wish)).toEqual(tells.map(([, , wish]) => wish));
    });

    it('every type that there is', async () => {
      await write(
        ledger,
        EVENT_TYPES.map((type) => ({ type })),
      );
      expect(await told()).toEqual([...EVENT_TYPES]);
    });
  });

  describe('is read', () => {
    it('page by page, to the end, and on from there', async () => {
      await write(ledger, numbered(1, 5));
      const first = await read(ledger, { limit: 2 });
      expect(first.events.map(({ reason }) => reason)).toEqual(['1', '2']);
      expect(first.more).toBe(true);
      expect(first.next).toBe(first.events.at(-1)?.cursor);
      expect(await reasons(ledger, { after: first.events[0]?.cursor ?? '' })).toContain('2');
      const rest = await read(ledger, { after: first.next });
      expect(rest.events.map(({ reason }) => reason)).toEqual(['3', '4', '5']);
      expect(rest.more).toBe(false);
      const none = await read(ledger, { after: rest.next });
      expect(none).toEqual({ events: [], next: rest.next, more: false });
      await write(ledger, numbered(6, 6));
      expect(await reasons(ledger, { after: none.next })).toEqual(['6']);
    });

    it('from the end on, which is an end for what nobody has read, too', async () => {
      await write(ledger, numbered(1, 2_500));
      const { events, next, more } = await read(ledger, { after: 'latest' });
      expect([events, more]).toEqual([[], false]);
      await write(ledger, numbered(2_501, 2_501));
      expect(await reasons(ledger, { after: next })).toEqual(['2501']);
    });

    it('with a filter, whose next goes on over what it kept back', async () => {
      const campaign = await running(ledger, 'a', 1);
      const { next: start } = await read(ledger, { after: 'latest' });
      await write(ledger, [
        { type: 'failed', account: 'desk', reason: '1', campaignId: campaign.id },
        { type: 'replied', account: 'desk', reason: '2' },
        { type: 'replied', account: 'shop', reason: '3' },
        { type: 'read', account: 'shop', reason: '4' },
      ]);
      const after = { after: start };
      expect(await reasons(ledger, { ...after, types: ['replied', 'read'] })).toEqual([
        '2',
        '3',
        '4',
      ]);
      expect(await reasons(ledger, { ...after, account: 'shop' })).toEqual(['3', '4']);
      expect(await reasons(ledger, { ...after, campaign: 'a' })).toEqual(['1']);
      const both = { ...after, account: 'desk', types: ['replied'] } as const;
      expect(await reasons(ledger, both)).toEqual(['2']);
      const page = await read(ledger, both);
      expect(await reasons(ledger, { after: page.next })).toEqual([]);
      await expect(read(ledger, { campaign: 'b' })).rejects.toMatchObject({ code: 'not_found' });
    });

    it('with a filter that lets little through, in bounded looks, and nothing is passed over', async () => {
      const many = (n: number): NewEvent[] =>
        Array.from({ length: n }, () => ({ type: 'delivered' }));
      await write(ledger, [...many(10_500), { type: 'replied', reason: 'a' }, ...many(10)]);
      const first = await read(ledger, { types: ['replied'] });
      expect(first).toMatchObject({ events: [], more: true });
      const second = await read(ledger, { types: ['replied'], after: first.next });
      expect(second.events.map(({ reason }) => reason)).toEqual(['a']);
      expect(second.more).toBe(false);
      expect(await reasons(ledger, { after: second.next })).toEqual([]);
    });

    it('newest first, where somebody wants to see what happened lately', async () => {
      await write(ledger, [...numbered(1, 5), { type: 'read', reason: 'r' }]);
      const { events, next } = await latestEvents(ledger, 2, { types: ['replied'] });
      expect(events.map(({ reason }) => reason)).toEqual(['5', '4']);
      expect(await reasons(ledger, { after: next })).toEqual([]);
      await write(ledger, numbered(6, 6));
      expect(await reasons(ledger, { after: next })).toEqual(['6']);
      expect((await latestEvents(ledger, 100)).events).toHaveLength(7);
    });

    it('without a transaction, and while somebody writes, where nothing is fresh', async () => {
      await write(ledger, numbered(1, 3));
      await read(ledger);
      const held = Promise.withResolvers<void>();
      const let_ = Promise.withResolvers<void>();
      let other: Promise<unknown> | DatabaseSync;
      if (isPostgresUrl(it_.where)) {
        other = ledger.db.transaction().execute(async (trx) => {
          await oneAtATime(trx, 'feed');
          held.resolve();
          await let_.promise;
        });
        await held.promise;
      } else {
        other = new DatabaseSync(it_.where);
        other.exec('begin immediate');
      }
      expect(await reasons(ledger)).toEqual(['1', '2', '3']);
      let_.resolve();
      if (other instanceof DatabaseSync) other.close();
      else await other;
    });

    it.each([
      '',
      'x',
      '12',
      '0123456789abcdef.-1',
      '0123456789abcdef.01',
      '0123456789ABCDEF.1',
      '0123456789abcdef.1 ',
      '0123456789abcdef.9999999999999999',
    ])('not from what is no cursor: %j', async (after) => {
      await expect(read(ledger, { after })).rejects.toMatchObject({ code: 'cursor_invalid' });
    });

    it('not from a position that was never given out', async () => {
      await write(ledger, numbered(1, 1));
      const { next } = await read(ledger);
      const beyond = next.replace(/\.1$/, '.2');
      await expect(read(ledger, { after: beyond })).rejects.toMatchObject({ code: 'cursor_gone' });
      expect(await reasons(ledger, { after: next })).toEqual([]);
    });
  });

  it('misses nothing and repeats nothing, with many who write and read at once', async () => {
    const ledgers = [ledger, await it_.reopen(), await it_.reopen()];
    let writing = 4;
    const of = (n: number): Ledger => ledgers[n % ledgers.length] as Ledger;
    async function writer(n: number): Promise<void> {
      for (let i = 0; i < 25; i += 1) {
        await of(n)
          .db.transaction()
          .execute(async (trx) => {
            await emit(trx, [{ type: 'replied', reason: `${n}/${i}` }], NOW);
            // Commits come in another order than numbers.
            await wait(Math.random() * 8);
          });
      }
      writing -= 1;
    }
    async function reader(n: number): Promise<(string | null)[]> {
      const seen: (string | null)[] = [];
      for (let after: string | null = null; ; ) {
        const last = writing === 0;
        const page = await read(of(n), { after, limit: 7 });
        seen.push(...page.events.map(({ reason }) => reason));
        after = page.next;
        if (last && !page.more) return seen;
        await wait(Math.random() * 3);
      }
    }
    const [one, two, three] = await Promise.all([
      ...[0, 1, 2].map(reader),
      ...[0, 1, 2, 3].map(writer),
    ] as Promise<(string | null)[]>[]);
    expect(one).toHaveLength(100);
    expect(new Set(one).size).toBe(100);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    // Of one writer, in its order.
    const own = (one as string[]).filter((reason) => reason.startsWith('2/'));
    expect(own).toEqual(Array.from({ length: 25 }, (_, i) => `2/${i}`));
  });

  describe('is kept for seven days', () => {
    it('and says so to whoever stayed away for longer, and misses something', async () => {
      await write(ledger, numbered(1, 2), NOW);
      const { next: early } = await read(ledger, { limit: 1 });
      const { next: inTime } = await read(ledger);
      await write(ledger, numbered(3, 4), NOW + DAY);
      expect(await sweepEvents(ledger, NOW + 7 * DAY)).toBe(0);
      expect(await sweepEvents(ledger, NOW + 7 * DAY + 1)).toBe(2);
      expect(await sweepEvents(ledger, NOW + 7 * DAY + 1)).toBe(0);
      await expect(read(ledger, { after: early })).rejects.toMatchObject({
        code: 'cursor_gone',
        message: expect.stringContaining('Begin anew'),
      });
      // Nothing that was after it is gone.
      expect(await reasons(ledger, { after: inTime })).toEqual(['3', '4']);
      expect(await reasons(ledger)).toEqual(['3', '4']);
    });

    it('also where nobody reads it, and goes on when it is empty', async () => {
      await write(ledger, numbered(1, 6_000), NOW);
      expect(await sweepEvents(ledger, NOW + 8 * DAY)).toBe(6_000);
      const { next, events } = await read(ledger);
      expect(events).toEqual([]);
      await write(ledger, numbered(7, 7), NOW + 8 * DAY);
      expect(await reasons(ledger, { after: next })).toEqual(['7']);
    });

    it('and drops nothing young that stands before something old', async () => {
      await write(ledger, numbered(1, 1), NOW + 2 * DAY);
      await write(ledger, numbered(2, 2), NOW);
      expect(await sweepEvents(ledger, NOW + 8 * DAY)).toBe(0);
      expect(await reasons(ledger)).toEqual(['1', '2']);
    });
  });

  it('is another one once the ledger was restored from a copy', async () => {
    await running(ledger, 'a', 1);
    await running(ledger, 'held', 1);
    await control(ledger, 'held', { action: 'pause' }, NOW);
    const { next } = await read(ledger);
    await sql`update identity set fingerprint = replace(fingerprint, '":"', '":"9')`.execute(
      ledger.db,
    );
    const again = await it_.reopen();
    expect(again.restored).not.toBeNull();
    await expect(read(again, { after: next })).rejects.toMatchObject({
      code: 'cursor_gone',
      message: expect.stringContaining('restored'),
    });
    const { events } = await read(again);
    const [last, before] = [events.at(-1), events.at(-2)];
    expect(last).toMatchObject({ type: 'paused', reason: 'self', campaign: { name: 'a' } });
    expect(before).toMatchObject({ type: 'paused', campaign: { name: 'held' } });
    expect((await it_.reopen()).restored).toBeNull();
    expect((await read(again, { after: last?.cursor ?? '' })).events).toEqual([]);
  });
});

const server = inject('postgres');

describe.skipIf('missing' in server)('the feed of a PostgreSQL', () => {
  it('puts what commits late behind what was read before, however low its number is', async () => {
    const place = await postgresTestLedger('url' in server ? server.url : '');
    try {
      const { ledger } = place;
      const written = Promise.withResolvers<void>();
      const commit = Promise.withResolvers<void>();
      const late = ledger.db.transaction().execute(async (trx) => {
        await emit(trx, [{ type: 'replied', reason: 'late' }], NOW);
        written.resolve();
        await commit.promise;
      });
      await written.promise;
      await write(ledger, [{ type: 'replied', reason: 'soon' }]);
      const first = await read(ledger);
      expect(first.events.map(({ reason }) => reason)).toEqual(['soon']);
      commit.resolve();
      await late;
      expect(await reasons(ledger, { after: first.next })).toEqual(['late']);
      expect(await reasons(ledger)).toEqual(['soon', 'late']);
      const { rows } = await sql<{ reason: string }>`select reason from events order by id`.execute(
        ledger.db,
      );
      expect(rows.map(({ reason }) => reason)).toEqual(['late', 'soon']);
    } finally {
      await place.close();
    }
  });
});
