import { afterEach, expect, it } from 'vitest';
import { consentOf } from '../../../worker/campaign/consent';
import { campaignYaml, fictional, openPlace, type Place, UNLIMITED } from '../cli/fixture';

let place: Place;
afterEach(() => place?.close());

const CELLS = ['yes', '2026-01-02', '01/02/2026', '', 'no'];

async function resultsWith(consent: string) {
  place = await openPlace({ account: UNLIMITED });
  const rows = CELLS.map((cell, n) => `${fictional(n)},Ann,${cell}\n`);
  place.write('list.csv', `phone,name,opted in\n${rows.join('')}`);
  place.write('spring.campaign.yaml', campaignYaml({ consent }));
  await place.campaign('run', 'spring.campaign.yaml', '--json');
  const json = await place.campaign('results', 'spring', '--json');
  const csv = (await place.campaign('results', 'spring', '--csv')).out.trim().split('\r\n');
  const at = (csv[0] ?? '').split(',').indexOf('consent');
  return {
    json: json.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { consent: unknown }).consent),
    csv: csv.slice(1).map((line) => line.split(',')[at]),
  };
}

it('what the list says of each opt-in is kept with its row, and shown whole', async () => {
  const { json, csv } = await resultsWith('{ column: opted in, method: list, detail: form 2026 }');
  const stated = { method: 'list', detail: 'form 2026' };
  expect(json).toEqual([
    { ...stated, evidence: 'yes', on: null },
    { ...stated, evidence: '2026-01-02', on: '2026-01-02' },
    { ...stated, evidence: '01/02/2026', on: null },
    null,
    null,
  ]);
  expect(csv).toEqual([
    'list; form 2026; yes',
    'list; form 2026; 2026-01-02',
    'list; form 2026; 01/02/2026',
    '',
    '',
  ]);
}, 30_000);

it('where the whole list was stated to have opted in, that is shown, and no row repeats it', async () => {
  const { json } = await resultsWith('{ method: form }');
  expect(json).toEqual(
    CELLS.map(() => ({ method: 'form', detail: null, evidence: null, on: null })),
  );
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(`${place.folder}/.campaign/ledger.db`, { readOnly: true });
  expect(db.prepare('select count(consent) as n from recipients').get()).toEqual({ n: 0 });
  db.close();
}, 30_000);

it('what a row keeps and what its campaign states make the whole of it again', () => {
  const stated = { method: 'list', detail: 'form', column: 'opted in' };
  const whole = { method: 'list', detail: 'form', evidence: '2.1.2026', on: '2026-01-02' };
  expect(consentOf(stated, '2.1.2026')).toEqual(whole);
  expect(consentOf(stated, 'ja')).toEqual({ ...whole, evidence: 'ja', on: null });
  expect(consentOf(stated, null)).toBeNull();
  expect(consentOf(undefined, null)).toBeNull();
});
