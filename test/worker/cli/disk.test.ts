import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  campaignYaml,
  emptyFolder,
  lastJson,
  listOf,
  openPlace,
  type Place,
  UNLIMITED,
} from './fixture';

let place: Place;
let mounted: string | null = null;
afterEach(async () => {
  if (mounted !== null) execFileSync('/bin/umount', [mounted]);
  mounted = null;
  await place.close();
});

/** False where this process may not mount. */
function mount(folder: string, options: string): boolean {
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], {
      stdio: 'ignore',
    });
    mounted = folder;
    return true;
  } catch {
    return false;
  }
}

test('a disk that fills up ends the run with a clear sentence, and a rerun with room loses and doubles nobody', async (context) => {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 5 } });
  const disk = emptyFolder(place.folder, 'disk');
  if (!mount(disk, 'size=1400k')) context.skip('may not mount a small disk here');
  place.write('list.csv', listOf(900));
  place.write('spring.campaign.yaml', campaignYaml());
  const ledger = join(disk, 'ledger.db');
  const args = ['run', 'spring.campaign.yaml', '--json', '--ledger', ledger, '--lease-ms', '1500'];
  // The sooner or later of it differs: what fits is found by filling the disk up to so many kB before the run.
  const run = await place.campaign(...args);
  console.log(
    'first run',
    run.exit,
    run.out.trimEnd().split('\n').at(-1),
    place.sandbox.summary().accepted,
  );
  expect(run.exit).toBe(6);
  expect(JSON.parse(run.out.trimEnd().split('\n').at(-1) ?? '').error.code).toMatch(/disk/);
  execFileSync('/bin/mount', ['-o', 'remount,size=64m', disk]);
  const again = await place.campaign(...args);
  expect(lastJson(again)).toMatchObject({
    state: 'finished',
    counts: { sent: 900, unknown: 0, double: 0 },
  });
  expect(place.sandbox.summary()).toMatchObject({ accepted: 900, doubles: 0 });
}, 120_000);

test('a ledger folder that cannot be written is a clear sentence and exit code 6', async (context) => {
  place = await openPlace();
  place.write('list.csv', listOf(2));
  place.write('spring.campaign.yaml', campaignYaml());
  const folder = emptyFolder(place.folder, 'locked');
  if (process.getuid?.() === 0) {
    if (!mount(folder, 'size=64k,ro'))
      context.skip('root writes everywhere, and may not mount here');
  } else chmodSync(folder, 0o500);
  const run = await place.campaign(
    'run',
    'spring.campaign.yaml',
    '--ledger',
    join(folder, 'ledger.db'),
  );
  expect(run.err).toMatch(/cannot be (opened|written)/);
  expect(run.exit).toBe(6);
  expect(place.sandbox.summary().accepted).toBe(0);
}, 30_000);
