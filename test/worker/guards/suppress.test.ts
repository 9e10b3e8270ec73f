import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAddresses } from '../../../worker/cli/suppress-file';
import {
  type Ledger,
  listSuppressions,
  openLedger,
  suppress,
  suppressedAmong,
} from '../../../worker/ledger';
import { onBothLedgers, phone, running, type TestLedger, worker } from '../../support/ledger';
import {
  campaignYaml,
  fictional,
  lastJson,
  openPlace,
  type Place,
  UNLIMITED,
} from '../cli/fixture';

onBothLedgers('the list of the suppressed', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const WHY = { reason: 'stop', source: 'test' };

  it('holds for every account, or for the one that it names', async () => {
    const campaign = await running(ledger, 'a', 3);
    await suppress(ledger, [phone(0)], WHY, 1);
    await suppress(ledger, [phone(1)], { ...WHY, account: 'desk' }, 1);
    await suppress(ledger, [phone(2)], { ...WHY, account: 'other' }, 1);
    const one = await worker(ledger, campaign, 2_000);
    const answers = await one.gate(await one.claim(3, 2_000), 2_000);
    expect(answers.map(({ seq, go }) => [seq, go]).sort()).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect(await suppressedAmong(ledger, 'other', [phone(0), phone(1), phone(2)])).toEqual(
      new Set([phone(0), phone(2)]),
    );
  });

  it('changes nothing when the same is said again', async () => {
    expect(await suppress(ledger, [phone(0), phone(0), phone(1)], WHY, 1)).toBe(2);
    const before = await listSuppressions(ledger);
    expect(await suppress(ledger, [phone(1), phone(0)], { ...WHY, reason: 'other' }, 9)).toBe(0);
    expect(await listSuppressions(ledger)).toEqual(before);
  });

  it('is read page by page without losing who is on it twice', async () => {
    for (const account of ['', 'a', 'b'])
      await suppress(ledger, [phone(0), phone(1)], { ...WHY, account }, 1);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const page = await listSuppressions(ledger, after, 2);
      if (page.length === 0) break;
      seen.push(...page.map((it) => `${it.address}/${it.account}`));
      after = page.at(-1)?.address ?? '';
    }
    expect(seen).toEqual([0, 1].flatMap((n) => ['', 'a', 'b'].map((of) => `${phone(n)}/${of}`)));
  });
});

describe('a file of people who are not to be written to', () => {
  let place: Place;
  beforeEach(async () => {
    place = await openPlace({ account: UNLIMITED });
  });
  afterEach(() => place.close());

  async function listed(): Promise<string[]> {
    const ledger = await openLedger(join(place.folder, '.campaign', 'ledger.db'));
    try {
      return (await listSuppressions(ledger)).map(({ address }) => address);
    } finally {
      await ledger.close();
    }
  }
  const from = (name: string, text: string, ...more: string[]) => {
    place.write(name, text);
    return place.campaign('suppress', 'import', name, '--json', ...more);
  };

  it('is read as it comes: numbers as people write them, the others imported where one cannot be read', async () => {
    const text = '\ufeff0491 570 006\n\n(491) 570-156\nnobody at all 12345\ntel:+61 491 570 157\n';
    const first = await from('plain.txt', text, '--country', 'AU');
    expect(first.exit).toBe(2);
    expect(JSON.parse(first.out.split('\n')[0] ?? '')).toEqual({
      added: 3,
      already: 0,
      unreadableRows: [4],
    });
    expect(await listed()).toEqual(['+61491570006', '+61491570156', '+61491570157']);
    const again = await from('plain.txt', text, '--country', 'AU');
    expect(JSON.parse(again.out.split('\n')[0] ?? '')).toMatchObject({ added: 0, already: 3 });
    // Without a country nobody is guessed at.
    const local = await from('local.txt', '0491 570 158\n+61491570159\n');
    expect(local.exit).toBe(2);
    expect(local.err + local.out).toContain('rows 1');
    expect(await listed()).toHaveLength(4);
  }, 30_000);

  it('with headers: every column of addresses, and rows by their number in the sheet', async () => {
    const csv = `Name;Mobile;E-mail;Phone\nAnn;${fictional(0)};Ann@Example.ORG;\nBob;;;\nCid;12;cid@example.org;${fictional(1)}\n`;
    const both = await from('gone.csv', csv);
    expect(JSON.parse(both.out.split('\n')[0] ?? '')).toEqual({
      added: 4,
      already: 0,
      unreadableRows: [3, 4],
    });
    expect(await listed()).toEqual([
      fictional(0),
      fictional(1),
      'ann@example.org',
      'cid@example.org',
    ]);
  }, 30_000);

  it('only the column that is named; none that looks like addresses is an error, and nobody is lost silently', async () => {
    const csv = `Name,Phone,Call\nAnn,${fictional(0)},${fictional(1)}\n`;
    expect((await from('gone.csv', csv, '--column', 'call')).exit).toBe(0);
    expect(await listed()).toEqual([fictional(1)]);
    const unnamed = await from('unnamed.csv', `Name,Call\nAnn,${fictional(2)}\n`);
    expect(unnamed.err + unnamed.out).toContain('Name it with --column');
    const headless = await from('headless.csv', `${fictional(2)},Ann\n${fictional(3)},Bob\n`);
    expect(headless.exit).toBe(2);
    expect(headless.err + headless.out).toContain('looks like a person');
    expect(await listed()).toEqual([fictional(1)]);
  }, 30_000);

  it('an e-mail address is the same person however it is written', async () => {
    expect((await from('mail.txt', 'Ann.Lee@Example.ORG\n')).exit).toBe(0);
    place.write(
      'list.csv',
      'email,name\nann.lee@example.org,Ann\nANN.LEE@EXAMPLE.org,Ann\nbob@example.org,Bob\n',
    );
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ inbox: '"6"', audience: '{ file: list.csv }' }),
    );
    const run = await place.campaign('run', 'spring.campaign.yaml', '--json');
    expect(lastJson(run).counts).toMatchObject({ sent: 1, skipped: 2 });
    expect([...place.sandbox.accepted().keys()]).toEqual(['bob@example.org']);
  }, 30_000);

  it('an account that no campaign has is pointed at, with the one that was meant', async () => {
    place.write('list.csv', `phone,name\n${fictional(5)},Ann\n`);
    place.write('spring.campaign.yaml', campaignYaml());
    await place.campaign('run', 'spring.campaign.yaml', '--json');
    const typed = await place.campaign('suppress', 'add', fictional(1), '--account', 'suport');
    expect(typed.exit).toBe(0);
    expect(typed.err).toContain('did you mean "support"?');
    const right = await place.campaign('suppress', 'add', fictional(1), '--account', 'support');
    expect(right.err).toBe('');
  }, 30_000);

  it('a long one is read in blocks, whatever is in it', async () => {
    const rows = Array.from({ length: 1_200 }, (_, n) => fictional(n % 1_000));
    place.write('long.txt', `${rows.join('\r\n')}\r\n`);
    let n = 0;
    for await (const block of readAddresses(join(place.folder, 'long.txt'), undefined)) {
      expect(block.length).toBeLessThanOrEqual(500);
      n += block.length;
    }
    expect(n).toBe(1_200);
  });
});
