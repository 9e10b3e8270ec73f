import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import {
  campaignYaml,
  lastJson,
  listOf,
  openPlace,
  type Place,
  UNLIMITED,
  until,
} from '../cli/fixture';

const ROWS = 200;
const ARGS = ['run', 'spring.campaign.yaml', '--json', '--lease-ms', '4000', '--in-flight', '8'];

let place: Place;
let other: DatabaseSync | undefined;
afterEach(async () => {
  other?.close();
  other = undefined;
  await place.close();
});

/** A run that has sent to some, and another process that now keeps the ledger's only write lock. */
async function runWithLock() {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 30 } });
  place.write('list.csv', listOf(ROWS));
  place.write('spring.campaign.yaml', campaignYaml());
  const run = place.start(...ARGS);
  await until('some messages are out', () => place.sandbox.summary().accepted > 20, 30_000);
  const holder = new DatabaseSync(join(place.folder, '.campaign', 'ledger.db'), { timeout: 5_000 });
  other = holder;
  holder.exec('begin immediate');
  return { run, letGo: () => holder.exec('rollback') };
}

const everybodyOnce = (): void => {
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
};

test('another process locks the ledger for less than the busy time-out: the run goes on by itself, and nothing is lost or double', async () => {
  const { run, letGo } = await runWithLock();
  await wait(2_500);
  letGo();
  const ended = await run.ended;
  expect(ended.exit).toBe(0);
  expect(lastJson(ended)).toMatchObject({
    state: 'finished',
    counts: { sent: ROWS, unknown: 0, double: 0 },
  });
  everybodyOnce();
}, 90_000);

test('another process locks the ledger for good: the run sends nothing that it cannot write down, ends with a clear sentence, and the next one loses and doubles nobody', async () => {
  const { run, letGo } = await runWithLock();
  const ended = await run.ended;
  expect(ended.exit).toBe(6);
  expect(JSON.parse(ended.out.trimEnd().split('\n').at(-1) ?? '').error).toMatchObject({
    code: 'ledger_busy',
    message: expect.stringContaining('Nothing is lost'),
  });
  expect(place.sandbox.summary().accepted).toBeLessThan(ROWS);
  letGo();
  const again = await place.campaign(...ARGS);
  expect(lastJson(again)).toMatchObject({
    state: 'finished',
    counts: { sent: ROWS, unknown: 0, double: 0 },
  });
  everybodyOnce();
}, 300_000);
