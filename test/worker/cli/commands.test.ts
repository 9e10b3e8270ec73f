import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { sendKeyFor } from '../../../providers/send-key';
import { impersonal } from '../../../worker/campaign/impersonal';
import { csvCell } from '../../../worker/campaign/results-csv';
import {
  campaignYaml,
  fictional,
  lastJson,
  listOf,
  openPlace,
  type Place,
  UNLIMITED,
  until,
} from './fixture';

const MAIN = join(__dirname, '../../../worker/dist/worker/cli/main.js');

let place: Place;
afterEach(() => place?.close());

/** Says on its error stream which files it took to print the help. */
const LOADED = `process.argv = [process.execPath, 'campaign', '--help'];
process.on('exit', () => process.stderr.write(JSON.stringify(Object.keys(require.cache))));
require(process.env.MAIN);
`;

test('help loads nothing that it does not need, names every command, and the exit codes', async () => {
  place = await openPlace();
  // How long that takes is measured by npm run bench; a busy machine would tell nothing here.
  place.write('loaded.cjs', LOADED);
  const help = await place.node('loaded.cjs', { MAIN }).ended;
  const loaded = JSON.parse(help.err) as string[];
  const packages = loaded.filter((file) => file.includes('node_modules'));
  expect(packages.map((file) => file.split('node_modules/').at(-1))).toEqual([
    'commander/index.js',
  ]);
  expect(loaded.length).toBeLessThan(10);
  const names =
    'init accounts check run send status list pause resume cancel results retry decide suppress serve keys sandbox schema';
  for (const name of names.split(' ')) {
    expect(help.out).toMatch(new RegExp(`^  ${name} `, 'm'));
    const own = await place.campaign(name, '--help');
    expect(own.exit).toBe(0);
    expect(own.out).toContain('Example:');
  }
  expect((await place.campaign('help', 'exit-codes')).out).toContain('130  interrupted');
}, 60_000);

test('from init to results: what is written works as it is, and nothing personal is printed on the way', async () => {
  place = await openPlace();
  const folder = join(place.folder, 'first');
  expect(
    (await place.campaign('init', 'first', '--sandbox', '--url', place.sandbox.url)).exit,
  ).toBe(0);
  expect((await place.campaign('init', 'first', '--sandbox')).exit).toBe(2);
  const at = ['--accounts', join(folder, 'accounts.yaml'), '--ledger', join(folder, 'ledger.db')];
  const test = await place.campaign('accounts', 'test', ...at);
  expect(test.out).toContain('Chatwoot 4.15.1 accepts the account');
  const check = await place.campaign('check', 'first/first.campaign.yaml', ...at);
  expect(check.exit).toBe(0);
  expect(check.out).toContain('3 of 6 rows are ready');
  expect(place.sandbox.summary().accepted).toBe(0);
  const offline = await place.campaign('check', 'first/first.campaign.yaml', '--offline', ...at);
  expect(offline.out).toContain('the platform was not asked');
  const run = await place.campaign('run', 'first/first.campaign.yaml', ...at);
  expect(run.exit).toBe(0);
  expect([...place.sandbox.accepted().values()]).toEqual([1, 1, 1]);
  const again = await place.campaign('run', 'first/first.campaign.yaml', '--json', ...at);
  expect(again.exit).toBe(0);
  expect(JSON.parse(again.out)).toEqual({
    campaign: 'first',
    state: 'finished',
    counts: expect.objectContaining({ sent: 3, skipped: 3, total: 6 }),
  });
  expect(place.sandbox.summary().accepted).toBe(3);
  for (const { out, err } of [test, check, run, again]) {
    expect(out + err).not.toMatch(/2025550\d{3}|555.01\d\d|sandbox-token/);
  }
  const file = join(folder, 'results.csv');
  const results = await place.campaign('results', 'first', '-o', file, ...at);
  expect(results.exit).toBe(0);
  const csv = readFileSync(file, 'utf8').split('\r\n');
  expect(csv).toHaveLength(8);
  expect(csv[1]).toMatch(/^2,\+12025550110,'\+1 202 555 0110,sent,/);
  expect((await place.campaign('results', 'first', '-o', file, ...at)).exit).toBe(2);
}, 60_000);

test('a list or a text that changed is refused by name, a new pace is taken over', async () => {
  place = await openPlace({ account: UNLIMITED });
  place.write('list.csv', listOf(3));
  place.write('spring.campaign.yaml', campaignYaml());
  expect((await place.campaign('run', 'spring.campaign.yaml')).exit).toBe(0);
  place.write('list.csv', listOf(4));
  const list = await place.campaign('run', 'spring.campaign.yaml');
  expect(list.exit).toBe(2);
  expect(list.err).toContain('the list changed since. Nothing was sent.');
  place.write('list.csv', listOf(3));
  place.write('spring.campaign.yaml', campaignYaml({ message: '{ text: "Something else" }' }));
  const text = await place.campaign('run', 'spring.campaign.yaml');
  expect(text.exit).toBe(2);
  expect(text.err).toContain('the message changed since');
  place.write('spring.campaign.yaml', campaignYaml({ throttle: '{ perSecond: 3 }' }));
  expect((await place.campaign('run', 'spring.campaign.yaml')).exit).toBe(0);
  expect(place.sandbox.summary().accepted).toBe(3);
}, 60_000);

test('a canary sends to so many and no more, and the campaign goes on when it is told to', async () => {
  place = await openPlace({ account: UNLIMITED });
  place.write('list.csv', listOf(40));
  place.write('spring.campaign.yaml', campaignYaml());
  const canary = await place.campaign('run', 'spring.campaign.yaml', '--canary', '5');
  expect(canary.exit).toBe(0);
  expect(canary.out).toContain('campaign resume spring');
  expect(place.sandbox.summary().accepted).toBe(5);
  const resume = await place.campaign('resume', 'spring', '--json');
  expect(lastJson(resume)).toMatchObject({ state: 'finished', counts: { sent: 40 } });
  expect(place.sandbox.summary()).toMatchObject({ accepted: 40, doubles: 0 });
}, 60_000);

test('one message with one key is sent once, and the key stands for that message only', async () => {
  place = await openPlace({ account: UNLIMITED });
  const send = (...more: string[]) =>
    place.campaign('send', '--account', 'support', '--inbox', '3', '--key', 'order-1', ...more);
  const first = await send('--to', fictional(1), '--text', 'Ready.');
  expect(first.exit).toBe(0);
  expect(first.out).toContain('Sent to +1•••0101');
  expect((await send('--to', fictional(1), '--text', 'Ready.')).exit).toBe(0);
  const other = await send('--to', fictional(2), '--text', 'Ready.');
  expect(other.exit).toBe(2);
  expect(other.err).toContain('with another recipient');
  expect((await send('--to', fictional(1), '--text', 'Not ready.')).err).toContain(
    'another message',
  );
  expect(place.sandbox.messages().map(({ key }) => key)).toEqual([
    sendKeyFor('order-1', '3', { kind: 'phone', value: fictional(1) }),
  ]);
  await place.campaign('suppress', 'add', '202 555 0103', '--country', 'US');
  const suppressed = await place.campaign(
    'send',
    '--account',
    'support',
    '--inbox',
    '3',
    '--to',
    fictional(3),
    '--text',
    'x',
    '--json',
  );
  expect(suppressed.exit).toBe(5);
  expect(JSON.parse(suppressed.out)).toMatchObject({
    result: { state: 'skipped', reason: 'suppressed' },
  });
  expect(place.sandbox.summary().accepted).toBe(1);
}, 60_000);

test('suppressed people are counted by the check and skipped by the run; a file of them is read as it comes', async () => {
  place = await openPlace({ account: UNLIMITED });
  place.write('list.csv', listOf(5));
  place.write('spring.campaign.yaml', campaignYaml());
  place.write('gone.txt', `${fictional(0)}\n(202) 555-0101\nnot a number 12345\n`);
  const gone = await place.campaign('suppress', 'import', 'gone.txt', '--country', 'US');
  expect(gone.exit).toBe(2);
  expect(gone.out).toContain('2 people added');
  expect(gone.err).toContain('rows 3');
  place.write('gone.csv', `Name;Phone\nA;${fictional(2)}\n`);
  expect((await place.campaign('suppress', 'import', 'gone.csv')).exit).toBe(0);
  expect((await place.campaign('suppress', 'list')).out).toContain('+1•••0102');
  expect((await place.campaign('suppress', 'remove', fictional(2))).out).toContain(
    '1 entry removed',
  );
  const check = await place.campaign('check', 'spring.campaign.yaml');
  expect(check.out).toContain('2 ready people are suppressed now');
  const run = await place.campaign('run', 'spring.campaign.yaml', '--json');
  expect(lastJson(run).counts).toMatchObject({ sent: 3, skipped: 2 });
}, 60_000);

test('cancel skips who waits, settles the rest, and every row is final', async () => {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 50 } });
  place.write('list.csv', listOf(200));
  place.write('spring.campaign.yaml', campaignYaml());
  const run = place.start('run', 'spring.campaign.yaml', '--json', '--in-flight', '4');
  await until('some messages are out', () => place.sandbox.summary().accepted > 10);
  expect((await place.campaign('cancel', 'spring')).exit).toBe(2);
  expect((await place.campaign('cancel', 'spring', '--yes')).exit).toBe(0);
  const ended = await run.ended;
  const { state, counts } = lastJson(ended);
  expect(state).toBe('cancelled');
  expect(counts['sent']).toBe(place.sandbox.summary().accepted);
  expect((counts['sent'] ?? 0) + (counts['skipped'] ?? 0)).toBe(200);
}, 60_000);

test('a campaign that pauses itself says why and exits with 4; after a repair it goes on', async () => {
  place = await openPlace({ account: UNLIMITED });
  place.write('list.csv', listOf(30));
  place.write('spring.campaign.yaml', campaignYaml());
  place.sandbox.setFaults([
    { match: { method: 'POST' }, fault: 'wrong_token' },
    { match: { path: 'profile' }, fault: 'wrong_token' },
  ]);
  const run = await place.campaign('run', 'spring.campaign.yaml');
  expect(run.exit).toBe(4);
  expect(run.out).toContain('paused by itself');
  expect(run.out).toContain('credentials');
  place.sandbox.clearFaults();
  const refused = await place.campaign('run', 'spring.campaign.yaml');
  expect(refused.exit).toBe(4);
  const resume = await place.campaign('resume', 'spring', '--json');
  expect(lastJson(resume)).toMatchObject({ state: 'finished', counts: { sent: 30 } });
  expect(place.sandbox.summary()).toMatchObject({ accepted: 30, doubles: 0 });
}, 60_000);

test('failed rows are retried, unknown ones are decided', async () => {
  // A server as old as this lists no messages from an id on, so a lost answer cannot be looked up.
  place = await openPlace({ account: UNLIMITED, sandbox: { chatwoot: { version: '2.10.0' } } });
  place.write('list.csv', listOf(6));
  place.write('spring.campaign.yaml', campaignYaml({ stopWhen: '{ sameFailureInARow: 100 }' }));
  place.sandbox.setFaults([
    { match: { delivers: true, nth: 2 }, fault: 'drop_after_commit' },
    {
      match: { path: '/contacts$', nth: 5 },
      fault: 'error_before_commit',
      options: { status: 422 },
    },
  ]);
  const run = await place.campaign('run', 'spring.campaign.yaml', '--json');
  const { counts } = lastJson(run);
  expect(run.exit).toBe(5);
  expect(counts).toMatchObject({ sent: 4, unknown: 1, failed: 1 });
  const shown = await place.campaign('decide', 'spring');
  expect(shown.out).toContain('may or may not have been sent');
  expect(shown.out).not.toContain('+12025550');
  expect((await place.campaign('decide', 'spring', '--row', '999', '--as', 'sent')).exit).toBe(2);
  expect((await place.campaign('decide', 'spring', '--all', '--as', 'resend')).exit).toBe(2);
  expect((await place.campaign('decide', 'spring', '--all', '--as', 'failed')).exit).toBe(0);
  const retry = await place.campaign('retry', 'spring', '--failed', '--json');
  expect(retry.exit).toBe(0);
  expect(lastJson(retry)).toMatchObject({
    state: 'finished',
    // The one that a person ruled on may have been sent: a retry leaves it.
    counts: { sent: 5, failed: 1, unknown: 0 },
  });
  expect(place.sandbox.summary().doubles).toBe(0);
  expect((await place.campaign('retry', 'spring', '--failed')).out).toContain('nothing to retry');
}, 60_000);

test('cells that a spreadsheet would calculate are made inert', () => {
  const cells = ['=1+1', '@SUM(A1)', '-2+3', '+1 202', '+12025550123', 'plain', 'a,"b"', null, 7];
  expect(cells.map(csvCell)).toEqual([
    "'=1+1",
    "'@SUM(A1)",
    "'-2+3",
    "'+1 202",
    '+12025550123',
    'plain',
    '"a,""b"""',
    '',
    '7',
  ]);
});

test('words of a platform are shown without what looks like an address', () => {
  expect(
    impersonal(
      '3 in a row: rejected: +1 (202) 555-0123 is blocked, ask ada@example.org (code 131026)',
    ),
  ).toBe('3 in a row: rejected: ••• is blocked, ask ••• (code 131026)');
});

test('whoever reads the results through a pipe may stop reading', async () => {
  place = await openPlace({ account: UNLIMITED });
  place.write('list.csv', listOf(900));
  place.write('spring.campaign.yaml', campaignYaml({ message: '{ text: "Same for all" }' }));
  expect((await place.campaign('run', 'spring.campaign.yaml', '--json')).exit).toBe(0);
  const main = join(__dirname, '../../../worker/dist/worker/cli/main.js');
  const line = `set -o pipefail; "${process.execPath}" "${main}" results spring | head -1`;
  // Not the synchronous one: the sandbox lives in this process.
  const shell = promisify(execFile);
  const { stdout } = await shell('bash', ['-c', line], { cwd: place.folder });
  expect(stdout).toMatch(/^row,address/);

  // A run that nobody hears any more ends quietly, and can be gone on with.
  place.write(
    'spring.campaign.yaml',
    campaignYaml({ name: 'second', throttle: '{ perSecond: 50 }' }),
  );
  const deaf = `"${process.execPath}" "${main}" run spring.campaign.yaml --json | head -1`;
  await shell('bash', ['-c', deaf], { cwd: place.folder });
  await until('it is paused', async () => {
    const status = await place.campaign('status', 'second', '--json');
    return status.out.includes('"paused"') || status.out.includes('"importing"');
  });
  place.write('spring.campaign.yaml', campaignYaml({ name: 'second' }));
  const rest = await place.campaign('run', 'spring.campaign.yaml', '--json');
  expect(lastJson(rest)).toMatchObject({ state: 'finished', counts: { sent: 900 } });
  expect(place.sandbox.summary().doublesByKey).toBe(0);
}, 60_000);
