import { expect, it, vi } from 'vitest';
import type { Run } from '../../../worker/campaign/run';
import { createWatch } from '../../../worker/campaign/watch';
import { control, needCampaign } from '../../../worker/ledger';
import { running, testLedger } from '../../support/ledger';

async function watched(sameFailureInARow: number) {
  const it_ = await testLedger();
  const campaign = await running(it_.ledger, 'a', 1);
  const run = {
    ledger: it_.ledger,
    campaign,
    policy: { failedPercent: null, sameFailureInARow },
    brake: { stop: () => undefined, until: () => 0 },
    failures: { last: '', inARow: 0 },
    clock: () => 2_000,
  } as unknown as Run;
  const now = () => needCampaign(it_.ledger.db, 'a');
  return { it_, run, watch: createWatch(run), now };
}

it('so many that fail alike, one after the other, pause the campaign, and no row is begun from then on', async () => {
  const { it_, watch, now } = await watched(3);
  watch.failed('template: paused', 'template');
  watch.failed('template: paused', 'template');
  expect(watch.halted()).toBe(false);
  watch.failed('template: paused', 'template');
  expect(watch.halted()).toBe(true);
  await vi.waitFor(async () => expect((await now()).state).toBe('paused'), 15_000);
  expect(await now()).toMatchObject({ paused_by: 'self' });
  // In words of ours: the platform's own may name somebody.
  expect((await now()).why).toMatch(/^3 in a row ended alike: template\./);
  expect((await now()).why).not.toContain('paused');
  await it_.close();
});

it('a success or another failure in between begins the count anew', async () => {
  const { it_, watch } = await watched(3);
  for (const what of ['a', 'a', 'b', 'a', 'a']) watch.failed(what, 'other');
  watch.succeeded();
  for (const what of ['a', 'a']) watch.failed(what, 'other');
  expect(watch.halted()).toBe(false);
  await it_.close();
});

it('counts over slices, and anew after a pause', async () => {
  const { it_, run, watch, now } = await watched(3);
  watch.failed('a', 'other');
  watch.failed('a', 'other');
  const next = createWatch(run);
  next.failed('a', 'other');
  expect(next.halted()).toBe(true);
  await vi.waitFor(async () => expect((await now()).state).toBe('paused'), 15_000);
  await control(it_.ledger, 'a', { action: 'resume' }, 3_000);
  const resumed = createWatch(run);
  resumed.failed('a', 'other');
  resumed.failed('a', 'other');
  expect(resumed.halted()).toBe(false);
  await it_.close();
});
