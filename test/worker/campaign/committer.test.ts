import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCommitter } from '../../../worker/campaign/committer';
import { type Ledger, setLimit } from '../../../worker/ledger';
import { counted, running, type TestLedger, testLedger, worker } from '../../support/ledger';

let it_: TestLedger;
let ledger: Ledger;
beforeEach(async () => {
  it_ = await testLedger();
  ledger = it_.ledger;
});
afterEach(() => it_.close());

async function committer(n: number, scopes: readonly string[] = []) {
  const campaign = await running(ledger, 'a', n, Date.now());
  const hands = await worker(ledger, campaign, Date.now());
  const rows = await hands.claim(n, Date.now());
  const it = createCommitter({
    ledger,
    campaign,
    inboxId: '1',
    lease: hands.lease,
    scopes,
    clock: Date.now,
  });
  const gate = (seq: number) =>
    it.gate({
      seq,
      attemptId: 1000 + seq,
      number: 1,
      contactId: 'c',
      conversationId: 'v',
      watermark: null,
      closesAt: null,
    });
  return { campaign, rows, it, gate };
}

describe('the committer', () => {
  it('puts what waits together into few commits, and has all of it on the disk when it drained', async () => {
    const { campaign, it, gate } = await committer(100);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, seq) => gate(seq)));
    expect(answers.every(({ go }) => go)).toBe(true);
    const started = await ledger.db
      .selectFrom('attempts')
      .select('started_at')
      .distinct()
      .execute();
    expect(started.length).toBeLessThan(5);
    for (const { seq } of answers)
      it.land({ seq, attemptId: 1000 + seq, to: 'sent', result: 'accepted', messageId: `m${seq}` });
    await it.drain();
    expect(await counted(ledger, campaign.id)).toEqual({ sent: 100 });
  });

  it('answers what arrives while a commit is under way', async () => {
    const { it, gate } = await committer(3);
    const first = gate(0);
    await new Promise((resolve) => setImmediate(resolve));
    const second = gate(1);
    await first;
    const third = gate(2);
    expect((await Promise.all([second, third])).every(({ go }) => go)).toBe(true);
    await it.drain();
  });

  it('hears within seconds of a rate that is raised while rows wait for a token', async () => {
    await setLimit(ledger, 'campaign/slow', 0.01);
    const { it, gate } = await committer(2, ['campaign/slow']);
    expect((await gate(0)).go).toBe(true);
    const waiting = gate(1);
    await expect.poll(() => it.throttled()).toBe(true);
    await setLimit(ledger, 'campaign/slow', 20);
    const late = setTimeout(() => it.release(), 6_000);
    expect((await waiting).go).toBe(true);
    clearTimeout(late);
    await it.drain();
  });

  it('sends nothing when the commit fails, keeps the results, and records them when the ledger is back', async () => {
    const { campaign, it, gate } = await committer(2);
    await gate(0);
    const { transaction } = ledger.db;
    ledger.db.transaction = () => {
      throw new Error('disk full');
    };
    it.land({ seq: 0, attemptId: 1000, to: 'sent', result: 'accepted', messageId: 'm' });
    await expect(gate(1)).rejects.toThrow('disk full');
    setTimeout(() => {
      ledger.db.transaction = transaction;
    }, 300);
    await it.drain();
    expect(await counted(ledger, campaign.id)).toEqual({ sent: 1, claimed: 1 });
  });

  it('gives up draining when the ledger stays away', async () => {
    const { it, gate } = await committer(1);
    await gate(0);
    ledger.db.transaction = () => {
      throw new Error('disk full');
    };
    it.land({ seq: 0, attemptId: 1000, to: 'sent', result: 'accepted', messageId: 'm' });
    await expect(it.drain()).rejects.toThrow('disk full');
  });
});
