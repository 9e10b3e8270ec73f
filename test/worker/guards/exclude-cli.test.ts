import { afterEach, beforeEach, expect, it } from 'vitest';
import { campaignYaml, lastJson, listOf, openPlace, type Place, UNLIMITED } from '../cli/fixture';

let place: Place;
beforeEach(async () => {
  place = await openPlace({ account: UNLIMITED });
});
afterEach(() => place.close());

/** Runs a campaign of that name over the first `rows` people. */
async function run(name: string, rows: number, exclude = '') {
  write(name, rows, exclude);
  return place.campaign('run', `${name}.yaml`, '--json');
}

function write(name: string, rows: number, exclude = ''): void {
  const more = exclude === '' ? '' : `, exclude: ${exclude}`;
  place.write(`${name}.csv`, listOf(rows));
  place.write(
    `${name}.yaml`,
    campaignYaml({ name, audience: `{ file: ${name}.csv, country: US${more} }` }),
  );
}

it('check says how many would be excluded, and run leaves them out', async () => {
  expect((await run('winter', 3)).exit).toBe(0);
  write('spring', 5, '{ campaigns: [winter], within: 30d }');
  const check = await place.campaign('check', 'spring.yaml');
  expect(check.out).toContain('3 ready people are excluded now');
  const json = await place.campaign('check', 'spring.yaml', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ ready: 5, excludedNow: 3, suppressedNow: 0 });
  const sent = await run('spring', 5, '{ campaigns: [winter], within: 30d }');
  expect(lastJson(sent).counts).toMatchObject({ sent: 2, skipped: 3 });
  expect([...place.sandbox.accepted().values()]).toEqual([1, 1, 1, 1, 1]);
  const results = await place.campaign('results', 'spring', '--state', 'skipped');
  expect(results.out).toContain(',skipped,excluded,got a message from winter,');
  // Given again it is the same campaign, and what it sent itself excludes nobody from it.
  expect((await run('spring', 5, '{ campaigns: [winter], within: 30d }')).exit).toBe(0);
}, 60_000);

it('without names every campaign of the account counts, but no single message', async () => {
  await run('winter', 2);
  await place.campaign(
    'send',
    '--account',
    'support',
    '--inbox',
    '3',
    '--to',
    '+12025550103',
    '--text',
    'x',
  );
  write('spring', 5, '{ within: 1h }');
  const check = await place.campaign('check', 'spring.yaml', '--json', '--offline');
  expect(JSON.parse(check.out)).toMatchObject({ excludedNow: 2 });
}, 60_000);

it('a name that is not in the ledger is an error of both, and nothing is sent', async () => {
  write('spring', 5, '{ campaigns: [wintr] }');
  const none = await place.campaign('check', 'spring.yaml', '--offline');
  expect(none.exit).toBe(2);
  expect(none.err).toContain('there is no campaign "wintr"');
  await run('winter', 2);
  const check = await place.campaign('check', 'spring.yaml');
  expect(check.exit).toBe(2);
  expect(check.err).toContain('Did you mean "winter"?');
  expect((await place.campaign('run', 'spring.yaml')).exit).toBe(2);
  expect(place.sandbox.summary().accepted).toBe(2);
}, 60_000);

it('where everybody is excluded, nothing is started', async () => {
  await run('winter', 5);
  const all = await run('spring', 5, '{ campaigns: [winter] }');
  expect(all.exit).toBe(2);
  expect((await place.campaign('check', 'spring.yaml')).exit).toBe(2);
  expect((await place.campaign('list', '--all')).out).not.toContain('spring');
}, 60_000);

it('who is excluded and suppressed is counted once', async () => {
  await run('winter', 2);
  await place.campaign('suppress', 'add', '+12025550100', '+12025550104');
  write('spring', 5, '{ campaigns: [winter] }');
  const check = await place.campaign('check', 'spring.yaml', '--json');
  expect(JSON.parse(check.out)).toMatchObject({ excludedNow: 2, suppressedNow: 1 });
}, 60_000);
