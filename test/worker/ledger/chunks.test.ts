import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type Campaign,
  control,
  createCampaign,
  importChunk,
  importRecipients,
  type Ledger,
  type NewRecipient,
  needCampaign,
  results,
  seal,
} from '../../../worker/ledger';
import { expectTrueCounters } from '../../support/counts';
import { counted, onBothLedgers, phone, type TestLedger } from '../../support/ledger';

const NOW = 10_000;

onBothLedgers('an audience that comes in chunks', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const fresh = (intake?: 'chunks' | 'upload'): Promise<Campaign> =>
    createCampaign(
      ledger,
      {
        ...{ name: 'a', kind: 'list', account: 'desk', spec: '{}', inbox: '{}' },
        ...(intake === undefined ? {} : { intake }),
      },
      NOW,
    );
  const rowsFrom =
    (...numbers: number[]) =>
    (first: number): NewRecipient[] =>
      numbers.map((n, at) => ({
        ...{ row: first + at + 1, raw: phone(n), kind: 'phone', address: phone(n) },
      }));
  const add = (key: string, numbers: number[], fingerprint = numbers.join(), on = ledger) =>
    importChunk(on, { name: 'a' }, { key, fingerprint }, rowsFrom(...numbers), NOW);

  it('has each once, however often a chunk is sent', async () => {
    const campaign = await fresh('chunks');
    const one = { replayed: false, first: 0, n: 3, duplicates: 0 };
    expect(await add('1', [0, 1, 2])).toEqual(one);
    expect(await add('2', [3, 1])).toEqual({ replayed: false, first: 3, n: 2, duplicates: 1 });
    expect(await add('1', [0, 1, 2])).toEqual({ ...one, replayed: true });
    expect(await add('2', [3, 1])).toEqual({ replayed: true, first: 3, n: 2, duplicates: 1 });
    const rows = await results(ledger, campaign.id, {});
    expect(rows.map(({ seq, row, raw, reason }) => [seq, row, raw, reason])).toEqual([
      [0, 1, phone(0), null],
      [1, 2, phone(1), null],
      [2, 3, phone(2), null],
      [3, 4, phone(3), null],
      [4, 5, phone(1), 'duplicate'],
    ]);
    expect(await counted(ledger, campaign.id)).toEqual({ pending: 4, skipped: 1 });
    await expectTrueCounters(ledger, campaign.id);
    expect((await needCampaign(ledger.db, 'a')).imported).toBe(5);
  });

  it('takes no other rows by a key that was used, and changes nothing then', async () => {
    const campaign = await fresh('chunks');
    await add('1', [0]);
    await expect(add('1', [5])).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('was used already'),
    });
    expect(await counted(ledger, campaign.id)).toEqual({ pending: 1 });
  });

  it('is written by many at once, and by one of those who send the same', async () => {
    const campaign = await fresh('chunks');
    const ledgers = [ledger, await it_.reopen(), await it_.reopen()];
    const sent = [0, 1, 2, 3, 0, 1, 2, 3, 0].map((n, at) =>
      add(`${n}`, [n * 2, n * 2 + 1], `${n}`, ledgers[at % 3] as Ledger),
    );
    const answers = await Promise.all(sent);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(4);
    const firsts = new Set(answers.map(({ first }) => first));
    expect([...firsts].toSorted()).toEqual([0, 2, 4, 6]);
    expect(await counted(ledger, campaign.id)).toEqual({ pending: 8 });
    expect(await results(ledger, campaign.id, {})).toHaveLength(8);
  });

  it('is complete with the seal, and a chunk from before is still answered', async () => {
    const campaign = await fresh('chunks');
    await add('1', [0]);
    await seal(ledger, campaign, NOW);
    await expect(add('2', [1])).rejects.toThrow('is complete');
    expect(await add('1', [0])).toEqual({ replayed: true, first: 0, n: 1, duplicates: 0 });
  });

  it('is sealed behind a chunk that is being written, not in the middle of it', async () => {
    const campaign = await fresh('chunks');
    const other = await it_.reopen();
    const building = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const order: string[] = [];
    async function slowly(first: number): Promise<NewRecipient[]> {
      building.resolve();
      await goOn.promise;
      return rowsFrom(0, 1)(first);
    }
    const chunk = { key: '1', fingerprint: 'f' };
    const adding = importChunk(ledger, campaign, chunk, slowly, NOW).then(() =>
      order.push('added'),
    );
    await building.promise;
    const sealing = seal(other, campaign, NOW).then(() => order.push('sealed'));
    await wait(200);
    goOn.resolve();
    await Promise.all([adding, sealing]);
    expect(order).toEqual(['added', 'sealed']);
    expect(await needCampaign(ledger.db, 'a')).toMatchObject({ sealed: 1, imported: 2 });
  });

  it('leaves nothing of a chunk whose rows cannot be made', async () => {
    const campaign = await fresh('chunks');
    const broken = importChunk(
      ledger,
      campaign,
      { key: '1', fingerprint: 'f' },
      () => {
        throw new Error('no');
      },
      NOW,
    );
    await expect(broken).rejects.toThrow('no');
    expect(await add('1', [0])).toMatchObject({ replayed: false, n: 1 });
  });

  it('may have a chunk of nobody, and one that is all skipped', async () => {
    const campaign = await fresh('chunks');
    expect(await add('0', [])).toEqual({ replayed: false, first: 0, n: 0, duplicates: 0 });
    const skipped = await importChunk(
      ledger,
      campaign,
      { key: '1', fingerprint: 'f' },
      async (first) => [{ row: first + 1, raw: '12', skip: { reason: 'invalid_address' } }],
      NOW,
    );
    expect(skipped).toEqual({ replayed: false, first: 0, n: 1, duplicates: 0 });
    expect(await counted(ledger, campaign.id)).toEqual({ skipped: 1 });
  });

  it.each(['upload', undefined] as const)('is not mixed with a list (%s)', async (intake) => {
    const campaign = await fresh(intake);
    await importRecipients(ledger, campaign, 0, rowsFrom(0)(0), NOW);
    await expect(add('1', [1])).rejects.toThrow('not in chunks');
  });

  it('takes nobody once it was cancelled', async () => {
    await fresh('chunks');
    await control(ledger, 'a', { action: 'cancel' }, NOW);
    await expect(add('1', [0])).rejects.toThrow('is cancelled');
  });
});
