import { expect, test } from 'vitest';
import { campaignOf as fileOf } from '../../../worker/campaign/campaign-file';
import { createFromFile } from '../../../worker/campaign/from-file';
import { importList } from '../../../worker/campaign/import-list';
import { spool, spoolFolder } from '../../../worker/campaign/spool';
import { results } from '../../../worker/ledger';
import { INBOX } from '../../support/fake-platform';
import { testLedger } from '../../support/ledger';
import { campaignYaml, openPlace } from '../cli/fixture';

const listOf = (rows: number): string =>
  `phone\n${Array.from({ length: rows }, (_, n) => `202-555-01${String(n % 100).padStart(2, '0')}\n`).join('')}`;

test('a list of more than 10,000 rows is not sent with a workflow for each, and who asks is told what to do', async () => {
  const place = await openPlace();
  try {
    const message = '{ text: "It is time." }';
    const by = (more: Record<string, string>) =>
      place.write('spring.campaign.yaml', campaignYaml({ message, engine: 'temporal', ...more }));
    place.write('list.csv', listOf(10_001));
    by({ orchestrate: 'message' });
    const refused = await place.campaign('check', 'spring.campaign.yaml', '--offline');
    expect(refused.exit).not.toBe(0);
    expect(refused.err).toContain('10,000 rows');
    expect(refused.err).toContain('slices send it');
    by({});
    expect((await place.campaign('check', 'spring.campaign.yaml', '--offline')).exit).toBe(0);
    place.write('list.csv', listOf(10_000));
    by({ orchestrate: 'message' });
    expect((await place.campaign('check', 'spring.campaign.yaml', '--offline')).exit).toBe(0);
  } finally {
    await place.close();
  }
}, 60_000);

test('also one that grew after it was checked is refused, before it is complete', async () => {
  const place = await openPlace();
  const { ledger, where, close } = await testLedger();
  try {
    place.write('list.csv', listOf(10_001));
    const path = `${place.folder}/list.csv`;
    const file = fileOf(
      {
        ...{ name: 'spring', account: 'support', inbox: '1', consent: { method: 'form' } },
        ...{ audience: { file: path, country: 'US' }, message: { text: 'It is time.' } },
        ...{ engine: 'temporal', orchestrate: 'message' },
      },
      'x',
    );
    const list = await spool(path, spoolFolder(where));
    const campaign = await createFromFile(ledger, { file, inbox: INBOX, list }, 1_000);
    await expect(importList(ledger, campaign, { clock: () => 1_000 })).rejects.toThrow(
      '10,000 rows',
    );
    const rows = await results(ledger, campaign.id, { limit: 20_000 });
    expect(rows.length).toBeLessThanOrEqual(10_000);
  } finally {
    await close();
    await place.close();
  }
}, 60_000);
