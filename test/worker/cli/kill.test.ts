import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { campaignYaml, lastJson, listOf, openPlace, type Place, UNLIMITED, until } from './fixture';

const ROWS = 400;
const KILLS = 10;

let place: Place;
afterEach(() => place.close());

test('killed again and again with requests in flight, a campaign loses nobody and writes to nobody twice', async () => {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 60, seed: 7 } });
  place.write('list.csv', listOf(ROWS));
  place.write('spring.campaign.yaml', campaignYaml());
  const args = ['run', 'spring.campaign.yaml', '--json', '--lease-ms', '1500', '--in-flight', '8'];

  let inFlight = 0;
  let kills = 0;
  while (kills < KILLS) {
    const before = place.sandbox.summary().accepted;
    const run = place.start(...args);
    let over = false;
    void run.ended.then(() => {
      over = true;
    });
    await until(
      'sends more, or is over',
      () => over || place.sandbox.summary().accepted > before + 3,
      30_000,
    );
    if (over) break;
    await wait((kills * 37) % 90);
    await until(
      'has requests in flight',
      () => over || place.sandbox.summary().deliversInFlight > 0,
    );
    inFlight += place.sandbox.summary().deliversInFlight;
    run.child.kill('SIGKILL');
    await run.ended;
    kills += 1;
  }

  const last = await place.campaign(...args);
  const { counts, state } = lastJson(last);
  const summary = place.sandbox.summary();
  console.log(
    `kills ${kills} (in flight ${inFlight}), accepted ${summary.accepted}, doubles ${summary.doubles}, sent ${counts['sent']}, unknown ${counts['unknown']}`,
  );
  expect(kills).toBe(KILLS);
  expect(inFlight).toBeGreaterThan(0);
  expect(summary.doubles).toBe(0);
  expect(summary.accepted).toBe(ROWS);
  expect({ state, sent: counts['sent'], double: counts['double'] }).toEqual({
    state: 'finished',
    sent: ROWS,
    double: 0,
  });
  expect(last.exit).toBe(0);
}, 180_000);
