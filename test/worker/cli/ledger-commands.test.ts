import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { afterEach, describe, expect, inject, test } from 'vitest';
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

const ROWS = 60;

let place: Place;
afterEach(() => place.close());

const open = (env: Record<string, string> = {}, latencyMs = 0) =>
  openPlace({
    account: UNLIMITED,
    sandbox: { latencyMs },
    env: { CAMPAIGN_LEDGER: '', DATABASE_URL: '', ...env },
  });
const ledger = () => join(place.folder, '.campaign/ledger.db');
const write = (rows = ROWS, more: Record<string, string> = {}) => {
  place.write('list.csv', listOf(rows));
  place.write('spring.campaign.yaml', campaignYaml(more));
};

test('a backup that is put back comes up paused, says so once, and sends nothing twice', async () => {
  place = await open();
  write();
  const canary = await place.campaign('run', 'spring.campaign.yaml', '--canary', '20');
  expect(canary.exit).toBe(0);
  const made = await place.campaign('backup', 'copy.db');
  expect(made.out).toContain('1 campaign with 60 rows');
  expect(statSync(join(place.folder, 'copy.db')).mode & 0o777).toBe(0o600);
  expect((await place.campaign('backup', 'copy.db')).exit).toBe(2);
  expect((await place.campaign('backup', 'copy.db', '--force', '--json')).exit).toBe(0);
  expect((await place.campaign('backup', '.campaign/ledger.db', '--force')).err).toContain(
    'itself',
  );
  expect((await place.campaign('resume', 'spring', '--json')).exit).toBe(0);
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });

  for (const end of ['-wal', '-shm']) rmSync(`${ledger()}${end}`, { force: true });
  copyFileSync(join(place.folder, 'copy.db'), ledger());
  const status = await place.campaign('status', 'spring');
  expect(status.err).toContain('restored from a copy');
  expect(status.out).toContain('paused by itself: this ledger was restored from a copy');
  const again = await place.campaign('status', 'spring', '--json');
  expect(again.err).toBe('');
  expect(JSON.parse(again.out)).toMatchObject({ state: 'paused', pausedBy: 'self' });
  expect((await place.campaign('run', 'spring.campaign.yaml')).exit).toBe(4);
  const resumed = await place.campaign('resume', 'spring', '--json');
  expect(lastJson(resumed)).toMatchObject({ state: 'finished', counts: { sent: ROWS } });
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
}, 60_000);

test('with --json the note of a restored ledger is a line of its own', async () => {
  place = await open();
  write(3);
  await place.campaign('run', 'spring.campaign.yaml', '--canary', '1');
  await place.campaign('backup', 'copy.db');
  rmSync(ledger());
  copyFileSync(join(place.folder, 'copy.db'), ledger());
  const [note, status] = (await place.campaign('status', 'spring', '--json')).out.split('\n');
  expect(JSON.parse(note ?? '')).toMatchObject({ event: 'note' });
  expect(JSON.parse(status ?? '')).toMatchObject({ state: 'paused' });
}, 60_000);

test('several processes that open a restored ledger at once: one says so', async () => {
  place = await open();
  write(3);
  await place.campaign('run', 'spring.campaign.yaml', '--canary', '1');
  await place.campaign('backup', 'copy.db');
  rmSync(ledger());
  copyFileSync(join(place.folder, 'copy.db'), ledger());
  const all = await Promise.all(
    Array.from({ length: 4 }, () => place.campaign('status', 'spring')),
  );
  expect(all.every(({ exit }) => exit === 0)).toBe(true);
  expect(all.filter(({ err }) => err.includes('restored'))).toHaveLength(1);
}, 60_000);

test('a ledger that was moved is refused, and its campaign goes on in the new one', async () => {
  place = await open({}, 30);
  write();
  await place.campaign('run', 'spring.campaign.yaml', '--canary', '20');
  const run = place.start('resume', 'spring', '--json', '--in-flight', '1');
  await until('it goes on', () => place.sandbox.summary().accepted > 21);
  const busy = await place.campaign('move', 'new.db');
  expect(busy.exit).toBe(6);
  expect(busy.err).toContain('is being run by');
  run.child.kill('SIGINT');
  await run.ended;
  const moved = await place.campaign('move', 'new.db');
  expect(moved.out).toContain('new.db');
  expect(moved.exit).toBe(0);
  const refused = await place.campaign('resume', 'spring');
  expect(refused.exit).toBe(6);
  expect(refused.err).toContain('was moved to new.db');
  const resumed = await place.campaign('resume', 'spring', '--json', '--ledger', 'new.db');
  expect(lastJson(resumed)).toMatchObject({ state: 'finished', counts: { sent: ROWS } });
  expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
}, 60_000);

test('a rate is changed from a second terminal, and a repeated run keeps it', async () => {
  place = await open();
  write(ROWS, { throttle: '{ perSecond: 1 }' });
  const run = place.start('run', 'spring.campaign.yaml', '--json');
  await until('it sends', () => place.sandbox.summary().accepted > 1);
  expect((await place.campaign('rate', 'spring', 'fast')).exit).toBe(2);
  const rate = await place.campaign('rate', 'spring', '1200/min');
  expect(rate.out).toContain('at most 20/s');
  await until('it is faster', () => place.sandbox.summary().accepted > 30, 8_000);
  run.child.kill('SIGINT');
  await run.ended;
  const began = performance.now();
  const again = await place.campaign('run', 'spring.campaign.yaml', '--json');
  expect(lastJson(again)).toMatchObject({ state: 'finished', counts: { sent: ROWS } });
  expect(performance.now() - began).toBeLessThan(15_000);
  expect((await place.campaign('rate', 'spring', 'none')).exit).toBe(2);
}, 60_000);

test('a person is forgotten in every file of the ledger, and the counts stay', async () => {
  place = await open();
  write();
  await place.campaign('run', 'spring.campaign.yaml', '--json');
  const spool = join(place.folder, '.campaign/spool');
  expect(readdirSync(spool)).toEqual([]);
  writeFileSync(join(spool, 'left.csv'), listOf(9));
  utimesSync(join(spool, 'left.csv'), 1_000, 1_000);
  writeFileSync(join(spool, 'young.csv'), 'phone\n');
  const who = fictional(7);
  expect((await place.campaign('forget', who)).exit).toBe(2);
  expect((await place.campaign('forget', '--yes')).exit).toBe(2);
  const forgot = await place.campaign('forget', '202 555 0107', '--country', 'US', '--yes');
  expect(forgot.exit).toBe(0);
  expect(forgot.out).toContain('1 row in 1 campaign erased');
  expect(forgot.out).toContain('Not covered: backups');
  expect(forgot.out + forgot.err).not.toContain('5550107');
  expect(readdirSync(spool)).toEqual(['young.csv']);
  const folder = join(place.folder, '.campaign');
  const files = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  expect(files.filter((name) => readFileSync(join(folder, name), 'latin1').includes(who))).toEqual(
    [],
  );
  const status = await place.campaign('status', 'spring', '--json');
  expect(JSON.parse(status.out)).toMatchObject({ counts: { sent: ROWS, total: ROWS } });
  expect((await place.campaign('results', 'spring', '--json')).out).not.toContain(who);
  const all = await place.campaign('forget', '--ended-before', '1s', '--yes', '--json');
  expect(JSON.parse(all.out)).toMatchObject({ campaigns: 1, rows: ROWS, wiped: true });
}, 60_000);

test('the schema is named, an older one is brought up, a newer one refused', async () => {
  place = await open();
  expect((await place.campaign('migrate')).exit).toBe(2);
  expect(existsSync(ledger())).toBe(false);
  await place.campaign('suppress', 'add', fictional(1));
  expect((await place.campaign('migrate', '--check')).exit).toBe(0);
  const alter = (text: string) => {
    const database = new DatabaseSync(ledger());
    database.exec(text);
    database.close();
  };
  alter(`insert into migrations values (99, 'later')`);
  const newer = await place.campaign('migrate', '--check');
  expect(newer.exit).toBe(6);
  expect(newer.out).toContain('knows only');
  expect((await place.campaign('migrate')).err).toContain('newer version');
  alter('delete from migrations where number > 0');
  const older = await place.campaign('migrate', '--check', '--json');
  expect(older.exit).toBe(6);
  expect(JSON.parse(older.out)).toMatchObject({ was: 0 });
}, 60_000);

describe('which ledger', () => {
  test.each([
    ['nobody listens', 'postgres://someone:hidden-word@127.0.0.1:1/x', 'connection refused'],
    ['no URL', 'postgres://someone:hidden-word@:x:/x', 'cannot be read'],
  ])(
    '%s: a sentence, exit code 6, and no password',
    async (_name, url, words) => {
      place = await open();
      const ended = await place.campaign('list', '--ledger', url);
      expect(ended.exit).toBe(6);
      expect(ended.err).toContain(words);
      expect(ended.out + ended.err).not.toContain('hidden-word');
    },
    30_000,
  );

  const server = inject('postgres');
  describe.skipIf(!('url' in server))('in PostgreSQL', () => {
    const base = 'url' in server ? server.url : '';
    const schema = `test_${randomBytes(6).toString('hex')}`;
    const url = (() => {
      if (base === '') return '';
      const it = new URL(base);
      it.searchParams.set('schema', schema);
      return it.href;
    })();
    afterEach(async () => {
      const client = new Client({ connectionString: base });
      await client.connect();
      await client.query(`drop schema if exists ${schema} cascade`);
      await client.end();
    });

    test('DATABASE_URL decides, unless a file is there: then somebody has to', async () => {
      place = await open({ DATABASE_URL: url });
      write(5);
      expect((await place.campaign('run', 'spring.campaign.yaml', '--json')).exit).toBe(0);
      expect(existsSync(ledger())).toBe(false);
      const spool = join(place.folder, '.campaign/spool');
      const kept = readdirSync(spool, { recursive: true, withFileTypes: true });
      expect(kept.filter((entry) => entry.isFile())).toEqual([]);
      expect((await place.campaign('status', 'spring')).out).toContain('finished');
      expect((await place.campaign('migrate', '--check')).exit).toBe(0);
      expect((await place.campaign('backup', 'copy.db')).out).toContain('5 rows');
      const forgot = await place.campaign('forget', fictional(1), '--yes');
      expect(forgot.out).toContain('1 row in 1 campaign');
      copyFileSync(join(place.folder, 'copy.db'), ledger());
      const both = await place.campaign('status', 'spring');
      expect(both.exit).toBe(2);
      expect(both.err).toContain('two ledgers');
      expect((await place.campaign('status', 'spring', '--ledger', url)).exit).toBe(0);
      // What needs no ledger does not ask.
      expect((await place.campaign('accounts', 'list')).exit).toBe(0);
    }, 60_000);

    test('a database that is not there is a sentence', async () => {
      place = await open();
      const missing = new URL(base);
      missing.pathname = '/not_there_at_all';
      const ended = await place.campaign('list', '--ledger', missing.href);
      expect(ended.exit).toBe(6);
      expect(ended.err).toContain('no database of that name');
    }, 30_000);
  });
});
