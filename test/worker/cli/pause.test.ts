import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { campaignYaml, lastJson, listOf, openPlace, type Place, UNLIMITED, until } from './fixture';

const ROWS = 400;

let place: Place;
afterEach(() => place.close());

test('a pause from a second terminal stops the first within two seconds, and a resume lets it go on there', async () => {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 40 } });
  place.write('list.csv', listOf(ROWS));
  place.write('spring.campaign.yaml', campaignYaml());
  const run = place.start('run', 'spring.campaign.yaml', '--json', '--in-flight', '4');
  const deliveries = () => place.sandbox.requests().filter(({ delivers }) => delivers);
  await until('some messages are out', () => place.sandbox.summary().accepted > 20);

  const pause = await place.campaign('pause', 'spring', '--why', 'a wrong date');
  const pausedAt = Date.now();
  expect(pause.exit).toBe(0);
  expect(pause.out).toContain('spring is paused');
  await wait(2_500);
  const lastStart = Math.max(...deliveries().map(({ startedAt }) => startedAt));
  const soFar = deliveries().length;
  expect(lastStart - pausedAt).toBeLessThanOrEqual(2_000);
  expect(soFar).toBeLessThan(ROWS);
  await until('the first terminal shows it', () => run.text().includes('a wrong date'));

  const status = await place.campaign('status', 'spring', '--json');
  expect(JSON.parse(status.out)).toMatchObject({
    state: 'paused',
    why: 'a wrong date',
    pausedBy: 'operator',
  });
  // A repeated run neither goes on nor takes over.
  const again = await place.campaign('run', 'spring.campaign.yaml');
  expect(again.exit).toBe(4);
  expect(again.err).toContain('campaign resume spring');
  await wait(500);
  expect(deliveries()).toHaveLength(soFar);

  const resume = await place.campaign('resume', 'spring');
  expect(resume.exit).toBe(0);
  expect(resume.out).toContain('goes on, in process');
  const ended = await run.ended;
  expect(ended.exit).toBe(0);
  expect(lastJson(ended)).toMatchObject({
    campaign: 'spring',
    state: 'finished',
    counts: { sent: ROWS },
  });
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
}, 60_000);
