import { afterEach, expect, test } from 'vitest';
import { onTemporal, temporalAddress, uniqueQueue } from '../../../support/temporal';
import { type Started, until } from '../../cli/fixture';
import { openTemporalPlace, type TemporalPlace } from './place';

onTemporal('workers of two versions', () => {
  let place: TemporalPlace;
  afterEach(() => place.close());

  test('a campaign that began with one goes on with the version that is current', async () => {
    place = await openTemporalPlace(temporalAddress(), {
      campaign: { throttle: '{ perSecond: 10 }' },
    });
    const deploymentName = uniqueQueue('deployment');
    const version = (buildId: string): Started =>
      place.worker('--deployment', deploymentName, '--build-id', buildId);
    const { workflowService } = place.client;
    const namespace = 'default';
    const makeCurrent = (buildId: string) =>
      until(
        `${buildId} is current`,
        () =>
          workflowService
            .setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId })
            .then(
              () => true,
              () => false,
            ),
        30_000,
      );
    const old = version('1');
    await makeCurrent('1');
    expect((await place.campaign('start', 'spring.campaign.yaml')).exit).toBe(0);
    const sent = () => place.sandbox.summary().accepted;
    await until('the old one sends', () => sent() > 5, 30_000);
    await place.campaign('pause', 'spring');

    const fresh = version('2');
    await makeCurrent('2');
    old.child.kill('SIGTERM');
    expect((await old.ended).exit).toBe(0);
    await place.campaign('resume', 'spring', '--detach');
    await until(
      'the new one sends the rest',
      async () => (await place.standing())['state'] === 'finished',
      90_000,
    );
    expect(place.sandbox.summary()).toMatchObject({ accepted: 60, doubles: 0 });
    expect(fresh.child.exitCode).toBeNull();
    expect(await (await place.handle()).result()).toBe('finished');
  }, 180_000);

  test('half a version is refused, and so is one without Temporal', async () => {
    place = await openTemporalPlace(temporalAddress());
    const half = await place.worker('--deployment', 'x').ended;
    expect(half).toMatchObject({ exit: 2 });
    expect(half.err).toContain('go together');
    const astray = await place.campaign('worker', '--build-id', '1', '--deployment', 'x');
    expect(astray.exit).toBe(2);
    expect(astray.err).toContain('only with --engine temporal');
  });
});
