import { afterEach, expect, it } from 'vitest';
import { campaignYaml, listOf, openPlace, type Place, UNLIMITED, until } from './fixture';

const ROWS = 40;
let place: Place;
afterEach(() => place.close());

it('a worker without Temporal answers for its health, is measured, and logs in order', async () => {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 5 } });
  place.write('list.csv', listOf(ROWS));
  place.write('spring.campaign.yaml', campaignYaml());
  const worker = place.start('worker', '--health-port', '0', '--log', 'json');
  await until('its health is there', () => worker.text().includes('"event":"health"'));
  const lines = () =>
    worker
      .text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
  const url = lines().find(({ event }) => event === 'health')?.['url'] ?? '';
  const get = async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  expect(await get('/healthz')).toBe('200 {"alive":true}');
  expect(await get('/readyz')).toBe('200 {"ready":true,"codes":[]}');
  expect((await place.campaign('start', 'spring.campaign.yaml')).exit).toBe(0);
  const sent = `campaign_runner_rows{campaign="spring",state="sent"} ${ROWS}`;
  await until('it is measured', async () => (await get('/metrics')).includes(sent), 30_000);
  const metrics = await get('/metrics');
  expect(metrics).toContain('process_resident_memory_bytes');
  for (const personal of ['Person', '55501', 'sandbox-token']) {
    expect(metrics + worker.text()).not.toContain(personal);
  }
  worker.child.kill('SIGTERM');
  expect((await worker.ended).exit).toBe(0);
  expect(lines().every(({ level, time, message }) => level && time && message)).toBe(true);
  expect(lines().map(({ event }) => event)).toEqual(
    expect.arrayContaining(['ready', 'health', 'drives', 'ended']),
  );
}, 60_000);

it('a port that is taken is said in a sentence', async () => {
  place = await openPlace();
  const taken = new URL(place.sandbox.url).port;
  const { exit, err } = await place.start('worker', '--health-port', taken).ended;
  expect({ exit, err }).toEqual({
    exit: 2,
    err: `Nothing can listen at 127.0.0.1:${taken} (EADDRINUSE). Choose another port or host.\n`,
  });
  expect((await place.campaign('worker', '--health-port', 'http')).exit).toBe(2);
});
