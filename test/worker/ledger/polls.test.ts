import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  control,
  createCampaign,
  endPoll,
  inboundAccounts,
  keepPoll,
  type Ledger,
  takePoll,
} from '../../../worker/ledger';
import { onBothLedgers, type TestLedger } from '../../support/ledger';
import { plansOf } from '../../support/plans';

const NOW = 1_800_000_000_000;
const HOUR = 60 * 60_000;
const LEASE = 60_000;
const EVERY = 30_000;

onBothLedgers('the polls of an account', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const take = (holder: string, now: number, more = {}, on = ledger) =>
    takePoll(on, 'desk', holder, { now, leaseMs: LEASE, everyMs: EVERY, ...more });
  const end = (holder: string, since: number | null) => endPoll(ledger, 'desk', holder, since);

  it('begin a day ago at the most, or where whoever asks first says', async () => {
    expect(await take('one', NOW)).toEqual({ since: NOW - 24 * HOUR });
    const at = (account: string, firstSince: number) =>
      takePoll(ledger, account, 'one', { now: NOW, leaseMs: LEASE, everyMs: 0, firstSince });
    expect(await at('shop', NOW - HOUR)).toEqual({ since: NOW - HOUR });
    expect(await at('old', NOW - 48 * HOUR)).toEqual({ since: NOW - 24 * HOUR });
  });

  it('are of accounts whose people may answer, found without a look at each message', async () => {
    const made = async (account: string, name: string, endedAt: number | null) => {
      const campaign = { name, kind: 'single', account, spec: '{}', inbox: '{}' } as const;
      await createCampaign(ledger, campaign, NOW - 240 * HOUR);
      if (endedAt !== null) await control(ledger, name, { action: 'cancel' }, endedAt);
    };
    expect(await inboundAccounts(ledger.db, NOW)).toEqual([]);
    await made('lately', 'a', NOW - 168 * HOUR);
    await made('lately', 'b', NOW - 200 * HOUR);
    await made('long ago', 'c', NOW - 169 * HOUR);
    await made('open', 'd', null);
    await made('open', 'e', NOW - 200 * HOUR);
    expect(await inboundAccounts(ledger.db, NOW)).toEqual(['lately', 'open']);
    const [plan = ''] = await plansOf(ledger, (db) => inboundAccounts(db, NOW));
    expect(plan).toContain('campaigns_inbound');
    // Each look at the table is for one account.
    expect(plan).not.toMatch(/SCAN (campaigns|c)\b|Seq Scan on campaigns|\(ended_at>/);
  });

  it('are made by one process at a time, of many who ask at once', async () => {
    const ledgers = [ledger, await it_.reopen(), await it_.reopen()];
    const taken = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((holder, n) =>
        take(holder, NOW, {}, ledgers[n % 3] as Ledger),
      ),
    );
    expect(taken.filter((poll) => poll !== null)).toHaveLength(1);
    expect(await take('g', NOW + LEASE - 1)).toBeNull();
    // Another account is another matter.
    const wish = { now: NOW, leaseMs: LEASE, everyMs: EVERY };
    expect(await takePoll(ledger, 'shop', 'g', wish)).not.toBeNull();
  });

  it('go on where the last complete one ended, and not too soon', async () => {
    await take('one', NOW);
    await end('one', NOW);
    expect(await take('two', NOW + EVERY - 1)).toBeNull();
    expect(await take('two', NOW + EVERY)).toEqual({ since: NOW });
    await end('two', NOW + EVERY);
    expect(await take('one', NOW + EVERY, { everyMs: 0 })).toEqual({ since: NOW + EVERY });
  });

  it('are asked again from the same moment where one could not be completed, when its time is over', async () => {
    await take('one', NOW);
    await end('one', NOW);
    await take('one', NOW + EVERY);
    await end('one', null);
    expect(await take('two', NOW + EVERY + LEASE - 1)).toBeNull();
    expect(await take('two', NOW + EVERY + LEASE)).toEqual({ since: NOW });
  });

  it('are taken over from a process that died, which changes nothing when it comes back', async () => {
    await take('one', NOW);
    expect(await take('two', NOW + LEASE)).toEqual({ since: NOW - 24 * HOUR });
    await end('one', NOW);
    expect(await keepPoll(ledger, 'desk', 'one', NOW + HOUR)).toBe(false);
    expect(await take('three', NOW + 2 * LEASE - 1)).toBeNull();
    await end('two', NOW + LEASE);
    expect(await take('three', NOW + 2 * LEASE)).toEqual({ since: NOW + LEASE });
  });

  it('are kept by whoever is slow', async () => {
    await take('one', NOW);
    expect(await keepPoll(ledger, 'desk', 'one', NOW + 2 * LEASE)).toBe(true);
    expect(await take('two', NOW + LEASE)).toBeNull();
    expect(await take('two', NOW + 2 * LEASE)).not.toBeNull();
  });

  it('are not stopped by a clock that was set back', async () => {
    await take('one', NOW + 240 * HOUR);
    expect(await take('two', NOW)).toEqual({ since: NOW - 24 * HOUR });
    await end('two', NOW);
    expect(await take('one', NOW + EVERY)).toEqual({ since: NOW });
  });

  it('begin a day back where the last one ended at a time that is still to come', async () => {
    await take('one', NOW + 3 * HOUR);
    await end('one', NOW + 3 * HOUR);
    expect(await take('two', NOW)).toEqual({ since: NOW - 24 * HOUR });
    await end('two', NOW + 5_000);
    // Another machine's clock, which is hardly ahead, does not make a day be read each time.
    expect(await take('one', NOW)).toEqual({ since: NOW });
  });
});
