import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import {
  accountsYaml,
  campaignYaml,
  lastJson,
  listOf,
  openPlace,
  type Place,
  UNLIMITED,
  until,
} from '../cli/fixture';

const ROWS = 40;
const FLAGS = ['--json', '--lease-ms', '1500'];

let place: Place;
afterEach(() => place.close());

async function counts(): Promise<Record<string, number>> {
  return JSON.parse((await place.campaign('status', 'spring', '--json')).out).counts;
}

test('the platform has no address any more: nobody fails, every row waits, and once it is back the campaign ends with everybody once', async () => {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 10 } });
  place.write('list.csv', listOf(ROWS));
  place.write('spring.campaign.yaml', campaignYaml());
  const canary = await place.campaign('run', 'spring.campaign.yaml', '--canary', '5', ...FLAGS);
  expect(canary.exit).toBe(0);

  place.write('accounts.yaml', accountsYaml('http://chat.invalid', UNLIMITED));
  const run = place.start('resume', 'spring', ...FLAGS);
  let over = false;
  void run.ended.then(() => {
    over = true;
  });
  await Promise.race([run.ended, wait(8_000)]);
  expect(await counts()).toMatchObject({ sent: 5, failed: 0, unknown: 0 });
  if (!over) {
    // It waits, and says for what.
    await until('it says what it waits for', () => /wait|reach|due/i.test(run.text()));
    run.child.kill('SIGINT');
  }
  const ended = await run.ended;
  expect([4, 130]).toContain(ended.exit);
  const after = await counts();
  expect(after).toMatchObject({ sent: 5, pending: ROWS - 5, failed: 0, sending: 0, claimed: 0 });

  place.write('accounts.yaml', accountsYaml(place.sandbox.url, UNLIMITED));
  const again = await place.campaign('resume', 'spring', ...FLAGS);
  expect(again.exit).toBe(0);
  expect(lastJson(again)).toMatchObject({ state: 'finished', counts: { sent: ROWS, double: 0 } });
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
}, 120_000);
