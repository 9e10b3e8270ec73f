import { afterEach, expect, test } from 'vitest';
import { startTemporal } from '../../../../scripts/temporal-server.mjs';
import { onTemporal, temporalProgram } from '../../../support/temporal';
import { until } from '../../cli/fixture';
import { found, openTemporalPlace, type TemporalPlace } from './place';

onTemporal('a worker whose Temporal goes away', () => {
  let place: TemporalPlace;
  afterEach(() => place.close());

  test('lives, is not ready meanwhile, and goes on by itself', async (context) => {
    const path = temporalProgram();
    if (path === undefined) return context.skip('a server of its own is needed');
    const server = await startTemporal({ path });
    try {
      const campaign = { throttle: '{ perSecond: 8 }' };
      place = await openTemporalPlace(server.address, { campaign });
      const worker = place.worker('--health-port', '0', '--temporal-metrics-port', '0');
      await until('its health is there', () => worker.text().includes('Health and metrics at'));
      const url = found(worker.text(), /Health and metrics at (http\S+?)\.\n/);
      const ready = async () => {
        const answer = await fetch(`${url}/readyz`);
        return { status: answer.status, ...((await answer.json()) as { codes: string[] }) };
      };
      await until('it is ready', async () => (await ready()).status === 200);
      expect((await place.campaign('start', 'spring.campaign.yaml')).exit).toBe(0);
      await until('some are sent', () => place.sandbox.summary().accepted > 5);

      await server.kill9();
      await until('it is not ready', async () => (await ready()).status === 503, 30_000);
      expect((await ready()).codes).toEqual(['TEMPORAL_AWAY']);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain('campaign_runner_ready 0');
      expect(metrics).toContain('campaign_runner_ledger_up 1');
      expect(metrics).toContain('campaign_runner_rows{campaign="spring",state="sent"}');

      await server.start();
      await until('it is ready again', async () => (await ready()).status === 200, 60_000);
      await until(
        'all are sent',
        async () => (await place.standing())['state'] === 'finished',
        90_000,
      );
      expect(place.sandbox.summary()).toMatchObject({ accepted: 60, doubles: 0 });
      expect(worker.child.exitCode).toBeNull();
      // One sentence for the outage, however many pollers there are.
      const away = worker.text().match(/cannot be reached/g) ?? [];
      expect(away.length).toBe(1);
      worker.child.kill('SIGTERM');
      expect((await worker.ended).exit).toBe(0);
    } finally {
      await server.close();
    }
  }, 200_000);

  test('ends in seconds when it is asked to while its server is away', async (context) => {
    const path = temporalProgram();
    if (path === undefined) return context.skip('a server of its own is needed');
    const server = await startTemporal({ path });
    try {
      place = await openTemporalPlace(server.address);
      const worker = place.worker();
      await until('it polls', () => worker.text().includes('Takes part'));
      await server.kill9();
      await until('it has noticed', () => worker.text().includes('cannot be reached'), 30_000);
      const began = performance.now();
      worker.child.kill('SIGTERM');
      expect((await worker.ended).exit).toBe(0);
      expect(performance.now() - began).toBeLessThan(20_000);
    } finally {
      await server.close();
    }
  }, 90_000);
});
