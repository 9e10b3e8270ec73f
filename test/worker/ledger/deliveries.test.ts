import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Campaign,
  claim,
  control,
  createCampaign,
  decide,
  importRecipients,
  type Ledger,
  listSuppressions,
  readEvents,
  recordDeliveries,
  results,
  retryFailed,
  seal,
  suppress,
  suppressedAmong,
  type Told,
  tally,
} from '../../../worker/ledger';
import { sendKey } from '../../../worker/ledger/append-rows';
import { expectTrueCounters } from '../../support/counts';
import {
  counted,
  onBothLedgers,
  phone,
  running,
  sliceOf,
  type TestLedger,
  worker,
} from '../../support/ledger';
import { told } from '../../support/told';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

onBothLedgers('what a platform tells', (open) => {
  let place: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    place = await open();
    ledger = place.ledger;
  });
  afterEach(() => place.close());

  const take = (events: readonly Told[], at = NOW, account = 'desk') =>
    recordDeliveries(ledger, account, events, at);
  const keyOf = (campaign: Campaign, n = 0) => sendKey(campaign, phone(n));
  const rowsOf = async ({ id }: Campaign) => results(ledger, id, {});
  const suppressed = async (account = 'desk') =>
    [...(await suppressedAmong(ledger, account, [0, 1, 2, 3].map(phone)))].toSorted();
  const feed = async () =>
    (await readEvents(ledger, { after: null, limit: 1000 })).events
      .filter(({ type }) => !['ready', 'started', 'finished', 'unknown', 'failed'].includes(type))
      .map(({ type, campaign, recipient, told: behind }) => [
        type,
        campaign?.name ?? null,
        recipient?.seq ?? null,
        behind?.text ?? null,
      ]);

  /** A campaign whose first `n` are on their way: claimed, and through the gate. */
  async function sending(name: string, n: number, at = NOW - HOUR, of = n) {
    const campaign = await running(ledger, name, of, at);
    const one = await worker(ledger, campaign, at);
    const rows = await one.claim(n, at);
    await one.gate(rows, at);
    return { campaign, one, attempt: (seq: number) => one.attempt() - n + 1 + seq };
  }

  /** The same, with everybody's message accepted as m0, m1 …, in conversations v0, v1 … */
  async function sent(name: string, n: number, at = NOW - HOUR) {
    const it_ = await sending(name, n, at);
    await it_.one.land(
      Array.from({ length: n }, (_, seq) => ({
        seq,
        attemptId: it_.attempt(seq),
        to: 'sent' as const,
        result: 'accepted' as const,
        messageId: `${name}-m${seq}`,
        contactId: `c${seq}`,
        conversationId: `${name}-v${seq}`,
        book: { address: phone(seq), watermark: null, verifiedAt: at },
      })),
      at,
    );
    return it_;
  }

  describe('of a message of ours', () => {
    it('moves what is known of it, never back, with the counters, and each step is news', async () => {
      const { campaign } = await sent('spring', 2);
      const about = (seq: number) => ({ key: keyOf(campaign, seq), messageId: `spring-m${seq}` });
      expect(await take([told('delivered', about(0)), told('failed', about(1))])).toEqual({
        fresh: 2,
        matched: 2,
      });
      expect((await tally(ledger.db, campaign.id)).delivery).toEqual({
        delivered: 1,
        read: 0,
        delivery_failed: 1,
        replied: 0,
      });
      await take([told('read', about(0)), told('delivered', about(1))]);
      await take([told('sent', about(0)), told('failed', { ...about(0), text: 'late' })]);
      expect((await rowsOf(campaign)).map(({ state, delivery }) => [state, delivery])).toEqual([
        ['sent', 'read'],
        ['sent', 'delivered'],
      ]);
      expect((await tally(ledger.db, campaign.id)).delivery).toEqual({
        delivered: 1,
        read: 1,
        delivery_failed: 0,
        replied: 0,
      });
      await expectTrueCounters(ledger, campaign.id);
      expect(await feed()).toEqual([
        ['delivered', 'spring', 0, null],
        ['delivery_failed', 'spring', 1, null],
        ['delivered', 'spring', 1, null],
        ['read', 'spring', 0, null],
      ]);
    });

    it('counts once, however often and by however many it is told', async () => {
      const { campaign } = await sent('spring', 1);
      const event = told('delivered', { key: keyOf(campaign), messageId: 'spring-m0' });
      const others = [ledger, await place.reopen(), await place.reopen()];
      const all = await Promise.all(
        others.flatMap((each) => [
          recordDeliveries(each, 'desk', [event, event], NOW),
          recordDeliveries(each, 'desk', [event], NOW),
        ]),
      );
      expect(all.filter(({ fresh }) => fresh === 1)).toHaveLength(1);
      expect(all.filter(({ fresh }) => fresh === 0)).toHaveLength(5);
      expect((await tally(ledger.db, campaign.id)).delivery.delivered).toBe(1);
      expect(await feed()).toHaveLength(1);
    });

    it('is found by the id of the message where it bears no key, of lists and of single messages', async () => {
      const { campaign } = await sent('spring', 2);
      const single = await oneMessage('send-k', 3, 'm9');
      await take([
        told('delivered', { messageId: 'spring-m1', to: phone(1) }),
        told('read', { messageId: 'm9', to: phone(3) }),
        // The address tells nothing: another message to the same person.
        told('read', { messageId: 'theirs', to: phone(0) }),
        told('read', { to: phone(0) }),
      ]);
      expect((await rowsOf(campaign)).map(({ delivery }) => delivery)).toEqual([null, 'delivered']);
      expect(await rowsOf(single)).toMatchObject([{ delivery: 'read' }]);
    });

    it('is nothing where the key is of another account, or nobody knows it; and then nothing is kept', async () => {
      const { campaign } = await sending('spring', 1);
      const event = told('delivered', { key: keyOf(campaign), messageId: 'm', to: phone(0) });
      expect(await take([event], NOW, 'other')).toEqual({ fresh: 0, matched: 0 });
      expect(await take([told('read', { key: 'somebody-else', messageId: 'm' })])).toEqual({
        fresh: 0,
        matched: 0,
      });
      expect(await rowsOf(campaign)).toMatchObject([{ state: 'sending', delivery: null }]);
      expect(await ledger.db.selectFrom('delivery_events').selectAll().execute()).toEqual([]);
    });
  });

  describe('proves that the platform accepted a message', () => {
    const proof = (campaign: Campaign, kind: 'sent' | 'delivered' | 'read' | 'failed' = 'sent') =>
      told(kind, { key: keyOf(campaign), messageId: 'm1', conversationId: 'v1' });

    it.each(['sent', 'delivered', 'read', 'failed'] as const)(
      'that is on its way, by "%s"; the answer that comes later changes nothing but its id',
      async (kind) => {
        const { campaign, one, attempt } = await sending('spring', 1);
        await take([proof(campaign, kind)]);
        expect(await rowsOf(campaign)).toMatchObject([
          { state: 'sent', message_id: 'm1', detail: 'told by the platform' },
        ]);
        // As Bird has it: a message goes by one id in its channel and by another one in its conversation.
        for (const messageId of ['in-the-conversation', 'in-the-conversation']) {
          const landing = { seq: 0, attemptId: attempt(0), to: 'sent' as const };
          await one.land([{ ...landing, result: 'accepted', messageId }], NOW);
        }
        expect(await rowsOf(campaign)).toMatchObject([
          { state: 'sent', message_id: 'in-the-conversation', detail: null },
        ]);
        expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({ sent: 1, double: 0 });
        await expectTrueCounters(ledger, campaign.id);
      },
    );

    it.each(['unknown', 'failed', 'pending'] as const)('that was taken for %s', async (to) => {
      const { campaign, one, attempt } = await sending('spring', 1);
      await one.land(
        [
          {
            seq: 0,
            attemptId: attempt(0),
            to,
            reason: to === 'pending' ? null : 'other',
            result: 'unclear',
          },
        ],
        NOW,
      );
      await take([proof(campaign)]);
      expect(await rowsOf(campaign)).toMatchObject([
        { state: 'sent', reason: null, message_id: 'm1' },
      ]);
      expect((await tally(ledger.db, campaign.id)).counts.double).toBe(0);
      await expectTrueCounters(ledger, campaign.id);
      // Nobody sends it again.
      expect(await one.claim(1, NOW)).toEqual([]);
    });

    it('that a restored ledger knows nothing of', async () => {
      const campaign = await running(ledger, 'spring', 1, NOW);
      await take([proof(campaign, 'delivered')]);
      expect(await rowsOf(campaign)).toMatchObject([
        { state: 'sent', message_id: 'm1', delivery: 'delivered', attempts: 0 },
      ]);
      await expectTrueCounters(ledger, campaign.id);
    });

    it('but not by an answer, an id without our key, or a failure of what was refused', async () => {
      const { campaign, one, attempt } = await sending('spring', 2);
      await one.land(
        [
          { seq: 0, attemptId: attempt(0), to: 'failed', reason: 'content', result: 'refused' },
          {
            seq: 1,
            attemptId: attempt(1),
            to: 'unknown',
            reason: 'lost_answer',
            result: 'unclear',
          },
        ],
        NOW,
      );
      await take([
        proof(campaign, 'failed'),
        told('replied', { to: phone(1), text: 'thanks', messageId: 'r1' }),
        told('delivered', { to: phone(1), messageId: 'm2' }),
      ]);
      expect(await rowsOf(campaign)).toMatchObject([
        { state: 'failed', delivery: null },
        { state: 'unknown', delivery: 'replied' },
      ]);
      await retryFailed(ledger, 'spring', undefined, NOW);
      await take([told('failed', { key: keyOf(campaign), messageId: 'm1', text: 'told later' })]);
      expect((await rowsOf(campaign))[0]).toMatchObject({ state: 'pending' });
      await expectTrueCounters(ledger, campaign.id);
    });

    it('and two messages of one key are a double, which is counted once', async () => {
      const { campaign } = await sent('spring', 1);
      const key = keyOf(campaign);
      await take([told('sent', { key, messageId: 'spring-m0' })]);
      expect((await tally(ledger.db, campaign.id)).counts.double).toBe(0);
      await take([told('sent', { key, messageId: 'm1' })]);
      await take([
        told('delivered', { key, messageId: 'm1' }),
        told('read', { key, messageId: 'm1' }),
      ]);
      await take([told('delivered', { key, messageId: 'spring-m0' })]);
      expect(await rowsOf(campaign)).toMatchObject([{ state: 'sent', message_id: 'spring-m0' }]);
      expect((await tally(ledger.db, campaign.id)).counts.double).toBe(1);
    });

    it('whichever of the two is told first; and none is invented from ids of two kinds, or of a refused one', async () => {
      const a = await sent('a', 1);
      await take([told('read', { key: keyOf(a.campaign), messageId: 'm1' })]);
      expect((await tally(ledger.db, a.campaign.id)).counts.double).toBe(0);
      await take([told('read', { key: keyOf(a.campaign), messageId: 'a-m0' })]);
      expect((await tally(ledger.db, a.campaign.id)).counts.double).toBe(1);
      const b = await sent('b', 1);
      for (const kind of ['sent', 'delivered', 'read'] as const) {
        await take([told(kind, { key: keyOf(b.campaign), messageId: 'in-the-channel' })]);
      }
      await take([told('failed', { key: keyOf(b.campaign), messageId: 'refused-before' })]);
      expect((await tally(ledger.db, b.campaign.id)).counts.double).toBe(0);
    });

    it('a second attempt that is answered after the first one was told of is a double', async () => {
      const { campaign, one, attempt } = await sending('spring', 1);
      await one.land([{ seq: 0, attemptId: attempt(0), to: 'pending', result: 'absent' }], NOW);
      const rows = await one.claim(1, NOW - HOUR);
      await one.gate(rows, NOW - HOUR);
      await take([told('sent', { key: keyOf(campaign), messageId: 'm1' })]);
      await one.land(
        [{ seq: 0, attemptId: one.attempt(), to: 'sent', result: 'accepted', messageId: 'm2' }],
        NOW,
      );
      expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({ sent: 1, double: 1 });
    });
  });

  describe('of an answer', () => {
    it('goes to the latest message before it, of the same conversation where there is one', async () => {
      const winter = await sent('winter', 1, NOW - 3 * DAY);
      const spring = await sent('spring', 1, NOW - DAY);
      await take([told('replied', { to: phone(0), at: NOW - 4 * DAY, text: 'older than both' })]);
      await take([told('replied', { to: phone(0), at: NOW - 2 * DAY, text: 'to winter' })]);
      expect((await rowsOf(winter.campaign))[0]?.delivery).toBe('replied');
      expect((await rowsOf(spring.campaign))[0]?.delivery).toBeNull();
      await take([told('replied', { to: phone(0), at: NOW, text: 'to spring' })]);
      await take([
        told('replied', { to: phone(0), at: NOW, conversationId: 'winter-v0', text: 'again' }),
      ]);
      expect(await feed()).toEqual([
        ['replied', 'winter', 0, 'to winter'],
        ['replied', 'spring', 0, 'to spring'],
        ['replied', 'winter', 0, 'again'],
      ]);
      expect((await tally(ledger.db, spring.campaign.id)).delivery.replied).toBe(1);
    });

    it('of a stranger is kept without words and told to nobody; a campaign of long ago is not searched', async () => {
      await sent('spring', 1, NOW - 91 * DAY);
      await take([
        told('replied', { to: phone(0), text: 'long ago' }),
        told('replied', { to: phone(3), text: 'about something else' }),
        told('replied', { text: 'by nobody knows whom' }),
      ]);
      const kept = await ledger.db
        .selectFrom('delivery_events')
        .select(['address', 'text'])
        .execute();
      expect(kept.toSorted((a, b) => ((a.address ?? '') < (b.address ?? '') ? -1 : 1))).toEqual([
        { address: phone(0), text: null },
        { address: phone(3), text: null },
      ]);
      expect(await feed()).toEqual([]);
    });

    it('whatever is in it is kept as the database can', async () => {
      await sent('spring', 1);
      const text = `a\0b \ud83d 'quoted' ${'x'.repeat(20_000)}`;
      await take([
        told('replied', { to: phone(0), text, id: `${'i'.repeat(5_000)}` }),
        told('replied', { to: phone(0), text: 'b', id: 'nul\0in it' }),
      ]);
      const again = told('replied', { to: phone(0), text, id: `${'i'.repeat(5_000)}` });
      expect(await take([again])).toEqual({ fresh: 0, matched: 0 });
      const [kept] = await ledger.db
        .selectFrom('delivery_events')
        .select(sql<number>`length(text)`.as('n'))
        .orderBy('n', 'desc')
        .execute();
      expect(kept?.n).toBeLessThanOrEqual(10_000);
    });
  });

  describe('as a wish', () => {
    const reply = (text: string, at: number | null, n = 0, more: Partial<Told> = {}) =>
      told('replied', { to: phone(n), text, at, ...more });

    it('STOP suppresses the person in this account, from this commit on at the gate', async () => {
      const { campaign } = await sending('spring', 1, NOW - HOUR, 3);
      const two = await worker(ledger, campaign, NOW);
      const rows = await two.claim(3, NOW);
      expect(rows).toHaveLength(2);
      await take([reply('Stop!', NOW, 1)]);
      expect(await suppressed()).toEqual([phone(1)]);
      expect(await suppressed('other')).toEqual([]);
      const answers = await two.gate(rows, NOW);
      expect(answers.map(({ seq, go }) => [seq, go]).toSorted()).toEqual([
        [1, false],
        [2, true],
      ]);
      expect(await listSuppressions(ledger)).toMatchObject([
        { account: 'desk', address: phone(1), reason: 'opted_out', source: 'reply' },
      ]);
      expect((await rowsOf(campaign))[1]).toMatchObject({ state: 'skipped', reason: 'suppressed' });
    });

    it('STOP of somebody whom nobody wrote to counts as well, with its words', async () => {
      await take([reply('unsubscribe', NOW, 3)]);
      expect(await suppressed()).toEqual([phone(3)]);
      expect(await feed()).toEqual([['opted_out', null, null, 'unsubscribe']]);
    });

    it('reaches the address as our lists spell it, where the platform spells or hides it', async () => {
      await sent('spring', 2);
      await take([
        told('replied', { conversationId: 'spring-v0', text: 'STOP' }),
        told('replied', { conversationId: 'spring-v1', to: '+5215550100', text: 'STOP' }),
      ]);
      const all = [phone(0), phone(1), '+5215550100'];
      expect([...(await suppressedAmong(ledger, 'desk', all))].toSorted()).toEqual(all.toSorted());
      expect((await feed()).map(([type]) => type)).toEqual([
        'replied',
        'replied',
        'opted_out',
        'opted_out',
      ]);
    });

    it('START takes back what their own STOP did, in this account', async () => {
      await take([reply('STOP', NOW - HOUR)], NOW - HOUR);
      await take([reply('STOP', NOW - HOUR)], NOW - HOUR, 'other');
      await take([reply('START', NOW)]);
      expect(await suppressed()).toEqual([]);
      expect(await suppressed('other')).toEqual([phone(0)]);
      expect((await feed()).map(([type]) => type)).toEqual(['opted_out', 'opted_out', 'opted_in']);
    });

    it('START takes back nothing that somebody else wrote down, or the platform said', async () => {
      await suppress(
        ledger,
        [phone(0)],
        { account: 'desk', reason: 'asked by phone', source: 'cli' },
        1,
      );
      await suppress(ledger, [phone(1)], { reason: 'import', source: 'list.csv' }, 1);
      await take([told('opted_out', { to: phone(2), at: NOW - HOUR })], NOW - HOUR);
      await take([reply('STOP', NOW - HOUR, 3)], NOW - HOUR);
      // What began as their own reply is the platform's word from then on.
      await take([told('opted_out', { to: phone(3), at: NOW - HOUR + 1 })], NOW - HOUR + 1);
      await take([0, 1, 2, 3].map((n) => reply('START', NOW, n)));
      expect(await suppressed()).toEqual([0, 1, 2, 3].map(phone));
      expect((await feed()).filter(([type]) => type === 'opted_in')).toEqual([]);
    });

    it('what somebody wrote down of a person who said STOP is no more theirs to take back', async () => {
      await take(
        [0, 1, 2].map((n) => reply('STOP', NOW - HOUR, n)),
        NOW - HOUR,
      );
      const why = { account: 'desk', reason: 'asked by phone', source: 'cli' };
      const written = [phone(0), phone(3), phone(1), phone(0)];
      expect(await suppress(ledger, written, why, NOW - 1)).toBe(1);
      expect(await suppress(ledger, written, { ...why, source: 'api' }, NOW - 1)).toBe(0);
      await take([0, 1, 2, 3].map((n) => reply('START', NOW, n)));
      expect(await suppressed()).toEqual([0, 1, 3].map(phone));
      expect(await listSuppressions(ledger)).toMatchObject(
        Array.from({ length: 3 }, () => ({ reason: 'asked by phone', source: 'cli' })),
      );
    });

    it.each([
      [
        'a START from before the STOP undoes nothing',
        [
          ['STOP', 10],
          ['START', 5],
        ],
        true,
      ],
      [
        'a STOP from before the START suppresses nobody',
        [
          ['START', 10],
          ['STOP', 5],
        ],
        false,
      ],
      [
        'at the same moment STOP counts',
        [
          ['START', 5],
          ['STOP', 5],
        ],
        true,
      ],
      [
        'at the same moment STOP counts, also when told first',
        [
          ['STOP', 5],
          ['START', 5],
        ],
        true,
      ],
      [
        'the last of several counts',
        [
          ['STOP', 1],
          ['START', 9],
          ['STOP', 5],
          ['stop', 3],
        ],
        false,
      ],
      [
        'a STOP again counts again',
        [
          ['STOP', 1],
          ['START', 5],
          ['STOP', 9],
        ],
        true,
      ],
    ] as const)('%s', async (_, wishes, stopped) => {
      const events = wishes.map(([text, minutes], n) =>
        reply(text, NOW - DAY + minutes * 60_000, 0, { id: `e${n}` }),
      );
      for (const event of events) await take([event], NOW);
      expect(await suppressed()).toEqual(stopped ? [phone(0)] : []);
      // Told again, in any order: nothing changes.
      await take(events.toReversed(), NOW + 1);
      await take(events, NOW + 2);
      expect(await suppressed()).toEqual(stopped ? [phone(0)] : []);
      // And the same in one call.
      const all = events.map((event) => ({
        ...event,
        address: { kind: 'phone' as const, value: phone(1) },
        id: `${event.id}b`,
      }));
      await take(all, NOW);
      expect(await suppressed()).toEqual(stopped ? [phone(0), phone(1)] : []);
    });

    it('a clock that is ahead of ours keeps no later START out', async () => {
      await take([reply('STOP', NOW + DAY)], NOW);
      await take([reply('START', NOW + HOUR)], NOW + HOUR);
      expect(await suppressed()).toEqual([]);
    });
  });

  it('whoever answered within the time is excluded, at the claim, and who answered earlier is not', async () => {
    await take([
      told('replied', { to: phone(0), at: NOW - 2 * DAY, text: 'thanks' }),
      told('replied', { to: phone(1), at: NOW - 8 * DAY, text: 'thanks' }),
    ]);
    await take([told('replied', { to: phone(2), at: NOW - DAY })], NOW, 'other');
    const campaign = await running(ledger, 'spring', 3, NOW);
    const lease = await sliceOf(ledger, campaign.id, NOW);
    const exclusion = { campaigns: [], withinMs: null, repliedWithinMs: 7 * DAY };
    const rows = await claim(ledger, campaign, '1', lease, 9, NOW, exclusion);
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2]);
    expect((await rowsOf(campaign))[0]).toMatchObject({
      state: 'skipped',
      reason: 'excluded',
      detail: `answered on ${new Date(NOW - 2 * DAY).toISOString().slice(0, 10)}`,
    });
    await expectTrueCounters(ledger, campaign.id);
  });

  it('at once with gates and results of the same rows, nobody waits for good and every count is true', async () => {
    const campaigns = await Promise.all(['a', 'b'].map((name) => running(ledger, name, 40, NOW)));
    const other = await place.reopen();
    const drive = async (campaign: Campaign, db: Ledger) => {
      const one = await worker(db, campaign, NOW);
      for (let round = 0; round < 20; round += 1) {
        const rows = await one.claim(4, NOW);
        await one.gate(rows, NOW);
        const last = one.attempt();
        await one.land(
          rows.toReversed().map(({ seq }, at) => ({
            seq,
            attemptId: last - at,
            to: 'sent' as const,
            result: 'accepted' as const,
            messageId: `${campaign.name}-${seq}`,
          })),
          NOW,
        );
      }
    };
    const tell = async (db: Ledger, account: string) => {
      for (let n = 0; n < 40; n += 1) {
        const events = campaigns.toReversed().flatMap((campaign) =>
          [n, (n + 7) % 40].map((seq) =>
            told('delivered', {
              key: keyOf(campaign, seq),
              messageId: `${campaign.name}-${seq}`,
            }),
          ),
        );
        await recordDeliveries(
          db,
          account,
          [...events, told('replied', { to: phone(n), text: 'ok' })],
          NOW,
        );
      }
    };
    const [a, b] = campaigns as [Campaign, Campaign];
    await Promise.all([
      drive(a, ledger),
      drive(b, other),
      tell(ledger, 'desk'),
      tell(other, 'desk'),
      control(other, 'a', { action: 'pause' }, NOW).then(() =>
        control(ledger, 'a', { action: 'resume' }, NOW),
      ),
    ]);
    for (const campaign of campaigns) {
      await expectTrueCounters(ledger, campaign.id);
      expect((await tally(ledger.db, campaign.id)).counts.double).toBe(0);
      expect(await counted(ledger, campaign.id)).toEqual({ sent: 40 });
      expect((await rowsOf(campaign)).every(({ delivery }) => delivery !== null)).toBe(true);
    }
  });

  it('a person who rules on a message that is told of meanwhile finds it settled', async () => {
    const { campaign, one, attempt } = await sending('spring', 1);
    await one.land(
      [{ seq: 0, attemptId: attempt(0), to: 'unknown', reason: 'lost_answer', result: 'unclear' }],
      NOW,
    );
    await take([told('sent', { key: keyOf(campaign), messageId: 'm1' })]);
    await expect(decide(ledger, 'spring', { rows: [2] }, 'resend', NOW)).rejects.toThrow(
      'not unknown',
    );
  });

  async function oneMessage(name: string, n: number, messageId: string): Promise<Campaign> {
    const campaign = await createCampaign(
      ledger,
      { name, kind: 'single', account: 'desk', spec: '{}', inbox: '{}' },
      NOW - HOUR,
    );
    const row = {
      row: 1,
      raw: phone(n),
      kind: 'phone' as const,
      address: phone(n),
      key: `key-of-${name}`,
    };
    await importRecipients(ledger, campaign, 0, [row], NOW - HOUR);
    await seal(ledger, campaign, NOW - HOUR);
    await control(ledger, name, { action: 'start' }, NOW - HOUR);
    const one = await worker(ledger, campaign, NOW - HOUR);
    await one.gate(await one.claim(1, NOW - HOUR), NOW - HOUR);
    await one.land(
      [{ seq: 0, attemptId: one.attempt(), to: 'sent', result: 'accepted', messageId }],
      NOW - HOUR,
    );
    return campaign;
  }
});
