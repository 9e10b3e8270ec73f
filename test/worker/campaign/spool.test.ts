import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { InputError } from '../../../worker/campaign/input-error';
import { spool, spoolFolder, sweepSpool } from '../../../worker/campaign/spool';

/** The disk's answer to the next writes, where it is not the real one. */
const disk = vi.hoisted(() => ({
  failsWith: null as string | null,
  onWrite: null as (() => void) | null,
}));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>();
  const open: typeof real.open = async (path, flags, mode) => {
    const file = await real.open(path, flags, mode);
    if (flags === 'wx') disk.onWrite?.();
    if (disk.failsWith !== null && flags === 'wx') {
      const error = Object.assign(new Error('failed'), { code: disk.failsWith });
      file.write = () => Promise.reject(error);
    }
    return file;
  };
  return { ...real, open };
});
afterEach(() => {
  disk.failsWith = null;
});

const folder = mkdtempSync(join(tmpdir(), 'spool-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a copy is named by its hash, for the owner only, and nothing else is left', async () => {
  const source = join(folder, 'List.CSV');
  const content = `Phone\n${'+12025550100\n'.repeat(100_000)}`;
  writeFileSync(source, content);
  const place = join(folder, 'spool');
  const spooled = await spool(source, place);
  const hash = createHash('sha256').update(content).digest('hex');
  expect(spooled).toEqual({ path: join(place, `${hash}.csv`), hash, bytes: content.length });
  expect(readFileSync(spooled.path, 'utf8')).toBe(content);
  expect(statSync(spooled.path).mode & 0o777).toBe(0o600);
  expect(await spool(source, place)).toEqual(spooled);
  expect(readdirSync(place)).toEqual([`${hash}.csv`]);
});

test('what one ledger sweeps away is never another one’s', async () => {
  const source = join(folder, 'one.csv');
  writeFileSync(source, 'Phone\n+12025550100\n');
  const place = join(folder, 'shared');
  const ledgers = [
    join(place, 'ledger.db'),
    join(place, 'shop.db'),
    'postgres://ada:secret@db.example.org/shop',
    'postgres://ada:secret@db.example.org/shop?schema=other',
    'postgres://ada:secret@db.example.org:5433/shop',
  ];
  const folders = ledgers.map((ledger) =>
    // Those of a database are in the folder that one is in.
    spoolFolder(ledger).replace('.campaign', place),
  );
  expect(new Set(folders).size).toBe(5);
  const copies = await Promise.all(folders.map(async (each) => (await spool(source, each)).path));
  const later = Date.now() + 3_600_000;
  for (const [at, each] of folders.entries()) {
    expect(await sweepSpool(each, [], later)).toBe(1);
    expect(copies.map((copy) => existsSync(copy))).toEqual(copies.map((_, n) => n > at));
  }
});

test('a ledger finds its copies again, by whomever it is opened', () => {
  expect(spoolFolder('.campaign/ledger.db')).toBe(join('.campaign', 'spool'));
  expect(spoolFolder('lists/shop.db')).toBe(join('lists', 'spool', 'shop.db'));
  const database = spoolFolder('postgres://ada:secret@db.example.org/shop');
  expect(spoolFolder('postgresql://bob:other@db.example.org:5432/shop?sslmode=require')).toBe(
    database,
  );
  expect(database).toMatch(/^\.campaign.spool.[0-9a-f]{16}$/);
});

test('a list that is written while it is copied is not taken', async () => {
  const source = join(folder, 'growing.csv');
  writeFileSync(source, 'Phone\n');
  const place = join(folder, 'growing');
  const write = () => appendFileSync(source, '+12025550100\n');
  disk.onWrite = write;
  await expect(spool(source, place)).rejects.toThrow('is being written just now');
  expect(readdirSync(place)).toEqual([]);
  disk.onWrite = null;
  expect((await spool(source, place)).bytes).toBeGreaterThan(6);
});

test.each([
  ['a list that is not there', join(folder, 'none.csv'), join(folder, 's1'), 'There is no file'],
  ['a folder', folder, join(folder, 's2'), 'is a folder, not a list'],
  [
    'a spool folder that is a file',
    join(folder, 'List.CSV'),
    join(folder, 'List.CSV', 'x'),
    'is not a folder',
  ],
])('%s', async (_, source, place, sentence) => {
  await expect(spool(source, place)).rejects.toThrow(sentence);
  await expect(spool(source, place)).rejects.toBeInstanceOf(InputError);
});

test.each([
  ['ENOSPC', 'There is no space left in the spool folder'],
  ['EACCES', 'may not be written (EACCES)'],
])('a disk that answers %s leaves nothing behind', async (code, sentence) => {
  disk.failsWith = code;
  const place = join(folder, code);
  const failed = spool(join(folder, 'List.CSV'), place);
  await expect(failed).rejects.toThrow(sentence);
  expect(readdirSync(place)).toEqual([]);
});
