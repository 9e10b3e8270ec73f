import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  type Claimed,
  claim,
  commitGroup,
  control,
  end,
  expire,
  type GateAnswer,
  type Landing,
  type Ledger,
  reclaim,
  setLimit,
  stopAccount,
  tally,
} from '../../../worker/ledger';
import { standingOf } from '../../../worker/ledger/gate';
import { expectTrueCounters } from '../../support/counts';
import {
  postgresTestLedger,
  running,
  sliceOf,
  type TestLedger,
  worker,
} from '../../support/ledger';
import { attemptsOf, doublesOf, rowsOf } from '../../support/scripted-run';

const server = inject('postgres');
const NOW = 10_000;

describe.skipIf('missing' in server)('many connections to one PostgreSQL', () => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await postgresTestLedger('url' in server ? server.url : '');
  });
  afterEach(() => place.close());

  const connections = (n: number): Promise<Ledger[]> =>
    Promise.all(Array.from({ length: n }, () => place.reopen()));
  const hand = async (ledger: Ledger, campaign: Awaited<ReturnType<typeof running>>) =>
    worker(ledger, campaign, NOW, 1_000_000);

  it('claims by four of them at once hand every row to one only', async () => {
    const campaign = await running(place.ledger, 'spring', 100, NOW);
    const ledgers = await connections(4);
    const hands = await Promise.all(ledgers.map((ledger) => hand(ledger, campaign)));
    const taken = await Promise.all(
      hands.map(async (one) => {
        const rows: Claimed[] = [];
        for (let next: Claimed[]; (next = await one.claim(3, NOW)).length > 0; ) rows.push(...next);
        return rows;
      }),
    );
    const seqs = taken.flat().map(({ seq }) => seq);
    expect(seqs).toHaveLength(100);
    expect(new Set(seqs).size).toBe(100);
    expect(taken.filter((rows) => rows.length > 0).length).toBeGreaterThan(1);
    await expectTrueCounters(place.ledger, campaign.id);
  });

  it('two campaigns over the same people, claimed at once again and again, have each person in work once and meet no error', async () => {
    const [a, b] = [
      await running(place.ledger, 'a', 60, NOW),
      await running(place.ledger, 'b', 60, NOW),
    ];
    const ledgers = await connections(4);
    const hands = await Promise.all(ledgers.map((ledger, n) => hand(ledger, n % 2 === 0 ? a : b)));
    for (let round = 0; round < 25; round += 1) {
      const taken = await Promise.all(hands.map((one) => one.claim(20, NOW)));
      const people = taken.flat().map(({ address }) => address);
      expect(people).toHaveLength(60);
      expect(new Set(people).size).toBe(60);
      await Promise.all(
        hands.map((one, n) =>
          one.land(
            (taken[n] ?? []).map(({ seq }) => ({ seq, attemptId: null, to: 'pending' as const })),
            NOW,
          ),
        ),
      );
    }
    await expectTrueCounters(place.ledger, a.id);
    await expectTrueCounters(place.ledger, b.id);
  });

  it('gates, landings, reclaims, stops and shared limits at once end in no deadlock error, and the counters stay true', async () => {
    const campaign = await running(place.ledger, 'spring', 100, NOW);
    await setLimit(place.ledger, 'account/desk/message', 100_000);
    const ledgers = await connections(4);
    let now = NOW;
    const outcomes = await Promise.all(
      ledgers.map(async (ledger, n) => {
        for (let round = 0; round < 40; round += 1) {
          now += 20;
          const lease = await sliceOf(ledger, campaign.id, now, 100_000);
          let ids = lease.id * 1_000;
          const rows = await claim(ledger, campaign, '1', lease, 20, now);
          const group = { campaign, inboxId: '1', lease, now, scopes: ['account/desk/message'] };
          const shuffled = rows.toSorted((x, y) => ((x.seq * 7) % 13) - ((y.seq * 7) % 13));
          const { answers } = await commitGroup(ledger, {
            ...group,
            landings: [],
            gates: shuffled.slice(0, 10).map((row) => ({
              seq: row.seq,
              attemptId: ++ids,
              number: row.attempts + 1,
              contactId: 'c',
              conversationId: null,
              watermark: null,
              closesAt: null,
            })),
          });
          // Its lease ends with rows in hand: it puts them back itself, while everybody else does.
          await end(ledger, lease.id);
          await stopAccount(ledger, 'desk', { until: now - 1, why: 'test', now });
          // Everybody lands results of the same attempts at the same time.
          const open = await attemptsOf(ledger, campaign);
          const landings = open
            .filter(({ result }) => result === null)
            .map(
              ({ id, seq }): Landing => ({
                seq,
                attemptId: id,
                to: 'pending',
                result: 'not_sent',
                notBefore: 0,
              }),
            );
          if (n % 2 === 1) landings.reverse();
          const through = new Set(answers.filter(({ go }) => go).map(({ seq }) => seq));
          const inHand = shuffled
            .filter(({ seq }) => !through.has(seq))
            .map(({ seq }): Landing => ({ seq, attemptId: null, to: 'pending' }));
          await Promise.all([
            reclaim(ledger, 'desk', now),
            commitGroup(ledger, { ...group, landings: [...inHand, ...landings], gates: [] }),
          ]);
        }
        return 'done';
      }),
    );
    expect(outcomes).toEqual(['done', 'done', 'done', 'done']);
    expect((await tally(place.ledger.db, campaign.id)).counts).toMatchObject({ total: 100 });
    await expectTrueCounters(place.ledger, campaign.id);
  }, 60_000);

  it('the proofs of the same attempts, landed by two at once, count once each and every other message as a double', async () => {
    const campaign = await running(place.ledger, 'spring', 50, NOW);
    const [one, two] = await connections(2);
    if (one === undefined || two === undefined) throw new Error('no connections');
    const sender = await hand(one, campaign);
    const other = await hand(two, campaign);
    await sender.gate(await sender.claim(50, NOW), NOW);
    const attempts = await attemptsOf(one, campaign);
    const proofs = (id: (n: number) => string): Landing[] =>
      attempts.map(({ id: attemptId, seq }) => ({
        seq,
        attemptId,
        to: 'sent',
        result: 'accepted',
        messageId: id(seq),
      }));
    await Promise.all([
      sender.land(
        proofs((n) => `m${n}`),
        NOW,
      ),
      other.land(proofs((n) => (n < 10 ? `n${n}` : `m${n}`)).reverse(), NOW),
    ]);
    expect((await tally(one.db, campaign.id)).counts).toMatchObject({ sent: 50, sending: 0 });
    expect(await doublesOf(one, campaign)).toBe(10);
    await expectTrueCounters(one, campaign.id);
  });

  it('a cancel, an expiry and late proofs at once end in no deadlock error, and proof wins', async () => {
    const [one, two, three] = await connections(3);
    if (one === undefined || two === undefined || three === undefined) {
      throw new Error('no connections');
    }
    for (let round = 0; round < 40; round += 1) {
      const campaign = await running(place.ledger, `c${round}`, 60, NOW);
      const own = await hand(one, campaign);
      await own.gate(await own.claim(60, NOW), NOW);
      const attempts = await attemptsOf(one, campaign);
      const all = attempts.map(({ id, seq }) => ({ seq, attemptId: id }));
      await own.land(
        all.map((it) => ({ ...it, to: 'pending' as const, result: 'absent' as const })),
        NOW,
      );
      const proofs = all.map((it) => ({ ...it, to: 'sent', result: 'accepted' }) as const);
      const forth = await hand(two, campaign);
      await Promise.all([
        forth.land(
          proofs.toReversed().map((it) => ({ ...it, messageId: `m${it.seq}` })),
          NOW,
        ),
        own.land(
          proofs.map((it) => ({ ...it, messageId: `m${it.seq}` })),
          NOW,
        ),
        control(three, campaign.name, { action: 'cancel' }, NOW),
        expire(place.ledger, campaign.id, NOW),
      ]);
      const rows = await rowsOf(one, campaign);
      expect(rows.every(({ state }) => state === 'sent')).toBe(true);
      expect(await doublesOf(one, campaign)).toBe(0);
      await expectTrueCounters(one, campaign.id);
    }
  }, 60_000);

  it('once a pause is there no gate opens any more, two hundred times over', async () => {
    const campaign = await running(place.ledger, 'spring', 60, NOW);
    const [one, two, three] = await connections(3);
    if (one === undefined || two === undefined || three === undefined)
      throw new Error('no connections');
    let opened = 0;
    let shut = 0;
    for (let round = 0; round < 200; round += 1) {
      const hands = [await hand(one, campaign), await hand(two, campaign)];
      let asked = 0;
      let paused = false;
      const pausing: Promise<unknown>[] = [];
      const late: GateAnswer[] = [];
      await Promise.all(
        hands.map(async (own) => {
          for (const row of await own.claim(3, NOW)) {
            if (asked++ === round % 6) {
              const pause = control(three, 'spring', { action: 'pause' }, NOW);
              pausing.push(pause.then(() => (paused = true)));
            }
            // Not when it is answered: a commit before the pause may be heard of after it.
            const before = paused;
            const [answer] = await own.gate([row], NOW);
            if (answer === undefined) continue;
            if (answer.go) opened += 1;
            else shut += 1;
            if (before && answer.go) late.push(answer);
            const attemptId = answer.go ? own.attempt() : null;
            const result = answer.go ? ({ result: 'not_sent' } as const) : {};
            await own.land([{ seq: row.seq, attemptId, to: 'pending', ...result }], NOW);
          }
        }),
      );
      expect(pausing).toHaveLength(1);
      await Promise.all(pausing);
      expect(late).toEqual([]);
      await control(three, 'spring', { action: 'resume' }, NOW);
    }
    // Both happened, or nothing was at the same time.
    expect(opened).toBeGreaterThan(0);
    expect(shut).toBeGreaterThan(0);
    await expectTrueCounters(place.ledger, campaign.id);
  }, 120_000);

  it('a pause waits for the gates that have looked at the campaign before it, and is never overtaken by one', async () => {
    const campaign = await running(place.ledger, 'spring', 1, NOW);
    const [other] = await connections(1);
    if (other === undefined) throw new Error('no connection');
    const inTheMiddle = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const gate = place.ledger.db.transaction().execute(async (trx) => {
      const standing = await standingOf(trx, campaign.id);
      inTheMiddle.resolve();
      await goOn.promise;
      return standing;
    });
    await inTheMiddle.promise;
    let done = false;
    const pause = control(other, 'spring', { action: 'pause' }, NOW).then(() => {
      done = true;
    });
    await expect.poll(() => waitingForLocks(place)).toBe(1);
    expect(done).toBe(false);
    goOn.resolve();
    expect(await gate).toMatchObject({ state: 'running' });
    await pause;
  });

  it('a pause is not starved by gates that come without end', async () => {
    const campaign = await running(place.ledger, 'spring', 1, NOW);
    const busy = await connections(24);
    let paused = false;
    let begunAfter = 0;
    let asked = false;
    const loops = busy.map(async (ledger) => {
      while (!paused && begunAfter < 500) {
        await ledger.db.transaction().execute(async (trx) => {
          await standingOf(trx, campaign.id);
          if (asked) begunAfter += 1;
          await wait(10);
        });
      }
    });
    await wait(50);
    asked = true;
    await control(place.ledger, 'spring', { action: 'pause' }, NOW);
    paused = true;
    await Promise.all(loops);
    // Those that had asked before it; nobody who came later went first.
    expect(begunAfter).toBeLessThan(100);
  });

  it('a transaction that a frozen process left open is ended by the server, and the pause goes through', async () => {
    const campaign = await running(place.ledger, 'spring', 1, NOW);
    const [frozen] = await connections(1);
    if (frozen === undefined) throw new Error('no connection');
    const wakes = Promise.withResolvers<void>();
    const holding = Promise.withResolvers<void>();
    // In the middle of a gate: the campaign is held, and then nothing comes any more.
    const gate = frozen.db.transaction().execute(async (trx) => {
      await standingOf(trx, campaign.id);
      holding.resolve();
      await wakes.promise;
      await sql`update recipients set state = 'sending'`.execute(trx);
    });
    await holding.promise;
    const began = performance.now();
    const { campaign: after } = await control(place.ledger, 'spring', { action: 'pause' }, NOW);
    expect(after.state).toBe('paused');
    expect(performance.now() - began).toBeLessThan(8_000);
    wakes.resolve();
    await expect(gate).rejects.toThrow();
    expect(await rowsOf(place.ledger, campaign)).toMatchObject([{ state: 'pending' }]);
  }, 30_000);
});

/** How many connections wait for the lock of a campaign. */
async function waitingForLocks({ where }: TestLedger): Promise<number> {
  const url = new URL(where);
  url.searchParams.delete('schema');
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rows } = await client.query<{ n: number }>(
      `select count(distinct l.pid)::int as n from pg_locks l join pg_stat_activity a using (pid)
       where not l.granted and a.query like 'select pg_advisory_xact_lock(%'`,
    );
    return rows[0]?.n ?? 0;
  } finally {
    await client.end();
  }
}
