import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Campaign,
  type Claimed,
  claim,
  commitGroup,
  control,
  createCampaign,
  decide,
  end,
  importRecipients,
  isPostgresUrl,
  type Landing,
  type Lease,
  type Ledger,
  needCampaign,
  reclaim,
  renew,
  seal,
} from '../../../worker/ledger';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, phone, sliceOf, type TestLedger } from '../../support/ledger';
import { attemptsOf, doublesOf, rowsOf } from '../../support/scripted-run';

const ROWS = 3;
const LEASE_MS = 1_000;

/** One thing that happens. `which` picks a row in hand or an attempt from what there is. */
const happening = fc.record({
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constant('claim' as const) },
    { weight: 7, arbitrary: fc.constant('gate' as const) },
    { weight: 1, arbitrary: fc.constant('accepted' as const) },
    { weight: 1, arbitrary: fc.constant('second message' as const) },
    { weight: 3, arbitrary: fc.constant('the same again' as const) },
    { weight: 1, arbitrary: fc.constant('refused' as const) },
    { weight: 3, arbitrary: fc.constant('not_sent' as const) },
    { weight: 2, arbitrary: fc.constant('ambiguous' as const) },
    { weight: 4, arbitrary: fc.constant('absent' as const) },
    { weight: 1, arbitrary: fc.constant('unclear' as const) },
    { weight: 2, arbitrary: fc.constant('reclaim' as const) },
    { weight: 1, arbitrary: fc.constant('pause' as const) },
    { weight: 3, arbitrary: fc.constant('resume' as const) },
    { weight: 1, arbitrary: fc.constant('the lease runs out' as const) },
    { weight: 2, arbitrary: fc.constant('the lease is ended' as const) },
    { weight: 2, arbitrary: fc.constant('resend' as const) },
  ),
  who: fc.constantFrom(0, 1),
  which: fc.nat(50),
});
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

interface Hands {
  readonly ledger: Ledger;
  lease: Lease;
  claimed: Claimed[];
  last: Landing[];
}

onBothLedgers('results in any order', (open) => {
  let place: TestLedger;
  let ledgers: [Ledger, Ledger];
  beforeAll(async () => {
    place = await open();
    ledgers = [place.ledger, await place.reopen()];
  });
  afterAll(() => place.close());

  let campaigns = 0;
  async function fresh(): Promise<Campaign> {
    const { ledger } = place;
    campaigns += 1;
    const name = `c${campaigns}`;
    const campaign = await createCampaign(
      ledger,
      { name, kind: 'list', account: name, spec: '{}', inbox: '{}' },
      1_000,
    );
    const rows = Array.from({ length: ROWS }, (_, i) => ({
      row: i + 2,
      raw: phone(i),
      kind: 'phone' as const,
      address: phone(i),
    }));
    await importRecipients(ledger, campaign, 0, rows, 1_000);
    await seal(ledger, campaign, 1_000);
    await control(ledger, name, { action: 'start' }, 1_000);
    return needCampaign(ledger.db, name);
  }

  async function play(happenings: readonly Happening[]): Promise<void> {
    const campaign = await fresh();
    let now = 10_000;
    const lease = (ledger: Ledger) => sliceOf(ledger, campaign.id, now, LEASE_MS);
    const hands: Hands[] = [];
    for (const ledger of ledgers) {
      hands.push({ ledger, lease: await lease(ledger), claimed: [], last: [] });
    }
    let attempts = campaign.id * 1_000_000;
    /** Messages that the platform is known to have, by row. */
    const proofs = new Map<number, Set<string>>();

    /** The last proof of each attempt: the ledger keeps no other, and counts one that comes back later once more. */
    const latest = new Map<number, string>();
    const isStale = ({ seq, attemptId, messageId }: Landing): boolean =>
      messageId != null &&
      proofs.get(seq)?.has(messageId) === true &&
      latest.get(attemptId ?? 0) !== messageId;

    const commit = (of: Hands, landings: Landing[], gates: Claimed[] = []) =>
      commitGroup(of.ledger, {
        campaign,
        inboxId: '1',
        lease: of.lease,
        now,
        scopes: ['account/desk/message'],
        landings,
        gates: gates.map((row) => ({
          seq: row.seq,
          attemptId: ++attempts,
          number: row.attempts + 1,
          contactId: 'c',
          conversationId: 'v',
          watermark: '1',
          closesAt: null,
        })),
      });

    for (const { what, who, which } of happenings) {
      now += 10;
      const mine = hands[who] as Hands;
      const before = await rowsOf(mine.ledger, campaign);
      const known = await attemptsOf(mine.ledger, campaign);
      const attempt = known[which % Math.max(1, known.length)];
      switch (what) {
        case 'claim':
          mine.claimed.push(
            ...(await claim(mine.ledger, campaign, '1', mine.lease, 1 + (which % 2), now)),
          );
          break;
        case 'gate':
          await commit(mine, [], mine.claimed.splice(0, 1 + (which % 2)));
          break;
        case 'reclaim':
          await reclaim(mine.ledger, campaign.account, now);
          break;
        case 'pause':
          await control(mine.ledger, campaign.name, { action: 'pause' }, now);
          break;
        case 'resume':
          await control(mine.ledger, campaign.name, { action: 'resume' }, now);
          break;
        case 'the lease runs out':
          now += LEASE_MS;
          for (const one of hands) {
            // The other one renewed in time; this one froze, and what it holds it still believes to hold.
            if (one !== mine) await renew(one.ledger, one.lease.id, now - LEASE_MS, 3 * LEASE_MS);
          }
          break;
        case 'the lease is ended':
          await end(mine.ledger, mine.lease.id);
          mine.lease = await lease(mine.ledger);
          break;
        case 'resend':
          await decide(mine.ledger, campaign.name, 'all', 'resend', now);
          break;
        case 'the same again':
          // The answer to its last commit was lost, and it lands the group once more.
          if (mine.last.every((it) => !isStale(it))) await commit(mine, mine.last);
          break;
        default: {
          if (attempt === undefined) break;
          const landing = landingOf(what, attempt.seq, attempt.id, now);
          if (isStale(landing)) break;
          mine.last = [landing];
          await commit(mine, mine.last);
          const { messageId } = landing;
          if (messageId != null) {
            latest.set(attempt.id, messageId);
            proofs.set(attempt.seq, (proofs.get(attempt.seq) ?? new Set()).add(messageId));
          }
          const old = before[attempt.seq]?.attempt_id !== attempt.id;
          const row = (await rowsOf(mine.ledger, campaign))[attempt.seq];
          if (messageId == null && old) expect(row).toEqual(before[attempt.seq]);
        }
      }
      await expectTrue(mine.ledger, campaign, proofs);
    }
  }

  async function expectTrue(
    ledger: Ledger,
    campaign: Campaign,
    proofs: ReadonlyMap<number, ReadonlySet<string>>,
  ): Promise<void> {
    await expectTrueCounters(ledger, campaign.id);
    const rows = await rowsOf(ledger, campaign);
    const attempts = await attemptsOf(ledger, campaign);
    for (const [seq, row] of rows.entries()) {
      const own = attempts.filter((attempt) => attempt.seq === seq);
      const taken = own.some(({ result }) => result === 'accepted');
      expect(taken).toBe(proofs.has(seq));
      if (taken) expect(row.state).toBe('sent');
      const unsettled = own.filter(({ result }) => result === null || result === 'ambiguous');
      // Once a row is sent, an attempt that was overtaken by the proof may stay without a result.
      if (!taken) expect(unsettled.length).toBeLessThanOrEqual(1);
    }
    const seconds = [...proofs.values()].reduce((sum, ids) => sum + ids.size - 1, 0);
    expect(await doublesOf(ledger, campaign)).toBe(seconds);
  }

  it('the counters are true, proof makes sent for good, an old attempt changes nothing else, and every second proof is a double', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 20, maxLength: 70, size: 'max' }), play),
      {
        numRuns: isPostgresUrl(place.where) ? 25 : 200,
        seed: 20261121,
      },
    );
  }, 120_000);
});

function landingOf(
  what: Exclude<
    Happening['what'],
    | 'claim'
    | 'gate'
    | 'reclaim'
    | 'pause'
    | 'resume'
    | 'resend'
    | 'the same again'
    | 'the lease runs out'
    | 'the lease is ended'
  >,
  seq: number,
  attemptId: number,
  now: number,
): Landing {
  const base = { seq, attemptId } as const;
  switch (what) {
    case 'accepted':
      return { ...base, to: 'sent', result: 'accepted', messageId: `m${attemptId}` };
    case 'second message':
      return { ...base, to: 'sent', result: 'accepted', messageId: `n${attemptId}` };
    case 'refused':
      return { ...base, to: 'failed', result: 'refused', reason: 'content' };
    case 'not_sent':
      return { ...base, to: 'pending', result: 'not_sent', notBefore: now, tried: true };
    case 'ambiguous':
      return { ...base, result: 'ambiguous', lookAt: now };
    case 'absent':
      return { ...base, to: 'pending', result: 'absent', notBefore: now };
    case 'unclear':
      return { ...base, to: 'unknown', result: 'unclear', reason: 'lost_answer' };
  }
}
