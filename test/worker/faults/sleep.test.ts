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

const ROWS = 150;
const LEASE_MS = 1_500;
const SETTLE_MS = 2_000;
const ARGS = ['run', 'spring.campaign.yaml', '--json', '--lease-ms', String(LEASE_MS)];

let place: Place;
afterEach(() => place.close());

function isLocked(): boolean {
  const other = new DatabaseSync(join(place.folder, '.campaign', 'ledger.db'), { timeout: 200 });
  try {
    other.exec('begin immediate');
    other.exec('rollback');
    return false;
  } catch {
    return true;
  } finally {
    other.close();
  }
}

/** Puts a run with requests in flight to sleep for longer than its leases and the settle delay, and wakes it up. */
async function asleep(meanwhile: () => Promise<unknown> = () => Promise.resolve()) {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 120 } });
  place.write('list.csv', listOf(ROWS));
  place.write('spring.campaign.yaml', campaignYaml());
  const run = place.start(...ARGS, '--in-flight', '8');
  await until('some messages are out', () => place.sandbox.summary().accepted > 10, 30_000);
  let inFlight = 0;
  for (;;) {
    await until('requests are in flight', () => place.sandbox.summary().deliversInFlight > 2);
    run.child.kill('SIGSTOP');
    inFlight = place.sandbox.summary().deliversInFlight;
    // Its threads stop one after the other.
    await wait(100);
    // A process that sleeps with SQLite's lock in hand keeps everybody out: that is another test's matter.
    if (inFlight > 0 && !isLocked()) break;
    run.child.kill('SIGCONT');
  }
  await wait(LEASE_MS + SETTLE_MS + 2_500);
  await meanwhile();
  run.child.kill('SIGCONT');
  const ended = await run.ended;
  return { ended, inFlight };
}

test('a laptop that sleeps longer than lease and settle delay, with requests in flight: it goes on by itself, and everybody gets one message', async () => {
  const { ended, inFlight } = await asleep();
  expect(inFlight).toBeGreaterThan(0);
  expect(place.sandbox.summary().doubles).toBe(0);
  expect(ended.exit).toBe(0);
  expect(lastJson(ended)).toMatchObject({
    state: 'finished',
    counts: { sent: ROWS, unknown: 0, double: 0 },
  });
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
}, 90_000);

test('another process takes over while it sleeps: whoever ends it, everybody gets one message, and the sleeper does no harm', async () => {
  let second: Awaited<ReturnType<Place['campaign']>> | undefined;
  await asleep(async () => {
    second = await place.campaign(...ARGS);
  });
  expect(second?.exit, second?.out.slice(-400)).toBe(0);
  const again = await place.campaign(...ARGS);
  expect(lastJson(again)).toMatchObject({
    state: 'finished',
    counts: { sent: ROWS, unknown: 0, double: 0 },
  });
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
}, 120_000);
