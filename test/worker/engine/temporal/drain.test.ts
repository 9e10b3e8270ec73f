import { afterEach, expect, test } from 'vitest';
import { onTemporal, temporalAddress } from '../../../support/temporal';
import { until } from '../../cli/fixture';
import { openTemporalPlace, type TemporalPlace } from './place';

const ROWS = 200;

onTemporal('a worker that is asked to end', () => {
  let place: TemporalPlace;
  afterEach(() => place.close());

  async function sending(latencyMs: number, rows: number): Promise<void> {
    place = await openTemporalPlace(temporalAddress(), {
      rows,
      sandbox: { latencyMs, seed: 5 },
      campaign: { parallel: '2' },
    });
  }
  const inFlight = () => place.sandbox.summary().deliversInFlight;

  test('finishes what is on its way, and leaves the rest to the others', async () => {
    await sending(500, ROWS);
    const first = place.worker('--in-flight', '4');
    expect((await place.campaign('start', 'spring.campaign.yaml')).exit).toBe(0);
    await until('it is in the middle of a slice', () => inFlight() > 2, 30_000);
    const before = place.sandbox.summary().accepted;
    const asked = performance.now();
    first.child.kill('SIGTERM');
    const { exit } = await first.ended;
    expect(exit).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    // Nobody else is there: what was in flight is in, and nothing more was begun.
    expect(inFlight()).toBe(0);
    const { accepted } = place.sandbox.summary();
    expect(accepted - before).toBeLessThan(20);
    const { state, counts } = await place.standing();
    expect(state).toBe('running');
    expect(counts).toMatchObject({ sent: accepted, sending: 0, claimed: 0, unknown: 0, failed: 0 });

    place.worker('--in-flight', '16');
    await until(
      'the other sends the rest',
      async () => (await place.standing())['state'] === 'finished',
      90_000,
    );
    expect((await place.standing()).counts).toMatchObject({
      sent: ROWS,
      unknown: 0,
      failed: 0,
      double: 0,
    });
    expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
  }, 150_000);

  test('leaves at once when it is asked again; nobody is lost', async () => {
    await sending(1_500, 40);
    const first = place.worker('--in-flight', '4', '--lease-ms', '2000');
    expect((await place.campaign('start', 'spring.campaign.yaml')).exit).toBe(0);
    await until('requests are in flight', () => inFlight() > 0, 30_000);
    first.child.kill('SIGTERM');
    await until('it says so', () => first.text().includes('Finishing'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const asked = performance.now();
    first.child.kill('SIGTERM');
    expect((await first.ended).exit).toBe(130);
    expect(performance.now() - asked).toBeLessThan(1_000);
    place.worker('--in-flight', '100', '--lease-ms', '2000');
    await until(
      'the other sends the rest',
      async () => (await place.standing())['state'] === 'finished',
      90_000,
    );
    expect((await place.standing()).counts).toMatchObject({
      sent: 40,
      unknown: 0,
      failed: 0,
      double: 0,
    });
    expect(place.sandbox.summary()).toMatchObject({ accepted: 40, doubles: 0 });
  }, 150_000);
});
