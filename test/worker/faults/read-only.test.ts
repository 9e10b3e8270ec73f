import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, type TestContext, test } from 'vitest';
import { campaignYaml, lastJson, listOf, openPlace, type Place, UNLIMITED } from '../cli/fixture';

const ROWS = 60;
const ARGS = ['run', 'spring.campaign.yaml', '--json', '--lease-ms', '1500'];

let place: Place;
const mounted: string[] = [];
afterEach(async () => {
  for (const path of mounted.splice(0)) execFileSync('/bin/umount', ['-l', path]);
  await place.close();
});

/** The rights of a file do not bind root, a read-only mount does. */
function makeReadOnly(path: string, context: TestContext): void {
  try {
    execFileSync('/bin/mount', ['--bind', path, path], { stdio: 'ignore' });
    mounted.push(path);
    execFileSync('/bin/mount', ['-o', 'remount,bind,ro', path], { stdio: 'ignore' });
  } catch {
    console.warn(`NOT TESTED: ${path} cannot be mounted read-only here`);
    context.skip('may not mount here, and rights do not bind root');
  }
}

function makeWritable(): void {
  for (const path of mounted.splice(0)) execFileSync('/bin/umount', ['-l', path]);
}

/** A campaign of which some messages are out, and a ledger that was left in order. */
async function halfSent(): Promise<void> {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 30 } });
  place.write('list.csv', listOf(ROWS));
  place.write('spring.campaign.yaml', campaignYaml());
  const run = await place.campaign(...ARGS, '--canary', '10');
  expect(run.exit).toBe(0);
  expect(place.sandbox.summary().accepted).toBe(10);
}

test.for([
  ['file', 'ledger.db'],
  ['folder', '.'],
] as const)(
  'a ledger %s that has become read-only: a clear sentence, exit code 6, nothing is sent, and once it can be written the campaign goes on',
  { timeout: 60_000 },
  async ([, path], context) => {
    await halfSent();
    makeReadOnly(join(place.folder, '.campaign', path), context);
    const refused = await place.campaign('resume', 'spring', '--json');
    expect(refused.exit).toBe(6);
    expect(refused.out + refused.err).toMatch(/cannot be (opened|written)/);
    expect(place.sandbox.summary().accepted).toBe(10);
    makeWritable();
    const again = await place.campaign('resume', 'spring', '--json');
    expect(again.exit).toBe(0);
    expect(lastJson(again)).toMatchObject({ state: 'finished', counts: { sent: ROWS, double: 0 } });
    expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
  },
);
