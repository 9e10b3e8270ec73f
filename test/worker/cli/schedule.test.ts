import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { specOfSchedule } from '../../../worker/campaign/schedule-spec';
import { findSchedule, type Ledger, listCampaigns, openLedger } from '../../../worker/ledger';
import { campaignYaml, listOf, openPlace, type Place, UNLIMITED, until } from './fixture';

let place: Place;
let ledger: Ledger;

beforeEach(async () => {
  place = await openPlace({ account: UNLIMITED });
  place.write('list.csv', listOf(3));
  place.write('spring.campaign.yaml', campaignYaml());
  ledger = await openLedger(join(place.folder, '.campaign/ledger.db'));
});
afterEach(async () => {
  await ledger.close();
  await place.close();
});

const schedule = (...args: string[]) => place.campaign('schedule', ...args);
const create = (...args: string[]) => schedule('create', 'spring.campaign.yaml', ...args);
const NINE = ['--at', '09:00', '--zone', 'Europe/Paris'];
const finished = async () =>
  (await listCampaigns(ledger)).filter(({ state }) => state === 'finished').length;
/** A pattern that only a test may have: every other second. */
async function everyOtherSecond(name: string): Promise<void> {
  const found = await findSchedule(ledger.db, name);
  if (found === undefined) throw new Error('no schedule');
  const every = (n: number, step = 1) =>
    Array.from({ length: Math.ceil(n / step) }, (_, at) => at * step);
  const cron = {
    ...{ seconds: every(60, 2), minutes: every(60), hours: every(24) },
    ...{ days: every(32).slice(1), months: every(13).slice(1), weekdays: every(7) },
  };
  const spec = JSON.stringify({ ...specOfSchedule(found), cron, overlap: 'allow' });
  await ledger.db
    .updateTable('schedules')
    .set({ spec, next_at: Math.ceil(Date.now() / 2_000) * 2_000 })
    .where('id', '=', found.id)
    .execute();
}

describe('campaign schedule', () => {
  it('sends by the clock while a worker runs, the list as it is each time', async () => {
    expect((await create(...NINE, '--name', 'recall')).exit).toBe(0);
    await everyOtherSecond('recall');
    const worker = place.start('worker', '--json');
    await until('one is through', async () => (await finished()) >= 1, 20_000);
    place.write('list.csv', listOf(4));
    const before = (await listCampaigns(ledger)).length;
    await until('another is through', async () => (await finished()) > before, 20_000);
    expect((await schedule('pause', 'recall')).exit).toBe(0);
    await until('all are', async () => (await finished()) === (await listCampaigns(ledger)).length);
    worker.child.kill('SIGTERM');
    expect((await worker.ended).exit).toBe(0);
    const { accepted } = place.sandbox.summary();
    const counts = await Promise.all(
      (await listCampaigns(ledger)).map(
        async ({ name }) =>
          JSON.parse((await place.campaign('status', name, '--json')).out.trim()).counts.sent,
      ),
    );
    expect(counts[0]).toBe(3);
    expect(counts.at(-1)).toBe(4);
    expect(accepted).toBe(counts.reduce((sum: number, n: number) => sum + n, 0));
  }, 90_000);

  it('says what was made, lists it, shows it, pauses, resumes and deletes it', async () => {
    const made = await create(...NINE, '--on', 'mon,wed', '--jitter', '2m');
    expect(made.out).toMatch(/spring goes by the clock of Europe\/Paris\. Next: (Mon|Wed) /);
    expect((await create(...NINE)).err).toContain('There is a schedule "spring" already');
    expect((await schedule('list')).out).toMatch(
      /spring +active +(Mon|Wed) .* 09:00 .*Europe\/Paris +embedded/,
    );
    const paused = await schedule('pause', 'spring', '--why', 'shop is closed');
    expect(paused.out).toBe('spring is paused.\n');
    expect((await schedule('show', 'spring')).out).toContain('paused (shop is closed)');
    expect((await schedule('resume', 'spring')).out).toBe('spring goes on.\n');
    const shown = JSON.parse((await schedule('show', 'spring', '--json')).out);
    expect(shown).toMatchObject({ state: 'active', cron: '0 9 * * 1,3', jitterMs: 120_000 });
    expect((await schedule('delete', 'spring')).err).toContain('--yes');
    expect((await schedule('delete', 'spring', '--yes')).exit).toBe(0);
    expect((await schedule('show', 'sprung')).err).toContain('There is none at all');
  });

  it.each([
    [['--at', '25:00'], '--at must be a time of the day like 09:00'],
    [['--at', '09:00', '--on', 'funday'], '--on must be days like mon,wed'],
    [[], 'Say when: --cron'],
    [['--cron', '0 9 * * *', '--on', 'mon'], '--on goes with --at'],
    [['--cron', '0 9 31 2 *'], 'It would never come'],
    [['--at', '09:00', '--zone', 'Mars/Base'], '--zone must be a time zone'],
    [['--at', '09:00', '--catch-up', 'soon'], '--catch-up must be a duration'],
    [['--at', '09:00', '--name', 'a b'], "The schedule's name must be"],
    [['--at', '09:00', '--task-queue', 'q'], '--task-queue goes with --engine temporal'],
  ])('refuses %j', async (args, words) => {
    const { exit, err } = await create(...args);
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringContaining(words) });
  });

  it('triggers, asks before the same content again, and makes up for what passed, once', async () => {
    await create(...NINE);
    const worker = place.start('worker', '--json');
    expect((await schedule('trigger', 'spring')).out).toContain('A worker opens spring-');
    await until('it is through', async () => (await finished()) === 1);
    const same = await schedule('trigger', 'spring');
    expect(same).toMatchObject({
      exit: 2,
      err: expect.stringContaining('The list and the message are the same'),
    });
    const span = ['--from', '2026-06-01T00:00', '--to', '2026-06-02T12:00', '--yes'];
    expect((await schedule('backfill', 'spring', ...span)).out).toContain('2 times will be opened');
    await until('they are through', async () => (await finished()) === 3);
    expect((await schedule('backfill', 'spring', ...span)).out).toContain(
      '0 times will be opened by a worker, one after another; 2 of the span were opened before',
    );
    expect((await schedule('trigger', 'spring', '--yes')).exit).toBe(0);
    await until('it is through', async () => (await finished()) === 4);
    expect(place.sandbox.summary().accepted).toBe(12);
    worker.child.kill('SIGTERM');
    await worker.ended;
  }, 90_000);
});

describe('a list on the web', () => {
  let files: Server;
  let url: string;
  beforeEach(async () => {
    files = createServer((_, response) => response.end(listOf(2)));
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ audience: `{ file: "${url}/list.csv?key=secret", country: US }` }),
    );
  });
  afterEach(() => files.close());

  it('is refused where its address is not allowed, and run, scheduled and given up by its hash where it is', async () => {
    const refused = await place.campaign('run', 'spring.campaign.yaml');
    expect(refused.err).toContain('is not allowed. Name it to every process');
    expect(refused.err).not.toContain('secret');
    const allowed = ['--allow-lists', `${url}/`];
    const ran = await place.campaign('run', 'spring.campaign.yaml', '--json', ...allowed);
    expect(JSON.parse(ran.out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      state: 'finished',
      counts: { sent: 2 },
    });
    expect((await create(...NINE, ...allowed)).exit).toBe(0);
    const worker = place.start('worker', '--json', ...allowed);
    await schedule('trigger', 'spring', ...allowed);
    await until('it is through', async () => (await finished()) === 2);
    worker.child.kill('SIGTERM');
    await worker.ended;
    expect(worker.text()).not.toContain('secret');
  }, 60_000);
});
