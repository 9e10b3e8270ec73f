import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../../../../worker/campaign/input-error';
import {
  describeFormat,
  type List,
  type ListOptions,
  openList,
} from '../../../../worker/campaign/list/open-list';

const folder = mkdtempSync(join(tmpdir(), 'list-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(content: string | Buffer, name = `${files++}.csv`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function rowsOf(list: List): Promise<[row: number, ...cells: string[]][]> {
  const rows: [number, ...string[]][] = [];
  for await (const batch of list.batches()) {
    for (const { row, cells } of batch) rows.push([row, ...cells]);
  }
  return rows;
}

async function refusal(content: string | Buffer, options?: ListOptions): Promise<string> {
  return failure(openList(file(content), options));
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

const fixture = join(__dirname, '../../../fixtures/people.xlsx');

describe('reads', () => {
  test.each([
    ['commas', 'Phone,Name\n1,Ann\n', ','],
    ['semicolons', 'Phone;Name\n1;Ann\n', ';'],
    ['tabs', 'Phone\tName\n1\tAnn\n', '\t'],
    ['pipes', 'Phone|Name\n1|Ann\n', '|'],
    ['a quoted comma in a list of semicolons', '"Phone, mobile, work";Name\n1;Ann\n', ';'],
    ['a quoted line break in the header', '"Phone\n(mobile)";Name\n1;Ann\n', ';'],
  ])('%s', async (_, text, delimiter) => {
    const list = await openList(file(text));
    expect(list.delimiter).toBe(delimiter);
    expect(await rowsOf(list)).toEqual([[2, '1', 'Ann']]);
  });

  test('a sep= line, which is no row of the sheet', async () => {
    const list = await openList(file('sep=;\r\nPhone;Name\r\n1;Ann, Lee\r\n'));
    expect(list).toMatchObject({ headers: ['Phone', 'Name'], headerRow: 1, delimiter: ';' });
    expect(await rowsOf(list)).toEqual([[2, '1', 'Ann, Lee']]);
  });

  test('CR line ends', async () => {
    expect(await rowsOf(await openList(file('Phone,Name\r1,Ann\r2,Bob')))).toEqual([
      [2, '1', 'Ann'],
      [3, '2', 'Bob'],
    ]);
  });

  test('blank lines and rows of nothing but delimiters, which keep their numbers', async () => {
    const list = await openList(file('\n\nPhone,Name\n\n1,Ann\n,\n , \n2,Bob\n'));
    expect(list.headerRow).toBe(3);
    expect(await rowsOf(list)).toEqual([
      [5, '1', 'Ann'],
      [8, '2', 'Bob'],
    ]);
  });

  test('the same list twice', async () => {
    const list = await openList(file('Phone\n1\n'));
    expect(await rowsOf(list)).toEqual(await rowsOf(list));
  });

  test('XLSX: numbers with all digits, dates, row numbers over gaps, a named sheet', async () => {
    const list = await openList(fixture);
    expect(describeFormat(list)).toBe('XLSX, sheet People');
    expect(list).toMatchObject({
      headers: ['Mobile', 'First name', 'Order', 'Opted in'],
      headerRow: 2,
    });
    expect(await rowsOf(list)).toEqual([
      [3, '2025550100', 'Ann', 'A1', '2026-01-02'],
      [5, '+1 202 555 0101', 'Zoë', 'A2', 'true'],
    ]);
    expect(await rowsOf(await openList(fixture, { sheet: 'Other' }))).toEqual([
      [2, '+12025550102'],
    ]);
  });
});

describe('tells the encoding', () => {
  const french = 'Téléphone;Prénom;Ville\n1;Zoë;Besançon\n2;Jérôme;Orléans\n3;Hélène;Nîmes\n';
  const arabic =
    'الهاتف;الاسم\n1;محمد عبد الله\n2;فاطمة الزهراء\n3;خديجة بنت خويلد\n4;يوسف إبراهيم\n';
  const russian = 'Телефон;Имя\n1;Александр Пушкин\n2;Мария Иванова\n3;Сергей Есенин\n';

  test.each([
    ['utf-8', french, Buffer.from(french)],
    ['utf-8', french, Buffer.from(`\ufeff${french}`)],
    ['utf-16le', french, iconv.encode(french, 'utf-16le')],
    ['utf-16be', french, iconv.encode(french, 'utf-16be')],
    ['utf-16le', arabic, Buffer.from(`\ufeff${arabic}`, 'utf16le')],
    ['utf-16le', arabic, iconv.encode(arabic, 'utf-16le')],
    ['utf-16be', arabic, iconv.encode(arabic, 'utf-16be', { addBOM: true })],
    ['windows-1252', french, iconv.encode(french, 'windows-1252')],
    ['windows-1256', arabic, iconv.encode(arabic, 'windows-1256')],
    ['windows-1251', russian, iconv.encode(russian, 'windows-1251')],
  ])('%s (%#)', async (encoding, text, bytes) => {
    const list = await openList(file(bytes));
    expect(list.encoding).toBe(encoding);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => line.split(';'));
    expect([list.headers, ...(await rowsOf(list)).map((row) => row.slice(1))]).toEqual(lines);
  });

  test('where the first letters beyond ASCII come after megabytes', async () => {
    const ascii = 'Phone,Name\n' + '2025550100,Ann Lee\n'.repeat(150_000);
    const late = iconv.encode('1,Jérôme Besançon\n2,Hélène Nîmes\n', 'windows-1252');
    const list = await openList(file(Buffer.concat([Buffer.from(ascii), late])));
    expect(list.encoding).toBe('windows-1252');
    expect((await rowsOf(list)).at(-1)).toEqual([150_003, '2', 'Hélène Nîmes']);
  });

  test('as the campaign file states it', async () => {
    const bytes = iconv.encode('Phone,Name\n1,Łukasz\n', 'windows-1250');
    const list = await openList(file(bytes), { encoding: 'Windows-1250' });
    expect(await rowsOf(list)).toEqual([[2, '1', 'Łukasz']]);
    expect(await refusal('a\n1\n', { encoding: 'utf-9' })).toContain('utf-9 is not an encoding');
  });

  test('refuses a byte that is none of it, with its row, instead of garbling names', async () => {
    const good = Buffer.from(`Phone,Name\n${'1,Zoë\n'.repeat(40_000)}`);
    const list = await openList(file(Buffer.concat([good, Buffer.from('2,Ren\xe9e\n', 'latin1')])));
    expect(await failure(rowsOf(list))).toMatch(/row 40002 holds bytes that are not UTF-8 text/);
  });

  test.each([
    ['at the beginning of its row', '\xe9\n'],
    ['that breaks off with the file', '2\n\xc3'],
    ['in quotes', '2\r\n"3\n4\xe9"\n'],
    ['NUL', '2\n3\0\n'],
  ])('a byte %s', async (_, end) => {
    const good = Buffer.from(`Phone,Name\n${'1,Zoë\n'.repeat(40_000)}`);
    const list = await openList(file(Buffer.concat([good, Buffer.from(end, 'latin1')])));
    const row = end.startsWith('2') ? 40_003 : 40_002;
    expect(await failure(rowsOf(list))).toContain(`row ${row} holds bytes that are not UTF-8 text`);
  });
});

describe('refuses in plain words', () => {
  test('a missing file, a folder, an empty file', async () => {
    expect(await failure(openList('/no/such.csv'))).toBe('There is no file /no/such.csv.');
    expect(await failure(openList(folder))).toContain('is a folder, not a list');
    expect(await refusal('')).toContain('is empty: it has no bytes');
    expect(await refusal('\n \n')).toContain('is empty: it has only blank lines');
  });

  test('only a header', async () => {
    expect(await refusal('Phone,Name\n')).toContain('has a header in row 1 and nothing below it');
    expect(await refusal('Phone,Name\n\n,\n')).toContain('nothing below it');
  });

  test.each([
    ['a PDF', Buffer.from('%PDF-1.7 xxx')],
    ['a PNG image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])],
    ['an Excel file of the old kind (.xls)', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2])],
    ['a zip file that is not an Excel workbook', Buffer.from('PK\x03\x04 hello')],
    ['bytes that no text has (NUL)', Buffer.from('Phone\0\n\x01\x02\x03,Name,Name 2\n1\n')],
  ])('%s', async (what, bytes) => {
    expect(await refusal(bytes)).toContain(what);
  });

  test('a damaged workbook, a missing sheet, one that is too large', async () => {
    expect(await refusal('PK\x03\x04 xl/workbook.xml')).toContain('a damaged Excel workbook');
    expect(await failure(openList(fixture, { sheet: 'Peple' }))).toContain(
      'has no sheet Peple. It has: People, Other.',
    );
    const large = file('PK\x03\x04');
    truncateSync(large, 11 * 1024 * 1024);
    expect(await failure(openList(large))).toMatch(/11 MB; XLSX files are read up to 10 MB\. Save/);
  });

  test('two columns of one name, with their letters', async () => {
    expect(await refusal('Phone,Name,phone \n1,2,3\n')).toContain(
      'Columns A and C are both called "Phone". Rename one of them',
    );
  });

  test('a quote that is never closed at row 900,000, soon and in little memory', async () => {
    const path = join(folder, 'long.csv');
    const stream = createWriteStream(path);
    const piece = '+12025550100,Ann Lee,A1234\n'.repeat(10_000);
    stream.write('Phone,Name,Order\n');
    for (let i = 0; i < 100; i++) {
      const text =
        i === 89
          ? `${piece.slice(0, -'+12025550100,Ann Lee,A1234\n'.length * 2)}+1,"Ann,A\n`
          : piece;
      if (!stream.write(text)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'finish');
    const list = await openList(path);
    const before = process.memoryUsage().rss;
    expect(await failure(rowCount(list))).toContain(
      'A quote (") opens in row 900000 and is not closed',
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });

  test('a cell of 10 MB', async () => {
    const list = await openList(file(`Phone,Name\n1,Ann\n2,${'x'.repeat(10_000_000)}\n`));
    expect(await failure(rowCount(list))).toContain('Row 3 is longer than a million characters');
  });
});

async function rowCount(list: List): Promise<number> {
  let count = 0;
  for await (const batch of list.batches()) count += batch.length;
  return count;
}
