import { afterEach, expect, test } from 'vitest';
import { campaignYaml, lastJson, listOf, openPlace, type Place, UNLIMITED, until } from './fixture';

const ROWS = 300;

let place: Place;
afterEach(() => place.close());

async function begin(latencyMs: number, rows = ROWS, inFlight = 4) {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs } });
  place.write('list.csv', listOf(rows));
  place.write('spring.campaign.yaml', campaignYaml());
  const run = place.start(
    'run',
    'spring.campaign.yaml',
    '--in-flight',
    String(inFlight),
    '--lease-ms',
    '1500',
  );
  await until('some messages are out', () => place.sandbox.summary().accepted > 10);
  return run;
}

test('Ctrl-C finishes what is on its way, pauses, and the same command goes on', async () => {
  const run = await begin(40);
  run.child.kill('SIGINT');
  const ended = await run.ended;
  expect(ended.exit).toBe(130);
  expect(ended.out).toContain('Nothing is lost');
  expect(place.sandbox.summary().abandoned).toBe(0);
  const status = JSON.parse((await place.campaign('status', '--json')).out);
  expect(status).toMatchObject({ state: 'paused', pausedBy: 'interrupt', drivenBy: null });
  expect(status.counts.sent).toBe(place.sandbox.summary().accepted);
  expect(status.counts.sending + status.counts.claimed).toBe(0);

  const again = await place.campaign('run', 'spring.campaign.yaml', '--json');
  expect(again.exit).toBe(0);
  expect(lastJson(again)).toMatchObject({ state: 'finished', counts: { sent: ROWS, double: 0 } });
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
}, 60_000);

test('Ctrl-C twice leaves at once, and the next run settles what was on its way', async () => {
  const run = await begin(500, 100, 20);
  await until('requests are in flight', () => place.sandbox.summary().deliversInFlight > 0);
  const at = performance.now();
  run.child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 250));
  run.child.kill('SIGINT');
  const ended = await run.ended;
  expect(performance.now() - at).toBeLessThan(1_000);
  expect(ended.exit).toBe(130);
  expect(ended.err).toContain('Left at once');
  expect(place.sandbox.summary().abandoned).toBeGreaterThan(0);

  const again = await place.campaign(
    'run',
    'spring.campaign.yaml',
    '--json',
    '--lease-ms',
    '1500',
    '--in-flight',
    '50',
  );
  expect(lastJson(again)).toMatchObject({
    state: 'finished',
    counts: { sent: 100, unknown: 0, double: 0 },
  });
  expect(again.exit).toBe(0);
  expect(place.sandbox.summary()).toMatchObject({ accepted: 100, doubles: 0 });
}, 90_000);

test('a second run of the same campaign is refused and changes nothing', async () => {
  const run = await begin(40);
  const second = await place.campaign('run', 'spring.campaign.yaml', '--lease-ms', '1500');
  expect(second.exit).toBe(6);
  expect(second.err).toMatch(/is being run by process \d+ on .* already/);
  const ended = await run.ended;
  expect(ended.exit).toBe(0);
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
}, 60_000);
